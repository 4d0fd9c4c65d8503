//! Jobs in a folder survive what befalls folders.

use super::*;
use crate::{Destination, Parcel, State};

fn job(place: &str) -> Job {
    let parcel = Parcel {
        digest: Digest::of(b"package"),
        bytes: 100,
        name: "a.tar".into(),
    };
    Job::new(parcel, Destination::parse(place).unwrap(), 7)
}

#[test]
fn a_job_is_found_by_package_and_destination() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path().join("jobs")).unwrap();
    let (one, two) = (job("http://a.example"), job("http://b.example"));
    store.save(&one).unwrap();
    assert_eq!(store.load(&one.key()).unwrap(), Some(one.clone()));
    assert_eq!(store.load(&two.key()).unwrap(), None);
    store.save(&two).unwrap();
    assert_eq!(store.jobs().unwrap().len(), 2);
    store.remove(&one.key()).unwrap();
    store.remove(&one.key()).unwrap();
    assert_eq!(store.jobs().unwrap(), [two]);
}

#[test]
fn a_torn_draft_of_a_killed_process_does_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let mut job = job("http://a.example");
    store.save(&job).unwrap();
    std::fs::write(store.path(&job.key(), "new"), b"{ \"for").unwrap();
    assert_eq!(store.load(&job.key()).unwrap(), Some(job.clone()));
    job.state = State::Sent;
    store.save(&job).unwrap();
    assert_eq!(store.load(&job.key()).unwrap(), Some(job));
}

#[test]
fn what_killed_programs_left_is_swept_and_nothing_of_anybody_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let job = job("http://a.example");
    let store = FolderStore::open(folder.path()).unwrap();
    store.save(&job).unwrap();
    let name = store.path(&job.key(), "json");
    let name = name.file_name().unwrap().to_string_lossy().into_owned();
    let old_draft = name.replace(".json", ".new");
    let left_over = [old_draft.as_str(), &format!(".{name}.4194304-0.loa-draft")];
    let text = file::write(&job).unwrap();
    std::fs::write(at(left_over[0]), &text[..40]).unwrap();
    std::fs::write(at(left_over[1]), &text[..40]).unwrap();
    let foreign = [
        "a.new",
        "notes.txt",
        &name.replace("-", "-0").replace(".json", ".new"),
    ];
    for name in foreign {
        std::fs::write(at(name), b"mine").unwrap();
    }
    let again = FolderStore::open(folder.path()).unwrap();
    assert!(left_over.iter().all(|name| !at(name).exists()));
    for name in foreign {
        assert_eq!(std::fs::read(at(name)).unwrap(), b"mine");
    }
    assert_eq!(again.jobs().unwrap(), [job]);
}

#[cfg(unix)]
#[test]
fn the_outbox_and_what_is_in_it_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("outbox");
    let store = FolderStore::open(&place).unwrap();
    let job = job("http://a.example");
    store.save(&job).unwrap();
    drop(store.claim(&job.key()).unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place), 0o700);
    assert_eq!(mode(&store.path(&job.key(), "json")), 0o600);
    assert_eq!(mode(&store.path(&job.key(), "lock")), 0o600);
}

#[test]
fn two_at_once_do_not_send_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let again = FolderStore::open(folder.path()).unwrap();
    let key = job("http://a.example").key();
    let claimed = store.claim(&key).unwrap();
    assert!(matches!(again.claim(&key), Err(StoreError::Claimed)));
    drop(claimed);
    assert!(again.claim(&key).is_ok());
}

#[test]
fn a_damaged_job_file_is_kept_aside_and_named_until_its_package_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let job = job("http://a.example");
    for (round, damaged) in [b"{}", b"xx"].into_iter().enumerate() {
        std::fs::write(store.path(&job.key(), "json"), damaged).unwrap();
        if round == 0 {
            assert_eq!(store.load(&job.key()).unwrap(), None);
        } else {
            assert_eq!(store.jobs().unwrap(), []);
        }
        let lost = FolderStore::open(folder.path()).unwrap().lost().unwrap();
        assert_eq!(lost.len(), round + 1);
        assert!(lost.iter().all(|lost| lost.digest == job.key().digest));
        let kept = lost.iter().map(|lost| std::fs::read(&lost.kept).unwrap());
        assert!(kept.into_iter().any(|kept| kept == damaged));
        store.save(&job).unwrap();
        assert_eq!(store.load(&job.key()).unwrap().as_ref(), Some(&job));
        assert_eq!(store.lost().unwrap(), []);
    }
}

#[test]
fn a_damaged_job_file_holds_no_other_job_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let (good, bad) = (job("http://a.example"), job("http://b.example"));
    store.save(&good).unwrap();
    std::fs::write(store.path(&bad.key(), "json"), b"{}").unwrap();
    assert_eq!(store.jobs().unwrap(), std::slice::from_ref(&good));
    assert_eq!(store.jobs().unwrap(), [good]);
}

#[test]
fn what_another_process_wrote_meanwhile_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let other = FolderStore::open(folder.path()).unwrap();
    let mut job = job("http://a.example");
    for attempts in 0..100 {
        job.attempts = attempts % 10;
        let writer = if attempts % 3 == 0 { &store } else { &other };
        writer.save(&job).unwrap();
        assert_eq!(store.jobs().unwrap(), std::slice::from_ref(&job));
        assert_eq!(other.jobs().unwrap(), std::slice::from_ref(&job));
    }
    other.remove(&job.key()).unwrap();
    assert_eq!(store.jobs().unwrap(), []);
}

#[test]
fn ten_thousand_settled_jobs_are_not_read_again_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::open(folder.path()).unwrap();
    let text = file::write(&job("http://a.example")).unwrap();
    for number in 0..10_001 {
        std::fs::write(folder.path().join(format!("{number}.json")), &text).unwrap();
    }
    assert_eq!(store.jobs().unwrap().len(), 10_001);
    // Unreadable now, yet of the same file, length and time: known, not read.
    let place = folder.path().join("7.json");
    let open = File::options().write(true).open(&place).unwrap();
    let time = open.metadata().unwrap().modified().unwrap();
    std::io::Write::write_all(&mut &open, b"x").unwrap();
    open.set_modified(time).unwrap();
    assert_eq!(store.jobs().unwrap().len(), 10_001);
}
