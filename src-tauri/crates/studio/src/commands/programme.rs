//! Programmes: edits, import of sound, measuring and rendering.

use std::path::PathBuf;

use audio::encode::{Format, Mp3Rate, Target};
use audio::programme::{Clip, ClipId, Edit, Media, Programme, Track, TrackId, TrackKind};
use files::Access;
use units::{Digest, Id, Samples, Watch};

use super::documents::RENDITION;
use crate::jobs::Order;
use crate::room;
use crate::scratch::Scratch;
use crate::sources::SourceFacts;
use crate::translate::{self, parse};
use crate::wire::{
    self, ById, Code, EditProgramme, Event, Heard, ImportSound, Job, JobKind, JobResult,
    NewProgramme, Nothing, Problem, Profile, Render, SoundFrom,
};
use crate::{Host, Studio};

/// What is known of sources, by digest.
pub(crate) const SOURCE: &str = "source";

pub fn programme_create<H: Host>(
    studio: &Studio<H>,
    request: NewProgramme,
) -> Result<wire::Programme, Problem> {
    let id = studio.new_id()?;
    let mut programme = Programme::new(id, request.title);
    // Names are for people and may be changed; the words are those of the first screen.
    let usual = [
        ("Giọng đọc", TrackKind::Voice),
        ("Phỏng vấn", TrackKind::Interview),
        ("Nhạc nền", TrackKind::Bed),
    ];
    for (name, kind) in usual {
        programme
            .tracks
            .push(Track::new(TrackId(studio.new_id()?), name, kind));
    }
    programme.validate()?;
    studio.create_document(id, &programme)?;
    studio.programme_view(id)
}

pub fn programme<H: Host>(studio: &Studio<H>, request: ById) -> Result<wire::Programme, Problem> {
    studio.programme_view(parse(&request.id)?)
}

pub fn programme_edit<H: Host>(
    studio: &Studio<H>,
    request: EditProgramme,
) -> Result<wire::Programme, Problem> {
    let id = parse(&request.id)?;
    let document = studio.programme_document(id)?;
    studio.change(&document, |document| {
        let edit = translate::programme::edit(document.value(), &request.edit, || studio.new_id())?;
        document.edit(edit, studio.now_ms())
    })?;
    studio.programme_changed(id)
}

pub fn programme_undo<H: Host>(
    studio: &Studio<H>,
    request: ById,
) -> Result<wire::Programme, Problem> {
    let id = parse(&request.id)?;
    let document = studio.programme_document(id)?;
    studio.change(&document, |document| document.undo(studio.now_ms()))?;
    studio.programme_changed(id)
}

pub fn programme_redo<H: Host>(
    studio: &Studio<H>,
    request: ById,
) -> Result<wire::Programme, Problem> {
    let id = parse(&request.id)?;
    let document = studio.programme_document(id)?;
    studio.change(&document, |document| document.redo(studio.now_ms()))?;
    studio.programme_changed(id)
}

pub fn programme_import<H: Host>(studio: &Studio<H>, request: ImportSound) -> Result<Job, Problem> {
    let id: Id = parse(&request.programme)?;
    studio.programme_document(id)?;
    let (source, name) = match request.from {
        SoundFrom::Offer { id } => {
            let path = studio.0.offers.path(&id)?;
            let name = stem(&path);
            (Place::File(path), name)
        }
        SoundFrom::Take { name } => {
            let path = studio.take_path(&name)?;
            let name = stem(&path);
            (Place::Take(path), name)
        }
        SoundFrom::Object { digest, name } => (Place::Object(parse(&digest)?), name),
    };
    studio.import(id, source, name, request.track, request.position)
}

pub fn programme_analyse<H: Host>(studio: &Studio<H>, request: ById) -> Result<Job, Problem> {
    let id: Id = parse(&request.id)?;
    let order = studio.programme_order(JobKind::Analyse, id)?;
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        let programme = worker.read_programme(id, |document| document.value().clone())?;
        worker.prepare_sources(&programme, watch)?;
        let mut mix = audio::Mix::new(&programme, worker.sources())?;
        let levels = audio::measure_signal(&mut mix, audio::MonoReading::DualMono, watch)?;
        let curve = levels
            .short_term_curve
            .iter()
            .map(|it| it.is_finite().then_some(*it));
        Ok(JobResult::Analysed {
            short_term_lufs: curve.collect(),
            levels: translate::levels::levels(&levels),
        })
    })
}

pub fn programme_render<H: Host>(studio: &Studio<H>, request: Render) -> Result<Job, Problem> {
    let id: Id = parse(&request.id)?;
    let name = request
        .profile
        .unwrap_or_else(|| studio.0.settings.get().profile);
    studio.0.assets.profile(&name)?;
    let order = studio.programme_order(JobKind::Render, id)?;
    let worker = studio.clone();
    studio.0.jobs.begin(order, move |watch| {
        let rendition = worker.render(id, &name, watch)?;
        Ok(JobResult::Rendered {
            output: rendition.digest,
            report: rendition.report,
        })
    })
}

pub fn profiles<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Vec<Profile>, Problem> {
    Ok(studio
        .0
        .assets
        .profiles()
        .iter()
        .map(translate::levels::profile)
        .collect())
}

/// Where a sound to be taken in lies.
pub(crate) enum Place {
    /// Any file; it is not touched.
    File(PathBuf),
    /// A take of ours; moved among the finished ones once it is in the archive.
    Take(PathBuf),
    /// In the archive already.
    Object(Digest),
}

impl<H: Host> Studio<H> {
    pub(crate) fn programme_view(&self, id: Id) -> Result<wire::Programme, Problem> {
        // An edit that was done is answered with this view: what the index cannot say just now is left
        // out of it.
        let rendition = self.recall(RENDITION, &id.to_string()).unwrap_or_default();
        let (mut view, media) = self.read_programme(id, |document| {
            let programme = document.value();
            let view = wire::Programme {
                id: id.to_string(),
                title: programme.title.clone(),
                revision: document.revision(),
                saved_ms: document.saved_ms(),
                length: programme.length().0,
                tracks: programme
                    .tracks
                    .iter()
                    .map(translate::programme::track_to_wire)
                    .collect(),
                sources: vec![],
                undo: document.undo_code(),
                redo: document.redo_code(),
                rendition,
            };
            (view, programme.media.clone())
        })?;
        let digests: Vec<String> = media.iter().map(|it| it.digest.to_string()).collect();
        let known = self.archive().state_get_all(SOURCE, &digests);
        let known = known.unwrap_or_default();
        for (media, digest) in media.into_iter().zip(digests) {
            let facts = known.get(&digest);
            let facts = facts.and_then(|text| serde_json::from_str::<SourceFacts>(text).ok());
            view.sources.push(wire::Source {
                digest,
                name: media.name,
                length: media.length.0,
                levels: facts.map(|facts| facts.levels),
                present: self.sources().has(media.digest),
                peak_levels: audio::Peaks::resolutions(media.length.0.unsigned_abs()),
            });
        }
        Ok(view)
    }

    /// The view after a change; what is playing goes on with the new sound.
    fn programme_changed(&self, id: Id) -> Result<wire::Programme, Problem> {
        self.hear_changed(id);
        self.programme_view(id)
    }

    fn hear_changed(&self, id: Id) {
        let heard = Heard::Programme {
            document: id.to_string(),
        };
        if self.0.transport.has(&heard)
            && let Ok((sound, length)) = self.programme_sound(id)
        {
            self.0.transport.replace(&heard, sound, length);
        }
    }

    pub(crate) fn programme_order(&self, kind: JobKind, id: Id) -> Result<Order, Problem> {
        let title = self.read_programme(id, |document| document.value().title.clone())?;
        Ok(Order {
            id: self.new_id()?.to_string(),
            kind,
            title,
            subject: Some(id.to_string()),
            now_ms: self.now_ms(),
        })
    }

    /// Takes a sound in as a job, then lays it on the timeline as one edit.
    pub(crate) fn import(
        &self,
        id: Id,
        place: Place,
        name: String,
        track: Option<String>,
        position: Option<i64>,
    ) -> Result<Job, Problem> {
        let order = Order {
            id: self.new_id()?.to_string(),
            kind: JobKind::Import,
            title: name.clone(),
            subject: Some(id.to_string()),
            now_ms: self.now_ms(),
        };
        let worker = self.clone();
        self.0.jobs.begin(order, move |watch| {
            let taken_in = worker.take_in(id, &place, &name, (track.as_deref(), position), watch);
            taken_in.map_err(|problem| match &place {
                // What was recorded is not lost with the import: it is offered again.
                Place::Take(path) => worker.take_waits(path, problem),
                Place::File(_) | Place::Object(_) => problem,
            })
        })
    }

    fn take_in(
        &self,
        id: Id,
        place: &Place,
        name: &str,
        (track, position): (Option<&str>, Option<i64>),
        watch: Watch<'_>,
    ) -> Result<JobResult, Problem> {
        let keep = |staged| {
            self.archive().keep(staged)?;
            Ok(())
        };
        let taken = match place {
            Place::File(path) | Place::Take(path) => {
                self.sources().take(path, name, keep, watch)?
            }
            Place::Object(digest) => self.sources().look(*digest, name, watch)?,
        };
        self.remember(SOURCE, &taken.digest.to_string(), &taken.facts)?;
        let clip = self.lay(id, taken.digest, &taken.facts, track, position)?;
        if let Place::Take(path) = place {
            self.take_is_in(path);
        }
        Ok(JobResult::Imported {
            source: taken.digest.to_string(),
            levels: taken.facts.levels,
            clip: Some(clip.to_string()),
        })
    }

    fn lay(
        &self,
        id: Id,
        digest: Digest,
        facts: &SourceFacts,
        track: Option<&str>,
        position: Option<i64>,
    ) -> Result<Id, Problem> {
        let clip_id = self.new_id()?;
        let document = self.programme_document(id)?;
        self.change(&document, |document| {
            let programme = document.value();
            let track = match track {
                Some(track) => translate::programme::find_track(programme, track)?,
                None => programme
                    .tracks
                    .first()
                    .ok_or_else(|| Problem::new(Code::BadEdit, "the programme has no track"))?,
            };
            let behind = track.clips.iter().map(Clip::end).max().unwrap_or_default();
            let position = position.map_or(behind, Samples);
            let media = Media {
                digest,
                name: facts.name.clone(),
                length: Samples(facts.length),
            };
            let clip = Clip::whole(ClipId(clip_id), &media, position);
            let insert = Edit::InsertClip {
                track: track.id,
                clip,
            };
            let edit = match programme.media(&digest) {
                Some(_) => insert,
                None => {
                    let at = programme.media.len();
                    Edit::Group {
                        edits: vec![Edit::AddMedia { at, media }, insert],
                    }
                }
            };
            document.edit(edit, self.now_ms())
        })?;
        self.hear_changed(id);
        Ok(clip_id)
    }

    pub(crate) fn prepare_sources(
        &self,
        programme: &Programme,
        watch: Watch<'_>,
    ) -> Result<(), Problem> {
        if programme.clips().next().is_none() {
            return Err(Problem::new(Code::Empty, "the programme has no sound yet"));
        }
        programme
            .media
            .iter()
            .try_for_each(|media| self.sources().prepare(media.digest, watch))
    }

    /// Renders a programme to a profile and keeps file and figures.
    pub(crate) fn render(
        &self,
        id: Id,
        profile: &str,
        watch: Watch<'_>,
    ) -> Result<wire::Rendition, Problem> {
        let profile = self.0.assets.profile(profile)?;
        let (programme, revision) = self.read_programme(id, |document| {
            (document.value().clone(), document.revision())
        })?;
        let before: Option<wire::Rendition> = self.recall(RENDITION, &id.to_string())?;
        if let Some(before) = before
            && before.revision == revision
            && before.profile == profile.name
            && parse(&before.digest).is_ok_and(|digest| self.sources().has(digest))
        {
            return Ok(before);
        }
        self.prepare_sources(&programme, watch)?;
        let mut target = profile.encode_target(units::SAMPLE_RATE_HZ, 2, None);
        target.tags.title = Some(programme.title.clone());
        target.tags.artist = Some(self.0.settings.get().team).filter(|team| !team.is_empty());
        let replay = || -> Result<Box<dyn audio::Signal>, audio::Error> {
            Ok(Box::new(audio::Mix::new(&programme, self.sources())?))
        };
        let place = self.store().join("cache").join("render");
        let mut draft =
            Scratch::beside(&place, Access::Owner).map_err(|error| Problem::on(&place, error))?;
        let needed = least_bytes(&target, programme.length());
        room::check(needed, &place)?;
        let report = audio::normalize_replay(&replay, profile, &target, &mut draft, watch);
        let report = report.map_err(|error| {
            let written = std::fs::metadata(draft.path()).map_or(0, |it| it.len());
            room::told(error.into(), needed, &place, written)
        })?;
        let digest = self.store_file(draft.path(), Watch::NONE)?;
        let rendition = wire::Rendition {
            digest: digest.to_string(),
            profile: profile.name.clone(),
            revision,
            report: translate::levels::normalized(&report),
        };
        self.remember(RENDITION, &id.to_string(), &rendition)?;
        self.events().tell(Event::Document {
            id: id.to_string(),
            revision,
        });
        Ok(rendition)
    }
}

/// The least bytes of a rendered file; 0 where that depends on the sound.
fn least_bytes(target: &Target, length: Samples) -> u64 {
    let bytes = match target.format {
        Format::Wav { bits } => {
            length.seconds() * f64::from(target.rate_hz * bits / 8) * target.channels as f64
        }
        Format::Mp3(Mp3Rate::Cbr { kbps }) => length.seconds() * f64::from(kbps * 125),
        Format::Mp3(Mp3Rate::Vbr { .. }) | Format::Flac { .. } => 0.0,
    };
    bytes as u64
}

fn stem(path: &std::path::Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
