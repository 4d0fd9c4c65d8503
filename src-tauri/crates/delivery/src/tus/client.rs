//! The web client: whom it believes, how long it waits, and what its errors mean.

use std::error::Error as _;
use std::io;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Url};

use crate::{Error, Failure, Timeouts};

/// Most headers of an answer that are read; honest servers send about fifteen.
const HEADERS_MAX: usize = 64;

/// Which certificates are believed. There is no "none of them matter".
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// Those the operating system believes.
    #[default]
    System,
    /// Only these, in PEM: the authority of the province.
    Only {
        /// One or more certificates.
        pem: Vec<u8>,
    },
}

/// A client for the host of `url`.
pub(super) fn build(url: &Url, roots: &Roots, timeouts: Timeouts) -> Result<Client, Error> {
    // The crypto provider is chosen per process. Ring, for it builds everywhere without further tools.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Where another thread was faster, its choice is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
    }
    let mut builder = Client::builder()
        .user_agent(concat!("loa/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .connect_timeout(timeouts.connect)
        .http1_only()
        .http1_max_headers(HEADERS_MAX)
        .tcp_nodelay(true)
        .referer(false);
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    builder = match roots {
        // Without TLS there is nothing to believe, and a machine without any certificates can still
        // reach the sandbox.
        Roots::System if url.scheme() == "http" => builder.tls_certs_only([]),
        Roots::System => builder,
        Roots::Only { pem } => {
            let certificates = Certificate::from_pem_bundle(pem).map_err(|error| setup(&error))?;
            if certificates.is_empty() {
                return Err(Error::Setup("no certificate in the file".to_owned()));
            }
            builder.tls_certs_only(certificates)
        }
    };
    builder.build().map_err(|error| setup(&error))
}

fn setup(error: &reqwest::Error) -> Error {
    let reason = error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string);
    Error::Setup(reason)
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

/// What an error of the client means. Its texts hold addresses and are not passed on.
pub(super) fn sort(error: &reqwest::Error) -> Failure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_)
                | rustls::Error::NoCertificatesPresented
                | rustls::Error::UnsupportedNameType => Failure::Certificate,
                _ => Failure::Line,
            };
        }
        cause = beneath(inner);
    }
    if error.is_timeout() {
        Failure::Stalled
    } else {
        Failure::Line
    }
}

/// What caused `error`. An IO error does not name the error it wraps, only that one's cause.
fn beneath<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}
