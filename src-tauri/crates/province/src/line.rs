//! Connections that can be cut from inside a handler, as a bad line cuts them from outside.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

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

/// Accepts connections, each with its switch.
pub(crate) struct Lines(pub(crate) TcpListener);

impl Listener for Lines {
    type Io = Wire;
    type Addr = Line;

    async fn accept(&mut self) -> (Wire, Line) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        let line = Line::from(address);
        let wire = Wire {
            stream,
            line: line.clone(),
        };
        (wire, line)
    }

    fn local_addr(&self) -> io::Result<Line> {
        Ok(Line::from(self.0.local_addr()?))
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
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.line.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
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
    Ok((Lines(listener), address))
}

#[cfg(test)]
mod tests {
    use super::sender;

    #[test]
    fn all_addresses_of_one_network_are_one_sender() {
        let same = |a: &str, b: &str| sender(a.parse().unwrap()) == sender(b.parse().unwrap());
        assert!(same("10.1.2.3", "::ffff:10.1.2.3"));
        assert!(!same("10.1.2.3", "10.1.2.4"));
        assert!(same("2001:db8:1:2::7", "2001:db8:1:2:ffff::"));
        assert!(!same("2001:db8:1:2::7", "2001:db8:1:3::7"));
    }
}
