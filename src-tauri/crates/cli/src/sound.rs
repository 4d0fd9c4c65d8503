//! Commands on sound devices: devices, record.

use std::path::Path;
use std::time::{Duration, Instant};

use audio::LiveLevels;
use audio::bext::Bext;
use audio::ports::{
    Capture as _, DeviceError, DeviceId, FoundTake, Playback as _, RecordRequest, TakeEnd,
};
use audio::wav::TAKE_ORIGINATOR;
use serde::Serialize;
use studio::wire::{Code, Problem};
use units::Id;

use crate::out::{answer, done, say, shown};
use crate::store::new_id;
use crate::words::l;
use crate::{Outcome, args, refused, stop};

/// How often a running take is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Serialize)]
struct Device {
    id: String,
    name: String,
    system: String,
    is_default: bool,
}

#[derive(Serialize)]
struct Devices {
    inputs: Vec<Device>,
    outputs: Vec<Device>,
}

fn named(devices: Vec<audio::ports::Device>) -> Vec<Device> {
    devices
        .into_iter()
        .map(|it| Device {
            id: it.id.0,
            name: it.name,
            system: it.system,
            is_default: it.is_default,
        })
        .collect()
}

fn device_problem(error: DeviceError) -> anyhow::Error {
    refused(Problem::from(error))
}

pub fn devices(json: bool) -> Outcome {
    let inputs = named(devices::Microphones.inputs().map_err(device_problem)?);
    let outputs = named(devices::Loudspeakers.outputs().map_err(device_problem)?);
    answer(json, &Devices { inputs, outputs }, |found| {
        let list = |title: &str, devices: &[Device]| {
            let rows = devices.iter().map(|it| {
                format!(
                    "  {} {}  ({}, {})",
                    if it.is_default { "*" } else { " " },
                    it.name,
                    it.id,
                    it.system
                )
            });
            std::iter::once(title.to_owned())
                .chain(rows)
                .collect::<Vec<_>>()
        };
        let inputs = list(l("Micro", "Microphones"), &found.inputs);
        let outputs = list(l("Loa", "Loudspeakers"), &found.outputs);
        [inputs, outputs].concat()
    })
}

#[derive(Serialize)]
struct Recorded {
    path: String,
    seconds: f64,
    sample_rate_hz: u32,
    channels: usize,
    xruns: u64,
    end: String,
    mended: Vec<String>,
}

/// What a take that begins now says about itself.
fn origin(now: &jiff::Zoned, id: Id) -> Bext {
    let mut reference = id.to_string();
    reference.truncate(32);
    Bext {
        originator: TAKE_ORIGINATOR.into(),
        originator_reference: reference,
        origination_date: now.strftime("%Y-%m-%d").to_string(),
        origination_time: now.strftime("%H:%M:%S").to_string(),
        ..Bext::default()
    }
}

/// The device people mean: by its id, or by its name.
fn choose(name: &str) -> anyhow::Result<DeviceId> {
    let inputs = devices::Microphones.inputs().map_err(device_problem)?;
    let found = inputs.iter().find(|it| it.id.0 == name || it.name == name);
    Ok(found.map_or_else(|| DeviceId(name.to_owned()), |it| it.id.clone()))
}

/// Takes that a kill or a power cut left in the folder recorded into are made whole, and said.
fn mend_earlier(output: &Path) -> Vec<String> {
    let mended = devices::mend_beside(output);
    for take in &mended {
        let said = l(
            "Đã chữa bản thu bị ngắt giữa chừng",
            "Mended a take that had been cut off",
        );
        say(&format!("{said}: {}", of_length(take)));
    }
    mended.iter().map(|take| shown(&take.path)).collect()
}

fn of_length(take: &FoundTake) -> String {
    let seconds = take.content.as_ref().map_or(0.0, |sound| {
        sound.frames as f64 / f64::from(sound.rate_hz.max(1))
    });
    format!("{} · {seconds:.1} s", shown(&take.path))
}

pub fn record(task: &args::Record, json: bool) -> Outcome {
    let mended = mend_earlier(&task.output);
    let device = task.device.as_deref().map(choose).transpose()?;
    let request = RecordRequest {
        device,
        path: task.output.clone(),
        bext: origin(&jiff::Zoned::now(), new_id()?),
        private: false,
    };
    let stop = stop::switch();
    let recording = devices::Microphones
        .record(&request)
        .map_err(device_problem)?;
    let meter = Meter::new(task.seconds);
    let start = Instant::now();
    loop {
        let status = recording.status();
        let recorded = status.frames as f64 / f64::from(status.rate_hz.max(1));
        meter.show(recorded, status.levels.as_ref());
        let enough = task.seconds.is_some_and(|seconds| recorded >= seconds);
        // A device that gives no sound at all must not keep the terminal for ever.
        let silent = task
            .seconds
            .is_some_and(|it| start.elapsed().as_secs_f64() > it + 10.0);
        if enough || silent || stop.is_cancelled() || status.ended.is_some() {
            break;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    meter.0.finish_and_clear();
    let take = recording.stop().map_err(device_problem)?;
    let seconds = take.frames as f64 / f64::from(take.rate_hz.max(1));
    let complete = stop.is_cancelled() || task.seconds.is_none_or(|asked| seconds >= asked);
    let problem = problem_of(&take.end, complete, &take.path);
    let recorded = Recorded {
        seconds,
        path: shown(&take.path),
        sample_rate_hz: take.rate_hz,
        channels: take.channels,
        xruns: take.xruns,
        end: match take.end {
            TakeEnd::Stopped => "stopped".to_owned(),
            TakeEnd::DeviceGone => "device-gone".to_owned(),
            TakeEnd::DiskFull => "disk-full".to_owned(),
            TakeEnd::Failed(why) => why,
        },
        mended,
    };
    done(json, &recorded, |it| {
        vec![format!(
            "{} · {:.1} s · {} Hz · {}",
            it.path, it.seconds, it.sample_rate_hz, it.end
        )]
    })?;
    problem.map_or(Ok(()), |problem| Err(refused(problem)))
}

/// Why a take is not what was asked for, though what there is of it is kept.
fn problem_of(end: &TakeEnd, complete: bool, path: &Path) -> Option<Problem> {
    let code = match end {
        TakeEnd::Stopped if complete => return None,
        TakeEnd::Stopped | TakeEnd::DeviceGone => Code::DeviceGone,
        TakeEnd::DiskFull => Code::DiskFull,
        TakeEnd::Failed(_) => Code::Io,
    };
    let kept = l("phần đã thu còn ở", "what was recorded is kept in");
    Some(Problem::new(code, format!("{kept} {}", path.display())))
}

/// What a terminal shows while a take runs: how long it is and how loud.
struct Meter(indicatif::ProgressBar);

impl Meter {
    fn new(seconds: Option<f64>) -> Self {
        let target = indicatif::ProgressDrawTarget::stderr();
        let bar = indicatif::ProgressBar::with_draw_target(None, target);
        let form = if seconds.is_some() {
            "{bar:20.red/dim} {msg}"
        } else {
            "{spinner:.red} {msg}"
        };
        if let Ok(style) = indicatif::ProgressStyle::with_template(form) {
            bar.set_style(style);
        }
        if let Some(seconds) = seconds {
            bar.set_length((seconds * 1_000.0) as u64);
        }
        Self(bar)
    }

    fn show(&self, recorded: f64, levels: Option<&LiveLevels>) {
        self.0.set_position((recorded * 1_000.0) as u64);
        let level = levels.map_or_else(String::new, |it| {
            let peak = it.sample_peak.0.max(-99.9);
            format!(" · {} {peak:.1} dBFS", l("đỉnh", "peak"))
        });
        self.0.set_message(format!("{recorded:.1} s{level}"));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_take_says_when_it_was_made() {
        let now = "2026-11-23T05:30:07+07:00[Asia/Ho_Chi_Minh]"
            .parse()
            .unwrap();
        let bext = super::origin(&now, units::Id::new(0, [7; 10]));
        assert_eq!(bext.originator_reference.len(), 32);
        assert_eq!(bext.origination_date, "2026-11-23");
        assert_eq!(bext.origination_time, "05:30:07");
    }
}
