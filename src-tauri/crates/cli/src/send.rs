//! `loa send`, and the sandbox province it can be tried on.

mod desk;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use delivery::{
    Claimed, Destination, Failure, FolderStore, Job, JobKey, Limit, Load, Outcome as SendOutcome,
    Sender, State, Store, StoreError, Timeouts, TusTransport, WaitReason,
};
use package::{Limits, PublicKey, Trust};
use serde::Serialize;
use studio::wire::{Code, Problem};
use units::{ReadAt, Watch};

use self::desk::Desk;
use crate::args;
use crate::machine::usual_store;
use crate::out::{answer, done, say};
use crate::packages::trusted;
use crate::words::{self, l};
use crate::{Outcome, refused, stop};

#[derive(Serialize)]
struct Sent {
    state: String,
    offset_bytes: u64,
    attempts: u32,
    receipt: Option<serde_json::Value>,
    reasons: Vec<String>,
    /// Sent to the training province: nothing was delivered.
    practice: bool,
}

fn state_in_words(state: &State) -> &'static str {
    match state {
        State::Queued => l("đang chờ", "queued"),
        State::Sealed => l("sẵn sàng gửi", "ready"),
        State::Sending { .. } => l("đang gửi dở", "sent in part"),
        State::Sent => l("đã gửi hết, chưa có biên nhận", "sent, no receipt yet"),
        State::Receipted(_) => l("đã có biên nhận hợp lệ", "delivered, receipt verified"),
        State::Refused { .. } => l("bị từ chối", "refused"),
        State::Waiting { .. } => l("đang chờ nối lại", "waiting for the line"),
    }
}

impl Sent {
    /// The place was never reached.
    fn not_begun(practice: bool) -> Self {
        Self {
            state: State::Queued.word().to_owned(),
            offset_bytes: 0,
            attempts: 0,
            receipt: None,
            reasons: vec![Failure::Line.code().to_owned()],
            practice,
        }
    }
}

fn sent(outcome: &SendOutcome, practice: bool) -> anyhow::Result<Sent> {
    let receipt = match &outcome.receipt {
        Some(proof) => Some(serde_json::from_str(&proof.receipt().to_json())?),
        None => None,
    };
    let reasons = match &outcome.state {
        State::Refused { reasons } => listed(reasons),
        State::Waiting { reason, .. } => vec![reason.code().to_owned()],
        _ => vec![],
    };
    Ok(Sent {
        state: outcome.state.word().to_owned(),
        offset_bytes: outcome.offset_bytes,
        attempts: outcome.attempts,
        receipt,
        reasons,
        practice,
    })
}

/// Keys whose receipts count. For the training province its own; for any other destination the key
/// given, the one pinned in the settings of the store, or the one it showed when it was first sent to
/// (a later change of that is not believed), but never the training province's.
async fn pinned(
    task: &args::Send,
    destination: &Destination,
    transport: &TusTransport,
    state: &Path,
    desk: &Desk,
) -> anyhow::Result<Trust> {
    let trust = if let Some(path) = &task.trust {
        trusted(std::slice::from_ref(path))?
    } else if desk.practises(destination) {
        Trust::listed(desk.training_key.into_iter().collect())
    } else if let Some(key) = desk.pinned(destination) {
        Trust::listed(vec![key])
    } else {
        first_seen(destination, transport, state, desk).await?
    };
    desk.refuse_practice(destination, trust.keys())?;
    Ok(trust)
}

/// The key this destination showed when it was first sent to.
async fn first_seen(
    destination: &Destination,
    transport: &TusTransport,
    state: &Path,
    desk: &Desk,
) -> anyhow::Result<Trust> {
    let Some(address) = &destination.key else {
        return Ok(Trust::default());
    };
    let name = units::Digest::of(address.as_bytes()).short();
    let pin = state.join(format!("{name}.pub"));
    if !pin.is_file() {
        // Without a key no receipt counts, so nothing is sent before there is one.
        let unreachable = |code: &'static str| {
            let words = words::reason(code).unwrap_or(code);
            refused(Problem::new(Code::Unreachable, words))
        };
        let text = first_key(transport)
            .await
            .map_err(|failure| unreachable(failure.code()))?;
        // Some page, perhaps that of a hotel's network.
        let key = PublicKey::from_text(&text).map_err(|_| unreachable("not-tus"))?;
        desk.refuse_practice(destination, &[key])?;
        files::write_whole(&pin, text.as_bytes(), files::Access::Owner)?;
        // Believed from now on, so a person should see whom.
        say(&format!(
            "loa: {} {}",
            l(
                "lần đầu gửi tới nơi này; khoá được giữ từ đây, vân tay:",
                "first sending to this place; its key is kept from now on, fingerprint:",
            ),
            key.fingerprint()
        ));
    }
    trusted(std::slice::from_ref(&pin))
}

/// The key of a place that may just be starting: asked for some seconds before it is called unreachable.
async fn first_key(transport: &TusTransport) -> Result<String, Failure> {
    const WAITS_MS: [u64; 5] = [250, 500, 1_000, 2_000, 4_000];
    for wait_ms in WAITS_MS {
        match transport.key().await {
            Err(Failure::Line | Failure::Busy { .. }) => {
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            }
            told => return told,
        }
    }
    transport.key().await
}

/// A large file that is no package is refused before it is read from end to end for its digest.
fn worth_reading(file: &dyn ReadAt) -> anyhow::Result<()> {
    let limits = Limits::default();
    if file.len() <= limits.refused_bytes_max {
        return Ok(());
    }
    match package::look_over(file, limits).first() {
        None => Ok(()),
        Some(fault) => {
            let detail = format!("{} {} {}", fault.code, fault.path, fault.detail);
            Err(refused(Problem::new(Code::PackageInvalid, detail)))
        }
    }
}

/// `loa send`: sends until it is delivered, refused, or patience ends; run again, it goes on.
pub async fn send(task: &args::Send, json: bool) -> Outcome {
    let cancel = stop::switch();
    let destination = Destination::parse(&task.to)
        .map_err(|error| refused(Problem::new(Code::BadDestination, error.to_string())))?;
    let desk = Desk::of(task).map_err(refused)?;
    let practice = desk.practises(&destination);
    let state = match &task.state {
        Some(folder) => folder.clone(),
        None => {
            crate::store::claim(&desk.store)?;
            desk.store.join("outbox")
        }
    };
    std::fs::create_dir_all(&state)?;
    let transport = TusTransport::new(
        &destination,
        &delivery::Roots::default(),
        Timeouts::default(),
    )
    .map_err(|error| refused(error.into()))?;
    // Before anything goes over the line: is there anything to send?
    let file = studio::tools::open_file(&task.package).map_err(refused)?;
    worth_reading(&file)?;
    let pinning = async {
        tokio::select! {
            trust = pinned(task, &destination, &transport, &state, &desk) => trust,
            () = stop::asked() => Err(refused(units::Cancelled.into())),
        }
    };
    let trust = match pinning.await {
        Ok(trust) => trust,
        Err(error) => {
            // Nothing was begun; who reads JSON is told so in the usual shape.
            if json {
                done(json, &Sent::not_begun(practice), |_| vec![])?;
            }
            return Err(error);
        }
    };
    let name = task.package.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let asked = cancel.clone();
    let weighed = tokio::task::spawn_blocking(move || {
        Load::weigh(Arc::new(file), name, Watch::new(&(), &asked))
    });
    let load = weighed.await?.map_err(|error| refused(error.into()))?;
    let records = FolderStore::open(&state).map_err(|error| refused(error.into()))?;
    tell_lost(&records, &load, &destination).map_err(|error| refused(error.into()))?;
    desk.forget_practice(&records, &load, &destination)
        .map_err(|error| refused(error.into()))?;
    let store: Arc<dyn Store> = Arc::new(records);
    let bar = bar(load.parcel().bytes);
    let store = Telling {
        records: store,
        bar: bar.clone(),
    };
    let mut sender = Sender::new(Arc::new(store), Arc::new(transport), trust);
    sender.limit = Arc::new(Limit::kilobytes_per_second(task.limit));
    let tell = bar.clone();
    let progress = Arc::new(move |done: u64, _total: u64| tell.set_position(done));
    let outcome = sender.send(&load, &destination, progress, &cancel).await;
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| refused(error.into()))?;
    let shown = sent(&outcome, practice)?;
    // The exit code holds whether it was delivered.
    done(json, &shown, |it| {
        let practice = l(
            "TẬP, chưa gửi tới tỉnh thật · ",
            "PRACTICE, nothing was sent to the real province · ",
        );
        vec![format!(
            "{}{} · {} B · {} {}",
            if it.practice { practice } else { "" },
            state_in_words(&outcome.state),
            it.offset_bytes,
            it.attempts,
            l("lần kết nối", "connected so often")
        )]
    })?;
    match problem_of(&outcome.state, destination.gives_receipts()) {
        None => Ok(()),
        Some(problem) => Err(refused(problem)),
    }
}

/// Says where the record of an earlier sending of this package was damaged: it begins anew.
fn tell_lost(
    records: &FolderStore,
    load: &Load,
    destination: &Destination,
) -> Result<(), StoreError> {
    let parcel = load.parcel();
    let job = Job::new(parcel.clone(), destination.clone(), 0);
    if records.load(&job.key())?.is_some() {
        return Ok(());
    }
    let lost = records.lost()?;
    for lost in lost.iter().filter(|lost| lost.digest == parcel.digest) {
        say(&format!(
            "loa: {} {}",
            l(
                "sổ gửi của gói này bị hỏng nên gửi lại từ đầu; bản hỏng giữ ở:",
                "the record of sending this package was damaged, so it is sent from the start; the damaged one is kept as:",
            ),
            lost.kept.display()
        ));
    }
    Ok(())
}

/// How far it is, on a terminal; nothing in a pipe.
fn bar(bytes: u64) -> indicatif::ProgressBar {
    let target = indicatif::ProgressDrawTarget::stderr();
    let bar = indicatif::ProgressBar::with_draw_target(Some(bytes), target);
    let form = "{bar:30.green/dim} {bytes} / {total_bytes}  {bytes_per_sec}  {wide_msg}";
    if let Ok(style) = indicatif::ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar
}

/// Records jobs, and tells who looks on why nothing moves.
struct Telling {
    records: Arc<dyn Store>,
    bar: indicatif::ProgressBar,
}

impl Store for Telling {
    fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        self.records.jobs()
    }

    fn load(&self, key: &JobKey) -> Result<Option<Job>, StoreError> {
        self.records.load(key)
    }

    fn save(&self, job: &Job) -> Result<(), StoreError> {
        self.records.save(job)?;
        let words = match &job.state {
            State::Waiting { reason, .. } => words::reason(reason.code()).unwrap_or(reason.code()),
            State::Sent => l(
                "mọi byte đã tới, chờ biên nhận",
                "all bytes arrived, waiting for the receipt",
            ),
            _ => "",
        };
        self.bar.set_message(words);
        Ok(())
    }

    fn remove(&self, key: &JobKey) -> Result<(), StoreError> {
        self.records.remove(key)
    }

    fn claim(&self, key: &JobKey) -> Result<Claimed, StoreError> {
        self.records.claim(key)
    }
}

/// Why a package that ended here is not where it should be; `None` where it is.
fn problem_of(state: &State, gives_receipts: bool) -> Option<Problem> {
    let (code, detail) = match state {
        State::Receipted(_) => return None,
        State::Sent if !gives_receipts => return None,
        State::Refused { reasons } => (Code::Refused, listed(reasons).join("; ")),
        State::Waiting { reason, .. } => {
            let code = match reason {
                WaitReason::Paused => Code::Cancelled,
                WaitReason::ReceiptRejected(_) | WaitReason::Failure(Failure::Certificate) => {
                    Code::WrongSignature
                }
                WaitReason::Failure(Failure::Source(_)) => Code::Io,
                WaitReason::Failure(Failure::Changed | Failure::Altered) => Code::Damaged,
                WaitReason::Failure(_) => Code::Unreachable,
            };
            let words = words::reason(reason.code()).unwrap_or(reason.code());
            let detail = match reason {
                WaitReason::Failure(failure) => failure.detail(),
                WaitReason::Paused | WaitReason::ReceiptRejected(_) => String::new(),
            };
            (code, format!("{words} {detail}").trim().to_owned())
        }
        State::Queued | State::Sealed | State::Sending { .. } | State::Sent => {
            let detail = l(
                "mọi byte đã tới nhưng chưa có biên nhận; chạy lại lệnh này để hỏi lại",
                "all bytes arrived, but there is no receipt yet; run the command again to ask",
            );
            (Code::Unreachable, detail.to_owned())
        }
    };
    Some(Problem::new(code, detail))
}

/// The reasons of a refusal, one line each.
fn listed(reasons: &[package::Reason]) -> Vec<String> {
    let lines = reasons.iter().map(|it| {
        let said = [&it.code, &it.path, &it.detail].map(String::as_str);
        let said = said.into_iter().filter(|part| !part.is_empty());
        said.collect::<Vec<_>>().join(" ")
    });
    lines.collect()
}

/// A folder in the store that is used where nobody names another; the store is ours from then on.
fn in_usual_store(name: &str) -> anyhow::Result<PathBuf> {
    let store = usual_store();
    crate::store::claim(&store)?;
    Ok(store.join(name))
}

/// `loa province`: prints the address and serves until it is told to stop.
pub async fn province(task: &args::Province, json: bool) -> Outcome {
    #[derive(Serialize)]
    struct Started {
        url: String,
        upload_url: String,
        public_key: String,
        fingerprint: String,
    }
    let stop = stop::asked();
    let folder = match &task.dir {
        Some(folder) => folder.clone(),
        None => in_usual_store("province")?,
    };
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
        let key = l("vân tay khoá", "key fingerprint");
        let fingerprint = format!("{key} {}", it.fingerprint);
        vec![it.url.clone(), it.upload_url.clone(), fingerprint]
    })?;
    stop.await;
    running.stop().await;
    Ok(())
}
