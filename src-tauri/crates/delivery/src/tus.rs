//! tus 1.0 over HTTP(S): the transport of today. Requests out, [`Answer`]s in; what they mean is
//! read in [`crate::reply`].
//!
//! Redirects are not followed, certificates are always checked, answers are read up to a bound, and
//! each wait has an end. There is no switch to turn any of that off.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Client, Method, RequestBuilder, Response};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use units::{Digest, Digester};

use crate::body::{Meter, stream};
use crate::destination::address;
use crate::reply::{self, Abilities, Answer, BODY_MAX_BYTES, TUS_VERSION};
use crate::transport::Reply;
use crate::{Destination, Error, Failure, Held, Lie, Parcel, Piece, Transport, Upload};

mod client;
#[cfg(test)]
mod tests;

pub use client::Roots;

/// Largest piece sent with its digest. It is read twice, and a server that checks it throws all of
/// it away when the line breaks.
const CHECKED_PIECE_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Longest file name told to the other side, in bytes: what file systems take.
const NAME_MAX_BYTES: usize = 255;

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For a whole short exchange: HEAD, POST, the question for a receipt.
    pub reply: Duration,
    /// For the line to take anything more of a piece, and for the answer after its last byte: the
    /// receiver may be syncing to disk.
    pub stall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            reply: Duration::from_secs(30),
            stall: Duration::from_secs(45),
        }
    }
}

/// One destination spoken to by tus.
pub struct TusTransport {
    client: Client,
    destination: Destination,
    timeouts: Timeouts,
    abilities: OnceCell<Abilities>,
}

impl TusTransport {
    /// Prepares to talk to `destination`; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Setup`] where no certificates can be read for an https destination.
    pub fn new(
        destination: &Destination,
        roots: &Roots,
        timeouts: Timeouts,
    ) -> Result<Self, Error> {
        let client = client::build(&address(&destination.uploads)?, roots, timeouts)?;
        Ok(Self {
            client,
            destination: destination.clone(),
            timeouts,
            abilities: OnceCell::new(),
        })
    }

    /// The public key the destination shows, as text. It proves nothing by itself: a person compares
    /// its fingerprint once, and then it is pinned.
    ///
    /// # Errors
    /// A [`Failure`], as everywhere.
    pub async fn key(&self) -> Result<String, Failure> {
        let url = self.destination.key.as_deref().ok_or(Failure::Gone)?;
        let answer = self.exchange(self.client.get(url)).await?;
        match answer.status {
            200 => String::from_utf8(answer.body).map_err(|_| Failure::Lie(Lie::Unreadable)),
            // No upload is gone, for none was begun: this is no province.
            404 | 410 => Err(Failure::Lie(Lie::NotTus)),
            _ => Err(reply::failure(&answer)),
        }
    }

    fn tus(&self, method: Method, url: &str) -> RequestBuilder {
        self.client
            .request(method, url)
            .header("tus-resumable", TUS_VERSION)
    }

    /// A short exchange, within [`Timeouts::reply`].
    async fn exchange(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let work = async {
            let response = request.send().await.map_err(|error| client::sort(&error))?;
            collect(response).await
        };
        match tokio::time::timeout(self.timeouts.reply, work).await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(Failure::Stalled),
        }
    }

    /// What the server can do, asked once.
    async fn abilities(&self) -> Result<&Abilities, Failure> {
        self.abilities
            .get_or_try_init(|| async {
                let request = self
                    .client
                    .request(Method::OPTIONS, &self.destination.uploads);
                reply::abilities(&self.exchange(request).await?)
            })
            .await
    }

    async fn send_create(&self, parcel: &Parcel, alone: bool) -> Result<Upload, Failure> {
        let abilities = self.abilities().await?;
        if let Some(max) = abilities.bytes_max
            && max < parcel.bytes
        {
            return Err(Failure::TooLarge {
                bytes_max: Some(max),
            });
        }
        let mut request = self
            .tus(Method::POST, &self.destination.uploads)
            .header(CONTENT_LENGTH, 0)
            .header("upload-length", parcel.bytes)
            .header("upload-metadata", metadata(parcel, alone));
        if !alone {
            // Whole-file digest as in RFC 9530, and as metadata for servers that know only tus.
            let repr = format!("sha-256=:{}:", STANDARD.encode(parcel.digest.as_bytes()));
            request = request.header("repr-digest", repr);
        }
        reply::created(&self.exchange(request).await?, &self.destination.uploads)
    }

    async fn send_piece(&self, mut piece: Piece) -> Result<u64, Failure> {
        let left = piece.source.len().saturating_sub(piece.offset);
        piece.bytes = piece.bytes.min(left);
        let mut request = self
            .tus(Method::PATCH, &piece.address)
            .header("upload-offset", piece.offset)
            .header(
                CONTENT_TYPE,
                HeaderValue::from_static("application/offset+octet-stream"),
            );
        if self.abilities().await?.checks_sha256 {
            piece.bytes = piece.bytes.min(CHECKED_PIECE_MAX_BYTES);
            let digest = STANDARD.encode(weigh(&piece).await?.as_bytes());
            request = request.header("upload-checksum", format!("sha256 {digest}"));
        }
        // Where a receipt proves the whole, somebody else may have sent more of it meanwhile.
        let furthest = match self.destination.gives_receipts() {
            true => piece.source.len(),
            false => piece.offset + piece.bytes,
        };
        let bytes = piece.bytes;
        let meter = Arc::new(Meter::default());
        let body = Body::wrap_stream(stream(piece, Arc::clone(&meter)));
        // The length is known, so the body is not chunked: plain servers and proxies prefer that.
        let request = request.header(CONTENT_LENGTH, bytes).body(body);
        let work = async {
            let response = request.send().await.map_err(|error| client::sort(&error))?;
            collect(response).await
        };
        let answer = match self.unless_stalled(work, &meter).await {
            Ok(answer) => answer,
            Err(failure) => return Err(meter.fault().map_or(failure, Failure::Source)),
        };
        let offset = reply::stored(&answer)?;
        if offset > furthest {
            return Err(Failure::Lie(Lie::OffsetBeyond));
        }
        Ok(offset)
    }

    /// Lets `work` run for as long as the line takes bytes.
    async fn unless_stalled<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
        meter: &Meter,
    ) -> Result<T, Failure> {
        tokio::pin!(work);
        let look_every = (self.timeouts.stall / 8).max(Duration::from_millis(10));
        let (mut seen, mut since) = (meter.handed(), Instant::now());
        loop {
            match tokio::time::timeout(look_every, &mut work).await {
                Ok(result) => return result,
                Err(_elapsed) if meter.handed() != seen => {
                    (seen, since) = (meter.handed(), Instant::now());
                }
                Err(_elapsed) if since.elapsed() >= self.timeouts.stall => {
                    return Err(Failure::Stalled);
                }
                Err(_elapsed) => {}
            }
        }
    }
}

impl Transport for TusTransport {
    fn ask(&self, digest: Digest) -> Reply<'_, Held> {
        Box::pin(async move {
            let Some(packages) = &self.destination.packages else {
                return Ok(Held::Unknown);
            };
            let url = format!("{packages}/{digest}");
            reply::held(&self.exchange(self.client.get(url)).await?)
        })
    }

    fn create<'a>(&'a self, parcel: &'a Parcel, alone: bool) -> Reply<'a, Upload> {
        Box::pin(self.send_create(parcel, alone))
    }

    fn find<'a>(&'a self, address: &'a str) -> Reply<'a, Upload> {
        Box::pin(async move {
            let request = self.tus(Method::HEAD, address);
            reply::found(&self.exchange(request).await?, address)
        })
    }

    fn put(&self, piece: Piece) -> Reply<'_, u64> {
        Box::pin(self.send_piece(piece))
    }

    fn end<'a>(&'a self, address: &'a str) -> Reply<'a, ()> {
        Box::pin(async move {
            if !self.abilities().await?.terminates {
                return Ok(());
            }
            let request = self.tus(Method::DELETE, address);
            reply::ended(&self.exchange(request).await?)
        })
    }
}

/// Takes an answer in, up to [`BODY_MAX_BYTES`] whatever `Content-Length` says.
async fn collect(mut response: Response) -> Result<Answer, Failure> {
    let headers = response.headers().iter();
    let mut answer = Answer {
        status: response.status().as_u16(),
        headers: headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: Vec::new(),
    };
    while let Some(part) = response
        .chunk()
        .await
        .map_err(|error| client::sort(&error))?
    {
        if answer.body.len() + part.len() > BODY_MAX_BYTES {
            return Err(Failure::Lie(Lie::TooLong));
        }
        answer.body.extend_from_slice(&part);
    }
    Ok(answer)
}

/// `Upload-Metadata`: keys with base64 values; `alone`: without the digest.
fn metadata(parcel: &Parcel, alone: bool) -> String {
    let mut end = parcel.name.len().min(NAME_MAX_BYTES);
    while !parcel.name.is_char_boundary(end) {
        end -= 1;
    }
    let name = STANDARD.encode(&parcel.name[..end]);
    let kind = STANDARD.encode("application/x-tar");
    let plain = format!("filename {name},filetype {kind}");
    if alone {
        return plain;
    }
    let digest = STANDARD.encode(parcel.digest.to_string());
    format!("{plain},sha256 {digest}")
}

/// The digest of one piece, computed off the runtime's threads.
async fn weigh(piece: &Piece) -> Result<Digest, Failure> {
    /// Read at once; small, for it lives beside the blocks being sent.
    const BLOCK_BYTES: usize = 256 * 1024;
    let (source, offset, bytes) = (Arc::clone(&piece.source), piece.offset, piece.bytes);
    let work = move || {
        let mut digester = Digester::new();
        let mut block = vec![0u8; BLOCK_BYTES];
        let mut done = 0;
        while done < bytes {
            let left = usize::try_from(bytes - done).unwrap_or(usize::MAX);
            let part = &mut block[..left.min(BLOCK_BYTES)];
            source.read_exact_at(offset + done, part)?;
            digester.update(part);
            done += part.len() as u64;
        }
        Ok::<_, std::io::Error>(digester.finish())
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(digest)) => Ok(digest),
        Ok(Err(error)) => Err(Failure::Source(error.to_string())),
        Err(panic) => Err(Failure::Source(panic.to_string())),
    }
}
