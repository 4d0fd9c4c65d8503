//! This desk's signing key: made on first run, kept in the store, readable by its owner only.

use std::path::Path;

use package::SigningKey;

use crate::host::Host;
use crate::scratch::{Draft, write_whole};
use crate::wire::{Code, Problem};

/// Opens the key of `store`, or makes one.
///
/// # Errors
/// [`Code::StoreDamaged`] where there is a file and it is no key: a new one is never made silently,
/// because the province knows the old one.
pub fn open(store: &Path, host: &impl Host) -> Result<SigningKey, Problem> {
    let path = store.join("keys").join("desk.key");
    match signing_key(&path, |random| host.random(random)) {
        Ok((key, _)) => Ok(key),
        Err(problem) if problem.code == Code::BadRequest => {
            Err(Problem::new(Code::StoreDamaged, problem.detail))
        }
        Err(problem) => Err(problem),
    }
}

/// The key in the file at `path`; where there is no file, a new key, written there with its public
/// half beside it. Also says whether it is new.
///
/// # Errors
/// [`Code::BadRequest`] where there is a file and it is no key; what disk and dice report.
pub fn signing_key(
    path: &Path,
    dice: impl FnOnce(&mut [u8]) -> Result<(), Problem>,
) -> Result<(SigningKey, bool), Problem> {
    if let Some(key) = read(path)? {
        return Ok((key, false));
    }
    let mut random = [0; 32];
    dice(&mut random)?;
    let key = SigningKey::generate(random);
    let public = path.with_extension("pub");
    if public == *path {
        let detail = format!("{} names a public key", path.display());
        return Err(Problem::new(Code::BadRequest, detail));
    }
    match write_secret(path, key.to_text().as_bytes()) {
        // Another process was quicker: there is one key, and it is that one.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let theirs = read(path)?.ok_or_else(|| Problem::from(error))?;
            return Ok((theirs, false));
        }
        written => written?,
    }
    write_whole(&public, key.public().to_text().as_bytes())?;
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
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let detail = format!("{}: {error}", path.display());
            Err(Problem::new(Problem::from(error).code, detail))
        }
    }
}

/// Writes a secret that only its owner may read, where there is none.
fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;

    let mut draft = Draft::beside(path)?;
    restrict(draft.path())?;
    draft.write_all(bytes)?;
    draft.finish_new(path)
}

#[cfg(unix)]
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

/// Elsewhere the folder of the account already keeps others out.
#[cfg(not(unix))]
fn restrict(_path: &Path) -> std::io::Result<()> {
    Ok(())
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

        std::fs::write(&path, "no key").unwrap();
        let refused = signing_key(&path, seven).unwrap_err();
        assert_eq!(refused.code, Code::BadRequest);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "no key");
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
