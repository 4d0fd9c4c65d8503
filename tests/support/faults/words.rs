//! Whether what the program says of a failing disk is true, as far as words can tell.

use serde_json::Value;

use super::case::Ran;
use super::world::World;

/// What no sentence may say of a disk that fails: they name a defect of ours, a right of the
/// person's or a damage to their files, and none of those is the matter.
const UNTRUE: [&str; 4] = [DEFECT, DENIED, "damaged", AGAIN];
const DEFECT: &str = "defect of this program";
const DENIED: &str = "Permission denied";
const AGAIN: &str = "get the original again";

/// What it says where there is no room.
const FULL: &str = "disk is full";

/// Of an index that cannot be made sense of SQLite does not say why: then both is said.
const EITHER: &str = "its disk fails or it is damaged";

/// What is wrong with the sentences of a run in which something failed with `error`; `struck`: the
/// calls that failed, as `strace` wrote them, where it was calls.
#[must_use]
pub fn wrong(world: &World, error: &str, struck: &[&String], ran: &Ran) -> Vec<String> {
    let mut sentences: Vec<String> = ran.problems.iter().map(problem_in_words).collect();
    if ran.ended.code == Some(1) {
        sentences.push(ran.ended.err.trim().to_owned());
    }
    let mut wrong = Vec::new();
    if ran.ended.code == Some(1) && ran.ended.err.trim().is_empty() {
        wrong.push("it is refused without a word".to_owned());
    }
    for sentence in sentences {
        let judged = sentence.replace(EITHER, "");
        for words in UNTRUE.iter().filter(|words| judged.contains(**words)) {
            let is_true = *words == DENIED && ["EACCES", "EROFS", "EPERM"].contains(&error);
            if !is_true {
                wrong.push(format!("it says \"{words}\" of {error}: {sentence}"));
            }
        }
        // SQLite does not hand on why the system refused it a file, only that it did.
        let is_index = struck.iter().any(|line| line.contains("loa.db"));
        let is_full = error == "ENOSPC";
        if is_full && !is_index && !sentence.contains(FULL) {
            wrong.push(format!("it does not say that the disk is full: {sentence}"));
        }
        let mut lines = struck.iter();
        let names_it = lines.any(|line| names_a_file(world, line, &sentence));
        if !is_full && !struck.is_empty() && !names_it {
            wrong.push(format!("it does not say which file: {sentence}"));
        }
    }
    wrong
}

/// Whether a disk fails so: one that is full or read-only still opens what is there for reading.
#[must_use]
pub fn is_likely(struck: &str) -> bool {
    let writes = ["O_CREAT", "O_WRONLY", "O_RDWR"];
    let opens_to_read =
        struck.contains("openat(") && !writes.iter().any(|flag| struck.contains(flag));
    let makes_none = struck.contains("openat(") && !struck.contains("O_CREAT");
    !(opens_to_read && struck.contains("EROFS") || makes_none && struck.contains("ENOSPC"))
}

fn problem_in_words(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let sentence = match text("code").as_str() {
        "internal" => DEFECT.to_owned(),
        "permission-denied" => DENIED.to_owned(),
        "damaged" => AGAIN.to_owned(),
        "disk-full" => FULL.to_owned(),
        other => other.to_owned(),
    };
    format!("{sentence} ({})", text("detail"))
}

/// Whether a sentence holds a path of the world, or the name of the file that was struck, or the stream.
fn names_a_file(world: &World, struck: &str, sentence: &str) -> bool {
    let names = struck
        .split(['"', '<', '>'])
        .filter(|it| it.starts_with(&world.path("")))
        .filter_map(|path| path.rsplit('/').next());
    let mut names = names.map(|name| {
        let name = name.trim_start_matches('.');
        name.trim_end_matches("-wal").trim_end_matches("-shm")
    });
    let is_stream = sentence.contains("standard output");
    is_stream
        || sentence.contains(&world.path(""))
        || names.any(|it| !it.is_empty() && sentence.contains(it))
}

#[cfg(test)]
mod tests {
    use super::is_likely;

    #[test]
    fn a_full_disk_still_opens_what_is_there() {
        let line = |flags: &str, error: &str| {
            format!("1 openat(AT_FDCWD, \"/a\", {flags}) = -1 {error} (INJECTED)")
        };
        assert!(!is_likely(&line("O_RDONLY|O_CLOEXEC", "ENOSPC")));
        assert!(!is_likely(&line("O_RDWR", "ENOSPC")));
        assert!(is_likely(&line("O_RDWR|O_CREAT", "ENOSPC")));
        assert!(!is_likely(&line("O_RDONLY", "EROFS")));
        assert!(is_likely(&line("O_WRONLY", "EROFS")));
        assert!(is_likely(&line("O_RDONLY", "EIO")));
    }
}
