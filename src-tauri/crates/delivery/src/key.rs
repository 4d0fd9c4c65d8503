//! Asking a destination for its public key, for a person to compare and pin. What comes back proves
//! nothing by itself.

use crate::destination::address;
use crate::tus::client;
use crate::{Destination, Error, Roots, Timeouts};

/// A minisign key with its comment is about 150 bytes.
const KEY_BYTES_MAX: usize = 4_096;

/// The text at the destination's key address.
///
/// # Errors
/// [`Error::NoKey`] where there is none or it is no text of that size; [`Error::Setup`].
pub async fn fetch_key(destination: &Destination, roots: &Roots) -> Result<String, Error> {
    let refused = |why: String| Error::NoKey(why);
    let place = destination
        .key
        .as_ref()
        .ok_or_else(|| refused("it shows none".to_owned()))?;
    let url = address(place)?;
    let client = client::build(&url, roots, Timeouts::default())?;
    let asked = client
        .get(url)
        .timeout(Timeouts::default().reply)
        .send()
        .await;
    let mut reply = asked.map_err(|error| refused(error.to_string()))?;
    if !reply.status().is_success() {
        return Err(refused(reply.status().to_string()));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = reply
        .chunk()
        .await
        .map_err(|error| refused(error.to_string()))?
    {
        bytes.extend_from_slice(&piece);
        if bytes.len() > KEY_BYTES_MAX {
            return Err(refused("it is longer than a key".to_owned()));
        }
    }
    String::from_utf8(bytes).map_err(|_| refused("it is no text".to_owned()))
}
