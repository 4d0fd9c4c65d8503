//! Requests that come as text: how large each command's may be, looked at before anything is built
//! from it. A value takes many times the memory of its text, so values are counted as well.

use serde_json::Value;

use super::COMMANDS;
use crate::wire::{Code, Problem};

/// How large a request may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Bytes of JSON.
    pub bytes_max: usize,
    /// Values: members, elements, and each list and object itself.
    pub values_max: usize,
    /// Lists and objects within one another.
    pub depth_max: usize,
}

impl Limit {
    /// What fits most commands: an edit with the longest text of a slide, all settings.
    pub const SMALL: Self = Self {
        bytes_max: 64 << 10,
        values_max: 1_000,
        depth_max: 8,
    };

    /// Lists of ids.
    pub const IDS: Self = Self {
        bytes_max: 1 << 20,
        values_max: 16_000,
        ..Self::SMALL
    };

    /// The text of an item, 4 MiB at the most, with what JSON has to escape in it.
    pub const TEXT: Self = Self {
        bytes_max: 9 << 20,
        values_max: 16_000,
        ..Self::SMALL
    };

    /// Reads a request.
    ///
    /// # Errors
    /// [`Code::TooLarge`] above a limit, [`Code::BadRequest`] where it is no JSON.
    pub fn read(&self, text: &[u8]) -> Result<Value, Problem> {
        let too = |what: &str, most: usize| {
            Err(Problem::new(
                Code::TooLarge,
                format!("a request of more than {most} {what}"),
            ))
        };
        if text.len() > self.bytes_max {
            return too("bytes", self.bytes_max);
        }
        let (values, depth) = weigh(text);
        if values > self.values_max {
            return too("values", self.values_max);
        }
        if depth > self.depth_max {
            return too("levels", self.depth_max);
        }
        serde_json::from_slice(text)
            .map_err(|error| Problem::new(Code::BadRequest, error.to_string()))
    }
}

/// The limit of a command's requests.
///
/// # Errors
/// [`Code::BadRequest`] for an unknown name.
pub fn limit(command: &str) -> Result<Limit, Problem> {
    let found = COMMANDS.iter().find(|it| it.name == command);
    found
        .map(|it| it.limit)
        .ok_or_else(|| super::unknown(command))
}

/// How many values there are at the most, and how deep they stand. Of text that is no JSON it says
/// what a reader could make of it before seeing that.
fn weigh(text: &[u8]) -> (usize, usize) {
    let (mut values, mut depth, mut deepest) = (1, 0_usize, 0);
    let (mut in_string, mut is_escaped) = (false, false);
    for byte in text {
        match (in_string, byte) {
            (true, _) if is_escaped => is_escaped = false,
            (true, b'\\') => is_escaped = true,
            (_, b'"') => in_string = !in_string,
            (true, _) => {}
            (false, b'[' | b'{') => {
                values += 1;
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            (false, b',') => values += 1,
            (false, _) => {}
        }
    }
    (values, deepest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nests_or_counts_beyond_its_limit_is_refused_before_it_is_built() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let listed = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        let small = Limit::SMALL;
        assert!(small.read(nested(8).as_bytes()).is_ok());
        assert!(small.read(listed(990).as_bytes()).is_ok());
        for hostile in [
            nested(9),
            "[".repeat(60_000),
            listed(1_001),
            format!("{{{}}}", vec!["\"\":0"; 1_001].join(",")),
            format!("\"{}\"", "a".repeat(64 << 10)),
        ] {
            let refused = small.read(hostile.as_bytes()).unwrap_err();
            assert_eq!(refused.code, Code::TooLarge, "{:.40}", hostile);
        }
        assert_eq!(small.read(b"{\"").unwrap_err().code, Code::BadRequest);
    }

    #[test]
    fn what_stands_in_a_text_does_not_count() {
        let text = format!(r#"{{"title":"\\\"{}","body":"]"}}"#, "[{,".repeat(2_000));
        assert_eq!(weigh(text.as_bytes()), (3, 1));
        assert!(Limit::SMALL.read(text.as_bytes()).is_ok());
    }

    #[test]
    fn the_longest_text_of_an_item_and_all_settings_are_within_their_limits() {
        let body = "\"\n".repeat(2 << 20);
        let request = serde_json::json!({ "id": "a", "title": null, "body": body, "tags": null, "status": null });
        let text = request.to_string();
        assert_eq!(
            limit("item_change").unwrap().read(text.as_bytes()),
            Ok(request)
        );
        assert!(9 * 2_000 * 3 < limit("settings_set").unwrap().bytes_max);
        assert_eq!(limit("no_such").unwrap_err().code, Code::BadRequest);
    }
}
