//! Whether the archive and the documents under work are what was written.

use archive::{Archive, AuditBudget};
use studio::wire::{Code, Problem};
use units::{Digest, Watch};

use super::{open, problem};
use crate::bar::under_bar;
use crate::machine::now_ms;
use crate::out::{done, say};
use crate::words::l;
use crate::{Outcome, args, refused};

pub(super) fn audit(task: &args::Store, json: bool) -> Outcome {
    let mut archive = open(&task.store)?;
    let found =
        under_bar(|watch: Watch<'_>| Ok(archive.audit(now_ms(), AuditBudget::ALL, watch)?))?;
    let report = studio::audit_to_wire(&archive, &found).map_err(refused)?;
    if found.not_remembered {
        say(&format!(
            "loa: {}",
            l(
                "không ghi được kết quả vào kho (ổ đĩa đầy hoặc bị khoá)",
                "the findings could not be written into the archive (disk full or locked)",
            )
        ));
    }
    let mut lines = Vec::new();
    for (digests, word) in [
        (&found.missing, l("mất", "missing")),
        (&found.damaged, l("hỏng", "damaged")),
    ] {
        for digest in digests {
            lines.push(format!("x {word} {digest}  {}", titles(&archive, *digest)?));
        }
    }
    let unread = l("không đọc được", "unreadable");
    for (digest, why) in &found.unreadable {
        let titles = titles(&archive, *digest)?;
        lines.push(format!("x {unread} {digest}  {titles}  ({why})"));
    }
    for fault in &report.document_faults {
        let word = if fault.opens {
            l("tài liệu hỏng một phần", "document damaged in part")
        } else {
            l("tài liệu không mở được", "document does not open")
        };
        let (id, title, detail) = (&fault.id, &fault.title, &fault.detail);
        lines.push(format!("x {word} {id}  {title} ({detail})"));
    }
    let odd = l("lạ", "unknown");
    lines.extend(report.orphans.iter().map(|name| format!("! {odd} {name}")));
    // The exit code holds the verdict.
    done(json, &report, |it| {
        lines.push(format!(
            "{} / {} {} · {} {} · {} {} · {} {} · {} {}",
            it.intact,
            it.checked,
            l("tệp đúng", "files intact"),
            it.missing.len(),
            l("mất", "missing"),
            it.damaged.len(),
            l("hỏng", "damaged"),
            it.unreadable.len(),
            unread,
            it.orphans.len(),
            l("tệp lạ", "orphans"),
        ));
        lines.push(format!(
            "{} / {} {}",
            it.documents - it.document_faults.len() as u64,
            it.documents,
            l(
                "tài liệu đang làm còn nguyên",
                "documents under work intact"
            ),
        ));
        if !it.document_faults.is_empty() {
            lines.push(
                l(
                    "Khôi phục: loa archive recover --store KHO",
                    "To recover: loa archive recover --store ARCHIVE",
                )
                .to_owned(),
            );
        }
        lines
    })?;
    let is_damaged = !report.missing.is_empty() || !report.damaged.is_empty();
    let (code, detail) = if is_damaged {
        (Code::StoreDamaged, "the audit found faults")
    } else if !report.document_faults.is_empty() {
        (Code::DocumentDamaged, "documents under work are damaged")
    } else if !report.unreadable.is_empty() {
        (Code::Io, "media files could not be read; they may be whole")
    } else {
        return Ok(());
    };
    Err(refused(Problem::new(code, detail)))
}

/// The titles of the items that need a media file.
fn titles(archive: &Archive, digest: Digest) -> anyhow::Result<String> {
    let mut titles = Vec::new();
    for id in archive.find_by_digest(digest).map_err(problem)? {
        let item = archive.item(id).map_err(problem)?;
        titles.extend(item.map(|item| item.metadata.title));
    }
    Ok(titles.join(", "))
}
