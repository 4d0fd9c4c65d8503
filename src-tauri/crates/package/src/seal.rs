//! Sealing: contents in, one tar out, in a single pass over the bytes.
//!
//! Order in the tar: `bagit.txt`, the payload sorted by path, then the tag files that need its
//! digests, the tag manifest, the signature. Lengths are known beforehand, so nothing is read or
//! written twice and memory does not grow with the payload.

mod rules;

use std::io::Write;

use units::{Digest, Id, ReadAt, Watch};

use crate::bag::{self, DECLARATION, DELIVERY, INFO, MANIFEST, NINJS, PAYLOAD, TAG_MANIFEST};
use crate::contents::{Contents, PayloadFile};
use crate::delivery::{self, SealedFile};
use crate::error::Error;
use crate::keys::{KeyId, SigningKey};
use crate::limits::{FILE_BYTES_MAX, PACKAGE_BYTES_MAX, TAG_BYTES_MAX, TAGS_BYTES_MAX};
use crate::minisign::Signature;
use crate::twin::Twin;
use crate::{ninjs, ustar};

/// Bytes read, digested and written at a time: stays in the second-level cache.
const PIECE_BYTES: usize = 256 << 10;

/// What was sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// Id of the package.
    pub package_id: Id,
    /// Version of the package.
    pub version: u32,
    /// SHA-256 of the whole tar: the package's identity and idempotency key.
    pub digest: Digest,
    /// Bytes of the tar.
    pub bytes: u64,
    /// Which key signed.
    pub key_id: KeyId,
    /// The payload, sorted by path.
    pub files: Vec<SealedFile>,
}

/// Writes the package to `out`. Each payload byte is read once. `watch` counts payload bytes.
///
/// `out` needs no buffer of its own: it is given large pieces, and the last of them ends the tar.
///
/// # Errors
/// Any [`Error`]; what `out` then holds is worthless and the caller drops it.
pub fn seal(
    contents: &Contents,
    key: &SigningKey,
    out: &mut dyn Write,
    watch: Watch<'_>,
) -> Result<Sealed, Error> {
    let time_s = rules::check(contents)?;
    let public = key.public();
    let mut files: Vec<&PayloadFile> = contents.files.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));

    let mut tar = Tar {
        out,
        twin: Twin::new(),
        folder: bag::folder_name(contents.package_id, contents.version),
        time_s,
        bytes: 0,
        tag_bytes: 0,
        piece: vec![0; PIECE_BYTES],
        watch,
        done: 0,
        total: files.iter().map(|file| file.bytes.len()).sum(),
    };
    let declaration = tar.tag(DECLARATION, bag::DECLARATION_TEXT)?;
    let mut sealed = Vec::with_capacity(files.len());
    for file in files {
        sealed.push(tar.payload(file)?);
    }
    rules::check_digests(contents, &sealed)?;

    let info = tar.tag(INFO, &bag::info(contents, &sealed, &public))?;
    let listed = sealed.iter().map(|file| (file.path.as_str(), file.digest));
    let manifest = tar.tag(MANIFEST, &bag::manifest(listed, PAYLOAD))?;
    let delivery = tar.tag(DELIVERY, &delivery::write(contents, &sealed)?)?;
    let news = tar.tag(NINJS, &ninjs::write(contents, &sealed)?)?;
    let digests = [info, declaration, manifest, delivery, news];
    let tag_manifest = bag::manifest(bag::LISTED_TAGS.into_iter().zip(digests), "");
    tar.tag(TAG_MANIFEST, &tag_manifest)?;

    let comment = bag::trusted_comment(
        contents.package_id,
        contents.version,
        contents.created.unix_s(),
        &public,
    );
    let signature = Signature::sign(key, &tag_manifest, &comment);
    tar.tag(
        &bag::signature_path(&public),
        signature.to_text().as_bytes(),
    )?;
    let (digest, bytes) = tar.end()?;
    Ok(Sealed {
        package_id: contents.package_id,
        version: contents.version,
        digest,
        bytes,
        key_id: public.id(),
        files: sealed,
    })
}

struct Tar<'a> {
    out: &'a mut dyn Write,
    twin: Twin,
    folder: String,
    time_s: u64,
    bytes: u64,
    tag_bytes: u64,
    piece: Vec<u8>,
    watch: Watch<'a>,
    done: u64,
    total: u64,
}

impl Tar<'_> {
    fn tag(&mut self, path: &str, bytes: &[u8]) -> Result<Digest, Error> {
        self.tag_bytes += bytes.len() as u64;
        for (bytes, max) in [
            (bytes.len() as u64, TAG_BYTES_MAX),
            (self.tag_bytes, TAGS_BYTES_MAX),
        ] {
            if bytes > max {
                return Err(Error::TooLarge {
                    path: path.to_owned(),
                    bytes,
                    max,
                });
            }
        }
        self.begin(path, bytes.len() as u64)?;
        self.twin.update(bytes);
        self.out.write_all(bytes).map_err(Error::Write)?;
        self.end_file(bytes.len() as u64)
    }

    fn payload(&mut self, file: &PayloadFile) -> Result<SealedFile, Error> {
        let path = file.path.as_str();
        let bytes = file.bytes.len();
        if bytes > FILE_BYTES_MAX {
            return Err(Error::TooLarge {
                path: path.to_owned(),
                bytes,
                max: FILE_BYTES_MAX,
            });
        }
        self.begin(&format!("{PAYLOAD}{path}"), bytes)?;
        let mut at = 0;
        while at < bytes {
            let want =
                usize::try_from(bytes - at).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
            let piece = &mut self.piece[..want];
            file.bytes
                .read_exact_at(at, piece)
                .map_err(|source| Error::Read {
                    path: path.to_owned(),
                    source,
                })?;
            self.twin.update(piece);
            self.out.write_all(piece).map_err(Error::Write)?;
            at += want as u64;
            self.done += want as u64;
            self.watch.step(self.done, self.total)?;
        }
        Ok(SealedFile {
            path: path.to_owned(),
            bytes,
            digest: self.end_file(bytes)?,
        })
    }

    fn begin(&mut self, path: &str, bytes: u64) -> Result<(), Error> {
        let path = format!("{}/{path}", self.folder);
        let header =
            ustar::header(path.as_bytes(), bytes, self.time_s).ok_or_else(|| Error::Path {
                path: crate::path::shown(path.as_bytes()),
                fault: crate::path::PathFault::TooLong,
            })?;
        self.put(&header)?;
        self.twin.begin_part();
        Ok(())
    }

    fn end_file(&mut self, bytes: u64) -> Result<Digest, Error> {
        let digest = self.twin.end_part();
        self.bytes += bytes;
        let padding = ustar::padding(bytes) as usize;
        self.put(&[0; ustar::BLOCK][..padding])?;
        Ok(digest)
    }

    fn end(mut self) -> Result<(Digest, u64), Error> {
        self.put(&[0; ustar::END_BYTES as usize])?;
        // The payload was weighed beforehand; tag files can lift it over the limit.
        if self.bytes > PACKAGE_BYTES_MAX {
            return Err(Error::TooLarge {
                path: String::new(),
                bytes: self.bytes,
                max: PACKAGE_BYTES_MAX,
            });
        }
        self.out.flush().map_err(Error::Write)?;
        self.watch.step(self.done, self.total)?;
        Ok((self.twin.finish(), self.bytes))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.twin.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(Error::Write)
    }
}
