//! Where packages go, and whether that place gives receipts.

use reqwest::Url;

/// Longest address taken, in bytes; browsers and proxies break longer ones too.
const URL_MAX_BYTES: usize = 2048;

/// The province's interface below its address.
const UPLOADS_PATH: &str = "v1/uploads";
const PACKAGES_PATH: &str = "v1/packages";
const KEY_PATH: &str = "v1/key";

/// A place that takes packages by tus.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Destination {
    /// Where uploads are created.
    pub uploads: String,
    /// Where `…/{digest}` answers with a receipt; `None` for a server that gives none.
    pub packages: Option<String>,
    /// Where the province shows its public key, to be compared and pinned by a person.
    pub key: Option<String>,
}

/// Why a text is no destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Not an absolute http or https address, or too long.
    #[error("an address such as https://province.example is needed")]
    NotAnAddress,
    /// User names and passwords do not belong in addresses: they end up in logs.
    #[error("the address must carry no user name or password")]
    Credentials,
}

impl Destination {
    /// Reads what a user typed.
    ///
    /// A bare host (`https://province.example`) or an address ending in `/v1/uploads` is a province:
    /// uploads, receipts and key lie at fixed paths below it. Any other path is taken as the upload
    /// address of a plain tus server, from which no receipt is expected. Nothing is probed, so the
    /// answer is the same on every day.
    ///
    /// # Errors
    /// [`DestinationError`].
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let url = address(text)?;
        let path = url.path().trim_end_matches('/');
        let base = match path.strip_suffix(UPLOADS_PATH) {
            Some(base) => Some(base.to_owned()),
            None if path.is_empty() => Some("/".to_owned()),
            None => None,
        };
        let Some(base) = base else {
            return Ok(Self {
                uploads: url.to_string(),
                packages: None,
                key: None,
            });
        };
        let below = |path: &str| {
            let mut url = url.clone();
            url.set_path(&format!("{base}{path}"));
            url.set_query(None);
            url.to_string()
        };
        Ok(Self {
            uploads: below(UPLOADS_PATH),
            packages: Some(below(PACKAGES_PATH)),
            key: Some(below(KEY_PATH)),
        })
    }

    /// Whether "delivered" can be reached here at all.
    #[must_use]
    pub fn gives_receipts(&self) -> bool {
        self.packages.is_some()
    }
}

/// An absolute http(s) address without credentials or fragment.
pub(crate) fn address(text: &str) -> Result<Url, DestinationError> {
    if text.len() > URL_MAX_BYTES {
        return Err(DestinationError::NotAnAddress);
    }
    let mut url = Url::parse(text.trim()).map_err(|_| DestinationError::NotAnAddress)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(DestinationError::NotAnAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(DestinationError::Credentials);
    }
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_host_is_a_province_with_receipts() {
        for text in [
            "http://tinh.example:8080",
            "http://tinh.example:8080/v1/uploads/",
        ] {
            let place = Destination::parse(text).unwrap();
            assert_eq!(place.uploads, "http://tinh.example:8080/v1/uploads");
            assert_eq!(
                place.packages.as_deref(),
                Some("http://tinh.example:8080/v1/packages")
            );
            assert_eq!(
                place.key.as_deref(),
                Some("http://tinh.example:8080/v1/key")
            );
        }
    }

    #[test]
    fn a_province_may_live_below_a_path() {
        let place = Destination::parse("https://cong.example/loa/v1/uploads").unwrap();
        assert_eq!(
            place.packages.as_deref(),
            Some("https://cong.example/loa/v1/packages")
        );
    }

    #[test]
    fn any_other_path_is_a_plain_tus_server() {
        let place = Destination::parse("http://localhost:1080/files/").unwrap();
        assert_eq!(place.uploads, "http://localhost:1080/files/");
        assert!(!place.gives_receipts());
    }

    #[test]
    fn what_is_no_web_address_or_carries_a_password_is_refused() {
        for text in [
            "",
            "tinh.example",
            "ftp://tinh.example",
            "file:///etc/passwd",
        ] {
            assert_eq!(
                Destination::parse(text),
                Err(DestinationError::NotAnAddress),
                "{text}"
            );
        }
        assert_eq!(
            Destination::parse("https://a:b@tinh.example"),
            Err(DestinationError::Credentials)
        );
    }
}
