//! Starting `loa` as ever, watched, or with something that befalls it.
//!
//! `strace` watches and strikes. Beside a program from its start it stands with `-D`, as a child of
//! the program and not above it, so that the process we started is the program itself; to a server
//! that is up it comes as any debugger does.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::fate::Fate;
use crate::programs::loa_path;

/// A program that does not end for so long hangs.
const HUNG_AFTER: Duration = Duration::from_secs(60);

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// What `strace` does always: follow threads, name files, write down long names in full.
const STRACE: [&str; 6] = ["-f", "-y", "-q", "-s", "300", "-o"];

/// How one process ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// Which it was.
    pub process: u32,
    /// Its exit code; `None` where it was killed.
    pub code: Option<i32>,
    /// The same in words, with the signal.
    pub how: String,
    /// Whether it had to be killed because it did not end.
    pub hung: bool,
    /// What it said on standard output.
    pub out: String,
    /// What it said on standard error.
    pub err: String,
}

/// One way to start `loa`, for one run.
pub struct Launch {
    fate: Fate,
    /// Where `strace` and the streams write to; outside of what is judged.
    notes: PathBuf,
    /// The `strace` that came later.
    late: Mutex<Option<Child>>,
}

impl Launch {
    /// With this fate; notes go into the folder `notes`.
    #[must_use]
    pub fn new(fate: Fate, notes: &Path) -> Self {
        Self {
            fate,
            notes: notes.to_owned(),
            late: Mutex::default(),
        }
    }

    /// The command, without arguments: in English, in a home of its own, its streams in files.
    ///
    /// # Panics
    /// Where the files for its streams cannot be made.
    #[must_use]
    pub fn loa(&self, home: &Path) -> Command {
        let mut command = match self.fate.traced() {
            Some((false, told)) => {
                let mut strace = Command::new("strace");
                strace.args(["-D", "--seccomp-bpf"]).args(STRACE);
                strace.arg(self.log()).args(told).arg(loa_path());
                strace
            }
            _ => Command::new(loa_path()),
        };
        if let Fate::Under(library) = &self.fate {
            command.env("LD_PRELOAD", library);
        }
        let file = |name: &str| File::create(self.notes.join(name)).expect("a file for a stream");
        command.env("LANG", "C").env("HOME", home);
        command.env("TMPDIR", home.join("tmp"));
        command.stdin(Stdio::null());
        command.stdout(file("out")).stderr(file("err"));
        command
    }

    /// For a server that is up: now comes what is to come late.
    ///
    /// # Panics
    /// Where `strace` cannot hold the process.
    pub fn is_up(&self, server: &Child) {
        let Some((true, told)) = self.fate.traced() else {
            return;
        };
        let process = server.id().to_string();
        let mut strace = Command::new("strace");
        strace.args(STRACE).arg(self.log()).args(told);
        strace.args(["-p", &process]);
        let strace = strace.stderr(Stdio::null()).spawn();
        *self.late.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(strace.expect("strace is there"));
        let begin = Instant::now();
        while !is_held(&process) {
            assert!(
                begin.elapsed() < HUNG_AFTER,
                "strace does not hold {process}"
            );
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn log(&self) -> PathBuf {
        self.notes.join("calls")
    }

    /// Runs a command made by [`Launch::loa`] to its end.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn run(&self, command: &mut Command) -> Ended {
        let mut child = command.spawn().expect("strace and loa are there");
        self.wait(&mut child)
    }

    /// Waits for the end of a process, and for its moment where its fate is one.
    ///
    /// # Panics
    /// Where the system does not let us.
    pub fn wait(&self, child: &mut Child) -> Ended {
        let start = Instant::now();
        let moment = self.moment();
        let mut hung = false;
        let status = loop {
            if let Some(status) = child.try_wait().expect("it can be waited for") {
                break status;
            }
            hung = start.elapsed() > HUNG_AFTER;
            if hung || moment.is_some_and(|moment| start.elapsed() >= moment) {
                child.kill().expect("it runs");
            }
            std::thread::sleep(LOOK_EVERY);
        };
        let said = |name: &str| {
            let bytes = fs::read(self.notes.join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ended {
            process: child.id(),
            code: status.code(),
            how: status.to_string(),
            hung,
            out: said("out"),
            err: said("err"),
        }
    }

    /// When the program is to be killed, from its start.
    #[must_use]
    pub fn moment(&self) -> Option<Duration> {
        match self.fate {
            Fate::KilledAfter(moment) => Some(moment),
            _ => None,
        }
    }

    /// The calls of an ended run as `strace` wrote them down, once it is through with them.
    ///
    /// # Panics
    /// Where that takes too long.
    #[must_use]
    pub fn calls(&self, ended: &Ended) -> Vec<String> {
        let Some((is_late, _)) = self.fate.traced() else {
            return vec![];
        };
        let late = self
            .late
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if is_late {
            // Where the server was never up, `strace` never came.
            late.map(|mut strace| strace.wait().expect("it ends with the program"));
            return self.lines();
        }
        let own = ended.process.to_string();
        let is_end = |line: &String| {
            line.split_whitespace().next() == Some(&own)
                && (line.contains("+++ exited with") || line.contains("+++ killed by"))
        };
        let start = Instant::now();
        loop {
            let lines = self.lines();
            if lines.iter().any(is_end) {
                return lines;
            }
            assert!(
                start.elapsed() < HUNG_AFTER,
                "strace does not end: {lines:?}"
            );
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        text.lines().map(str::to_owned).collect()
    }
}

/// Whether all threads of a process are traced, or it is gone.
fn is_held(process: &str) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    let is_free = |thread: &Path| {
        let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
        status.lines().any(|line| line == "TracerPid:\t0")
    };
    !threads.flatten().any(|thread| is_free(&thread.path()))
}
