//! The transport against a server that says, byte for byte, whatever a test wants it to say.

use super::*;
use crate::Limit;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

mod tls;

/// What the server does with one request.
#[derive(Clone)]
enum Act {
    /// Reads all of it, then says this and closes.
    Say(String),
    /// Says this without reading the body, and closes.
    Interrupt(String),
    /// Says this and then the second part again and again.
    Endless(String, String),
    /// Reads, then answers this for ever, a byte at a time.
    Drip(u8),
    /// Reads and never answers.
    Silent,
    /// Reads so many bytes of the body and never more.
    Choke(usize),
}

fn say(text: &str) -> Act {
    Act::Say(text.replace('\n', "\r\n"))
}

struct Scripted {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Scripted {
    /// One act per request that is not OPTIONS, which gets `options`.
    async fn start(options: Act, acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            address,
            heads: Arc::clone(&heads),
            bodies: Arc::clone(&bodies),
        };
        let mut acts = acts.into_iter();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (stream, head, rest) = read_head(stream).await;
                let act = match head.starts_with("OPTIONS") {
                    true => options.clone(),
                    false => acts.next().unwrap_or(Act::Silent),
                };
                heads.lock().unwrap().push(head.clone());
                tokio::spawn(perform(stream, head, rest, act, Arc::clone(&bodies)));
            }
        });
        server
    }

    fn transport(&self) -> TusTransport {
        let place = Destination::parse(&format!("http://{}", self.address)).unwrap();
        let timeouts = Timeouts {
            connect: Duration::from_secs(5),
            reply: Duration::from_millis(700),
            stall: Duration::from_millis(700),
        };
        TusTransport::new(&place, &Roots::System, timeouts).unwrap()
    }

    fn address_of(&self, upload: &str) -> String {
        format!("http://{}{upload}", self.address)
    }

    fn head(&self, index: usize) -> String {
        self.heads.lock().unwrap()[index].to_lowercase()
    }
}

async fn read_head(mut stream: TcpStream) -> (TcpStream, String, Vec<u8>) {
    let mut read = Vec::new();
    let mut block = [0u8; 4096];
    loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            return (stream, String::from_utf8(read).unwrap(), rest);
        }
        let got = stream.read(&mut block).await.unwrap();
        if got == 0 {
            return (stream, String::new(), Vec::new());
        }
        read.extend_from_slice(&block[..got]);
    }
}

async fn perform(
    mut stream: TcpStream,
    head: String,
    mut body: Vec<u8>,
    act: Act,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
) {
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.parse::<usize>().unwrap());
    let wanted = match act {
        Act::Interrupt(_) => 0,
        Act::Choke(bytes) => bytes,
        _ => length,
    };
    let mut block = vec![0u8; 65_536];
    while body.len() < wanted {
        match stream.read(&mut block).await {
            Ok(got) if got > 0 => body.extend_from_slice(&block[..got]),
            _ => break,
        }
    }
    bodies.lock().unwrap().push(body);
    // The client may have hung up on nonsense by then, which is what is wanted of it.
    match act {
        Act::Say(text) | Act::Interrupt(text) => drop(stream.write_all(text.as_bytes()).await),
        Act::Endless(text, more) => {
            drop(stream.write_all(text.as_bytes()).await);
            while stream.write_all(more.as_bytes()).await.is_ok() {}
        }
        Act::Drip(byte) => {
            drop(stream.write_all(b"HTTP/1.1 204 No Content\r\nX: ").await);
            while stream.write_all(&[byte]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Act::Silent | Act::Choke(_) => std::future::pending().await,
    }
}

fn bare() -> Act {
    say("HTTP/1.1 204 No Content\nTus-Resumable: 1.0.0\nTus-Version: 1.0.0\nConnection: close\n\n")
}

fn checking() -> Act {
    say(
        "HTTP/1.1 204 No Content\nTus-Version: 1.0.0\nTus-Extension: creation,checksum\n\
         Tus-Checksum-Algorithm: sha1,sha256\nTus-Max-Size: 1000000\nConnection: close\n\n",
    )
}

fn stored(offset: u64) -> Act {
    say(&format!(
        "HTTP/1.1 204 No Content\nTus-Resumable: 1.0.0\nUpload-Offset: {offset}\nConnection: close\n\n"
    ))
}

fn parcel() -> Parcel {
    Parcel {
        digest: Digest::of(b"xin chao"),
        bytes: 8,
        name: "bản tin.tar".into(),
    }
}

fn piece(address: String, bytes: Vec<u8>) -> Piece {
    Piece {
        address,
        offset: 0,
        bytes: bytes.len() as u64,
        source: Arc::new(bytes),
        limit: Arc::new(Limit::none()),
        progress: Arc::new(()),
    }
}

#[tokio::test]
async fn a_creation_says_length_name_and_digest() {
    let server = Scripted::start(
        bare(),
        vec![say(
            "HTTP/1.1 201 Created\nTus-Resumable: 1.0.0\nLocation: /v1/uploads/7\nContent-Length: 0\n\n",
        )],
    )
    .await;
    let upload = server.transport().create(&parcel(), false).await.unwrap();
    assert_eq!(upload.address, server.address_of("/v1/uploads/7"));
    let head = server.head(1);
    assert!(head.starts_with("post /v1/uploads http/1.1"), "{head}");
    assert!(head.contains("upload-length: 8\r\n"));
    assert!(head.contains("content-length: 0\r\n"));
    assert!(head.contains("tus-resumable: 1.0.0\r\n"));
    let digest = STANDARD
        .encode(Digest::of(b"xin chao").as_bytes())
        .to_lowercase();
    assert!(head.contains(&format!("repr-digest: sha-256=:{digest}:")));
    assert!(head.contains("sha256 ") && head.contains("filename "));
}

#[tokio::test]
async fn a_checksum_is_sent_only_where_it_is_checked() {
    let server = Scripted::start(bare(), vec![stored(8)]).await;
    let to = server.address_of("/v1/uploads/7");
    let put = server
        .transport()
        .put(piece(to, b"xin chao".to_vec()))
        .await;
    assert_eq!(put, Ok(8));
    assert!(!server.head(1).contains("upload-checksum"));
    assert_eq!(server.bodies.lock().unwrap()[1], b"xin chao");

    let server = Scripted::start(checking(), vec![stored(8)]).await;
    let to = server.address_of("/v1/uploads/7");
    let put = server
        .transport()
        .put(piece(to, b"xin chao".to_vec()))
        .await;
    assert_eq!(put, Ok(8));
    let digest = STANDARD
        .encode(Digest::of(b"xin chao").as_bytes())
        .to_lowercase();
    assert!(
        server
            .head(1)
            .contains(&format!("upload-checksum: sha256 {digest}"))
    );
}

#[tokio::test]
async fn a_package_over_the_announced_limit_is_not_even_created() {
    let server = Scripted::start(checking(), vec![]).await;
    let mut large = parcel();
    large.bytes = 1_000_001;
    assert_eq!(
        server.transport().create(&large, false).await,
        Err(Failure::TooLarge {
            bytes_max: Some(1_000_000)
        })
    );
    assert_eq!(server.heads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Scripted::start(bare(), vec![]).await;
    let text = format!(
        "HTTP/1.1 307 Temporary Redirect\nLocation: http://{}/\nContent-Length: 0\n\n",
        elsewhere.address
    );
    let server = Scripted::start(bare(), vec![say(&text), say(&text)]).await;
    let transport = server.transport();
    assert_eq!(
        transport.create(&parcel(), false).await,
        Err(Failure::Redirected { status: 307 })
    );
    let to = server.address_of("/v1/uploads/7");
    assert_eq!(
        transport.put(piece(to, vec![0; 100_000])).await,
        Err(Failure::Redirected { status: 307 })
    );
    assert!(elsewhere.heads.lock().unwrap().is_empty());
}

#[tokio::test]
async fn endless_answers_are_cut_off() {
    let headers = Act::Endless("HTTP/1.1 200 OK\r\n".into(), "X-More: 1\r\n".into());
    let interim = Act::Endless(String::new(), "HTTP/1.1 102 Processing\r\n\r\n".into());
    let body = Act::Endless("HTTP/1.1 200 OK\r\n\r\n".into(), "x".repeat(4096));
    let server = Scripted::start(bare(), vec![headers, interim, body]).await;
    let transport = server.transport();
    let to = server.address_of("/v1/uploads/7");
    assert!(transport.find(&to).await.is_err());
    assert!(transport.find(&to).await.is_err());
    let held = transport.ask(parcel().digest).await;
    assert_eq!(held, Err(Failure::Lie(Lie::TooLong)));
}

#[tokio::test]
async fn a_lying_content_length_is_no_receipt() {
    let lie = say("HTTP/1.1 200 OK\nContent-Length: 999999999999\nConnection: close\n\n{}");
    let server = Scripted::start(bare(), vec![lie]).await;
    let held = server.transport().ask(parcel().digest).await;
    assert_eq!(held, Err(Failure::Line));
}

#[tokio::test]
async fn silence_and_a_choked_line_end_as_stalled() {
    let server = Scripted::start(bare(), vec![Act::Silent, Act::Choke(10_000)]).await;
    let transport = server.transport();
    let to = server.address_of("/v1/uploads/7");
    assert_eq!(transport.find(&to).await, Err(Failure::Stalled));
    // More than the system's buffers hold.
    let put = transport.put(piece(to, vec![0; 64_000_000])).await;
    assert_eq!(put, Err(Failure::Stalled));
}

#[tokio::test]
async fn an_answer_that_drips_in_for_ever_ends_as_stalled() {
    let server = Scripted::start(bare(), vec![Act::Drip(b'a'), Act::Drip(b'a')]).await;
    let address = server.address_of("/v1/uploads/1");
    let begin = Instant::now();
    let transport = server.transport();
    assert_eq!(transport.find(&address).await, Err(Failure::Stalled));
    let put = transport.put(piece(address, vec![7; 100_000])).await;
    assert_eq!(put, Err(Failure::Stalled));
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn an_answer_in_the_middle_of_a_piece_is_heard_or_the_line_is_in_doubt() {
    let conflict = "HTTP/1.1 409 Conflict\r\nTus-Resumable: 1.0.0\r\nContent-Length: 0\r\n\r\n";
    let server = Scripted::start(bare(), vec![Act::Interrupt(conflict.into())]).await;
    let to = server.address_of("/v1/uploads/7");
    let put = server.transport().put(piece(to, vec![0; 32_000_000])).await;
    // The server closes with bytes unread, so a reset may overtake the answer: both mean HEAD.
    assert!(
        matches!(put, Err(Failure::Conflict | Failure::Line)),
        "{put:?}"
    );
}

#[tokio::test]
async fn an_offset_beyond_the_piece_is_a_lie() {
    let server = Scripted::start(bare(), vec![stored(9)]).await;
    let to = server.address_of("/v1/uploads/7");
    let put = server
        .transport()
        .put(piece(to, b"xin chao".to_vec()))
        .await;
    assert_eq!(put, Err(Failure::Lie(Lie::OffsetBeyond)));
}

#[tokio::test]
async fn a_package_that_became_shorter_is_named_as_the_cause() {
    let server = Scripted::start(bare(), vec![stored(8)]).await;
    struct Shrunk;
    impl units::ReadAt for Shrunk {
        fn len(&self) -> u64 {
            8
        }
        fn read_at(&self, _offset: u64, _buffer: &mut [u8]) -> std::io::Result<usize> {
            Ok(0)
        }
    }
    let mut piece = piece(server.address_of("/v1/uploads/7"), vec![0; 8]);
    piece.source = Arc::new(Shrunk);
    let put = server.transport().put(piece).await;
    assert!(matches!(put, Err(Failure::Source(_))), "{put:?}");
}

#[tokio::test]
async fn an_upload_is_ended_only_where_the_server_offers_that() {
    let gone = say("HTTP/1.1 204 No Content\nTus-Resumable: 1.0.0\nConnection: close\n\n");
    let options = say(
        "HTTP/1.1 204 No Content\nTus-Version: 1.0.0\nTus-Extension: creation,termination\n\
         Connection: close\n\n",
    );
    let server = Scripted::start(options, vec![gone]).await;
    let address = server.address_of("/v1/uploads/1");
    server.transport().end(&address).await.unwrap();
    assert!(server.head(1).starts_with("delete /v1/uploads/1 "));
    assert!(server.head(1).contains("tus-resumable: 1.0.0"));

    let server = Scripted::start(bare(), vec![]).await;
    let address = server.address_of("/v1/uploads/1");
    server.transport().end(&address).await.unwrap();
    assert_eq!(server.heads.lock().unwrap().len(), 1, "asked, not deleted");
}

#[tokio::test]
async fn a_server_without_a_key_is_no_province_and_has_lost_no_upload() {
    let none = say("HTTP/1.1 404 Not Found\nContent-Length: 0\nConnection: close\n\n");
    let busy = say("HTTP/1.1 503 No\nContent-Length: 0\nConnection: close\n\n");
    let server = Scripted::start(bare(), vec![none, busy]).await;
    let transport = server.transport();
    assert_eq!(transport.key().await, Err(Failure::Lie(Lie::NotTus)));
    assert!(matches!(transport.key().await, Err(Failure::Busy { .. })));
}
