//! By which name a request calls the province. A page anywhere can let its own name point at this
//! machine (DNS rebinding); what the browser then sends here still carries that name.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// What is listened on, and further names.
#[derive(Debug)]
pub(crate) struct Hosts {
    pub(crate) address: SocketAddr,
    pub(crate) named: Vec<String>,
}

/// The port of an address that names none.
const USUAL_PORT: u16 = 80;

/// Refuses requests that call for somebody else, before any of their body is read.
pub(crate) async fn layer(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Response {
    let is_meant = hosts.is_in(request.headers())
        && request
            .uri()
            .authority()
            .is_none_or(|it| hosts.is_ours(it.as_str()));
    match is_meant {
        true => next.run(request).await,
        false => (StatusCode::FORBIDDEN, "this is not the host you call for\n").into_response(),
    }
}

impl Hosts {
    /// Exactly one name, and one of ours.
    fn is_in(&self, headers: &HeaderMap) -> bool {
        let mut all = headers.get_all(header::HOST).iter();
        let first = all.next().and_then(|host| host.to_str().ok());
        all.next().is_none() && first.is_some_and(|host| self.is_ours(host))
    }

    /// This machine by the names that only it has, at the port that is listened on; or as configured.
    fn is_ours(&self, host: &str) -> bool {
        if self
            .named
            .iter()
            .any(|named| named.eq_ignore_ascii_case(host))
        {
            return true;
        }
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        let is_plain = !host.contains('@');
        let port = match authority.port() {
            None if host.ends_with(':') => None,
            None => Some(USUAL_PORT),
            Some(port) => port.as_str().parse().ok(),
        };
        is_plain && port == Some(self.address.port()) && self.is_name(authority.host())
    }

    fn is_name(&self, name: &str) -> bool {
        let bare = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'));
        match bare.unwrap_or(name).parse::<IpAddr>() {
            // Nobody can have an address point elsewhere. One that others reach us by counts only
            // where we listen for others.
            Ok(address) => address.to_canonical().is_loopback() || !self.address.ip().is_loopback(),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listening: &str, host: &str) -> bool {
        let hosts = Hosts {
            address: listening.parse().unwrap(),
            named: vec!["cong.tinh.example".to_owned()],
        };
        hosts.is_ours(host)
    }

    #[test]
    fn this_machine_is_called_by_its_own_names_and_the_right_port() {
        let here = "127.0.0.1:8080";
        for ours in [
            "127.0.0.1:8080",
            "localhost:8080",
            "LocalHost:8080",
            "[::1]:8080",
            "127.8.8.8:8080",
            "Cong.Tinh.example",
        ] {
            assert!(check(here, ours), "{ours}");
        }
        for foreign in [
            "",
            "evil.example:8080",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost:",
            "192.168.1.7:8080",
            "x@localhost:8080",
            "cong.tinh.example:8080",
            "localhost:8080, evil.example",
        ] {
            assert!(!check(here, foreign), "{foreign}");
        }
        assert!(check("127.0.0.1:80", "localhost"));
    }

    #[test]
    fn a_province_for_others_is_called_by_any_of_its_addresses_and_no_other_name() {
        assert!(check("0.0.0.0:8080", "192.168.1.7:8080"));
        assert!(check("0.0.0.0:8080", "localhost:8080"));
        assert!(!check("0.0.0.0:8080", "evil.example:8080"));
    }
}
