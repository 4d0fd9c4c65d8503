//! Every command of the application, declared once. A command without a body in `commands` does
//! not compile; `cargo xtask gen` writes the same list for TypeScript.

mod request;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ts_rs::{Config, TS};

use crate::wire::{
    AppState, Board, ById, ChangeItem, CheckDeck, CheckReport, Code, CutLine, Deck, Devices,
    Document, EditDeck, EditProgramme, Home, ImportPicture, ImportSound, Item, Job, ListDocuments,
    MendDeck, MovePackage, NewDeck, NewPackage, NewProgramme, Nothing, Offer, Package, Packages,
    PickFiles, Play, Problem, Profile, Programme, RecoveredDocument, Render, Sandbox, SearchPage,
    SearchRequest, Seek, Settings, StartRecording, Template, ToArchive, Transport,
};
use crate::{Host, Studio, commands};

pub use request::{Limit, limit};

/// Whether a command may change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes nothing.
    Query,
    /// Changes something, or is refused with a reason.
    Action,
}

/// A command, for listings and generated code.
pub struct Command {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether it may change anything.
    pub kind: Kind,
    /// What it does.
    pub doc: &'static str,
    /// How large its request may be where that comes as text.
    pub limit: Limit,
    /// TypeScript of its request.
    pub request: fn(&Config) -> String,
    /// TypeScript of its response.
    pub response: fn(&Config) -> String,
    /// Writes the TypeScript files of both and all they contain.
    pub export: fn(&Config) -> Result<(), ts_rs::ExportError>,
}

fn export<Request: TS + 'static, Response: TS + 'static>(
    config: &Config,
) -> Result<(), ts_rs::ExportError> {
    Request::export_all(config)?;
    // `Vec<T>` has no file of its own: `typescript` names the elements that nothing else reaches.
    match Response::export_all(config) {
        Err(ts_rs::ExportError::CannotBeExported(_)) => Ok(()),
        other => other,
    }
}

fn parse<T: DeserializeOwned>(request: Value) -> Result<T, Problem> {
    serde_json::from_value(request)
        .map_err(|error| Problem::new(Code::BadRequest, error.to_string()))
}

fn answer<T: Serialize>(response: &T) -> Result<Value, Problem> {
    serde_json::to_value(response).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

fn unknown(name: &str) -> Problem {
    Problem::new(Code::BadRequest, format!("no command is called {name}"))
}

/// What is declared, or what fits most.
macro_rules! limit {
    () => {
        Limit::SMALL
    };
    ($limit:ident) => {
        Limit::$limit
    };
}

macro_rules! commands {
    ($( $(#[doc = $doc:literal])+ $kind:ident $name:ident($request:ty $(, $limit:ident)?) -> $response:ty; )*) => {
        /// All commands.
        pub const COMMANDS: &[Command] = &[$(Command {
            name: stringify!($name),
            kind: Kind::$kind,
            doc: concat!($($doc),+),
            limit: limit!($($limit)?),
            request: <$request as TS>::name,
            response: <$response as TS>::name,
            export: export::<$request, $response>,
        }),*];

        /// Calls the command `name` with a JSON request.
        ///
        /// # Errors
        /// [`Code::BadRequest`] for an unknown name or a request of another form; else what the
        /// command itself refuses.
        pub fn dispatch<H: Host>(
            studio: &Studio<H>,
            name: &str,
            request: Value,
        ) -> Result<Value, Problem> {
            match name {
                $(stringify!($name) => {
                    let request: $request = parse(request)?;
                    let response: $response = commands::$name(studio, request)?;
                    answer(&response)
                })*
                _ => Err(unknown(name)),
            }
        }
    };
}

commands! {
    /// What is always in sight.
    Query app_state(Nothing) -> AppState;
    /// The first screen.
    Query home(Nothing) -> Home;
    /// Keeps new settings.
    Action settings_set(Settings) -> Settings;
    /// Starts the training province in this process. Where there is no destination, packages go there;
    /// one that is set is never changed.
    Action sandbox_start(Nothing) -> Sandbox;
    /// Stops the training province and ends practice.
    Action sandbox_stop(Nothing) -> Sandbox;
    /// Cuts the line of the training province on purpose.
    Action sandbox_cut(CutLine) -> Nothing;
    /// Stops a job.
    Action job_cancel(ById) -> Nothing;
    /// Jobs under way and lately finished.
    Query jobs(Nothing) -> Vec<Job>;

    /// Asks for files in a window of the operating system.
    Action files_pick(PickFiles) -> Vec<Offer>;

    /// Documents being worked on.
    Query documents(ListDocuments) -> Vec<Document>;
    /// Gets out of a damaged document what can be had, and says what is missing.
    Action document_recover(ById) -> RecoveredDocument;
    /// Puts a document out of sight; nothing of it is deleted.
    Action document_remove(ById) -> Nothing;
    /// What is written about a document when it is put in: as the last time, or what suits a new one.
    Query document_to_archive(ById) -> ToArchive;
    /// Puts a document into the archive, as a new version where it is there already.
    Action document_archive(ToArchive, TEXT) -> Job;

    /// A new programme with the usual three tracks.
    Action programme_create(NewProgramme) -> Programme;
    /// A programme.
    Query programme(ById) -> Programme;
    /// One edit.
    Action programme_edit(EditProgramme) -> Programme;
    /// Takes the last edit back.
    Action programme_undo(ById) -> Programme;
    /// Does the edit taken back again.
    Action programme_redo(ById) -> Programme;
    /// Takes a sound in and lays it on the timeline.
    Action programme_import(ImportSound) -> Job;
    /// Measures a programme as it would be exported.
    Action programme_analyse(ById) -> Job;
    /// Renders a programme to a loudness profile and measures what was written.
    Action programme_render(Render) -> Job;
    /// Loudness profiles to deliver to.
    Query profiles(Nothing) -> Vec<Profile>;

    /// Microphones and loudspeakers.
    Query devices(Nothing) -> Devices;
    /// Plays from a position.
    Action play(Play) -> Transport;
    /// Holds playback.
    Action pause(Nothing) -> Transport;
    /// Goes to a position.
    Action seek(Seek) -> Transport;
    /// Begins a recording.
    Action record_start(StartRecording) -> Nothing;
    /// Ends the recording and takes it in.
    Action record_stop(Nothing) -> Job;

    /// Boards that are usual, to be added to a deck.
    Query boards(Nothing) -> Vec<Board>;
    /// Templates a deck can begin with.
    Query templates(Nothing) -> Vec<Template>;
    /// A new deck from a template.
    Action deck_create(NewDeck) -> Deck;
    /// A deck.
    Query deck(ById) -> Deck;
    /// One edit.
    Action deck_edit(EditDeck) -> Deck;
    /// Takes the last edit back.
    Action deck_undo(ById) -> Deck;
    /// Does the edit taken back again.
    Action deck_redo(ById) -> Deck;
    /// All checks of a deck on one board.
    Query deck_check(CheckDeck) -> CheckReport;
    /// Mends what a finding is about.
    Action deck_mend(MendDeck) -> Deck;
    /// Takes a picture into a slide.
    Action deck_picture(ImportPicture) -> Job;
    /// Writes all slides for all boards as PNG into a new folder beside the archive.
    Action deck_export(ById) -> Job;

    /// Looks for items.
    Query search(SearchRequest) -> SearchPage;
    /// An item, whole.
    Query item(ById) -> Item;
    /// Changes what is written about an item.
    Action item_change(ChangeItem, TEXT) -> Item;
    /// Opens what an item was made from; makes it anew where it is gone.
    Action item_open(ById) -> Document;
    /// Reads the whole archive against its digests.
    Action audit(Nothing) -> Job;

    /// Seals items into a signed package.
    Action package_create(NewPackage, IDS) -> Job;
    /// Packages, the newest first.
    Query packages(Nothing) -> Packages;
    /// Queues a package for sending, or wakes one that waits.
    Action package_send(MovePackage) -> Package;
    /// Holds a package; what arrived stays there.
    Action package_pause(MovePackage) -> Package;
    /// Takes a package out of the queue; it stays in the store and can be sent again.
    Action package_cancel(MovePackage) -> Package;
}

/// Writes the TypeScript of all commands, types and events into the configured folder and returns
/// the text of `commands.ts`.
///
/// # Errors
/// Whatever writing reports.
pub fn typescript(config: &Config) -> Result<String, ts_rs::ExportError> {
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    let mut names = BTreeSet::new();
    let mut table = String::new();
    for command in COMMANDS {
        (command.export)(config)?;
        let (request, response) = ((command.request)(config), (command.response)(config));
        for name in [&request, &response] {
            names.insert(
                name.trim_start_matches("Array<")
                    .trim_end_matches('>')
                    .to_owned(),
            );
        }
        let kind = if command.kind == Kind::Query {
            "query"
        } else {
            "action"
        };
        // Writing to a String cannot fail.
        write!(
            table,
            "  /** {} ({kind}) */\n  {}: {{ request: {request}; response: {response} }};\n",
            command.doc.trim(),
            command.name,
        )
        .unwrap_or_default();
    }
    crate::wire::Event::export_all(config)?;
    Problem::export_all(config)?;
    Profile::export_all(config)?;
    Template::export_all(config)?;
    let imports: String = names
        .iter()
        .map(|name| format!("import type {{ {name} }} from './{name}';\n"))
        .collect();
    Ok(format!(
        "// Written by `cargo xtask gen` from src-tauri/crates/studio/src/schema.rs; never edited.\n\
         {imports}\nexport interface Commands {{\n{table}}}\n\nexport type CommandName = keyof Commands;\n"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::typescript;

    fn files(folder: &Path) -> BTreeMap<String, String> {
        let entries = fs::read_dir(folder).unwrap().filter_map(Result::ok);
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names
            .filter(|name| name.ends_with(".ts"))
            .map(|name| (name.clone(), fs::read_to_string(folder.join(name)).unwrap()))
            .collect()
    }

    /// With `LOA_WRITE_WIRE` set it writes instead of comparing: `cargo xtask gen`.
    #[test]
    fn the_window_has_the_wire_of_today() {
        let wire = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/wire");
        let fresh = tempfile::tempdir().unwrap();
        // JSON numbers are doubles; nothing here counts beyond 2^53.
        let config = ts_rs::Config::new()
            .with_large_int("number")
            .with_out_dir(fresh.path());
        let commands = typescript(&config).unwrap();
        fs::write(fresh.path().join("commands.ts"), commands).unwrap();
        let (old, new) = (files(&wire), files(fresh.path()));
        if std::env::var_os("LOA_WRITE_WIRE").is_some() {
            for name in old.keys().filter(|name| !new.contains_key(*name)) {
                fs::remove_file(wire.join(name)).unwrap();
            }
            for (name, text) in &new {
                fs::write(wire.join(name), text).unwrap();
            }
            return;
        }
        let stale: Vec<&String> = old
            .keys()
            .chain(new.keys())
            .filter(|name| old.get(*name) != new.get(*name))
            .collect();
        assert!(stale.is_empty(), "run cargo xtask gen: {stale:?}");
    }
}
