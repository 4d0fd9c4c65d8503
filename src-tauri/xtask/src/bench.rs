//! `cargo xtask bench`: user + system CPU seconds of our programs and of named peers on the same
//! material in one run, as ratios. Never a pass or fail.
//!
//! Wall time is only shown for sending, where the line is what is measured. Material is made once
//! under the target folder.

mod send;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup;
use crate::shell::{Outcome, cargo, command, root, run, target};

/// Runs of each side; the median counts.
const RUNS: usize = 3;

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    cpu_s: f64,
    wall_s: f64,
    peak_mib: f64,
}

/// A benchmark: its name, what it compares, and the work.
type Benchmark = (&'static str, fn(&Bench) -> Outcome);

const ALL: [Benchmark; 6] = [
    ("measure", measure),
    ("normalize", normalize),
    ("peaks", peaks),
    ("slides", slides),
    ("seal", seal),
    ("send", send::send),
];

struct Bench {
    folder: PathBuf,
    loa: PathBuf,
}

/// Runs the named benchmarks, or all.
pub fn run_all(names: &[String]) -> Outcome {
    setup::bench()?;
    run(cargo().args(["build", "--release", "--quiet", "-p", "cli"]))?;
    let bench = Bench {
        folder: target().join("bench"),
        loa: target().join("release/loa"),
    };
    fs::create_dir_all(&bench.folder).map_err(|error| error.to_string())?;
    println!(
        "{:<34}{:>10}{:>10}{:>9}{:>10}",
        "", "ours", "peer", "ratio", "MiB"
    );
    for (name, benchmark) in ALL {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            benchmark(&bench)?;
        }
    }
    Ok(())
}

impl Bench {
    fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn loa(&self, arguments: &[&str]) -> Command {
        let mut loa = command(&self.loa);
        loa.args(arguments)
            .env("HOME", &self.folder)
            .env("LOA_ASSETS", root().join("assets"));
        loa
    }

    /// Makes a file of the material, unless it is there.
    fn made(&self, name: &str, make: impl FnOnce(&Path) -> Outcome) -> Result<PathBuf, String> {
        let place = self.place(name);
        if !place.exists() {
            println!("making {}", place.display());
            make(&place)?;
        }
        Ok(place)
    }

    /// Sixty minutes of speech over a bed, stereo 48 kHz 16-bit: 691 MB.
    fn hour(&self) -> Result<PathBuf, String> {
        let voice = self.made("voice.wav", |place| {
            let text =
                "Đài truyền thanh xã xin thông báo lịch tiêm chủng mở rộng cho bà con. ".repeat(40);
            run(command("espeak-ng")
                .args(["-v", "vi", "-s", "140", "-w"])
                .arg(place)
                .arg(text))
        })?;
        self.made("p60.wav", |place| {
            let mix = "[1:a]volume=-26dB[bed];[0:a]aresample=48000,pan=stereo|c0=c0|c1=c0[v];\
                       [v][bed]amix=inputs=2:normalize=0,volume=-4dB[out]";
            run(command("ffmpeg")
                .args(["-v", "error", "-y", "-stream_loop", "-1", "-i"])
                .arg(&voice)
                .args([
                    "-f",
                    "lavfi",
                    "-i",
                    "anoisesrc=c=pink:r=48000:seed=1,tremolo=f=0.3:d=0.6,pan=stereo|c0=c0|c1=c0",
                ])
                .args([
                    "-filter_complex",
                    mix,
                    "-map",
                    "[out]",
                    "-t",
                    "3600",
                    "-c:a",
                    "pcm_s16le",
                ])
                .arg(place))
        })
    }
}

/// The cost of a command, by GNU time.
fn cost(command: &Command) -> Result<Cost, String> {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-o", "/dev/stdout", "-f", "cost %U %S %e %M"]);
    timed.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            timed.env(name, value);
        }
    }
    let output = timed.output().map_err(|error| format!("time: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("cost "));
    let figures: Vec<f64> = line
        .unwrap_or_default()
        .split(' ')
        .filter_map(|figure| figure.parse().ok())
        .collect();
    match figures.as_slice() {
        [user, system, wall, kib] if output.status.success() => Ok(Cost {
            cpu_s: user + system,
            wall_s: *wall,
            peak_mib: kib / 1_024.0,
        }),
        _ => Err(format!(
            "{command:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// The sum of several commands run one after another.
fn costs(commands: &[Command]) -> Result<Cost, String> {
    let mut sum = Cost {
        cpu_s: 0.0,
        wall_s: 0.0,
        peak_mib: 0.0,
    };
    for command in commands {
        let one = cost(command)?;
        sum.cpu_s += one.cpu_s;
        sum.wall_s += one.wall_s;
        sum.peak_mib = sum.peak_mib.max(one.peak_mib);
    }
    Ok(sum)
}

/// Runs both sides in turn, so that whatever else the machine does meets both.
fn compare(
    name: &str,
    ours: impl Fn() -> Result<Vec<Command>, String>,
    peer: impl Fn() -> Result<Vec<Command>, String>,
) -> Outcome {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        left.push(costs(&ours()?)?);
        right.push(costs(&peer()?)?);
    }
    let (ours, peer) = (median(left), median(right));
    let ratio = peer.cpu_s / ours.cpu_s;
    println!(
        "{name:<34}{:>8.2} s{:>8.2} s{ratio:>8.1}×{:>10.0}",
        ours.cpu_s, peer.cpu_s, ours.peak_mib
    );
    Ok(())
}

fn median(mut costs: Vec<Cost>) -> Cost {
    costs.sort_by(|a, b| a.cpu_s.total_cmp(&b.cpu_s));
    costs[costs.len() / 2]
}

fn measure(bench: &Bench) -> Outcome {
    let hour = bench.hour()?;
    let hour = hour.to_string_lossy();
    compare(
        "measure 60 min : ffmpeg ebur128",
        || Ok(vec![bench.loa(&["measure", &hour, "--json"])]),
        || {
            let mut ffmpeg = command("ffmpeg");
            ffmpeg.args(["-v", "error", "-nostats", "-i", &hour]);
            ffmpeg.args([
                "-af",
                "ebur128=peak=true:framelog=verbose",
                "-f",
                "null",
                "-",
            ]);
            Ok(vec![ffmpeg])
        },
    )
}

fn normalize(bench: &Bench) -> Outcome {
    let hour = bench.hour()?;
    let ten = bench.made("p10.wav", |place| {
        let mut cut = command("ffmpeg");
        cut.args(["-v", "error", "-y", "-i"])
            .arg(&hour)
            .args(["-t", "600", "-c", "copy"]);
        run(cut.arg(place))
    })?;
    let (ten, out) = (ten.to_string_lossy(), bench.place("out.wav"));
    let out = out.to_string_lossy();
    let aim = "loudnorm=I=-16:TP=-1:LRA=20";
    compare(
        "normalise 10 min : ffmpeg loudnorm",
        || {
            Ok(vec![bench.loa(&[
                "normalize",
                &ten,
                &out,
                "--target",
                "-16",
                "--ceiling",
                "-1",
            ])])
        },
        || {
            // The second pass takes figures of the first; which ones does not change its cost.
            let measured = format!(
                "{aim}:measured_I=-23:measured_TP=-4:measured_LRA=5:measured_thresh=-33:offset=0"
            );
            let pass = |filter: &str, tail: &[&str]| {
                let mut ffmpeg = command("ffmpeg");
                ffmpeg
                    .args([
                        "-v", "error", "-y", "-i", &ten, "-af", filter, "-ar", "48000",
                    ])
                    .args(tail);
                ffmpeg
            };
            Ok(vec![
                pass(aim, &["-f", "null", "-"]),
                pass(&measured, &[&out]),
            ])
        },
    )
}

fn peaks(bench: &Bench) -> Outcome {
    let hour = bench.hour()?;
    let (hour, dat, png) = (
        hour.to_string_lossy(),
        bench.place("p60.dat"),
        bench.place("p60.png"),
    );
    compare(
        "peaks 60 min : ffmpeg showwavespic",
        || Ok(vec![bench.loa(&["peaks", &hour, &dat.to_string_lossy()])]),
        || {
            let mut ffmpeg = command("ffmpeg");
            ffmpeg.args([
                "-v",
                "error",
                "-y",
                "-i",
                &hour,
                "-filter_complex",
                "showwavespic=s=1920x240",
            ]);
            ffmpeg.args(["-frames:v", "1"]).arg(&png);
            Ok(vec![ffmpeg])
        },
    )
}

fn slides(bench: &Bench) -> Outcome {
    let folder = root().join("tests/fixtures/bench");
    let (deck, out) = (folder.join("deck.json"), bench.place("slides"));
    compare(
        "ten 1080p slides : rsvg-convert",
        || {
            let out = out.to_string_lossy();
            Ok(vec![bench.loa(&[
                "render",
                &deck.to_string_lossy(),
                "--out",
                &out,
            ])])
        },
        || {
            let slide = |number: usize| {
                let mut rsvg = command("rsvg-convert");
                rsvg.current_dir(&folder).arg("slide.svg").arg("-o");
                rsvg.arg(bench.place(&format!("rsvg-{number}.png")));
                rsvg
            };
            Ok((0..10).map(slide).collect())
        },
    )
}

fn seal(bench: &Bench) -> Outcome {
    const FILES: usize = 512;
    const FILE_MIB: usize = 4;
    let material = bench.made("payload", |place| {
        fs::create_dir_all(place).map_err(|error| error.to_string())?;
        for number in 0..FILES {
            let script = format!(
                "head -c {FILE_MIB}M /dev/urandom > {}/{number:04}.bin",
                place.display()
            );
            run(command("sh").args(["-c", &script]))?;
        }
        Ok(())
    })?;
    let (package, copy) = (bench.place("goi.tar"), bench.place("copy"));
    compare(
        "seal 2 GiB : cp -r + openssl",
        || {
            let script = format!(
                "{} package seal --out {} --key {} {}/*.bin",
                bench.loa.display(),
                package.display(),
                bench.place("bench.key").display(),
                material.display(),
            );
            let mut shell = command("sh");
            shell
                .args(["-c", &script])
                .env("LOA_ASSETS", root().join("assets"));
            Ok(vec![shell])
        },
        || {
            if copy.exists() {
                fs::remove_dir_all(&copy).map_err(|error| error.to_string())?;
            }
            let mut cp = command("cp");
            cp.arg("-r").arg(&material).arg(&copy);
            let mut openssl = command("sh");
            openssl.args([
                "-c",
                &format!("cat {}/*.bin | openssl dgst -sha256", material.display()),
            ]);
            Ok(vec![cp, openssl])
        },
    )
}
