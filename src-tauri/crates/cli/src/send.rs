//! `loa send`, and the sandbox province it can be tried on.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use delivery::{
    Destination, FolderStore, JobKey, Limit, Load, Outcome as SendOutcome, Sender, State, Timeouts,
    TusTransport,
};
use package::{PublicKey, Trust};
use serde::Serialize;
use studio::wire::{Code, Problem};
use units::{Cancel, FileBytes, Watch};

use crate::args;
use crate::bar::answer;
use crate::machine::usual_store;
use crate::packages::{problem, trusted};
use crate::words::l;
use crate::{Outcome, refused};

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
        let file = FileBytes::new(std::fs::File::open(&path)?)?;
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
