//! A piece as a stream of blocks: read ahead on a blocking thread, handed out at the permitted rate.
//!
//! Blocks go from the page cache into a reused buffer and from there to the socket: two copies, and
//! a few megabytes of memory however large the package is.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::bytes::{Bytes, BytesMut};
use units::ReadAt;

use crate::Piece;

/// Read at once. Larger blocks gain nothing on a local disk, smaller ones cost wake-ups.
const BLOCK_BYTES: usize = 512 * 1024;

/// Blocks read ahead of the line: on a busy machine the reading thread may have to wait its turn.
const AHEAD: usize = 6;

/// Blocks in use at once: read ahead, in the hands of the client, being filled.
const BUFFERS: usize = AHEAD + 4;

/// What the line has taken, seen from outside the stream.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    handed: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl Meter {
    /// Bytes handed to the client so far.
    pub(crate) fn handed(&self) -> u64 {
        self.handed.load(Ordering::Relaxed)
    }

    /// Why the package could not be read, if so.
    pub(crate) fn fault(&self) -> Option<String> {
        let fault = self.fault.lock();
        fault.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, error: &io::Error) {
        let fault = self.fault.lock();
        *fault.unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }
}

struct Flow {
    blocks: mpsc::Receiver<io::Result<Bytes>>,
    block: Bytes,
    piece: Piece,
    meter: Arc<Meter>,
}

/// Microseconds on a clock that all streams share, for they share the limit too.
fn now_us() -> u64 {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    let since = EPOCH.get_or_init(Instant::now).elapsed();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// The bytes of `piece`.
pub(crate) fn stream(
    piece: Piece,
    meter: Arc<Meter>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (sender, blocks) = mpsc::channel(AHEAD);
    let (source, offset, bytes) = (Arc::clone(&piece.source), piece.offset, piece.bytes);
    // Ends by itself once the stream is dropped: its next send fails.
    drop(tokio::task::spawn_blocking(move || {
        read(&*source, offset, bytes, &sender);
    }));
    let flow = Flow {
        blocks,
        block: Bytes::new(),
        piece,
        meter,
    };
    futures_util::stream::unfold(flow, |mut flow| async move {
        let slice = flow.next().await?;
        Some((slice, flow))
    })
}

impl Flow {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.block.is_empty() {
            match self.blocks.recv().await? {
                Ok(block) => self.block = block,
                Err(error) => {
                    self.meter.failed(&error);
                    return Some(Err(error));
                }
            }
        }
        let size = self.piece.limit.slice_bytes().min(self.block.len());
        let slice = self.block.split_to(size);
        let wait_us = self.piece.limit.take(size as u64, now_us());
        if wait_us > 0 {
            tokio::time::sleep(Duration::from_micros(wait_us)).await;
        }
        let handed = self.meter.handed.fetch_add(size as u64, Ordering::Relaxed) + size as u64;
        let total = self.piece.source.len();
        self.piece
            .progress
            .report(self.piece.offset + handed, total);
        Some(Ok(slice))
    }
}

fn read(source: &dyn ReadAt, mut at: u64, mut left: u64, out: &mpsc::Sender<io::Result<Bytes>>) {
    let mut lent: VecDeque<Bytes> = VecDeque::with_capacity(BUFFERS);
    while left > 0 {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK_BYTES);
        let mut buffer = take_back(&mut lent);
        buffer.resize(size, 0);
        let block = match source.read_exact_at(at, &mut buffer) {
            Ok(()) => buffer.freeze(),
            Err(error) => {
                // Where nobody listens any more, nobody needs the reason.
                drop(out.blocking_send(Err(error)));
                return;
            }
        };
        lent.push_back(block.clone());
        if out.blocking_send(Ok(block)).is_err() {
            return;
        }
        at += size as u64;
        left -= size as u64;
    }
}

/// The oldest lent buffer if it has come back, else a new one.
fn take_back(lent: &mut VecDeque<Bytes>) -> BytesMut {
    if lent.len() < BUFFERS {
        return BytesMut::with_capacity(BLOCK_BYTES);
    }
    lent.pop_front()
        .and_then(|block| block.try_into_mut().ok())
        .unwrap_or_else(|| BytesMut::with_capacity(BLOCK_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limit;
    use futures_util::StreamExt as _;

    fn piece(source: Arc<dyn ReadAt>, offset: u64, bytes: u64) -> Piece {
        Piece {
            address: String::new(),
            offset,
            bytes,
            source,
            limit: Arc::new(Limit::none()),
            progress: Arc::new(()),
        }
    }

    #[tokio::test]
    async fn the_stream_carries_exactly_the_bytes_of_the_piece() {
        let bytes: Vec<u8> = (0..30 * BLOCK_BYTES + 17)
            .map(|at| (at % 251) as u8)
            .collect();
        let meter = Arc::new(Meter::default());
        let size = bytes.len() as u64 - 9;
        let mut stream = Box::pin(stream(
            piece(Arc::new(bytes.clone()), 5, size),
            Arc::clone(&meter),
        ));
        let mut out = Vec::new();
        while let Some(block) = stream.next().await {
            out.extend_from_slice(&block.unwrap());
        }
        assert!(out == bytes[5..5 + out.len()]);
        assert_eq!(out.len() as u64, size);
        assert_eq!(meter.handed(), size);
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_ends_the_stream_with_its_reason() {
        let meter = Arc::new(Meter::default());
        let piece = piece(Arc::new(vec![0u8; 10]), 0, 11);
        let mut stream = Box::pin(stream(piece, Arc::clone(&meter)));
        assert!(stream.next().await.unwrap().is_err());
        assert!(meter.fault().is_some());
    }
}
