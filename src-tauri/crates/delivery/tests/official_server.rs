//! Against the official Node tus server, through a line that breaks: nothing lost, nothing twice, and
//! no more claimed than was proved.
//!
//! Needs `npm ci` in `tests/e2e/tus`; without it the test says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of a test"
)]

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use delivery::{
    Destination, FolderStore, Load, Roots, Sender, State, Store as _, Timeouts, TusTransport,
};
use units::{Cancel, Digest, Watch};

#[path = "../../../../tests/support/chaos.rs"]
#[allow(dead_code, reason = "shared with the journeys, which use the rest")]
mod chaos;

use chaos::{Dice, Plan, Proxy};

struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    /// Starts the server over `folder`; `None` where its packages are not installed.
    fn start(folder: &Path) -> Option<Self> {
        let home = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/e2e/tus");
        if !home.join("node_modules").exists() {
            println!("skipped: run `npm ci` in tests/e2e/tus");
            return None;
        }
        let mut child = Command::new("node")
            .arg("server.mjs")
            .arg(folder)
            .current_dir(home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port: u16 = line
            .trim()
            .strip_prefix("listening ")
            .unwrap()
            .parse()
            .unwrap();
        Some(Self {
            child,
            address: (Ipv4Addr::LOCALHOST, port).into(),
        })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn package(seed: u64, bytes: usize) -> Vec<u8> {
    let mut dice = Dice(seed);
    let words = std::iter::repeat_with(|| dice.roll().to_le_bytes());
    words.flatten().take(bytes).collect()
}

fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(5),
        reply: Duration::from_secs(2),
        stall: Duration::from_secs(1),
    }
}

/// Files the server keeps, without its notes about them.
fn copies(folder: &Path) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .filter(|path| path.extension().is_none())
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn sender(jobs: &Path, destination: &Destination) -> Sender {
    let transport = TusTransport::new(destination, &Roots::System, timeouts()).unwrap();
    let mut sender = Sender::new(
        Arc::new(FolderStore::open(jobs).unwrap()),
        Arc::new(transport),
        package::Trust::default(),
    );
    sender.patience.failures_max = Some(100);
    // Waits of no length: the test is about what is sent, not about when.
    sender.dice = Arc::new(delivery::FixedDice(0));
    sender
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_arrives_whole_through_cuts_stalls_and_lost_replies() {
    let folder = tempfile::tempdir().unwrap();
    let Some(node) = Node::start(folder.path()) else {
        return;
    };
    for seed in 0..6 {
        let bytes = package(seed, 3_000_000 + seed as usize * 777_777);
        let digest = Digest::of(&bytes);
        let jobs = tempfile::tempdir().unwrap();
        // The first connection creates the upload; a reply lost there leaves an empty orphan at a
        // server that cannot be asked for digests, which is why these plans begin with a good one.
        let mut plans = vec![Plan::cut_up(1_000_000), Plan::cut_up(50_000)];
        plans.extend(Plan::seeded(seed, 6, bytes.len() as u64));
        let proxy = Proxy::start(node.address, plans).await.unwrap();
        let place = format!("http://{}/files", proxy.address());
        let destination = Destination::parse(&place).unwrap();
        let load = Load::weigh(Arc::new(bytes), "bản tin.tar", Watch::NONE).unwrap();
        let sender = sender(jobs.path(), &destination);
        let outcome = sender
            .send(&load, &destination, Arc::new(()), &Cancel::new())
            .await
            .unwrap();
        assert_eq!(outcome.state, State::Sent, "seed {seed}");
        assert!(outcome.attempts > 1 && !outcome.is_delivered());
        let arrived = copies(folder.path());
        let same = arrived.iter().filter(|copy| Digest::of(copy) == digest);
        assert_eq!(same.count(), 1, "seed {seed}");
        // Sent again, nothing is sent again.
        let before = proxy.bytes_up();
        let again = sender
            .send(&load, &destination, Arc::new(()), &Cancel::new())
            .await
            .unwrap();
        assert_eq!(again, outcome);
        assert_eq!(proxy.bytes_up(), before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_was_dropped_in_the_middle_goes_on_from_the_stored_address() {
    let folder = tempfile::tempdir().unwrap();
    let Some(node) = Node::start(folder.path()) else {
        return;
    };
    let bytes = package(9, 4_000_000);
    let digest = Digest::of(&bytes);
    let jobs = tempfile::tempdir().unwrap();
    let place = format!("http://{}/files", node.address);
    let destination = Destination::parse(&place).unwrap();
    let load = Load::weigh(Arc::new(bytes), "a.tar", Watch::NONE).unwrap();
    let mut dice = Dice(9);
    for _ in 0..8 {
        let mut sender = sender(jobs.path(), &destination);
        sender.limit = Arc::new(delivery::Limit::kilobytes_per_second(Some(4_000)));
        let never = Cancel::new();
        let work = sender.send(&load, &destination, Arc::new(()), &never);
        let moment = Duration::from_millis(dice.below(120));
        // Dropping the future is what a kill looks like to everything but the disk.
        drop(tokio::time::timeout(moment, work).await);
    }
    let outcome = sender(jobs.path(), &destination)
        .send(&load, &destination, Arc::new(()), &Cancel::new())
        .await
        .unwrap();
    assert_eq!(outcome.state, State::Sent);
    let arrived = copies(folder.path());
    let whole: Vec<_> = arrived.iter().filter(|copy| !copy.is_empty()).collect();
    assert_eq!(whole.len(), 1);
    assert_eq!(Digest::of(whole[0]), digest);
    assert_eq!(
        FolderStore::open(jobs.path())
            .unwrap()
            .jobs()
            .unwrap()
            .len(),
        1
    );
}
