//! Connections: how many there may be, and how long one may take to say what it wants.
//!
//! Any program of this machine can connect. One that has not shown the token yet is a guest. Guests
//! have few seats, and where all are taken the one who sits longest gives way to the next, so that
//! whoever has the token always gets in, however many half requests lie about.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

/// Connections at a time: far fewer than the files a process may have open on any system.
const LINES_MAX: usize = 128;

/// Of these, guests. A browser opens six to fetch the pages.
const GUESTS_MAX: usize = 48;

/// How long the head of a request may take, and a line without one may stay.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// What is held of a line in memory; also the longest head.
const HELD_BYTES_MAX: usize = 64 << 10;

/// How long to wait where the system has no more connections to give.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until it is dropped.
pub async fn serve(listener: TcpListener, router: Router) -> Infallible {
    let seats = Arc::new(Semaphore::new(LINES_MAX));
    let guests = Arc::new(Guests::default());
    loop {
        let (stream, seat) = accept(&listener, &seats, &guests).await;
        let (guest, leave) = Guests::welcome(&guests);
        let wire = Wire {
            stream,
            guest: guest.clone(),
            _seat: seat,
        };
        let router = router.clone();
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(guest.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .max_buf_size(HELD_BYTES_MAX)
            .serve_connection(TokioIo::new(wire), service)
            .with_upgrades();
        tokio::spawn(async move {
            tokio::select! {
                // A line that breaks has nobody at its end who could be told.
                ended = serving => drop(ended),
                () = leave.notified() => {}
            }
        });
    }
}

async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
    guests: &Guests,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed; if it were, nobody would be counted and all be served.
    let seat = Arc::clone(seats).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, seat),
            // One that was given up before it was taken.
            Err(error) if is_of_the_caller(&error) => {}
            Err(_) => {
                guests.dismiss_oldest();
                tokio::time::sleep(SHORTAGE_PAUSE).await;
            }
        }
    }
}

fn is_of_the_caller(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Lines that have not shown the token, in the order in which they came.
#[derive(Default)]
struct Guests(Mutex<Table>);

#[derive(Default)]
struct Table {
    next: u64,
    waiting: BTreeMap<u64, Arc<Notify>>,
}

/// One line. It is a guest until it is known.
#[derive(Clone)]
pub struct Guest {
    number: u64,
    guests: Arc<Guests>,
}

impl Guests {
    /// Takes a line in, and whoever came first out where there are too many.
    fn welcome(guests: &Arc<Self>) -> (Guest, Arc<Notify>) {
        let leave = Arc::new(Notify::new());
        let mut table = guests.table();
        let number = table.next;
        table.next += 1;
        table.waiting.insert(number, Arc::clone(&leave));
        let is_full = table.waiting.len() > GUESTS_MAX;
        drop(table);
        if is_full {
            guests.dismiss_oldest();
        }
        let guests = Arc::clone(guests);
        (Guest { number, guests }, leave)
    }

    fn dismiss_oldest(&self) {
        if let Some((_, oldest)) = self.table().waiting.pop_first() {
            oldest.notify_one();
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    /// It has shown the token: from now on it gives way to nobody.
    pub fn let_in(&self) {
        self.guests.table().waiting.remove(&self.number);
    }
}

/// A connection, counted until it is closed: also when it has become a stream of events.
struct Wire {
    stream: TcpStream,
    guest: Guest,
    _seat: Option<OwnedSemaphorePermit>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.guest.let_in();
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_guest_who_sits_longest_gives_way_and_no_known_line_does() {
        let guests = Arc::new(Guests::default());
        let (owner, stays) = Guests::welcome(&guests);
        owner.let_in();
        let lines: Vec<_> = (0..=GUESTS_MAX).map(|_| Guests::welcome(&guests)).collect();
        lines[0].1.notified().await;
        for (guest, leave) in &lines[1..] {
            let is_asked = futures_util::FutureExt::now_or_never(leave.notified()).is_some();
            assert!(!is_asked, "{}", guest.number);
        }
        assert!(futures_util::FutureExt::now_or_never(stays.notified()).is_none());
        assert_eq!(guests.table().waiting.len(), GUESTS_MAX);
    }
}
