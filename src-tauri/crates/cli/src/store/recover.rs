//! Recovering documents that are damaged on disk.

use archive::{Archive, AuditBudget};
use studio::wire::{Code, Problem, RecoveredDocument};
use units::{Id, Watch};

use super::open;
use crate::bar::under_bar;
use crate::machine::now_ms;
use crate::out::done;
use crate::words::{complain, l};
use crate::{Outcome, args, refused};

pub(super) fn recover(task: &args::ArchiveRecover, json: bool) -> Outcome {
    let mut archive = open(&task.store.store)?;
    let wanted = match &task.document {
        Some(id) => {
            let missing = |_| refused(Problem::new(Code::NotFound, id.clone()));
            vec![id.parse::<Id>().map_err(missing)?]
        }
        None => damaged(&mut archive)?,
    };
    let mut recovered = Vec::new();
    let mut failed = None;
    for id in wanted {
        match studio::recover_document(&archive, id) {
            Ok(document) => recovered.push(document),
            // The others are recovered all the same.
            Err(problem) => {
                complain(&refused(problem.clone()));
                failed = Some(problem);
            }
        }
    }
    done(json, &recovered, |all| {
        if all.is_empty() && failed.is_none() {
            return vec![l("Không có tài liệu nào hỏng.", "No document is damaged.").to_owned()];
        }
        all.iter().flat_map(people).collect()
    })?;
    failed.map_or(Ok(()), |problem| Err(refused(problem)))
}

/// The documents in which an audit of nothing else finds damage.
fn damaged(archive: &mut Archive) -> anyhow::Result<Vec<Id>> {
    let documents = AuditBudget {
        files_max: 0,
        bytes_max: 0,
        orphans: false,
        index: false,
        documents: true,
    };
    let found = under_bar(|watch: Watch<'_>| Ok(archive.audit(now_ms(), documents, watch)?))?;
    Ok(found.document_faults.into_iter().map(|it| it.id).collect())
}

fn people(document: &RecoveredDocument) -> Vec<String> {
    let until = clock(document.kept_until_ms);
    let (id, title) = (&document.id, &document.title);
    let more = document.may_miss_more;
    let missing = match (document.missing, more) {
        (0, false) => l("không thiếu thao tác nào", "no edit is missing").to_owned(),
        (0, true) => format!(
            "{} {until}",
            l(
                "có thể thiếu các thao tác sau",
                "edits may be missing after"
            )
        ),
        (count, _) => {
            let at_least = if more {
                l("ít nhất ", "at least ")
            } else {
                ""
            };
            let edits = l("thao tác sau", "edits missing after");
            format!("{}{at_least}{count} {edits} {until}", l("thiếu ", ""))
        }
    };
    let kept = l("tệp hỏng giữ ở", "damaged file kept at");
    let kept = document.kept.iter().map(|path| format!("  {kept} {path}"));
    [format!("{id}  {title}: {missing}")]
        .into_iter()
        .chain(kept)
        .collect()
}

/// A moment by the clock on the wall, to the second.
fn clock(unix_ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(unix_ms).unwrap_or_default();
    let local = moment.to_zoned(jiff::tz::TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
