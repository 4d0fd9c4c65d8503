//! The application as a whole: state, settings, the training province, jobs, files.

use archive::{Archive, Filter};

use crate::translate;
use crate::wire::{
    AppState, ById, Code, CutLine, Event, Home, Job, ListDocuments, Nothing, Offer, PickFiles,
    Problem, Sandbox, Settings,
};
use crate::{Host, Studio};

/// Lists on the first screen are short.
const HOME_MAX: usize = 20;

pub fn app_state<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<AppState, Problem> {
    let counts = studio.archive().counts()?;
    let recording = studio.0.recorder.state();
    Ok(AppState {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        store: studio.store().display().to_string(),
        settings: studio.0.settings.get(),
        sandbox: sandbox_state(studio),
        key_fingerprint: studio.0.key.public().fingerprint(),
        items: counts.items,
        has_dialogs: studio.host().has_dialogs(),
        transport: studio.0.transport.state(),
        recording,
        jobs: studio.0.jobs.list(),
        recovered: studio.left_over_takes().clone(),
        torn_documents: studio.torn().clone(),
        recovered_documents: studio.recovered_documents().clone(),
        unwritable: unwritable(&studio.archive()),
    })
}

/// Why the archive can only be read, as it is told.
pub(crate) fn unwritable(archive: &Archive) -> Option<Problem> {
    let why = archive.unwritable()?;
    let path = archive.folder();
    Some(archive::Error::unwritable(path, why).into())
}

pub fn home<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Home, Problem> {
    let mut documents = super::documents(studio, ListDocuments { kind: None })?;
    documents.truncate(HOME_MAX);
    let mut packages = super::packages(studio, Nothing {})?.packages;
    packages.truncate(HOME_MAX);
    let facets = studio.archive().facets(&Filter::default())?;
    let (kinds, statuses) = translate::archive::facets(&facets);
    Ok(Home {
        documents,
        packages,
        kinds,
        statuses,
    })
}

pub fn settings_set<H: Host>(studio: &Studio<H>, settings: Settings) -> Result<Settings, Problem> {
    studio.check_sending_settings(&settings)?;
    studio.0.assets.profile(&settings.profile)?;
    let settings = studio.0.settings.set(settings)?;
    studio.apply_sending_settings()?;
    studio.events().tell(Event::Settings);
    Ok(settings)
}

pub fn sandbox_start<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Sandbox, Problem> {
    let province = studio
        .host()
        .sandbox()
        .ok_or_else(|| Problem::new(Code::NotFound, "this program has no training province"))?;
    let state = province.start()?;
    // Before anything can be sent there: what is not known for practice would count.
    studio.meet_training()?;
    studio.bring_practice_along()?;
    if studio.0.settings.get().destination.is_empty() {
        set_practice(studio, true)?;
    }
    studio.events().tell(Event::Settings);
    Ok(state)
}

pub fn sandbox_stop<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Sandbox, Problem> {
    match studio.host().sandbox() {
        Some(province) => {
            let state = province.stop()?;
            set_practice(studio, false)?;
            studio.events().tell(Event::Settings);
            Ok(state)
        }
        None => Ok(sandbox_state(studio)),
    }
}

fn set_practice<H: Host>(studio: &Studio<H>, practice: bool) -> Result<(), Problem> {
    let settings = studio.0.settings.get();
    if settings.practice != practice {
        studio.0.settings.set(Settings {
            practice,
            ..settings
        })?;
    }
    Ok(())
}

pub fn sandbox_cut<H: Host>(studio: &Studio<H>, request: CutLine) -> Result<Nothing, Problem> {
    if let Some(province) = studio.host().sandbox() {
        province.cut_line(&request.after_bytes);
    }
    Ok(Nothing {})
}

fn sandbox_state<H: Host>(studio: &Studio<H>) -> Sandbox {
    match studio.host().sandbox() {
        Some(province) => province.state(),
        None => Sandbox {
            available: false,
            url: None,
        },
    }
}

pub fn job_cancel<H: Host>(studio: &Studio<H>, request: ById) -> Result<Nothing, Problem> {
    studio.0.jobs.cancel(&request.id)?;
    Ok(Nothing {})
}

pub fn jobs<H: Host>(studio: &Studio<H>, _: Nothing) -> Result<Vec<Job>, Problem> {
    Ok(studio.0.jobs.list())
}

pub fn files_pick<H: Host>(studio: &Studio<H>, request: PickFiles) -> Result<Vec<Offer>, Problem> {
    let paths = studio.host().pick_files(request.kind)?;
    if paths.is_empty() {
        return Err(Problem::new(Code::NothingChosen, "the dialog was closed"));
    }
    paths.iter().map(|path| studio.offer(path)).collect()
}
