//! Commands on packages: seal, verify, send; and the sandbox province.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use archive::FileBytes;
use delivery::{
    Destination, FolderStore, JobKey, Limit, Load, Outcome as SendOutcome, Sender, State, Timeouts,
    TusTransport,
};
use package::{
    Contents, FileRef, Kind, Limits, PayloadFile, PortablePath, PublicKey, Report, Role,
    SignatureState, SigningKey, Stamp, Trust,
};
use serde::Serialize;
use studio::FolderTree;
use studio::wire::{Code, Problem};
use units::{Cancel, Watch};

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

fn problem(error: package::Error) -> anyhow::Error {
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

fn trusted(paths: &[PathBuf]) -> anyhow::Result<Trust> {
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

#[derive(Serialize)]
struct Sent {
    state: String,
    offset_bytes: u64,
    attempts: u32,
    receipt: Option<serde_json::Value>,
    reasons: Vec<String>,
}

fn sent(outcome: &SendOutcome, job_word: &str) -> anyhow::Result<Sent> {
    let receipt = match &outcome.receipt {
        Some(proof) => Some(serde_json::from_str(&proof.receipt().to_json())?),
        None => None,
    };
    let reasons = match &outcome.state {
        State::Refused { reasons } => reasons
            .iter()
            .map(|it| {
                format!("{} {} {}", it.code, it.path, it.detail)
                    .trim()
                    .to_owned()
            })
            .collect(),
        State::Waiting { reason, .. } => vec![reason.code().to_owned()],
        _ => vec![],
    };
    Ok(Sent {
        state: job_word.to_owned(),
        offset_bytes: outcome.offset_bytes,
        attempts: outcome.attempts,
        receipt,
        reasons,
    })
}

/// Keys whose receipts count: the one given, or the one this destination showed when it was first
/// sent to. A later change of that key is not believed.
async fn pinned(
    task: &args::Send,
    destination: &Destination,
    transport: &TusTransport,
    state: &Path,
) -> anyhow::Result<Trust> {
    if let Some(path) = &task.trust {
        return trusted(std::slice::from_ref(path));
    }
    let Some(address) = &destination.key else {
        return Ok(Trust::default());
    };
    let name = units::Digest::of(address.as_bytes()).short();
    let pin = state.join(format!("{name}.pub"));
    if !pin.is_file() {
        // Without a key no receipt counts, so nothing is sent before there is one.
        let text = transport
            .key()
            .await
            .map_err(|failure| refused(Problem::new(Code::Unreachable, failure.to_string())))?;
        PublicKey::from_text(&text).map_err(problem)?;
        studio::write_whole(&pin, text.as_bytes())?;
    }
    trusted(std::slice::from_ref(&pin))
}

/// `loa send`: sends until it is delivered, refused, or patience ends; run again, it goes on.
pub async fn send(task: &args::Send, json: bool) -> Outcome {
    let destination = Destination::parse(&task.to)
        .map_err(|error| refused(Problem::new(Code::BadDestination, error.to_string())))?;
    let state = task
        .state
        .clone()
        .unwrap_or_else(|| usual_store().join("outbox"));
    std::fs::create_dir_all(&state)?;
    let transport = TusTransport::new(
        &destination,
        &delivery::Roots::default(),
        Timeouts::default(),
    )
    .map_err(|error| refused(error.into()))?;
    let trust = pinned(task, &destination, &transport, &state).await?;
    let path = task.package.clone();
    let weighed = tokio::task::spawn_blocking(move || {
        let file = FileBytes::open(&path)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok::<_, Problem>(Load::weigh(Arc::new(file), name, Watch::NONE)?)
    });
    let load = weighed.await?.map_err(refused)?;
    let store: Arc<dyn delivery::Store> =
        Arc::new(FolderStore::open(&state).map_err(|error| refused(error.into()))?);
    let mut sender = Sender::new(Arc::clone(&store), Arc::new(transport), trust);
    sender.limit = Arc::new(Limit::kilobytes_per_second(task.limit));
    let bar = indicatif::ProgressBar::with_draw_target(
        Some(load.parcel().bytes),
        indicatif::ProgressDrawTarget::stderr(),
    );
    let tell = bar.clone();
    let cancel = Cancel::new();
    let asked = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            asked.cancel();
        }
    });
    let progress = Arc::new(move |done: u64, _total: u64| tell.set_position(done));
    let outcome = sender.send(&load, &destination, progress, &cancel).await;
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| refused(error.into()))?;
    let key = JobKey {
        digest: load.parcel().digest,
        destination: destination.uploads.clone(),
    };
    let job = store.load(&key).map_err(|error| refused(error.into()))?;
    let word = job.as_ref().map_or("queued", |job| job.state.word());
    let shown = sent(&outcome, word)?;
    answer(json, &shown, |it| {
        format!(
            "{} · {} B · {} {}",
            it.state,
            it.offset_bytes,
            it.attempts,
            l("lần thử", "attempts")
        )
    })?;
    match &outcome.state {
        State::Receipted(_) => Ok(()),
        State::Sent if !destination.gives_receipts() => Ok(()),
        State::Refused { .. } => Err(refused(Problem::new(
            Code::Refused,
            shown.reasons.join("; "),
        ))),
        _ => Err(refused(Problem::new(
            Code::Unreachable,
            shown.reasons.join("; "),
        ))),
    }
}

/// `loa province`: prints the address and serves until Ctrl-C.
pub async fn province(task: &args::Province, json: bool) -> Outcome {
    #[derive(Serialize)]
    struct Started {
        url: String,
        upload_url: String,
        public_key: String,
        fingerprint: String,
    }
    let folder = task
        .dir
        .clone()
        .unwrap_or_else(|| usual_store().join("province"));
    let mut config = province::Config::new(folder);
    config.address.set_port(task.port);
    if let Some(path) = &task.faults {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        config.faults = province::Script::from_toml(&text)?;
    }
    let running = province::start(config).await?;
    let started = Started {
        url: running.url(),
        upload_url: running.upload_url(),
        public_key: running.public_key().to_base64(),
        fingerprint: running.public_key().fingerprint(),
    };
    answer(json, &started, |it| {
        format!(
            "{}\n{}\n{} {}",
            it.url,
            it.upload_url,
            l("vân tay khoá", "key fingerprint"),
            it.fingerprint
        )
    })?;
    std::io::stdout().flush()?;
    tokio::signal::ctrl_c().await?;
    running.stop().await;
    Ok(())
}
