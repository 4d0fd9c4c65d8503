//! Who may come in. Judged by the head of a request alone, before a byte of its body is read: a
//! stranger's body costs nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use studio::Host;

use super::Server;
use super::lines::Guest;

/// Lets requests in that were sent to this machine under its own name. A page of another site can
/// make a browser ask us under that site's name; it is turned away here.
pub async fn for_this_machine(request: Request, next: Next) -> Response {
    if host(request.headers(), request.uri()).is_some() {
        next.run(request).await
    } else {
        turned_away()
    }
}

/// Lets requests of our own page in: with the token, and from no other site.
pub async fn for_the_owner<H: Host>(
    State(server): State<Arc<Server<H>>>,
    request: Request,
    next: Next,
) -> Response {
    let (headers, uri) = (request.headers(), request.uri());
    let token = token(headers, uri).unwrap_or_default();
    if !is_same(token, &server.token) || !is_own_origin(headers, uri) {
        return turned_away();
    }
    if let Some(guest) = request.extensions().get::<Guest>() {
        guest.let_in();
    }
    next.run(request).await
}

/// Closes the line as well, so that no body follows.
fn turned_away() -> Response {
    let mut response = (
        StatusCode::FORBIDDEN,
        "open the address that loa serve printed",
    )
        .into_response();
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// The name a request was sent to, where that is this machine's own.
fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let mut named = headers.get_all(header::HOST).iter();
    let host = named.next()?.to_str().ok()?;
    let is_only = named.next().is_none();
    // A whole address in the first line counts for more than the header (RFC 9112 §3.2.2).
    let is_agreed = uri.authority().is_none_or(|it| it.as_str() == host);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        Some(_) => return None,
        None => host,
    };
    (is_only && is_agreed && ["127.0.0.1", "localhost"].contains(&name)).then_some(host)
}

fn is_own_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let own = host(headers, uri).map(|host| format!("http://{host}"));
    own.is_some_and(|own| origin.as_bytes() == own.as_bytes())
}

/// From the header, or from the address where a browser sets no headers: pictures, sound, events.
fn token<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    if let Some(value) = headers.get("x-loa-token") {
        return value.to_str().ok();
    }
    let mut pairs = uri.query()?.split('&').filter_map(|it| it.split_once('='));
    pairs.find_map(|(name, value)| (name == "token").then_some(value))
}

/// Compared in full length always, so that time tells nothing.
fn is_same(a: &str, b: &str) -> bool {
    let differ = a
        .bytes()
        .zip(b.bytes())
        .fold(0, |seen, (a, b)| seen | (a ^ b));
    a.len() == b.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(named: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        let pairs = named.iter().cloned();
        pairs
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            })
    }

    #[test]
    fn only_names_of_this_machine_are_ours() {
        let judged = |host_named: &'static str| {
            host(
                &heads(&[(header::HOST, host_named)]),
                &Uri::from_static("/"),
            )
            .is_some()
        };
        for own in ["127.0.0.1:80", "localhost:41234", "localhost"] {
            assert!(judged(own), "{own}");
        }
        for foreign in [
            "",
            "example.com",
            "localhost:x",
            "localhost:1.example.com",
            "localhost.example.com:80",
            "127.0.0.1.example.com:80",
            "evil@localhost:80",
            "192.168.1.2:80",
        ] {
            assert!(!judged(foreign), "{foreign}");
        }
        let twice = heads(&[(header::HOST, "localhost:1"), (header::HOST, "example.com")]);
        assert!(host(&twice, &Uri::from_static("/")).is_none());
        let other = Uri::from_static("http://example.com/");
        assert!(host(&heads(&[(header::HOST, "localhost:1")]), &other).is_none());
        assert!(host(&HeaderMap::new(), &Uri::from_static("/")).is_none());
    }

    #[test]
    fn pages_of_other_sites_are_no_origin_of_ours() {
        let judged = |origin: &'static str| {
            let heads = heads(&[(header::HOST, "localhost:1"), (header::ORIGIN, origin)]);
            is_own_origin(&heads, &Uri::from_static("/"))
        };
        assert!(judged("http://localhost:1"));
        for foreign in [
            "null",
            "http://localhost:2",
            "https://localhost:1",
            "http://example.com",
        ] {
            assert!(!judged(foreign), "{foreign}");
        }
    }
}
