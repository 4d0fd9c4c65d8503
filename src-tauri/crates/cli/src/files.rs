//! Commands on single files: measure, normalize, convert, peaks, mix, render, check.

use std::path::Path;

use serde::Serialize;
use studio::tools::{self, Aim, DeckFinding, Shape};
use studio::wire::{Levels, Normalized};

use crate::args;
use crate::bar::under_bar;
use crate::machine::assets;
use crate::out::{answer, done, shown};
use crate::words::l;
use crate::{Outcome, findings, refused};

/// A figure with its unit, or a dash for silence.
fn figure(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| format!("— {unit}"), |value| format!("{value:.1} {unit}"))
}

/// Levels in lines.
pub fn levels(levels: &Levels) -> Vec<String> {
    let rows = [
        (
            l("Âm lượng", "Integrated"),
            figure(levels.integrated_lufs, "LUFS"),
        ),
        (
            l("Dải âm lượng", "Range"),
            format!("{:.1} LU", levels.range_lu),
        ),
        (
            l("Đỉnh thực", "True peak"),
            figure(levels.true_peak_dbtp, "dBTP"),
        ),
        (
            l("Lớn nhất 400 ms", "Max momentary"),
            figure(levels.max_momentary_lufs, "LUFS"),
        ),
        (
            l("Lớn nhất 3 s", "Max short-term"),
            figure(levels.max_short_term_lufs, "LUFS"),
        ),
        (
            l("Thời lượng", "Length"),
            format!("{:.2} s", levels.duration_s),
        ),
    ];
    let kind = if levels.dual_mono {
        l(
            "1 kênh, đo như hai kênh giống nhau",
            "1 channel, read as two equal ones",
        )
    } else if levels.channels == 1 {
        l("1 kênh", "1 channel")
    } else {
        l("nhiều kênh", "several channels")
    };
    let form = (
        l("Dạng", "Form"),
        format!("{} Hz, {kind}", levels.sample_rate_hz),
    );
    let rows = rows.into_iter().chain([form]);
    rows.map(|(name, value)| format!("{name:<18}{value}"))
        .collect()
}

/// What normalising did, in lines.
pub fn report(report: &Normalized) -> Vec<String> {
    let pair = |name: &str, before: Option<f64>, after: Option<f64>, unit: &str| {
        format!(
            "{name:<12}{:>12}  →  {}",
            figure(before, unit),
            figure(after, unit)
        )
    };
    let (before, after) = (&report.before, &report.after);
    let mut lines = vec![
        pair(
            l("Âm lượng", "Loudness"),
            before.integrated_lufs,
            after.integrated_lufs,
            "LUFS",
        ),
        pair(
            l("Đỉnh thực", "True peak"),
            before.true_peak_dbtp,
            after.true_peak_dbtp,
            "dBTP",
        ),
        format!(
            "{:<12}{:+.1} dB, {} {:.1} dB",
            l("Khuếch đại", "Gain"),
            report.gain_db,
            l("hạn đỉnh tới", "limited up to"),
            report.limited_db_max
        ),
    ];
    for warning in &report.warnings {
        let words = match warning.code.as_str() {
            "heavy-limiting" => l(
                "Phải hạn đỉnh quá 6 dB: hãy thu lại đều giọng hơn.",
                "More than 6 dB of limiting: record with a steadier voice.",
            ),
            "off-target" => l("Chưa đạt âm lượng đích.", "Off the target."),
            "over-ceiling" => l("Vượt đỉnh cho phép.", "Over the ceiling."),
            other => other,
        };
        lines.push(format!("! {words}"));
    }
    lines
}

pub fn measure(task: &args::Measure, json: bool) -> Outcome {
    let measured = under_bar(|watch| tools::measure(&task.file, task.plain_mono, watch))?;
    answer(json, &measured, levels)
}

/// What to normalise to, from what was typed.
fn aim(aim: &args::Aim) -> Aim {
    match (aim.target, aim.ceiling) {
        (Some(target), Some(ceiling)) => Aim::Custom { target, ceiling },
        _ => Aim::Profile(aim.profile.clone()),
    }
}

pub fn normalize(task: &args::Normalize, json: bool) -> Outcome {
    let aim = aim(&task.aim);
    let files = &task.files;
    let made =
        under_bar(|watch| tools::normalize(&files.input, &files.output, &aim, &assets(), watch))?;
    done(json, &made, report)
}

#[derive(Serialize)]
struct Written {
    path: String,
    bytes: u64,
}

fn written(path: &Path, json: bool) -> Outcome {
    let bytes = std::fs::metadata(path)?.len();
    let path = shown(path);
    done(json, &Written { path, bytes }, |it| {
        vec![format!("{} ({} B)", it.path, it.bytes)]
    })
}

pub fn convert(task: &args::Convert, json: bool) -> Outcome {
    let shape = Shape {
        bitrate_kbps: task.bitrate,
        rate_hz: task.rate,
        channels: task.channels.map(usize::from),
    };
    under_bar(|watch| tools::convert(&task.files.input, &task.files.output, shape, watch))?;
    written(&task.files.output, json)
}

pub fn peaks(task: &args::InOut, json: bool) -> Outcome {
    under_bar(|watch| tools::peaks(&task.input, &task.output, watch))?;
    written(&task.output, json)
}

pub fn mix(task: &args::Mix, json: bool) -> Outcome {
    let aim = task.profile.clone().map(|name| Aim::Profile(Some(name)));
    let made = under_bar(|watch| {
        tools::mix_programme(
            &task.programme,
            &task.output,
            &task.media,
            aim.as_ref(),
            &assets(),
            watch,
        )
    })?;
    done(json, &made, report)
}

#[derive(Serialize)]
struct Files {
    files: Vec<String>,
}

pub fn render(task: &args::Render, json: bool) -> Outcome {
    let board = task.board.as_deref();
    let files = under_bar(|watch| tools::render_deck(&task.deck, &task.out, board, watch))?;
    let files = files.iter().map(|path| shown(path)).collect();
    done(json, &Files { files }, |made| made.files.clone())
}

#[derive(Serialize)]
struct Findings {
    findings: Vec<DeckFinding>,
}

pub fn check(task: &args::Check, json: bool) -> Outcome {
    let findings = tools::check_deck(&task.deck, task.board.as_deref()).map_err(refused)?;
    answer(json, &Findings { findings }, |made| {
        if made.findings.is_empty() {
            return vec![l("Không có gì phải sửa.", "Nothing to mend.").to_owned()];
        }
        made.findings.iter().map(findings::of_deck).collect()
    })
}
