//! Writes the sealed package that is kept as a fixture: `cargo run -p package --example
//! write_fixture > tests/fixtures/bags/sealed-v1.tar`. Only for a new version of the format.

#[path = "../tests/support/mod.rs"]
mod support;

fn main() -> std::io::Result<()> {
    use std::io::Write as _;
    std::io::stdout().write_all(&support::sealed(&support::contents()).0)
}
