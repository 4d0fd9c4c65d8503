//! Connections that can be cut from inside a handler, as a bad line cuts them from outside. There are
//! so many of one sender and of all, and one on which nothing moves is closed: each takes a file
//! descriptor of the whole program.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};

/// Most connections of all, and of one sender. One more is closed at once.
const LINES_MAX: usize = 256;
const LINES_PER_SENDER_MAX: usize = 64;

/// How long nothing may move. Longer than senders wait for an answer or keep a line for later.
const IDLE_MAX: Duration = Duration::from_secs(120);

/// The switch of one connection, and who is at its other end.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    is_cut: Arc<AtomicBool>,
    from: IpAddr,
}

impl Line {
    fn from(address: SocketAddr) -> Self {
        Self {
            is_cut: Arc::default(),
            from: sender(address.ip()),
        }
    }

    /// Who sends, as far as it can be told.
    pub(crate) fn sender(&self) -> IpAddr {
        self.from
    }

    /// Cuts the connection: nothing more is read or written, not even the reply under way.
    pub(crate) fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> io::Result<()> {
        if self.is_cut.load(Ordering::Relaxed) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

/// How many connections each sender has.
#[derive(Clone, Debug, Default)]
struct Places(Arc<Mutex<BTreeMap<IpAddr, usize>>>);

/// One of them, given back when dropped.
#[derive(Debug)]
struct Place {
    of: IpAddr,
    places: Places,
}

impl Places {
    fn take(&self, of: IpAddr) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        let own = taken.get(&of).copied().unwrap_or(0);
        if all >= LINES_MAX || own >= LINES_PER_SENDER_MAX {
            return None;
        }
        taken.insert(of, own + 1);
        drop(taken);
        let places = self.clone();
        Some(Place { of, places })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = (self.places.0)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let own = taken.entry(self.of).or_default();
        *own = own.saturating_sub(1);
        if *own == 0 {
            taken.remove(&self.of);
        }
    }
}

/// Accepts connections, each with its switch.
pub(crate) struct Lines {
    listener: TcpListener,
    places: Places,
}

impl Listener for Lines {
    type Io = Wire;
    type Addr = Line;

    async fn accept(&mut self) -> (Wire, Line) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            let line = Line::from(address);
            let Some(place) = self.places.take(line.sender()) else {
                continue;
            };
            let wire = Wire {
                stream,
                line: line.clone(),
                silence: Box::pin(tokio::time::sleep(IDLE_MAX)),
                _place: place,
            };
            return (wire, line);
        }
    }

    fn local_addr(&self) -> io::Result<Line> {
        Ok(Line::from(self.listener.local_addr()?))
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection that fails once it was cut.
pub(crate) struct Wire {
    stream: TcpStream,
    line: Line,
    /// Ends where nothing has moved for too long.
    silence: Pin<Box<Sleep>>,
    _place: Place,
}

impl Wire {
    /// What came of an attempt to move bytes; nothing, for too long, is a failure.
    fn unless_silent<T>(
        &mut self,
        moved: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.silence.as_mut().reset(Instant::now() + IDLE_MAX);
            return moved;
        }
        match self.silence.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.line.check()?;
        let moved = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.unless_silent(moved, context)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.line.check()?;
        let moved = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_silent(moved, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// One sender per address; of the newer kind, per network of 64 bits, for whoever has one has all of
/// its addresses.
fn sender(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
    }
}

/// Listens at an address.
pub(crate) async fn listen(address: SocketAddr) -> io::Result<(Lines, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let lines = Lines {
        listener,
        places: Places::default(),
    };
    Ok((lines, address))
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, LINES_PER_SENDER_MAX, Places, sender};

    #[test]
    fn one_sender_holds_some_connections_and_all_together_no_more_than_there_are() {
        let places = Places::default();
        let take = |sender: u8| places.take([10, 0, 0, sender].into());
        let held: Vec<_> = std::iter::from_fn(|| take(1)).collect();
        assert_eq!(held.len(), LINES_PER_SENDER_MAX);
        let others: Vec<_> = (2..).map_while(take).collect();
        assert_eq!(held.len() + others.len(), LINES_MAX);
        drop(held);
        assert!(take(1).is_some());
    }

    #[test]
    fn all_addresses_of_one_network_are_one_sender() {
        let same = |a: &str, b: &str| sender(a.parse().unwrap()) == sender(b.parse().unwrap());
        assert!(same("10.1.2.3", "::ffff:10.1.2.3"));
        assert!(!same("10.1.2.3", "10.1.2.4"));
        assert!(same("2001:db8:1:2::7", "2001:db8:1:2:ffff::"));
        assert!(!same("2001:db8:1:2::7", "2001:db8:1:3::7"));
    }
}
