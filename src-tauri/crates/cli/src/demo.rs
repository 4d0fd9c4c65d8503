//! `loa demo`: the main job, end to end, against the training province with its line cut twice.
//! Every step goes through the same commands as the window's.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use studio::wire::{
    CheckReport, Code, Deck, Delivery, Job, JobResult, JobState, Normalized, Package, PackageState,
    Problem, Programme, SearchPage,
};
use studio::{Studio, wire};
use tokio::runtime::Runtime;

use crate::files::report;
use crate::host::Headless;
use crate::machine::{assets, now_ms};
use crate::out::{self, done, plain, shown};
use crate::{Outcome, args, findings, refused, words};

/// How often a job is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A line that is cut twice is mended within seconds; beyond this something is wrong.
const PATIENCE: Duration = Duration::from_secs(180);

struct Demo {
    studio: Studio<Headless>,
    report: String,
    /// Whether the report is only written down: the answer is JSON, or nobody can read it.
    quiet: bool,
}

/// Where to find what was made.
#[derive(serde::Serialize)]
struct Made {
    out: String,
    report: String,
    receipt_path: String,
    receipt: Value,
    /// The receipt is the training province's: nothing was delivered.
    practice: bool,
}

pub fn run(task: &args::Demo, json: bool) -> Outcome {
    words::speak_vietnamese();
    let out = task
        .out
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(format!("loa-demo-{}", now_ms())));
    std::fs::create_dir_all(&out)?;
    let training = assets().join("training");
    let audio = task
        .audio
        .clone()
        .unwrap_or_else(|| training.join("ban-tin.wav"));
    let deck = task
        .deck
        .clone()
        .unwrap_or_else(|| training.join("deck.json"));
    let runtime = Runtime::new()?;
    let store = out.join("kho");
    let host = Headless::new(&store, runtime.handle().clone(), true);
    let studio =
        Studio::open(host, &store, &assets(), runtime.handle().clone()).map_err(refused)?;
    let mut demo = Demo {
        studio,
        report: String::new(),
        quiet: json,
    };
    let receipt = demo.work(&audio, &deck)?;
    let path = out.join("bien-nhan.json");
    files::write_whole(&path, receipt.as_bytes(), files::Access::Usual)?;
    demo.line(&format!("Kết quả nằm ở {}", out.display()));
    demo.line(&format!("Biên nhận: {}", path.display()));
    let report = out.join("bao-cao.txt");
    files::write_whole(&report, demo.report.as_bytes(), files::Access::Usual)?;
    if !json {
        return Ok(());
    }
    let made = Made {
        out: shown(&out),
        report: shown(&report),
        receipt_path: shown(&path),
        receipt: serde_json::from_str(&receipt)?,
        practice: true,
    };
    done(true, &made, |_| vec![])
}

impl Demo {
    fn line(&mut self, text: &str) {
        self.report.push_str(&plain(text));
        self.report.push('\n');
        if !self.quiet
            && let Err(error) = out::line(text)
        {
            // That ends the listening, not the work.
            out::untold(&error);
            self.quiet = true;
        }
    }

    fn call<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        request: Value,
    ) -> anyhow::Result<T> {
        let answer = self.studio.call(name, request).map_err(refused)?;
        Ok(serde_json::from_value(answer)?)
    }

    /// Waits for a job and gives what came of it.
    fn finish(&self, job: &Job) -> anyhow::Result<JobResult> {
        loop {
            let jobs: Vec<Job> = self.call("jobs", json!({}))?;
            let now = jobs.into_iter().find(|it| it.id == job.id);
            match now.map(|job| (job.state, job.result, job.problem)) {
                Some((JobState::Running, ..)) => std::thread::sleep(LOOK_EVERY),
                Some((JobState::Done, Some(result), _)) => return Ok(result),
                Some((.., Some(problem))) => return Err(refused(problem)),
                _ => return Err(refused(Problem::new(Code::Internal, "a job was lost"))),
            }
        }
    }

    fn work(&mut self, audio: &Path, deck: &Path) -> anyhow::Result<String> {
        self.line("Loa Studio · làm trọn một việc với tỉnh giả lập");
        self.line("");
        let _: wire::Sandbox = self.call("sandbox_start", json!({}))?;
        let programme = self.programme(audio)?;
        let (deck, title) = self.deck(deck)?;
        let items = [self.archive(&programme)?, self.archive(&deck)?];
        self.find(&title, &items)?;
        let package = self.seal(&items)?;
        self.send(package)
    }

    fn programme(&mut self, audio: &Path) -> anyhow::Result<String> {
        let offer = self.studio.offer(audio).map_err(refused)?;
        let made: Programme = self.call("programme_create", json!({ "title": "Bản tin sáng" }))?;
        let from = json!({ "type": "offer", "id": offer.id });
        let request =
            json!({ "programme": made.id, "from": from, "track": null, "position": null });
        let job: Job = self.call("programme_import", request)?;
        let JobResult::Imported {
            clip: Some(clip),
            levels,
            ..
        } = self.finish(&job)?
        else {
            return Err(refused(Problem::new(
                Code::Internal,
                "the import brought no clip",
            )));
        };
        self.line(&format!(
            "1. Nhận bản thu {} ({:.1} s)",
            offer.name, levels.duration_s
        ));
        self.cut(&made.id, &clip)?;
        let job: Job = self.call(
            "programme_render",
            json!({ "id": made.id, "profile": null }),
        )?;
        let JobResult::Rendered {
            report: normalized, ..
        } = self.finish(&job)?
        else {
            return Err(refused(Problem::new(
                Code::Internal,
                "rendering brought no file",
            )));
        };
        self.levels(&normalized);
        Ok(made.id)
    }

    /// Trims a fifth of a second off both ends, fades, undoes and does it again, as people do.
    fn cut(&mut self, id: &str, clip: &str) -> Outcome {
        let before: Programme = self.call("programme", json!({ "id": id }))?;
        let margin = 9_600.min(before.length / 10);
        let trim = json!({ "type": "trim", "clip": clip, "source_in": margin, "source_out": before.length - margin });
        let _: Programme = self.call("programme_edit", json!({ "id": id, "edit": trim }))?;
        let fades =
            json!({ "type": "set-fades", "clip": clip, "fade_in": 2_400, "fade_out": 4_800 });
        let _: Programme = self.call("programme_edit", json!({ "id": id, "edit": fades }))?;
        let _: Programme = self.call("programme_undo", json!({ "id": id }))?;
        let after: Programme = self.call("programme_redo", json!({ "id": id }))?;
        let seconds = after.length as f64 / 48_000.0;
        self.line(&format!(
            "2. Cắt đầu đuôi, làm mờ, hoàn tác và làm lại: còn {seconds:.1} s"
        ));
        Ok(())
    }

    fn levels(&mut self, normalized: &Normalized) {
        self.line("3. Chuẩn âm lượng cho loa ngoài trời, đo lại tệp đã ghi:");
        for line in report(normalized) {
            self.line(&format!("   {line}"));
        }
    }

    fn deck(&mut self, path: &Path) -> anyhow::Result<(String, String)> {
        let deck: Deck = self.studio.import_deck(path).map_err(refused)?;
        let job: Job = self.call("deck_export", json!({ "id": deck.id }))?;
        let JobResult::Exported { paths } = self.finish(&job)? else {
            return Err(refused(Problem::new(Code::Internal, "nothing was drawn")));
        };
        self.line(&format!(
            "4. Vẽ bảng tin “{}”: {} ảnh cho {} cỡ bảng",
            deck.title,
            paths.len(),
            deck.boards.len()
        ));
        for board in &deck.boards {
            let request = json!({ "id": deck.id, "board": board.name });
            let checked: CheckReport = self.call("deck_check", request)?;
            let bad: Vec<String> = checked
                .findings
                .iter()
                .filter_map(findings::of_board)
                .collect();
            self.line(&format!(
                "   {} ({}×{} điểm ảnh): {} điều đạt, {} điều cần xem",
                board.name,
                board.width_px,
                board.height_px,
                checked.findings.len() - bad.len(),
                bad.len()
            ));
            for line in bad {
                self.line(&format!("     ! {line}"));
            }
        }
        if let Some(folder) = paths
            .first()
            .map(PathBuf::from)
            .and_then(|it| it.parent().map(Path::to_owned))
        {
            self.line(&format!("   {}", folder.display()));
        }
        Ok((deck.id, deck.title))
    }

    fn archive(&mut self, document: &str) -> anyhow::Result<String> {
        let request = json!({ "id": document, "body": "", "tags": ["bài tập"], "people": [], "status": "approved" });
        let job: Job = self.call("document_archive", request)?;
        match self.finish(&job)? {
            JobResult::Archived { item } => Ok(item),
            _ => Err(refused(Problem::new(
                Code::Internal,
                "nothing was archived",
            ))),
        }
    }

    /// Looks for the deck by its first words without marks, as one types in a hurry.
    fn find(&mut self, title: &str, items: &[String]) -> Outcome {
        let words: Vec<String> = archive::fold(title)
            .split_whitespace()
            .take(2)
            .map(str::to_owned)
            .collect();
        let text = words.join(" ");
        let request =
            json!({ "text": text, "kinds": [], "statuses": [], "offset": 0, "limit": 10 });
        let page: SearchPage = self.call("search", request)?;
        if !page.hits.iter().any(|hit| items.contains(&hit.id)) {
            return Err(refused(Problem::new(
                Code::NotFound,
                format!("the archive does not find {text:?}"),
            )));
        }
        self.line(&format!(
            "5. Đưa cả hai vào kho; tìm “{text}” thấy {} mục trong {:.1} ms",
            page.total, page.took_ms
        ));
        Ok(())
    }

    fn seal(&mut self, items: &[String]) -> anyhow::Result<Package> {
        let request = json!({
            "title": "Bản tin sáng", "items": items, "emergency": false, "approved_by": "Người duyệt tập huấn", "send": false,
        });
        let job: Job = self.call("package_create", request)?;
        let JobResult::Sealed { package, .. } = self.finish(&job)? else {
            return Err(refused(Problem::new(Code::Internal, "nothing was sealed")));
        };
        let package = self.package(&package)?;
        self.line(&format!(
            "6. Niêm phong gói BagIt có chữ ký: {} tệp, {} B",
            package.files.len(),
            package.bytes
        ));
        self.line(&format!("   sha256 {}", package.digest));
        Ok(package)
    }

    fn package(&self, id: &str) -> anyhow::Result<Package> {
        let all: wire::Packages = self.call("packages", json!({}))?;
        let found = all.packages.into_iter().find(|package| package.id == id);
        found.ok_or_else(|| refused(Problem::new(Code::NotFound, id.to_owned())))
    }

    /// Where practice with a package stands.
    fn practised(&self, id: &str) -> anyhow::Result<Delivery> {
        let package = self.package(id)?;
        let found = package.deliveries.into_iter().find(|it| it.practice);
        found.ok_or_else(|| {
            refused(Problem::new(
                Code::NotFound,
                "the package is not on its way",
            ))
        })
    }

    fn send(&mut self, package: Package) -> anyhow::Result<String> {
        let cuts = [package.bytes / 3, package.bytes * 2 / 3];
        let _: Value = self.call("sandbox_cut", json!({ "after_bytes": cuts }))?;
        let _: Package = self.call("package_send", json!({ "id": package.id }))?;
        let start = std::time::Instant::now();
        let done = loop {
            let now = self.practised(&package.id)?;
            match &now.state {
                PackageState::Receipted => break now,
                PackageState::Refused { reasons } => {
                    return Err(refused(Problem::new(Code::Refused, reasons.join("; "))));
                }
                _ if start.elapsed() > PATIENCE => {
                    return Err(refused(Problem::new(
                        Code::Unreachable,
                        format!("{:?}", now.state),
                    )));
                }
                _ => std::thread::sleep(LOOK_EVERY),
            }
        };
        let resumed: Vec<String> = done.resumed_at.iter().map(ToString::to_string).collect();
        self.line(&format!(
            "7. Gửi tập tới tỉnh giả lập: đứt mạng {} lần, gửi tiếp từ {} B",
            resumed.len(),
            resumed.join(" B, ")
        ));
        let receipt = done
            .receipt
            .ok_or_else(|| refused(Problem::new(Code::WrongSignature, "no receipt")))?;
        if receipt.digest != package.digest || !receipt.signature_valid {
            return Err(refused(Problem::new(
                Code::WrongSignature,
                "the receipt is for something else",
            )));
        }
        self.line(&format!(
            "8. Biên nhận tập {} của {} lúc {}",
            receipt.id, receipt.authority, receipt.received_at,
        ));
        self.line(&format!(
            "   khoá {} · chữ ký đúng · mã băm khớp · không tính là tỉnh đã nhận",
            receipt.key_id
        ));
        self.line("");
        Ok(receipt.raw)
    }
}
