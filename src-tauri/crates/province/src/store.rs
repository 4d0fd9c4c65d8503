//! What the province keeps on disk, and in which order it becomes true.
//!
//! ```text
//! .loa-province           the mark that makes the folder ours
//! key                     the signing key (minisign text)
//! lock                    held while a province works on the folder
//! uploads/ID.json         what was announced
//! uploads/ID.bin          the bytes
//! uploads/ID.offset       one line per checkpoint: how many bytes are safely on disk
//! packages/DIGEST.tar     accepted packages
//! packages/DIGEST.json    what is inside, for the page
//! receipts/DIGEST.json    signed receipts
//! ```
//! An offset is acknowledged only after the bytes and then the checkpoint were synced. A package is
//! renamed into place before its receipt is written, so a receipt never speaks of nothing. All of it
//! is for the owner alone.

mod file;
mod place;
mod usage;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use files::Access;
use package::{Receipt, SignedReceipt, SigningKey};
use units::Digest;

use crate::error::Error;
pub(crate) use file::{Inside, InsideFile, Upload};
pub(crate) use usage::Usage;

const UPLOADS: &str = "uploads";
const PACKAGES: &str = "packages";
const RECEIPTS: &str = "receipts";
const PARTS: [&str; 3] = [UPLOADS, PACKAGES, RECEIPTS];

/// Digits of an upload's id.
const ID_DIGITS: usize = 32;

/// Bytes of one small file of ours; larger ones are damaged.
const SMALL_BYTES_MAX: u64 = 64 << 20;

/// Width of a checkpoint line without its end: the digits of the largest offset.
const CHECKPOINT_DIGITS: usize = 20;

/// The file of the signing key.
const KEY: &str = "key";

pub(crate) struct Store {
    folder: PathBuf,
    usage: Usage,
    /// Kept open: the lock ends with it.
    _lock: File,
}

impl Store {
    /// Opens or makes the folder, takes its lock and tidies up after killed provinces.
    pub(crate) fn open(folder: &Path) -> Result<Self, Error> {
        let lock = place::take(folder)?;
        place::sweep(folder);
        let usage = Usage::of(&PARTS.map(|part| folder.join(part)));
        let usage = usage.map_err(|source| Error::Folder {
            path: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            usage,
            _lock: lock,
        })
    }

    /// Where it lies.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// How much it keeps.
    pub(crate) fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The signing key; made on first use.
    pub(crate) fn key(&self) -> Result<SigningKey, Error> {
        let path = self.folder.join(KEY);
        let failed = |source| Error::Folder {
            path: path.clone(),
            source,
        };
        match stored_key(&self.folder)? {
            Some(key) => Ok(key),
            None => {
                let mut seed = [0; 32];
                getrandom::fill(&mut seed).map_err(|_| Error::Random)?;
                let key = SigningKey::generate(seed);
                self.put(&path, key.to_text().as_bytes()).map_err(failed)?;
                Ok(key)
            }
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
        let made = new_file(&self.bytes_path(&upload.id))
            .and_then(|()| new_file(&self.offset_path(&upload.id)))
            .and_then(|()| self.record(upload));
        made.inspect_err(|_| {
            // Said already; what stays is swept at the next start.
            self.forget(&upload.id).unwrap_or_default();
        })
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
            self.remove(&path)?;
        }
        files::sync_folder(&self.folder.join(UPLOADS))
    }

    /// Drops the bytes of an upload that has been settled.
    pub(crate) fn drop_bytes(&self, id: &str) -> io::Result<()> {
        self.remove(&self.bytes_path(id))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let bytes = fs::metadata(path).map_or(0, |about| about.len());
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) => Ok(()),
            Ok(()) => {
                self.usage.shrank(bytes);
                Ok(())
            }
        }
    }

    /// Opens the bytes of an upload for writing, cut back to what is known to be good.
    pub(crate) fn append(&self, id: &str, offset: u64) -> io::Result<Appender> {
        let bytes = OpenOptions::new().write(true).open(self.bytes_path(id))?;
        let checkpoints = OpenOptions::new().append(true).open(self.offset_path(id))?;
        let mut appender = Appender {
            bytes,
            checkpoints,
            at: offset,
            usage: self.usage.clone(),
        };
        appender.take_back(offset)?;
        Ok(appender)
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
                Some(_) => {
                    // Killed between its verdict and this.
                    self.drop_bytes(&id)?;
                    upload.bytes
                }
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
        files::sync_folder(&self.folder.join(PACKAGES))
    }

    /// Writes a receipt down. One that accepts stands for ever.
    pub(crate) fn put_receipt(&self, receipt: &SignedReceipt) -> io::Result<()> {
        let digest = receipt.receipt.digest;
        if self.holds(Some(digest)) {
            return Ok(());
        }
        self.put(&self.receipt_path(digest), receipt.to_json().as_bytes())
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

    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let before = fs::metadata(path).map_or(0, |about| about.len());
        files::write_whole(path, bytes, Access::Owner)?;
        self.usage.grew(bytes.len() as u64);
        self.usage.shrank(before);
        Ok(())
    }
}

/// Bytes of an upload as they come in.
pub(crate) struct Appender {
    bytes: File,
    checkpoints: File,
    at: u64,
    usage: Usage,
}

impl Appender {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.write_all(bytes)?;
        self.at += bytes.len() as u64;
        self.usage.grew(bytes.len() as u64);
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
        let before = self.bytes.metadata()?.len();
        self.bytes.set_len(offset)?;
        self.usage.shrank(before);
        self.usage.grew(offset);
        self.bytes.seek(SeekFrom::Start(offset))?;
        self.at = offset;
        Ok(())
    }
}

/// The signing key of the province that keeps its things in `folder`; `None` where none was made.
pub(crate) fn stored_key(folder: &Path) -> Result<Option<SigningKey>, Error> {
    let path = folder.join(KEY);
    match read_small(&path) {
        Ok(bytes) => Ok(Some(SigningKey::from_text(&String::from_utf8_lossy(
            &bytes,
        ))?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Folder { path, source }),
    }
}

/// Whether a name is that of an upload: as many hexadecimal digits, as they are written here.
fn is_upload_id(name: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.len() == ID_DIGITS && name.bytes().all(is_digit)
}

/// Makes an empty file that lasts.
fn new_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    owner_only(&mut options);
    options.open(path)?.sync_all()
}

/// What is made with these is for the owner alone.
fn owner_only(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
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

#[cfg(test)]
mod tests;
