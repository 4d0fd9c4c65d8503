//! A tus client written by hand over a plain socket, so that the province is judged by the protocol
//! and not by our own sender; and small packages to send.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails here")]
#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use package::{
    Contents, Delivery, FileRef, Item, Kind, PayloadFile, PortablePath, Role, SignedReceipt,
    SigningKey, Trust, seal,
};
use province::{Config, Running, Script};
use units::{Digest, Id, Watch};

pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn offset(&self) -> u64 {
        self.headers["upload-offset"].parse().unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// One request on a connection of its own.
pub fn request(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    answer(TcpStream::connect(to)?, to, method, path, headers, body)
}

/// As [`request`], from another address of this machine.
pub fn request_from(
    from: &str,
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> io::Result<Answer> {
    let stream = block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from.parse().unwrap(), 0))?;
        socket.connect(to).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    answer(stream, to, method, path, headers, b"")
}

fn answer(
    mut stream: TcpStream,
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        head += &format!("Host: {to}\r\n");
    }
    let says_length = |name: &str| matches!(name, "Content-Length" | "Transfer-Encoding");
    if !headers.iter().any(|(name, _)| says_length(name)) {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    // A server that has its answer early closes; what matters is the answer.
    let sent = stream.write_all(body);
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        sent?;
        read?;
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    Ok(Answer {
        status: status.parse().unwrap(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        body: bytes[end + 4..].to_vec(),
    })
}

const TUS: (&str, &str) = ("Tus-Resumable", "1.0.0");

pub struct Client(pub SocketAddr);

impl Client {
    pub fn get(&self, path: &str) -> Answer {
        request(self.0, "GET", path, &[], b"").unwrap()
    }

    pub fn create(&self, bytes: u64, metadata: &str) -> io::Result<Answer> {
        let length = bytes.to_string();
        let headers = [
            TUS,
            ("Upload-Length", &length),
            ("Upload-Metadata", metadata),
        ];
        request(self.0, "POST", "/v1/uploads", &headers, b"")
    }

    pub fn head(&self, path: &str) -> Answer {
        request(self.0, "HEAD", path, &[TUS], b"").unwrap()
    }

    pub fn delete(&self, path: &str) -> Answer {
        request(self.0, "DELETE", path, &[TUS], b"").unwrap()
    }

    pub fn patch(&self, path: &str, offset: u64, body: &[u8]) -> io::Result<Answer> {
        self.patch_with(path, offset, body, &[])
    }

    pub fn patch_with(
        &self,
        path: &str,
        offset: u64,
        body: &[u8],
        more: &[(&str, &str)],
    ) -> io::Result<Answer> {
        let offset = offset.to_string();
        let mut headers = vec![
            TUS,
            ("Upload-Offset", offset.as_str()),
            ("Content-Type", "application/offset+octet-stream"),
        ];
        headers.extend(more);
        request(self.0, "PATCH", path, &headers, body)
    }

    /// Waits for the verdict on a digest.
    pub fn receipt(&self, digest: Digest) -> SignedReceipt {
        for _ in 0..500 {
            let Ok(answer) = request(self.0, "GET", &format!("/v1/packages/{digest}"), &[], b"")
            else {
                continue;
            };
            if answer.status == 200 {
                return SignedReceipt::from_json(&answer.body).unwrap();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no receipt for {digest}");
    }

    /// Sends everything, asking where to go on after every doubt. Gives the upload's path and the
    /// offsets from which it went on.
    pub fn send(&self, tar: &[u8], piece_bytes: usize) -> (String, Vec<u64>) {
        let metadata = metadata(tar);
        let path = loop {
            match self.create(tar.len() as u64, &metadata) {
                Ok(answer) if answer.status == 201 => break answer.headers["location"].clone(),
                _ => {}
            }
        };
        let mut resumed = Vec::new();
        let mut at = 0;
        while at < tar.len() as u64 {
            let from = at as usize;
            let piece = &tar[from..tar.len().min(from.saturating_add(piece_bytes))];
            match self.patch(&path, at, piece) {
                Ok(answer) if answer.status == 204 => at = answer.offset(),
                _ => {
                    at = loop {
                        let head = request(self.0, "HEAD", &path, &[TUS], b"");
                        if let Ok(answer) = head
                            && answer.status == 200
                        {
                            break answer.offset();
                        }
                    };
                    resumed.push(at);
                }
            }
        }
        (path, resumed)
    }
}

pub fn metadata(tar: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let digest = STANDARD.encode(Digest::of(tar).to_string());
    format!("filename {},sha256 {digest}", STANDARD.encode("gói.tar"))
}

pub fn key() -> SigningKey {
    SigningKey::generate([3; 32])
}

/// A sealed package with one sound of `bytes` bytes and a picture.
pub fn package(bytes: usize) -> Vec<u8> {
    package_titled("<b>Bản tin</b> sáng", bytes)
}

pub fn package_titled(title: &str, bytes: usize) -> Vec<u8> {
    let sound: Vec<u8> = (0..bytes).map(|index| (index * 7 % 251) as u8).collect();
    let files = [
        ("bản tin.mp3", sound),
        ("bảng.png", vec![9; 100]),
        ("trang.html", vec![60; 9]),
    ];
    let path = |name: &str| PortablePath::new(name).unwrap();
    let contents = Contents {
        package_id: Id::new(5, [5; 10]),
        version: 1,
        created: "2026-09-22T05:00:00+07:00".parse().unwrap(),
        title: title.into(),
        language: "vi".into(),
        organisation: "Xã".into(),
        items: vec![Item::plain(
            Id::new(6, [6; 10]),
            Kind::Audio,
            "Tin",
            files
                .iter()
                .map(|(name, _)| FileRef::plain(path(name), "audio/mpeg", Role::Main))
                .collect(),
        )],
        delivery: Delivery::default(),
        files: files
            .into_iter()
            .map(|(name, bytes)| PayloadFile {
                path: path(name),
                bytes: Arc::new(bytes),
            })
            .collect(),
    };
    let mut tar = Vec::new();
    seal(&contents, &key(), &mut tar, Watch::NONE).unwrap();
    tar
}

pub fn config(folder: &std::path::Path) -> Config {
    Config {
        trust: Trust::listed(vec![key().public()]),
        ..Config::new(folder)
    }
}

pub fn with_faults(folder: &std::path::Path, faults: Script) -> Config {
    Config {
        faults,
        ..config(folder)
    }
}

pub fn start(config: Config) -> (Running, Client) {
    let running = block_on(province::start(config)).unwrap();
    let client = Client(running.address());
    (running, client)
}

pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
