//! Writes the TypeScript of all wire types and commands into the folder given. `cargo xtask gen`
//! calls it.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a folder")?);
    std::fs::create_dir_all(&folder)?;
    // JSON numbers are doubles; nothing here counts beyond 2^53.
    let config = ts_rs::Config::new()
        .with_large_int("number")
        .with_out_dir(&folder);
    std::fs::write(
        folder.join("commands.ts"),
        studio::schema::typescript(&config)?,
    )?;
    Ok(())
}
