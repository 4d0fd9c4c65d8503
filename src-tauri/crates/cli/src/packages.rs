//! Commands on packages: seal and verify.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use archive::FileBytes;
use package::{
    Contents, FileRef, Kind, Limits, PayloadFile, PortablePath, PublicKey, Report, Role,
    SignatureState, SigningKey, Stamp, Trust,
};
use serde::Serialize;
use studio::FolderTree;
use studio::wire::{Code, Problem};
use units::Watch;

use crate::args::{self, Package as Task};
use crate::bar::{answer, under_bar};
use crate::machine::{now_ms, random, usual_store, utc_offset_minutes};
use crate::words::l;
use crate::{Outcome, refused};

pub fn package(task: Task, json: bool) -> Outcome {
    match task {
        Task::Seal(task) => seal(&task, json),
        Task::Verify(task) => verify(&task, json),
    }
}

pub fn problem(error: package::Error) -> anyhow::Error {
    refused(error.into())
}

#[derive(Serialize)]
struct Sealed {
    path: PathBuf,
    package_id: String,
    version: u32,
    digest: String,
    bytes: u64,
    key_id: String,
    files: Vec<SealedFile>,
}

#[derive(Serialize)]
struct SealedFile {
    path: String,
    bytes: u64,
    digest: String,
}

fn now() -> Stamp {
    Stamp::from_unix(
        now_ms().div_euclid(1_000),
        i16::try_from(utc_offset_minutes()).unwrap_or(0),
    )
}

/// The key to sign with: the file given, or the archive's, made where it is not there.
fn signing_key(task: &args::Seal) -> anyhow::Result<SigningKey> {
    let store = task.store.clone().unwrap_or_else(usual_store);
    let path = task
        .key
        .clone()
        .unwrap_or_else(|| store.join("keys").join("desk.key"));
    match std::fs::read_to_string(&path) {
        Ok(text) => SigningKey::from_text(&text).map_err(problem),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            random(&mut seed).map_err(refused)?;
            let key = SigningKey::generate(seed);
            studio::write_secret(&path, key.to_text().as_bytes())?;
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

fn seal(task: &args::Seal, json: bool) -> Outcome {
    let key = signing_key(task)?;
    let mut contents = Contents {
        package_id: crate::store::new_id()?,
        version: 1,
        created: now(),
        title: task.title.clone().unwrap_or_else(|| stem(&task.out)),
        language: "vi".into(),
        organisation: "Loa Studio".to_owned(),
        items: vec![],
        delivery: package::Delivery::default(),
        files: vec![],
    };
    match &task.store {
        Some(store) => add_items(&mut contents, store, &task.what)?,
        None => add_files(&mut contents, &task.what)?,
    }
    let mut draft = studio::Draft::beside(&task.out)?;
    let sealed = under_bar(|watch| Ok(package::seal(&contents, &key, &mut draft, watch)?))?;
    draft.finish(&task.out)?;
    let sealed = Sealed {
        path: task.out.clone(),
        package_id: sealed.package_id.to_string(),
        version: sealed.version,
        digest: sealed.digest.to_string(),
        bytes: sealed.bytes,
        key_id: sealed.key_id.to_string(),
        files: sealed
            .files
            .into_iter()
            .map(|it| SealedFile {
                path: it.path,
                bytes: it.bytes,
                digest: it.digest.to_string(),
            })
            .collect(),
    };
    answer(json, &sealed, |it| {
        format!(
            "{}  {} B\nsha256 {}",
            it.path.display(),
            it.bytes,
            it.digest
        )
    })
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn item(id: units::Id, headline: &str, kind: Kind, files: Vec<FileRef>) -> package::Item {
    package::Item {
        id,
        kind,
        headline: headline.to_owned(),
        summary: None,
        body: None,
        script: None,
        people: vec![],
        place: None,
        subjects: vec![],
        urgency: 5,
        valid_from: None,
        valid_until: None,
        created: None,
        rights: None,
        digital_source: None,
        files,
    }
}

fn add_items(contents: &mut Contents, store: &Path, ids: &[String]) -> Outcome {
    let archive = crate::store::open(store)?;
    for (nth, id) in ids.iter().enumerate() {
        let found = crate::store::find(&archive, id)?;
        let mut refs = Vec::new();
        for file in found
            .versions
            .last()
            .map(|it| it.files.as_slice())
            .unwrap_or_default()
        {
            let name = PortablePath::from_name(&file.name);
            let path =
                PortablePath::new(&format!("{:02}/{}", nth + 1, name.as_str())).map_err(problem)?;
            let bytes = archive
                .open_object(file.digest)
                .map_err(|error| refused(error.into()))?;
            contents.files.push(PayloadFile {
                path: path.clone(),
                bytes: Arc::new(bytes),
            });
            let mut file_ref = FileRef::plain(path, &file.media_type, Role::Main);
            file_ref.digest_expected = Some(file.digest);
            refs.push(file_ref);
        }
        let kind = match found.metadata.kind {
            archive::Kind::Programme | archive::Kind::Segment | archive::Kind::Jingle => {
                Kind::Audio
            }
            archive::Kind::Deck | archive::Kind::Slide => Kind::Deck,
            archive::Kind::Article => Kind::Article,
            archive::Kind::Photo => Kind::Picture,
            archive::Kind::Video => Kind::Video,
            archive::Kind::Document => Kind::Document,
        };
        let mut made = item(found.id, &found.metadata.title, kind, refs);
        made.body = Some(found.metadata.body).filter(|body| !body.is_empty());
        contents.items.push(made);
    }
    Ok(())
}

fn add_files(contents: &mut Contents, paths: &[String]) -> Outcome {
    let mut refs = Vec::new();
    for path in paths {
        let path = Path::new(path);
        let bytes = FileBytes::open(path).map_err(|error| {
            let detail = format!("{}: {error}", path.display());
            refused(Problem::new(Problem::from(error).code, detail))
        })?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let place = PortablePath::from_name(&name);
        contents.files.push(PayloadFile {
            path: place.clone(),
            bytes: Arc::new(bytes),
        });
        refs.push(FileRef::plain(
            place,
            "application/octet-stream",
            Role::Main,
        ));
    }
    let title = contents.title.clone();
    contents
        .items
        .push(item(crate::store::new_id()?, &title, Kind::Document, refs));
    Ok(())
}

#[derive(Serialize)]
struct Verified {
    valid: bool,
    profile: Option<&'static str>,
    errors: Vec<Fault>,
    warnings: Vec<Fault>,
    signature: Signature,
    package_id: Option<String>,
    version: Option<u32>,
    title: Option<String>,
    digest: Option<String>,
    bytes: u64,
    files: usize,
}

#[derive(Serialize)]
struct Fault {
    code: String,
    path: String,
    detail: String,
}

#[derive(Serialize)]
struct Signature {
    state: &'static str,
    key_id: Option<String>,
    signed_at: Option<String>,
}

fn verified(report: &Report) -> Verified {
    let faults = |faults: &[package::Fault]| {
        faults
            .iter()
            .map(|it| Fault {
                code: it.code.as_str().to_owned(),
                path: it.path.clone(),
                detail: it.detail.clone(),
            })
            .collect()
    };
    Verified {
        valid: report.valid,
        profile: report.profile.map(|_| package::PROFILE_ID),
        errors: faults(&report.errors),
        warnings: faults(&report.warnings),
        signature: Signature {
            state: match report.signature.state {
                SignatureState::Missing => "missing",
                SignatureState::Wrong => "wrong",
                SignatureState::Untrusted => "untrusted",
                SignatureState::Trusted => "trusted",
            },
            key_id: report.signature.key_id.map(|id| id.to_string()),
            signed_at: report.signature.signed_at.map(|at| at.to_string()),
        },
        package_id: report.package_id.map(|id| id.to_string()),
        version: report.package_version,
        title: report.title.clone(),
        digest: report.digest.map(|digest| digest.to_string()),
        bytes: report.bytes,
        files: report.files.len(),
    }
}

/// Keys that count: those in the files given, or any with a warning where none is given.
pub fn trusted(paths: &[PathBuf]) -> anyhow::Result<Trust> {
    let mut keys = Vec::new();
    for path in paths {
        keys.push(PublicKey::from_text(&std::fs::read_to_string(path)?).map_err(problem)?);
    }
    Ok(if keys.is_empty() {
        Trust::anyone()
    } else {
        Trust::listed(keys)
    })
}

fn verify(task: &args::Verify, json: bool) -> Outcome {
    let trust = trusted(&task.trust)?;
    let limits = Limits::default();
    let report = under_bar(|watch: Watch<'_>| {
        Ok(if task.path.is_dir() {
            package::verify_folder(&FolderTree::new(&task.path), &trust, limits, watch)?
        } else {
            let bytes = FileBytes::open(&task.path)?;
            package::verify_tar(&bytes, &trust, limits, watch)?
        })
    })?;
    let shown = verified(&report);
    answer(json, &shown, |it| {
        let verdict = if it.valid {
            l("Gói hợp lệ", "Valid")
        } else {
            l("Gói KHÔNG hợp lệ", "NOT valid")
        };
        let mut lines = vec![format!(
            "{verdict} · {} {}",
            l("chữ ký", "signature"),
            it.signature.state
        )];
        lines.extend(
            it.errors
                .iter()
                .map(|fault| format!("x {} {} {}", fault.code, fault.path, fault.detail)),
        );
        lines.extend(
            it.warnings
                .iter()
                .map(|fault| format!("! {} {} {}", fault.code, fault.path, fault.detail)),
        );
        lines.join("\n")
    })?;
    if shown.valid {
        Ok(())
    } else {
        Err(refused(Problem::new(
            Code::PackageInvalid,
            task.path.display().to_string(),
        )))
    }
}
