//! Cases that are one line in a terminal.

use super::case::{Case, Ran, Whole, added, added_anew, found, made_only, plainly, typed};
use super::launch::Launch;
use super::world::World;

macro_rules! line {
    ($name:literal, [$($word:literal),*], $check:expr, $whole:ident) => {
        Case {
            name: $name,
            run: |world, launch| typed(world, launch, &[$($word),*]),
            check: $check,
            is_server: false,
            whole: Whole::$whole,
        }
    };
}

/// All of them.
pub const CASES: &[Case] = &[
    line!(
        "add",
        [
            "archive",
            "add",
            "--store",
            "@kho",
            "--title",
            "Mới",
            "@goc/nhac.wav",
            "@goc/tram-y-te.jpg"
        ],
        added,
        Same
    ),
    line!(
        "add-new",
        [
            "archive",
            "add",
            "--store",
            "@kho2",
            "--title",
            "Mới",
            "@goc/nhac.wav",
            "@goc/tram-y-te.jpg"
        ],
        added_anew,
        Same
    ),
    line!(
        "search",
        ["archive", "search", "--store", "@kho", "nen"],
        found,
        Same
    ),
    line!(
        "show",
        ["archive", "show", "--store", "@kho", "%item"],
        found,
        Same
    ),
    line!(
        "audit",
        ["archive", "audit", "--store", "@kho"],
        audited,
        Same
    ),
    Case {
        name: "export",
        run: export,
        check: made_only,
        is_server: false,
        whole: Whole::Same,
    },
    line!(
        "seal",
        [
            "package",
            "seal",
            "--store",
            "@kho",
            "--out",
            "@ra/goi.tar",
            "%item"
        ],
        made_only,
        Package
    ),
    line!(
        "seal-files",
        [
            "package",
            "seal",
            "--key",
            "@khoa/ban.key",
            "--out",
            "@ra/goi.tar",
            "@goc/ban-tin.wav"
        ],
        keyed,
        Package
    ),
    line!(
        "verify",
        ["package", "verify", "@goc/goi.tar"],
        made_only,
        Same
    ),
    line!("measure", ["measure", "@goc/ban-tin.wav"], made_only, Same),
    line!("check", ["check", "@goc/bang.json"], made_only, Same),
    line!(
        "render",
        ["render", "@goc/bang.json", "--out", "@ra"],
        made_only,
        Same
    ),
    line!(
        "convert",
        ["convert", "@goc/ban-tin.wav", "@ra/ra.flac"],
        made_only,
        Same
    ),
    line!(
        "normalize",
        ["normalize", "@goc/ban-tin.wav", "@ra/ra.mp3"],
        made_only,
        Same
    ),
    line!(
        "peaks",
        ["peaks", "@goc/ban-tin.wav", "@ra/ra.dat"],
        made_only,
        Same
    ),
];

/// An audit that ends well has looked at both files of the first item and found them right.
fn audited(_: &World, ran: &Ran) -> Vec<String> {
    let out = &ran.ended.out;
    if ran.done && !out.is_empty() && !out.contains("\"missing\": []") {
        return vec![format!("exit 0 of an audit that found something: {out}")];
    }
    vec![]
}

/// A key that was made has its public half beside it.
fn keyed(world: &World, ran: &Ran) -> Vec<String> {
    let is_whole = world.at("khoa/ban.key").is_file() && world.at("khoa/ban.pub").is_file();
    if ran.done && !is_whole {
        return vec!["exit 0, but the key is not there with its public half".to_owned()];
    }
    vec![]
}

/// Never over a file that is there: where an earlier run came through to its end or to its first
/// file, that is no failure.
fn export(world: &World, launch: &Launch) -> Ran {
    typed(
        world,
        launch,
        &[
            "archive", "export", "--store", "@kho", "%item", "--out", "@ra",
        ],
    )
}

/// Whether a package verifies.
#[must_use]
pub fn verifies(world: &World, place: &str) -> bool {
    plainly(world, &["package", "verify", place]).done
}
