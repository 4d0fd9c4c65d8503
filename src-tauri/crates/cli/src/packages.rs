//! Commands on packages: seal and verify.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use files::Access;
use package::{Limits, PublicKey, Report, SignatureState, SigningKey, Trust};
use serde::Serialize;
use studio::wire::{Code, Problem};
use studio::{Cover, FolderTree, Packing};
use units::Watch;

use crate::args::{self, Package as Task};
use crate::bar::under_bar;
use crate::machine::{now_ms, random, usual_store, utc_offset_minutes};
use crate::out::{done, say, shown};
use crate::store::{self, new_id};
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
    path: String,
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

/// The key to sign with: in the file given, or the archive's; made where it is not there.
fn signing_key(task: &args::Seal) -> anyhow::Result<SigningKey> {
    let path = match &task.key {
        Some(path) => path.clone(),
        None => {
            let store = task.store.clone().unwrap_or_else(usual_store);
            let path = store.join("keys").join("desk.key");
            if !path.exists() {
                store::claim(&store)?;
            }
            path
        }
    };
    let (key, is_new) = studio::signing_key(&path, random).map_err(refused)?;
    if is_new {
        // A slip in the name of a key must not pass in silence: the province knows the other one.
        say(&format!(
            "loa: {} {} ({})",
            l("Đã tạo khoá ký mới", "Made a new signing key"),
            path.display(),
            key.public().id()
        ));
    }
    Ok(key)
}

fn seal(task: &args::Seal, json: bool) -> Outcome {
    refuse_own_source(task)?;
    let mut packing = Packing::new(Cover {
        id: new_id()?,
        now_ms: now_ms(),
        utc_offset_minutes: utc_offset_minutes(),
        title: task.title.clone().unwrap_or_else(|| stem(&task.out)),
        organisation: studio::organisation(task.store.as_deref()).map_err(refused)?,
        approved_by: String::new(),
        emergency: false,
    });
    if let Some(store) = &task.store {
        let archive = store::open(store)?;
        for id in &task.what {
            let item = store::find(&archive, &id.to_string_lossy())?;
            packing.add_item(&archive, &item).map_err(refused)?;
        }
    } else {
        let files: Vec<PathBuf> = task.what.iter().map(PathBuf::from).collect();
        let item = new_id()?;
        under_bar(|watch| packing.add_files(item, &files, watch))?;
    }
    let key = signing_key(task)?;
    let sealed = under_bar(|watch| packing.seal(&key, &task.out, Access::Usual, watch))?;
    let sealed = Sealed {
        path: shown(&task.out),
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
    done(json, &sealed, |it| {
        let place = format!("{}  {} B", it.path, it.bytes);
        vec![place, format!("sha256 {}", it.digest)]
    })
}

/// A package written over one of its own files would be the end of that file.
fn refuse_own_source(task: &args::Seal) -> Outcome {
    let Ok(out) = task.out.canonicalize() else {
        return Ok(()); // nothing is there yet
    };
    let is_out = |what: &&OsString| Path::new(what).canonicalize().is_ok_and(|path| path == out);
    match task.what.iter().find(is_out) {
        Some(what) => {
            let what = what.to_string_lossy();
            let detail = format!("--out {what} is one of the files to be sealed");
            Err(refused(Problem::new(Code::BadRequest, detail)))
        }
        None => Ok(()),
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
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
        studio::tools::regular(path).map_err(refused)?;
        let text =
            std::fs::read_to_string(path).map_err(|error| refused(Problem::on(path, error)))?;
        keys.push(PublicKey::from_text(&text).map_err(problem)?);
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
            let bytes = studio::tools::open_file(&task.path)?;
            package::verify_tar(&bytes, &trust, limits, watch)?
        })
    })?;
    let shown = verified(&report);
    // The exit code holds the verdict.
    done(json, &shown, |it| {
        let verdict = if it.valid {
            l("Gói hợp lệ", "Valid")
        } else {
            l("Gói KHÔNG hợp lệ", "NOT valid")
        };
        let mut lines = vec![format!(
            "{verdict} · {}",
            match it.signature.state {
                "missing" => l("không có chữ ký", "no signature"),
                "wrong" => l("chữ ký SAI", "the signature is WRONG"),
                "trusted" => l("chữ ký của khoá tin cậy", "signed by a trusted key"),
                _ => l(
                    "chữ ký đúng, khoá chưa được ghi nhận (--trust)",
                    "rightly signed, by a key nobody vouched for (--trust)",
                ),
            }
        )];
        if it.valid && it.profile.is_none() {
            let plain = l(
                "Túi BagIt thường: không có gì chứng minh ai làm ra.",
                "A plain BagIt bag: nothing proves who made it.",
            );
            lines.push(plain.to_owned());
        }
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
        lines
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
