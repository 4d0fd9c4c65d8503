//! What the province keeps on disk, and in which order it becomes true.
//!
//! ```text
//! key                     the signing key (minisign text, readable by the owner alone)
//! lock                    held while a province works on the folder
//! uploads/ID.json         what was announced
//! uploads/ID.bin          the bytes
//! uploads/ID.offset       one line per checkpoint: how many bytes are safely on disk
//! packages/DIGEST.tar     accepted packages
//! packages/DIGEST.json    what is inside, for the page
//! receipts/DIGEST.json    signed receipts
//! ```
//! An offset is acknowledged only after the bytes and then the checkpoint were synced. A package is
//! renamed into place before its receipt is written, so a receipt never speaks of nothing.

mod file;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use package::{Receipt, SignedReceipt, SigningKey};
use units::Digest;

use crate::error::Error;
pub(crate) use file::{Inside, InsideFile, Upload};

/// Bytes of one small file of ours; larger ones are damaged.
const SMALL_BYTES_MAX: u64 = 64 << 20;

/// Width of a checkpoint line without its end: the digits of the largest offset.
const CHECKPOINT_DIGITS: usize = 20;

pub(crate) struct Store {
    folder: PathBuf,
    /// Kept open: the lock ends with it.
    _lock: File,
}

impl Store {
    /// Opens or makes the folder and takes its lock.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let at = |path: PathBuf| move |source| Error::Folder { path, source };
        for part in ["uploads", "packages", "receipts"] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(at(path))?;
        }
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(at(path.clone()))?;
        // A province that was just dropped may still be finishing its last write.
        for _ in 0..100 {
            match lock.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        folder: folder.to_owned(),
                        _lock: lock,
                    });
                }
                Err(fs::TryLockError::WouldBlock) => {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                Err(fs::TryLockError::Error(source)) => return Err(at(path)(source)),
            }
        }
        Err(at(path)(io::ErrorKind::ResourceBusy.into()))
    }

    /// The signing key; made on first use.
    pub(crate) fn key(&self) -> Result<SigningKey, Error> {
        let path = self.folder.join("key");
        let failed = |source| Error::Folder {
            path: path.clone(),
            source,
        };
        match read_small(&path) {
            Ok(bytes) => Ok(SigningKey::from_text(&String::from_utf8_lossy(&bytes))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).map_err(|_| Error::Random)?;
                let key = SigningKey::generate(seed);
                self.put(&path, key.to_text().as_bytes()).map_err(failed)?;
                Ok(key)
            }
            Err(source) => Err(failed(source)),
        }
    }

    pub(crate) fn bytes_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("uploads/{id}.bin"))
    }

    pub(crate) fn package_path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("packages/{digest}.tar"))
    }

    fn record_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("uploads/{id}.json"))
    }

    fn offset_path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("uploads/{id}.offset"))
    }

    fn receipt_path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("receipts/{digest}.json"))
    }

    fn inside_path(&self, digest: Digest) -> PathBuf {
        self.folder.join(format!("packages/{digest}.json"))
    }

    /// Makes a new upload durable before anyone hears its address.
    pub(crate) fn create(&self, upload: &Upload) -> io::Result<()> {
        File::create(self.bytes_path(&upload.id))?.sync_all()?;
        File::create(self.offset_path(&upload.id))?.sync_all()?;
        self.record(upload)
    }

    /// Writes down what is known of an upload.
    pub(crate) fn record(&self, upload: &Upload) -> io::Result<()> {
        self.put(&self.record_path(&upload.id), &upload.to_bytes())
    }

    /// Forgets an upload. The record goes first: without it the rest is only litter.
    pub(crate) fn forget(&self, id: &str) -> io::Result<()> {
        for path in [
            self.record_path(id),
            self.offset_path(id),
            self.bytes_path(id),
        ] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        sync_folder(&self.folder.join("uploads"))
    }

    /// Drops the bytes of an upload that has been settled.
    pub(crate) fn drop_bytes(&self, id: &str) -> io::Result<()> {
        match fs::remove_file(self.bytes_path(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Opens the bytes of an upload for writing, cut back to what is known to be good.
    pub(crate) fn append(&self, id: &str, offset: u64) -> io::Result<Appender> {
        let bytes = OpenOptions::new().write(true).open(self.bytes_path(id))?;
        bytes.set_len(offset)?;
        let checkpoints = OpenOptions::new().append(true).open(self.offset_path(id))?;
        Ok(Appender {
            bytes,
            checkpoints,
            at: offset,
        })
    }

    /// Every upload with the bytes that are safely there; damaged records are passed over.
    pub(crate) fn uploads(&self) -> io::Result<Vec<(Upload, u64)>> {
        let mut out = Vec::new();
        for id in names(&self.folder.join("uploads"), ".json")? {
            let Some(upload) = read_small(&self.record_path(&id))
                .ok()
                .and_then(|bytes| Upload::read(&bytes))
                .filter(|upload| upload.id == id)
            else {
                continue;
            };
            let offset = match &upload.settled {
                Some(_) => upload.bytes,
                None => self.good_bytes(&upload),
            };
            out.push((upload, offset));
        }
        Ok(out)
    }

    /// The last whole checkpoint, but never more than is there.
    fn good_bytes(&self, upload: &Upload) -> u64 {
        let text = read_small(&self.offset_path(&upload.id)).unwrap_or_default();
        let whole = text.chunks_exact(CHECKPOINT_DIGITS + 1).next_back();
        let offset = whole
            .filter(|line| line.ends_with(b"\n"))
            .and_then(|line| std::str::from_utf8(&line[..CHECKPOINT_DIGITS]).ok())
            .and_then(|digits| digits.parse().ok())
            .unwrap_or(0);
        let there = match fs::metadata(self.bytes_path(&upload.id)) {
            Ok(data) => data.len(),
            // The power went after the bytes had been moved into place as an accepted package.
            Err(_) if offset == upload.bytes && self.holds(upload.declared) => upload.bytes,
            Err(_) => 0,
        };
        if offset <= there { offset } else { 0 }
    }

    /// Whether a package was accepted.
    fn holds(&self, digest: Option<Digest>) -> bool {
        let receipt = digest.and_then(|digest| self.receipt(digest));
        receipt.is_some_and(|signed| signed.receipt.is_accepted())
    }

    /// Packages that lie in place without a receipt: the power went between the two.
    pub(crate) fn without_receipt(&self) -> io::Result<Vec<Digest>> {
        let all = names(&self.folder.join("packages"), ".tar")?;
        let digests = all.iter().filter_map(|name| name.parse::<Digest>().ok());
        Ok(digests
            .filter(|digest| self.receipt(*digest).is_none())
            .collect())
    }

    /// Moves accepted bytes into place.
    pub(crate) fn keep(&self, from: &Path, digest: Digest, inside: &Inside) -> io::Result<()> {
        self.put(&self.inside_path(digest), &inside.to_bytes())?;
        fs::rename(from, self.package_path(digest))?;
        sync_folder(&self.folder.join("packages"))
    }

    pub(crate) fn put_receipt(&self, receipt: &SignedReceipt) -> io::Result<()> {
        let path = self.receipt_path(receipt.receipt.digest);
        self.put(&path, receipt.to_json().as_bytes())
    }

    pub(crate) fn receipt(&self, digest: Digest) -> Option<SignedReceipt> {
        let bytes = read_small(&self.receipt_path(digest)).ok()?;
        SignedReceipt::from_json(&bytes).ok()
    }

    /// What lies in an accepted package.
    pub(crate) fn inside(&self, digest: Digest) -> Option<Inside> {
        Inside::read(&read_small(&self.inside_path(digest)).ok()?)
    }

    /// All receipts, the newest first, at most `max`.
    pub(crate) fn receipts(&self, max: usize) -> io::Result<Vec<Receipt>> {
        let mut out: Vec<Receipt> = names(&self.folder.join("receipts"), ".json")?
            .iter()
            .filter_map(|name| self.receipt(name.parse().ok()?))
            .map(|signed| signed.receipt)
            .collect();
        out.sort_by_key(|receipt| std::cmp::Reverse(receipt.received_at.unix_s()));
        out.truncate(max);
        Ok(out)
    }

    /// Temp, sync, rename, sync the folder: there is the old file or the new one, never a part.
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let temp = path.with_extension("new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temp, path)?;
        sync_folder(path.parent().unwrap_or(&self.folder))
    }
}

/// Bytes of an upload as they come in.
pub(crate) struct Appender {
    bytes: File,
    checkpoints: File,
    at: u64,
}

impl Appender {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.write_all_at(bytes, self.at)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    pub(crate) const fn at(&self) -> u64 {
        self.at
    }

    /// Makes everything written so far count. Only then may it be acknowledged.
    pub(crate) fn checkpoint(&mut self) -> io::Result<u64> {
        self.bytes.sync_data()?;
        let line = format!("{:0width$}\n", self.at, width = CHECKPOINT_DIGITS);
        self.checkpoints.write_all(line.as_bytes())?;
        self.checkpoints.sync_data()?;
        Ok(self.at)
    }

    /// Takes back what was written since `offset`.
    pub(crate) fn take_back(&mut self, offset: u64) -> io::Result<()> {
        self.bytes.set_len(offset)?;
        self.at = offset;
        Ok(())
    }
}

fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    file.take(SMALL_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// File names in a folder that end so, without the ending.
fn names(folder: &Path, ending: &str) -> io::Result<Vec<String>> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(ending)) {
            out.push(stem.to_owned());
        }
    }
    out.sort_unstable();
    Ok(out)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload() -> Upload {
        Upload {
            id: "ab".into(),
            bytes: 100,
            declared: None,
            name: "x.tar".into(),
            metadata: String::new(),
            expires_s: 0,
            settled: None,
        }
    }

    #[test]
    fn only_checkpointed_bytes_survive() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.create(&upload()).unwrap();
        let mut appender = store.append("ab", 0).unwrap();
        appender.write(b"safe").unwrap();
        appender.checkpoint().unwrap();
        appender.write(b" not yet").unwrap();
        drop(appender);
        assert_eq!(store.uploads().unwrap()[0].1, 4);
        // A torn last line is dropped.
        let mut torn = OpenOptions::new()
            .append(true)
            .open(store.offset_path("ab"))
            .unwrap();
        torn.write_all(b"000000000000").unwrap();
        assert_eq!(store.uploads().unwrap()[0].1, 4);
        // A checkpoint beyond what is there is a lie; begin again.
        File::create(store.bytes_path("ab")).unwrap();
        assert_eq!(store.uploads().unwrap()[0].1, 0);
    }

    #[test]
    fn the_key_is_made_once_and_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let key = store.key().unwrap().public();
        assert_eq!(store.key().unwrap().public(), key);
        let mode = fs::metadata(folder.path().join("key"))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn damaged_records_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.create(&upload()).unwrap();
        fs::write(folder.path().join("uploads/cd.json"), "{").unwrap();
        assert_eq!(store.uploads().unwrap().len(), 1);
        store.forget("ab").unwrap();
        assert!(store.uploads().unwrap().is_empty());
    }
}
