//! Programme files on disk: mixed with the media that lie beside them, found by content.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use audio::programme::{FILE_BYTES_MAX, Programme, from_json};
use audio::{Mix, Pcm, PcmSource, Replay, Signal, StudioSource};
use files::{Access, RunFolder};
use units::{Digest, SAMPLE_RATE_HZ, Watch};

use super::{Aim, aimed, digest_of};
use crate::scratch::Scratch;
use crate::translate::levels;
use crate::wire::{Code, Normalized, Problem, Warning};

/// Files looked at for media.
const FILES_MAX: usize = 10_000;

/// Media found on disk, decoded where they are no PCM at 48 kHz.
struct FolderMedia(HashMap<Digest, Pcm>);

impl audio::Sources for FolderMedia {
    fn open(&self, digest: &Digest) -> Result<Arc<dyn StudioSource>, audio::Error> {
        let pcm = self.0.get(digest).cloned().ok_or_else(|| {
            let detail = format!("no file with digest {digest} lies beside the programme");
            audio::Error::Io(std::io::Error::new(std::io::ErrorKind::NotFound, detail))
        })?;
        Ok(Arc::new(PcmSource::new(pcm)?))
    }
}

/// Mixes the programme file `path` into `output`: at a loudness where one is given, else as it is.
/// Media are looked for beside the file and in `folders`.
///
/// # Errors
/// [`Code::NotFound`] where a source is missing; nothing is written then.
pub fn mix_programme(
    path: &Path,
    output: &Path,
    folders: &[PathBuf],
    aim: Option<&Aim>,
    assets: &Path,
    watch: Watch<'_>,
) -> Result<Normalized, Problem> {
    if super::regular(path)? > FILE_BYTES_MAX as u64 {
        return Err(Problem::new(
            Code::TooLarge,
            "a programme file above its limit",
        ));
    }
    let text = std::fs::read(path).map_err(|error| Problem::on(path, error))?;
    let programme = from_json(&text).map_err(|error| {
        let problem = Problem::from(error);
        let detail = format!("{}: no programme file: {}", path.display(), problem.detail);
        Problem::new(problem.code, detail)
    })?;
    let folder = parent(output).join(".loa-mix");
    let scratch = scratch_in(&folder).map_err(|error| Problem::on(&folder, error))?;
    let made = mix(
        &programme,
        path,
        output,
        folders,
        aim,
        assets,
        scratch.path(),
        watch,
    );
    drop(scratch);
    // Where another mix is under way beside this one, it still has its own in there.
    std::fs::remove_dir(&folder).unwrap_or_default();
    made
}

#[allow(clippy::too_many_arguments)] // private; the scratch folder is added to the public seven
fn mix(
    programme: &Programme,
    path: &Path,
    output: &Path,
    folders: &[PathBuf],
    aim: Option<&Aim>,
    assets: &Path,
    scratch: &Path,
    watch: Watch<'_>,
) -> Result<Normalized, Problem> {
    let beside = path.parent().unwrap_or(Path::new(".")).to_owned();
    let folders: Vec<PathBuf> = std::iter::once(beside)
        .chain(folders.iter().cloned())
        .collect();
    let media = find(programme, &folders, output, scratch, watch)?;
    let mut draft = super::draft(path, output)?;
    let replay =
        || -> Result<Box<dyn Signal>, audio::Error> { Ok(Box::new(Mix::new(programme, &media)?)) };
    let report = match aim {
        Some(aim) => {
            let (profile, target) = aimed(aim, output, (SAMPLE_RATE_HZ, 2), assets)?;
            levels::normalized(&audio::normalize_replay(
                &replay, &profile, &target, &mut draft, watch,
            )?)
        }
        None => as_it_is(&replay, output, &mut draft, watch)?,
    };
    super::finish(draft, output)?;
    Ok(report)
}

/// Writes a mix without touching its level.
fn as_it_is(
    replay: &dyn Replay,
    output: &Path,
    draft: &mut Scratch,
    watch: Watch<'_>,
) -> Result<Normalized, Problem> {
    let target = audio::encode::Target::new(super::format_of(output)?, SAMPLE_RATE_HZ, 2);
    let mut signal = replay.replay()?;
    let total = signal.frames().unwrap_or(0);
    let mut encoder = audio::encode::encoder(&target, draft)?;
    let mut block = audio::Planar::default();
    let mut done = 0u64;
    loop {
        let frames = signal.read(&mut block, 16_384)?;
        if frames == 0 {
            break;
        }
        encoder.write(&block)?;
        done += frames as u64;
        watch.step(done, total)?;
    }
    encoder.finish()?;
    let reading = audio::MonoReading::DualMono;
    let before = audio::measure_signal(&mut *replay.replay()?, reading, watch)?;
    let after = audio::measure(audio::Scratch::written(draft)?, reading, watch)?;
    // Nothing limits a mix that keeps its level: what is over full scale was cut off flat.
    let over_db = before.sample_peak.0;
    let clipped = (over_db > 0.0).then(|| Warning {
        code: "over-ceiling".to_owned(),
        measured: levels::figure(over_db),
        limit: Some(0.0),
    });
    Ok(Normalized {
        before: levels::levels(&before),
        after: levels::levels(&after),
        gain_db: 0.0,
        limited_db_max: 0.0,
        warnings: clipped.into_iter().collect(),
    })
}

fn find(
    programme: &Programme,
    folders: &[PathBuf],
    output: &Path,
    scratch: &Path,
    watch: Watch<'_>,
) -> Result<FolderMedia, Problem> {
    let mut found = HashMap::new();
    let mut wanted: Vec<Digest> = programme.media.iter().map(|media| media.digest).collect();
    for folder in folders {
        let entries = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        for entry in entries.take(FILES_MAX) {
            if wanted.is_empty() {
                return Ok(FolderMedia(found));
            }
            watch.telling(&()).step(0, 0)?;
            // Links are followed. What cannot be read may be none of the programme's business; where
            // it is, it will be missing.
            let path = entry.path();
            if !std::fs::metadata(&path).is_ok_and(|data| data.is_file()) {
                continue;
            }
            let Ok(digest) = digest_of(&path) else {
                continue;
            };
            if wanted.contains(&digest) {
                super::spare(&path, output)?;
                wanted.retain(|it| *it != digest);
                found.insert(digest, pcm(&path, digest, scratch, watch)?);
            }
        }
    }
    if let Some(missing) = wanted.first() {
        let detail = format!("no file with digest {missing} lies beside the programme");
        return Err(Problem::new(Code::NotFound, detail));
    }
    Ok(FolderMedia(found))
}

fn pcm(path: &Path, digest: Digest, scratch: &Path, watch: Watch<'_>) -> Result<Pcm, Problem> {
    let bytes = super::open(path)?;
    let stage = crate::stage::Stage::of(Watch::NONE, 0.0, 1.0);
    crate::sources::decoded(scratch, digest, bytes, &stage, watch)
}

/// Room for decoded media, which are needed only while mixing: beside the output, where there is room
/// for it as well. What killed mixes left there goes.
fn scratch_in(folder: &Path) -> std::io::Result<RunFolder> {
    files::create_folders(parent(folder), Access::Usual)?;
    files::sweep_runs(folder);
    RunFolder::create(folder)
}

fn parent(place: &Path) -> &Path {
    let folder = place.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use audio::programme::{Clip, ClipId, Media, Programme, to_json};
    use units::{Db, Digest, Id, Samples, Watch};

    use super::mix_programme;
    use crate::tools::{Shape, convert};
    use crate::wire::Code;

    /// A second of a tone at half of full scale, and a programme of it.
    fn programme(folder: &Path, gain: Db) -> std::path::PathBuf {
        let mut out = std::io::Cursor::new(Vec::new());
        let format = audio::encode::Format::Wav { bits: 16 };
        let target = audio::encode::Target::new(format, 48_000, 1);
        let mut encoder = audio::encode::encoder(&target, &mut out).unwrap();
        let tone = (0..48_000).map(|n| 0.5 * (n as f32 * 0.1).sin()).collect();
        let block = audio::Planar::from_channels(vec![tone]);
        encoder.write(&block).unwrap();
        encoder.finish().unwrap();
        let bytes = out.into_inner();
        std::fs::write(folder.join("media.wav"), &bytes).unwrap();
        let id = Id::new(0, [7; 10]);
        let media = Media {
            digest: Digest::of(&bytes),
            name: "media".into(),
            length: Samples(48_000),
        };
        let mut programme = Programme::of_one(id, media.clone());
        let mut clip = Clip::whole(ClipId(id), &media, Samples::ZERO);
        clip.gain = gain;
        programme.tracks[0].clips = vec![clip];
        let path = folder.join("programme.json");
        std::fs::write(&path, to_json(&programme).unwrap()).unwrap();
        path
    }

    #[test]
    fn a_mix_that_goes_over_full_scale_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.wav");
        // What a killed mix left beside it goes, too.
        std::fs::create_dir_all(folder.path().join(".loa-mix/run-1-0")).unwrap();
        for (gain, warned) in [(Db(5.0), false), (Db(12.0), true)] {
            let path = programme(folder.path(), gain);
            let assets = Path::new("nowhere");
            let made = mix_programme(&path, &out, &[], None, assets, Watch::NONE).unwrap();
            let codes: Vec<_> = made.warnings.iter().map(|it| it.code.as_str()).collect();
            assert_eq!(codes == ["over-ceiling"], warned, "{codes:?}");
        }
        assert!(!folder.path().join(".loa-mix").exists());
    }

    #[cfg(unix)]
    #[test]
    fn media_behind_a_link_are_found_and_dead_links_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = programme(folder.path(), Db(0.0));
        let moved = elsewhere.path().join("moved.wav");
        std::fs::rename(folder.path().join("media.wav"), &moved).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("dead")).unwrap();
        std::os::unix::fs::symlink(&moved, folder.path().join("link.wav")).unwrap();
        let out = folder.path().join("out.wav");
        let assets = Path::new("nowhere");
        mix_programme(&path, &out, &[], None, assets, Watch::NONE).unwrap();
    }

    #[test]
    fn nothing_is_written_over_what_it_is_made_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = programme(folder.path(), Db(0.0));
        let media = folder.path().join("media.wav");
        let before = std::fs::read(&media).unwrap();
        let other_name = folder
            .path()
            .join("../")
            .join(folder.path())
            .join("media.wav");
        let converted = convert(&media, &other_name, Shape::default(), Watch::NONE);
        assert_eq!(converted.unwrap_err().code, Code::BadRequest);
        let mixed = mix_programme(&path, &media, &[], None, Path::new("nowhere"), Watch::NONE);
        assert_eq!(mixed.unwrap_err().code, Code::BadRequest);
        assert_eq!(std::fs::read(&media).unwrap(), before);
    }

    #[test]
    fn a_bit_rate_for_a_format_that_has_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        programme(folder.path(), Db(0.0));
        let shape = Shape {
            bitrate_kbps: Some(64),
            ..Shape::default()
        };
        let (from, to) = (
            folder.path().join("media.wav"),
            folder.path().join("a.flac"),
        );
        let refused = convert(&from, &to, shape, Watch::NONE).unwrap_err();
        assert_eq!(refused.code, Code::BadRequest);
        assert!(!to.exists());
    }
}
