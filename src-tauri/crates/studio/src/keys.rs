//! This desk's signing key: made on first run, kept in the store, readable by its owner only.

use std::path::Path;

use package::SigningKey;

use crate::host::Host;
use crate::scratch::Draft;
use crate::wire::{Code, Problem};

/// Opens the key of `store`, or makes one.
///
/// # Errors
/// [`Code::StoreDamaged`] where there is a file and it is no key: a new one is never made silently,
/// because the province knows the old one.
pub fn open(store: &Path, host: &impl Host) -> Result<SigningKey, Problem> {
    let path = store.join("keys").join("desk.key");
    match std::fs::read_to_string(&path) {
        Ok(text) => SigningKey::from_text(&text)
            .map_err(|error| Problem::new(Code::StoreDamaged, format!("keys/desk.key: {error}"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut random = [0; 32];
            host.random(&mut random)?;
            let key = SigningKey::generate(random);
            write_secret(&path, key.to_text().as_bytes())?;
            crate::scratch::write_whole(
                &store.join("keys").join("desk.pub"),
                key.public().to_text().as_bytes(),
            )?;
            Ok(key)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes a secret that only its owner may read.
///
/// # Errors
/// Where it cannot be written.
pub fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;

    let mut draft = Draft::beside(path)?;
    restrict(draft.path())?;
    draft.write_all(bytes)?;
    draft.finish(path)
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
