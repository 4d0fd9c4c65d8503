//! Byte ranges (RFC 9110 §14), as far as players use them: one range; anything else is the whole.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Range {
    All,
    /// From the first byte up to, not with, the last.
    Part {
        from: u64,
        to: u64,
    },
    Outside,
}

pub(super) fn parse(text: &str, bytes: u64) -> Range {
    let Some((from, to)) = text
        .strip_prefix("bytes=")
        .filter(|spec| !spec.contains(','))
        .and_then(|spec| spec.split_once('-'))
    else {
        return Range::All;
    };
    match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), _) if from >= bytes => Range::Outside,
        (Ok(from), Ok(last)) if last >= from => Range::Part {
            from,
            to: last.saturating_add(1).min(bytes),
        },
        (Ok(from), Err(_)) if to.is_empty() => Range::Part { from, to: bytes },
        (Err(_), Ok(0)) if from.is_empty() => Range::Outside,
        (Err(_), Ok(count)) if from.is_empty() && bytes > 0 => Range::Part {
            from: bytes.saturating_sub(count),
            to: bytes,
        },
        _ => Range::All,
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, parse};

    #[test]
    fn ranges_of_players_are_understood() {
        let part = |from, to| Range::Part { from, to };
        for (text, expected) in [
            ("bytes=0-", part(0, 10)),
            ("bytes=2-3", part(2, 4)),
            ("bytes=2-99", part(2, 10)),
            ("bytes=-3", part(7, 10)),
            ("bytes=-99", part(0, 10)),
            ("bytes=10-", Range::Outside),
            ("bytes=-0", Range::Outside),
            ("bytes=5-2", Range::All),
            ("bytes=0-1,3-4", Range::All),
            ("items=0-1", Range::All),
            ("bytes=x-y", Range::All),
        ] {
            assert_eq!(parse(text, 10), expected, "{text}");
        }
    }
}
