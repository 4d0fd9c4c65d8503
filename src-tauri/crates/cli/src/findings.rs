//! Findings of the board checks in words: what is wrong on which slide, and how far off it is.

use studio::tools::DeckFinding;
use studio::wire::{Finding, Severity};

use crate::words::l;

/// What is wrong, by the code of the check and what it is about. A code without words stands for itself.
fn words<'a>(code: &'a str, detail: &str) -> &'a str {
    match code {
        "text-overflow" if !detail.is_empty() => l(
            "từ quá dài, hãy rút ngắn hoặc nới rộng khung",
            "a word is too long, shorten it or widen its frame",
        ),
        "text-too-small" => l("chữ quá nhỏ", "text too small"),
        "distance-day" => l(
            "ban ngày chỉ đọc được xa",
            "by day it can be read only from",
        ),
        "distance-night" => l(
            "ban đêm chỉ đọc được xa",
            "by night it can be read only from",
        ),
        "contrast" => l("chữ không đủ tương phản", "not enough contrast"),
        "dwell-time" => l(
            "trang hiện quá ngắn để đọc hết",
            "the slide stands too briefly to be read",
        ),
        "outside-safe-area" => l("chữ quá sát mép bảng", "ink too near to the edge"),
        "text-overflow" => l(
            "chữ không vừa khung, hãy tách thành hai trang",
            "the text does not fit, split into two slides",
        ),
        "text-covered" => l(
            "chữ bị che, phần còn thấy",
            "something lies over the text, of which is seen",
        ),
        "image-missing" => l("thiếu ảnh", "a picture is missing"),
        "image-unreadable" => l("không đọc được ảnh", "a picture cannot be read"),
        "image-too-large" => l("ảnh quá lớn", "a picture is too large"),
        "font-missing" => l(
            "không có phông chữ này, vẽ bằng phông mặc định",
            "no such font, drawn in the default one",
        ),
        "glyph-missing" => l("phông thiếu chữ", "letters that no font has"),
        "qr-too-small" => l("mã QR quá nhỏ", "the QR code is too small"),
        "no-room" => l("khung không có chỗ", "the frame has no room"),
        other => other,
    }
}

/// What was measured and what is needed, where the check counts something.
fn figures(code: &str, measured: f64, needed: f64, unit: &str) -> String {
    if code == "image-too-large" {
        let most = l("nhiều nhất", "at most");
        return format!(": {measured:.0} {unit} ({most} {needed:.0})");
    }
    if unit.is_empty() && measured == 0.0 && needed == 0.0 {
        return String::new();
    }
    let needs = l("cần", "needs");
    format!(": {measured:.1} {unit} ({needs} {needed:.1})")
}

/// The characters, the font or the word a finding is about.
fn about(detail: &str) -> String {
    if detail.is_empty() {
        String::new()
    } else {
        format!(" “{detail}”")
    }
}

fn severity(name: &str) -> &str {
    match name {
        "notice" => l("lưu ý", "notice"),
        "warning" => l("cảnh báo", "warning"),
        "error" => l("lỗi", "error"),
        other => other,
    }
}

/// A finding of `loa check` in a line.
pub fn of_deck(found: &DeckFinding) -> String {
    format!(
        "{:<8} · {} {:>2} · {} · {}{}{}",
        severity(&found.severity),
        l("trang", "slide"),
        found.slide,
        found.board,
        words(&found.code, &found.detail),
        about(&found.detail),
        figures(&found.code, found.measured, found.needed, &found.unit),
    )
}

/// A finding on one board in a line, if there is anything to mend.
pub fn of_board(found: &Finding) -> Option<String> {
    (found.severity != Severity::Good).then(|| {
        format!(
            "{} {}: {}{}{}",
            l("trang", "slide"),
            found.slide + 1,
            words(&found.code, &found.detail),
            about(&found.detail),
            figures(&found.code, found.measured, found.needed, &found.unit),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Finding, Severity, l, of_board};

    #[test]
    fn of_a_picture_that_is_too_large_the_most_that_is_taken_is_said() {
        let said = super::figures("image-too-large", 108e6, 64e6, "px");
        let most = l("nhiều nhất", "at most");
        assert_eq!(said, format!(": 108000000 px ({most} 64000000)"));
    }

    #[test]
    fn a_word_that_is_too_long_is_not_told_to_be_split_into_two_slides() {
        let said = |detail: &str| {
            of_board(&Finding {
                code: "text-overflow".into(),
                severity: Severity::Error,
                slide: 0,
                element: None,
                measured: 80.0,
                needed: 64.0,
                unit: "px".into(),
                detail: detail.into(),
                can_mend: false,
            })
        };
        let (word, text) = (said("KHUYẾN").unwrap(), said("").unwrap());
        let (shorten, split) = (l("rút ngắn", "shorten"), l("hai trang", "two slides"));
        assert!(word.contains(shorten) && word.contains("KHUYẾN"), "{word}");
        assert!(!word.contains(split) && text.contains(split), "{text}");
    }
}
