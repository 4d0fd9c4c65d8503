//! Sends a file to a plain tus server and prints how fast that was: one half of `cargo xtask bench`
//! (the other is `tests/e2e/tus/client.mjs`). The digest is computed first and timed apart, for the
//! other client computes none.
//!
//! usage: send_plain FILE URL [KILOBYTES_PER_SECOND]
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use delivery::{Destination, Limit, Load, MemoryStore, Roots, Sender, Timeouts, TusTransport};
use units::{Cancel, FileBytes, Watch};

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let mut words = std::env::args().skip(1);
    let (Some(file), Some(url)) = (words.next(), words.next()) else {
        return Err("usage: send_plain FILE URL [KILOBYTES_PER_SECOND]".into());
    };
    let limit = words.next().map(|word| word.parse()).transpose()?;
    let weighing = Instant::now();
    let load = Load::weigh(
        Arc::new(FileBytes::new(File::open(&file)?)?),
        "a.tar",
        Watch::NONE,
    )?;
    let digest_s = weighing.elapsed().as_secs_f64();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sending = Instant::now();
    let outcome = runtime.block_on(async {
        let destination = Destination::parse(&url)?;
        let transport = TusTransport::new(&destination, &Roots::System, Timeouts::default())?;
        let trust = package::Trust::default();
        let mut sender = Sender::new(Arc::new(MemoryStore::default()), Arc::new(transport), trust);
        sender.limit = Arc::new(Limit::kilobytes_per_second(limit));
        let never = Cancel::new();
        let sent = sender.send(&load, &destination, Arc::new(()), &never);
        sent.await.map_err(Failed::from)
    })?;
    let seconds = sending.elapsed().as_secs_f64();
    let mib = load.parcel().bytes as f64 / 1_048_576.0;
    println!(
        "{{\"seconds\":{seconds:.3},\"mib_per_s\":{:.1},\"digest_s\":{digest_s:.3},\"attempts\":{},\"offset_bytes\":{},\"rss_max_mib\":{:.1}}}",
        mib / seconds,
        outcome.attempts,
        outcome.offset_bytes,
        rss_max_mib().unwrap_or(0.0)
    );
    Ok(())
}

/// The peak of resident memory, where the system tells (Linux: `VmHWM` in kB).
fn rss_max_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
