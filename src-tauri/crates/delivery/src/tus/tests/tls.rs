//! Which servers are believed over TLS. There is no switch to believe others.

use super::*;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{Read as _, Write as _};

const KEY: &[u8] = include_bytes!("../../../fixtures/tls/server.key");
const GOOD: &[u8] = include_bytes!("../../../fixtures/tls/good.pem");
const OTHER_NAME: &[u8] = include_bytes!("../../../fixtures/tls/other-name.pem");
const EXPIRED: &[u8] = include_bytes!("../../../fixtures/tls/expired.pem");
const AUTHORITY: &[u8] = include_bytes!("../../../fixtures/tls/authority.pem");
const OTHER_AUTHORITY: &[u8] = include_bytes!("../../../fixtures/tls/other-authority.pem");

/// Serves one TLS connection with `certificate`, saying that it holds nothing. Its port.
fn serve(certificate: &[u8]) -> u16 {
    let chain = vec![CertificateDer::from_pem_slice(certificate).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::StreamOwned::new(session, socket);
        let mut block = [0u8; 4096];
        // A client that does not believe us hangs up here.
        if stream.read(&mut block).is_ok_and(|got| got > 0) {
            let reply = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(reply).unwrap();
        }
    });
    port
}

async fn asked(port: u16, authority: &[u8]) -> Result<Held, Failure> {
    let place = Destination::parse(&format!("https://localhost:{port}")).unwrap();
    let pem = authority.to_vec();
    let transport = TusTransport::new(&place, &Roots::Only { pem }, Timeouts::default()).unwrap();
    transport.ask(parcel().digest).await
}

#[tokio::test]
async fn a_server_of_the_configured_authority_is_believed() {
    assert_eq!(asked(serve(GOOD), AUTHORITY).await, Ok(Held::Unknown));
}

#[tokio::test]
async fn a_foreign_authority_another_name_and_an_expired_certificate_are_not() {
    for (certificate, authority) in [
        (GOOD, OTHER_AUTHORITY),
        (OTHER_NAME, AUTHORITY),
        (EXPIRED, AUTHORITY),
    ] {
        let held = asked(serve(certificate), authority).await;
        assert_eq!(held, Err(Failure::Certificate));
    }
}

#[tokio::test]
async fn plain_text_where_tls_is_spoken_is_a_broken_line_and_never_a_downgrade() {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let reply = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        socket.write_all(reply).unwrap();
        drop(socket.read_to_end(&mut Vec::new()));
    });
    assert_eq!(asked(port, AUTHORITY).await, Err(Failure::Line));
}

#[test]
fn a_file_without_certificates_is_refused_at_set_up() {
    let place = Destination::parse("https://tinh.example").unwrap();
    let pem = b"no certificate".to_vec();
    let transport = TusTransport::new(&place, &Roots::Only { pem }, Timeouts::default());
    assert!(matches!(transport.err(), Some(Error::Setup(_))));
}
