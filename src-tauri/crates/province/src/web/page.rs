//! The page of what arrived: Vietnamese first, no script, every foreign word escaped.

use std::fmt::Write as _;
use std::io;

use package::{Receipt, Stamp, Verdict};

use super::media_type;
use crate::intake::Province;
use crate::store::InsideFile;

/// Packages on the page, the newest first. More is what an archive is for.
const SHOWN_MAX: usize = 200;

/// The page.
pub(super) fn html(province: &Province) -> io::Result<String> {
    let receipts = province.store.receipts(SHOWN_MAX)?;
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"vi\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"stylesheet\" href=\"/style.css\">\n",
    );
    let name = escape(&province.config.name);
    let key = province.key.public();
    let mut add = |text: String| out.push_str(&text);
    add(format!("<title>{name}</title>\n<h1>{name}</h1>\n"));
    if province.config.training {
        add(
            "<p class=\"training\"><b>TẬP</b> · Không gói nào ở đây đã tới tỉnh thật; biên nhận ở đây \
             không tính. <span lang=\"en\">Practice: nothing here was delivered.</span></p>\n"
                .into(),
        );
    }
    let accepted = receipts.iter().filter(|receipt| receipt.is_accepted());
    let (all, accepted) = (receipts.len(), accepted.count());
    let newest = if all == SHOWN_MAX {
        " · chỉ kể những gói mới nhất"
    } else {
        ""
    };
    add(format!(
        "<p>Gói tin đã nhận: {accepted} · từ chối: {}{newest} \
         <span class=\"quiet\" lang=\"en\">(accepted, refused)</span></p>\n\
         <p class=\"quiet\">Khóa ký biên nhận: <code>{}</code> · <a href=\"/v1/key\">{}</a></p>\n",
        all - accepted,
        key.fingerprint(),
        key.id()
    ));
    if receipts.is_empty() {
        add(
            "<p>Chưa có gói tin nào. <span lang=\"en\">Nothing has arrived yet.</span></p>\n"
                .into(),
        );
    }
    for receipt in &receipts {
        add(article(province, receipt));
    }
    add("</html>\n".into());
    Ok(out)
}

fn article(province: &Province, receipt: &Receipt) -> String {
    let digest = receipt.digest;
    let (class, state) = match receipt.verdict {
        Verdict::Accepted => ("accepted", "Đã nhận"),
        Verdict::Refused { .. } => ("refused", "Từ chối"),
    };
    let inside = province.store.inside(digest);
    let title = inside.as_ref().map(|inside| inside.title.as_str());
    let mut out = format!(
        "<article class=\"{class}\">\n<h2>{}</h2>\n<dl>\n\
         <dt>Trạng thái</dt><dd>{state}</dd>\n\
         <dt>Lúc</dt><dd>{}</dd>\n\
         <dt>Gói</dt><dd>{} · bản {}</dd>\n\
         <dt>Dung lượng</dt><dd>{}</dd>\n\
         <dt>SHA-256</dt><dd><code>{digest}</code></dd>\n\
         <dt>Biên nhận</dt><dd><a href=\"/v1/packages/{digest}\">JSON</a></dd>\n</dl>\n",
        escape(title.unwrap_or("(không có tên)")),
        moment(receipt.received_at),
        receipt
            .package_id
            .map_or_else(|| "?".to_owned(), |id| id.to_string()),
        receipt
            .package_version
            .map_or_else(|| "?".to_owned(), |version| version.to_string()),
        size(receipt.bytes),
    );
    if let Verdict::Refused { .. } = &receipt.verdict {
        out.push_str("<p>Lý do từ chối:</p>\n");
    }
    out.push_str("<ul>\n");
    if let Verdict::Refused { reasons } = &receipt.verdict {
        for reason in reasons {
            // Writing to a string has no way to fail.
            let written = writeln!(
                out,
                "<li><code>{}</code> {} {}</li>",
                escape(&reason.code),
                escape(&reason.path),
                escape(&reason.detail)
            );
            debug_assert!(written.is_ok());
        }
    }
    for (index, file) in inside
        .iter()
        .flat_map(|inside| inside.files.iter().enumerate())
    {
        out.push_str(&file_line(
            &format!("/v1/packages/{digest}/files/{index}"),
            file,
        ));
    }
    out.push_str("</ul>\n</article>\n");
    out
}

fn file_line(url: &str, file: &InsideFile) -> String {
    let name = escape(&file.path);
    let kind = media_type(&file.path).unwrap_or_default();
    let shown = match kind.split('/').next() {
        Some("audio") => format!("<audio controls preload=\"none\" src=\"{url}\"></audio>"),
        Some("video") => format!("<video controls preload=\"none\" src=\"{url}\"></video>"),
        Some("image") => format!("<img loading=\"lazy\" src=\"{url}\" alt=\"{name}\">"),
        _ => String::new(),
    };
    format!(
        "<li><a href=\"{url}\">{name}</a> <span class=\"quiet\">{}</span>{shown}</li>\n",
        size(file.bytes)
    )
}

/// A moment as it is read here, by the clock it was taken from: `26/11/2026 09:54:48`.
fn moment(at: Stamp) -> String {
    let text = at.to_string();
    match (
        text.get(..4),
        text.get(5..7),
        text.get(8..10),
        text.get(11..19),
    ) {
        (Some(year), Some(month), Some(day), Some(clock)) => {
            format!("{day}/{month}/{year} {clock}")
        }
        _ => text,
    }
}

/// A size with its digits in threes: `613.888 byte`.
fn size(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out + " byte"
}

/// Text that means only itself, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Marks that reorder the text around them (Unicode TR 36 §3.1).
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escape, moment, size};

    #[test]
    fn moments_and_sizes_are_written_as_they_are_read_here() {
        let at = "2026-11-26T09:54:48+07:00".parse().unwrap();
        assert_eq!(moment(at), "26/11/2026 09:54:48");
        let sizes = [0, 999, 1_000, 613_888, 1_329_152].map(size);
        assert_eq!(
            sizes.join(" "),
            "0 byte 999 byte 1.000 byte 613.888 byte 1.329.152 byte"
        );
    }

    #[test]
    fn foreign_words_mean_only_themselves() {
        let hostile = "<script>alert('x')</script>\"&\n\u{202e}";
        let escaped = escape(hostile);
        assert!(!escaped.contains(['<', '>', '"', '\'', '\n', '\u{202e}']));
        assert!(escaped.starts_with("&lt;script&gt;"));
    }
}
