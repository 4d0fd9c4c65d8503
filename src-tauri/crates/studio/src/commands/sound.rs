//! Devices, playback and recording.

use std::path::{Path, PathBuf};
use std::sync::{MutexGuard, PoisonError};

use audio::Seekable;
use audio::bext::Bext;
use audio::ports::RecordRequest;
use files::Access;
use units::Id;

use super::programme::Place;
use crate::sound::{Intent, Stopped, device, left_over};
use crate::translate::parse;
use crate::wire::{
    Code, Device, Devices, Event, Heard, Job, Nothing, Play, Problem, RecoveredTake, Seek,
    StartRecording, Transport,
};
use crate::{Host, Studio};

pub fn devices<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Devices, Problem> {
    let wire = |devices: Vec<audio::ports::Device>| {
        devices
            .into_iter()
            .map(|it| Device {
                id: it.id.0,
                name: it.name,
                is_default: it.is_default,
            })
            .collect()
    };
    // A machine without a sound system has no devices; that is an answer, not a failure.
    let inputs = studio
        .host()
        .capture()
        .inputs()
        .map(wire)
        .unwrap_or_default();
    let outputs = studio
        .host()
        .playback()
        .outputs()
        .map(wire)
        .unwrap_or_default();
    Ok(Devices { inputs, outputs })
}

pub fn play<H: Host>(studio: &Studio<H>, request: Play) -> Result<Transport, Problem> {
    let (sound, length) = match &request.heard {
        Heard::Programme { document } => studio.programme_sound(parse(document)?)?,
        Heard::Sound { digest } => studio.stored_sound(digest)?,
    };
    let output = device(&studio.0.settings.get().output);
    let playback = studio.host().playback();
    studio.0.transport.play(
        &*playback,
        output.as_ref(),
        request.heard,
        (sound, length),
        request.from,
        studio.events(),
    )
}

pub fn pause<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Transport, Problem> {
    studio.0.transport.pause()
}

pub fn seek<H: Host>(studio: &Studio<H>, request: Seek) -> Result<Transport, Problem> {
    studio.0.transport.seek(request.position)
}

pub fn record_start<H: Host>(
    studio: &Studio<H>,
    request: StartRecording,
) -> Result<Nothing, Problem> {
    let id: Id = parse(&request.programme)?;
    studio.programme_document(id)?;
    let settings = studio.0.settings.get();
    let name = request.device.unwrap_or(settings.input);
    let moment = jiff::Timestamp::from_millisecond(studio.now_ms())
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))?
        + jiff::SignedDuration::from_mins(studio.host().utc_offset_minutes().into());
    let local = moment.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let folder = studio.takes_folder();
    files::create_folders(&folder, Access::Owner).map_err(|error| Problem::on(&folder, error))?;
    let path = folder.join(format!("{}.wav", local.strftime("%Y-%m-%d %H-%M-%S%.3f")));
    let bext = Bext {
        originator: "Loa Studio".into(),
        originator_reference: studio.new_id()?.to_string()[..32].into(),
        origination_date: local.strftime("%Y-%m-%d").to_string(),
        origination_time: local.strftime("%H:%M:%S").to_string(),
        ..Bext::default()
    };
    let intent = Intent {
        programme: request.programme,
        track: request.track,
        position: request.position,
    };
    studio.0.recorder.start(
        &*studio.host().capture(),
        &RecordRequest {
            device: device(&name),
            path,
            bext,
            private: true,
        },
        intent,
        studio.events(),
    )?;
    Ok(Nothing {})
}

pub fn record_stop<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Job, Problem> {
    let stopped = studio.0.recorder.stop(studio.events())?;
    let path = stopped.path.clone();
    studio
        .take_in_recorded(stopped)
        .map_err(|problem| studio.take_waits(&path, problem))
}

impl<H: Host> Studio<H> {
    /// The programme as it would be exported, and its length.
    pub(crate) fn programme_sound(&self, id: Id) -> Result<(Box<dyn Seekable>, i64), Problem> {
        let programme = self.read_programme(id, |document| document.value().clone())?;
        if programme.clips().next().is_none() {
            return Err(Problem::new(Code::Empty, "the programme has no sound yet"));
        }
        let length = programme.length().0;
        Ok((
            Box::new(audio::Mix::new(&programme, self.sources())?),
            length,
        ))
    }

    /// A stored file, as a programme of its own.
    fn stored_sound(&self, digest: &str) -> Result<(Box<dyn Seekable>, i64), Problem> {
        let digest = parse(digest)?;
        let source = audio::Sources::open(self.sources(), &digest)?;
        let length = units::Samples(i64::try_from(source.frames()).unwrap_or(i64::MAX));
        let media = audio::programme::Media {
            digest,
            name: String::new(),
            length,
        };
        let programme = audio::programme::Programme::of_one(self.new_id()?, media);
        Ok((
            Box::new(audio::Mix::new(&programme, self.sources())?),
            length.0,
        ))
    }

    /// Where takes lie until they are in the archive.
    pub(crate) fn takes_folder(&self) -> PathBuf {
        self.store().join("takes")
    }

    /// A take by its file name, which must not lead out of the folder, nor be a link that does.
    pub(crate) fn take_path(&self, name: &str) -> Result<PathBuf, Problem> {
        let folder = self.takes_folder();
        let path = crate::inside(&folder, name)?;
        let is_file = path.symlink_metadata().is_ok_and(|it| it.is_file());
        if is_file && path.parent() == Some(&*folder) {
            Ok(path)
        } else {
            Err(Problem::new(Code::NotFound, format!("take {name:?}")))
        }
    }

    fn take_in_recorded(&self, stopped: Stopped) -> Result<Job, Problem> {
        let (take, intent) = (stopped.take?, stopped.intent);
        let id: Id = parse(&intent.programme)?;
        let name = take.path.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.into_owned();
        self.import(
            id,
            Place::Take(take.path),
            name,
            intent.track,
            intent.position,
        )
    }

    /// Offers what was recorded into the file at `path`, since it could not be taken in; says so
    /// behind what the `problem` says.
    pub(crate) fn take_waits(&self, path: &Path, problem: Problem) -> Problem {
        if let Err(unseen) = self.look_for_takes() {
            let detail = format!("{}; {}: {}", problem.detail, path.display(), unseen.detail);
            return Problem::new(problem.code, detail);
        }
        self.events().tell(Event::Settings);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let takes = self.left_over_takes();
        let Some(take) = takes.iter().find(|take| take.name == name) else {
            return problem; // nothing of it came to the disk
        };
        let (detail, seconds) = (&problem.detail, take.seconds);
        let detail = format!("{detail}; {seconds:.1} s are safe in takes/{name}");
        Problem::new(problem.code, detail)
    }

    /// Looks for takes that are not in the archive, mending those that were cut off: when the
    /// program starts, and after one could not be taken in.
    pub(crate) fn look_for_takes(&self) -> Result<(), Problem> {
        let mut found = left_over(&*self.host().capture(), &self.takes_folder())?;
        // What cannot be asked for is not offered.
        found.retain(|take| self.take_path(&take.name).is_ok());
        *self.left_over_takes() = found;
        Ok(())
    }

    /// Takes that wait to be taken in.
    pub(crate) fn left_over_takes(&self) -> MutexGuard<'_, Vec<RecoveredTake>> {
        self.0
            .left_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A take whose copy is in the archive is put beside, so that it is not offered again. It is not
    /// deleted: the disk has room for a second copy of the announcer's morning.
    pub(crate) fn take_is_in(&self, path: &Path) {
        let name = path.file_name().unwrap_or_default();
        self.left_over_takes()
            .retain(|take| name != take.name.as_str());
        let folder = self.takes_folder().join("taken");
        let put = || {
            files::create_folders(&folder, Access::Owner)?;
            std::fs::rename(path, folder.join(name))
        };
        // It is in the programme by now, which no failure here undoes: then it stays where it is, and is
        // offered once more at the next start.
        put().unwrap_or_default();
    }
}

#[cfg(test)]
mod tests;
