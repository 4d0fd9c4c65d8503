//! This desk's signing key: made on first run, kept in the store, readable by its owner only.

use std::io::{self, Write as _};
use std::path::Path;

use files::{Access, Draft, write_whole};
use package::SigningKey;

use crate::host::Host;
use crate::wire::{Code, Problem};

/// Opens the key of `store`, or makes one. The public half lies beside it, whatever befell an earlier
/// run or that file.
///
/// # Errors
/// [`Code::StoreDamaged`] where there is a file and it is no key: a new one is never made silently,
/// because the province knows the old one.
pub fn open(store: &Path, host: &impl Host) -> Result<SigningKey, Problem> {
    let path = store.join("keys").join("desk.key");
    let (key, _) =
        signing_key(&path, |random| host.random(random)).map_err(|problem| match problem.code {
            Code::BadRequest => Problem::new(Code::StoreDamaged, problem.detail),
            _ => problem,
        })?;
    let public = path.with_extension("pub");
    let text = key.public().to_text();
    if std::fs::read(&public).ok().as_deref() != Some(text.as_bytes()) {
        // Only for people to hand on: a disk that takes nothing now will take it at another start.
        write_whole(&public, text.as_bytes(), Access::Owner).unwrap_or_default();
    }
    Ok(key)
}

/// The key in the file at `path`; where there is no file, a new key, written there. Its public half
/// lies beside it: where nothing of that name is there, it is written. Also says whether the key is
/// new.
///
/// # Errors
/// [`Code::BadRequest`] where there is a file and it is no key, or one with the name of the public
/// half and there is no key; what disk and dice report.
pub fn signing_key(
    path: &Path,
    dice: impl FnOnce(&mut [u8]) -> Result<(), Problem>,
) -> Result<(SigningKey, bool), Problem> {
    if let Some(key) = read(path)? {
        // The key can be used all the same, and the next run tries again.
        write_public(path, &key).unwrap_or_default();
        return Ok((key, false));
    }
    let mut random = [0; 32];
    dice(&mut random)?;
    let key = SigningKey::generate(random);
    if path.with_extension("pub") == *path {
        let detail = format!("{} names a public key", path.display());
        return Err(Problem::new(Code::BadRequest, detail));
    }
    match write_new(path, key.to_text().as_bytes(), Access::Owner) {
        // Another process was quicker: there is one key, and it is that one.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let theirs = read(path)?.ok_or_else(|| Problem::on(path, error))?;
            return Ok((theirs, false));
        }
        written => written.map_err(|error| Problem::on(path, error))?,
    }
    write_public(path, &key)?;
    Ok((key, true))
}

/// The key in the file at `path`; nothing where there is no file.
fn read(path: &Path) -> Result<Option<SigningKey>, Problem> {
    match std::fs::read_to_string(path) {
        Ok(text) => match SigningKey::from_text(&text) {
            Ok(key) => Ok(Some(key)),
            Err(error) => {
                let detail = format!("{}: {error}", path.display());
                Err(Problem::new(Code::BadRequest, detail))
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::on(path, error)),
    }
}

/// Writes the public half of the key at `path` beside it, over nothing.
fn write_public(path: &Path, key: &SigningKey) -> Result<(), Problem> {
    let public = path.with_extension("pub");
    if public.symlink_metadata().is_ok() {
        return Ok(());
    }
    match write_new(&public, key.public().to_text().as_bytes(), Access::Usual) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        written => written.map_err(|error| Problem::on(&public, error)),
    }
}

/// Writes a file where there is none.
fn write_new(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    files::sweep_beside(path);
    let mut draft = Draft::beside(path, access)?;
    draft.write_all(bytes)?;
    draft.finish_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_with_its_public_half_and_never_over_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("desk.key");
        let seven = |bytes: &mut [u8]| {
            bytes.fill(7);
            Ok(())
        };
        let (made, is_new) = signing_key(&path, seven).unwrap();
        let (again, is_new_again) = signing_key(&path, |_| panic!("no dice")).unwrap();
        assert!(is_new && !is_new_again);
        assert_eq!(made.public(), again.public());
        let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
        assert_eq!(
            package::PublicKey::from_text(&public).unwrap(),
            made.public()
        );

        // A person may have something of that name; it is not ours to write over.
        std::fs::write(path.with_extension("pub"), "mine").unwrap();
        signing_key(&path, |_| panic!("no dice")).unwrap();
        let beside = std::fs::read_to_string(path.with_extension("pub")).unwrap();
        assert_eq!(beside, "mine");

        std::fs::write(&path, "no key").unwrap();
        let refused = signing_key(&path, seven).unwrap_err();
        assert_eq!(refused.code, Code::BadRequest);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "no key");
    }

    #[test]
    fn the_public_half_is_made_whenever_it_is_missing_or_wrong() {
        let store = tempfile::tempdir().unwrap();
        let public = store.path().join("keys").join("desk.pub");
        let key = crate::bench::key(store.path());
        let made = std::fs::read_to_string(&public).unwrap();
        assert_eq!(made, key.public().to_text());
        // A first run that was killed between the two files.
        std::fs::remove_file(&public).unwrap();
        crate::bench::key(store.path());
        assert_eq!(std::fs::read_to_string(&public).unwrap(), made);
        std::fs::write(&public, "half").unwrap();
        crate::bench::key(store.path());
        assert_eq!(std::fs::read_to_string(&public).unwrap(), made);
        // What stands in its way keeps nobody from working.
        std::fs::remove_file(&public).unwrap();
        std::fs::create_dir(&public).unwrap();
        assert_eq!(crate::bench::key(store.path()).public(), key.public());
    }

    #[test]
    fn all_who_ask_for_a_new_key_at_once_get_the_same_one() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("desk.key");
            let start = std::sync::Barrier::new(4);
            let keys: Vec<_> = std::thread::scope(|scope| {
                let ask = |number: u8| {
                    let (path, start) = (&path, &start);
                    scope.spawn(move || {
                        start.wait();
                        let own = |bytes: &mut [u8]| {
                            bytes.fill(number);
                            Ok(())
                        };
                        signing_key(path, own).unwrap().0.public()
                    })
                };
                let asked = [1, 2, 3, 4].map(ask);
                asked.map(|it| it.join().unwrap()).to_vec()
            });
            assert!(keys.iter().all(|key| *key == keys[0]));
            let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
            assert_eq!(package::PublicKey::from_text(&public).unwrap(), keys[0]);
        }
    }
}
