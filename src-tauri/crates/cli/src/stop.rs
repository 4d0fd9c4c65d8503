//! The wish to stop: Ctrl-C, a system that shuts down (SIGTERM), a terminal that is closed (SIGHUP).
//! All end work alike: it is cancelled, what it had begun is undone, and the exit code is the same.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::{OnceLock, mpsc};
use std::thread;

use tokio::sync::watch;
use units::Cancel;

/// Heard once for the whole process, so that a wish between two pieces of work is not lost.
struct Heard {
    cancel: Cancel,
    asked: watch::Receiver<bool>,
}

/// The switch that such a wish turns on. From the first call on no signal ends the program by itself.
pub fn switch() -> Cancel {
    heard().cancel.clone()
}

/// Listens from now on, and ends when such a wish is there.
pub fn asked() -> impl Future<Output = ()> {
    let mut asked = heard().asked.clone();
    async move {
        if asked.wait_for(|it| *it).await.is_err() {
            // Nobody listens, so signals do what they do to every program: end it.
            pending::<()>().await;
        }
    }
}

fn heard() -> &'static Heard {
    static HEARD: OnceLock<Heard> = OnceLock::new();
    HEARD.get_or_init(|| {
        let cancel = Cancel::new();
        let (ask, asked) = watch::channel(false);
        let (tell, ready) = mpsc::channel();
        let switch = cancel.clone();
        let spawned = thread::Builder::new().name("signals".into());
        let spawned = spawned.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let Ok(runtime) = runtime else { return };
            let Ok(signal) = runtime.block_on(async { listen() }) else {
                return;
            };
            // Only now is a signal heard; whoever asked for the switch waits for this.
            tell.send(()).unwrap_or_default();
            runtime.block_on(signal);
            switch.cancel();
            ask.send_replace(true);
            // Sees to it that the channel stays open.
            runtime.block_on(ask.closed());
        });
        if spawned.is_ok() {
            // An error says that nobody listens, as where there is no thread.
            ready.recv().unwrap_or_default();
        }
        Heard { cancel, asked }
    })
}

type Signal = Pin<Box<dyn Future<Output = ()>>>;

#[cfg(unix)]
fn listen() -> io::Result<Signal> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // `nohup` has it ignored, and then so do we.
    let mut hangup = match is_ignored(SignalKind::hangup().as_raw_value()) {
        true => None,
        false => Some(signal(SignalKind::hangup())?),
    };
    Ok(Box::pin(async move {
        let hung_up = async {
            match hangup.as_mut() {
                Some(hangup) => hangup.recv().await,
                None => pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    }))
}

/// Whether the program was started with a signal ignored (proc_pid_status(5), `SigIgn`). Systems
/// without that file do not say.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(windows)]
fn listen() -> io::Result<Signal> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

    let (mut interrupt, mut stop) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    Ok(Box::pin(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = stop.recv() => {}
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        }
    }))
}
