// Written by `cargo xtask gen` from src-tauri/crates/studio/src/schema.rs; never edited.
import type { AppState } from './AppState';
import type { Board } from './Board';
import type { ById } from './ById';
import type { ChangeItem } from './ChangeItem';
import type { CheckDeck } from './CheckDeck';
import type { CheckReport } from './CheckReport';
import type { CutLine } from './CutLine';
import type { Deck } from './Deck';
import type { Devices } from './Devices';
import type { Document } from './Document';
import type { EditDeck } from './EditDeck';
import type { EditProgramme } from './EditProgramme';
import type { Home } from './Home';
import type { ImportPicture } from './ImportPicture';
import type { ImportSound } from './ImportSound';
import type { Item } from './Item';
import type { Job } from './Job';
import type { ListDocuments } from './ListDocuments';
import type { MendDeck } from './MendDeck';
import type { MovePackage } from './MovePackage';
import type { NewDeck } from './NewDeck';
import type { NewPackage } from './NewPackage';
import type { NewProgramme } from './NewProgramme';
import type { Nothing } from './Nothing';
import type { Offer } from './Offer';
import type { Package } from './Package';
import type { Packages } from './Packages';
import type { PickFiles } from './PickFiles';
import type { Play } from './Play';
import type { Profile } from './Profile';
import type { Programme } from './Programme';
import type { RecoveredDocument } from './RecoveredDocument';
import type { Render } from './Render';
import type { Sandbox } from './Sandbox';
import type { SearchPage } from './SearchPage';
import type { SearchRequest } from './SearchRequest';
import type { Seek } from './Seek';
import type { Settings } from './Settings';
import type { StartRecording } from './StartRecording';
import type { Template } from './Template';
import type { ToArchive } from './ToArchive';
import type { Transport } from './Transport';

export interface Commands {
  /** What is always in sight. (query) */
  app_state: { request: Nothing; response: AppState };
  /** The first screen. (query) */
  home: { request: Nothing; response: Home };
  /** Keeps new settings. (action) */
  settings_set: { request: Settings; response: Settings };
  /** Starts the training province in this process. Where there is no destination, packages go there; one that is set is never changed. (action) */
  sandbox_start: { request: Nothing; response: Sandbox };
  /** Stops the training province and ends practice. (action) */
  sandbox_stop: { request: Nothing; response: Sandbox };
  /** Cuts the line of the training province on purpose. (action) */
  sandbox_cut: { request: CutLine; response: Nothing };
  /** Stops a job. (action) */
  job_cancel: { request: ById; response: Nothing };
  /** Jobs under way and lately finished. (query) */
  jobs: { request: Nothing; response: Array<Job> };
  /** Asks for files in a window of the operating system. (action) */
  files_pick: { request: PickFiles; response: Array<Offer> };
  /** Documents being worked on. (query) */
  documents: { request: ListDocuments; response: Array<Document> };
  /** Gets out of a damaged document what can be had, and says what is missing. (action) */
  document_recover: { request: ById; response: RecoveredDocument };
  /** Puts a document out of sight; nothing of it is deleted. (action) */
  document_remove: { request: ById; response: Nothing };
  /** What is written about a document when it is put in: as the last time, or what suits a new one. (query) */
  document_to_archive: { request: ById; response: ToArchive };
  /** Puts a document into the archive, as a new version where it is there already. (action) */
  document_archive: { request: ToArchive; response: Job };
  /** A new programme with the usual three tracks. (action) */
  programme_create: { request: NewProgramme; response: Programme };
  /** A programme. (query) */
  programme: { request: ById; response: Programme };
  /** One edit. (action) */
  programme_edit: { request: EditProgramme; response: Programme };
  /** Takes the last edit back. (action) */
  programme_undo: { request: ById; response: Programme };
  /** Does the edit taken back again. (action) */
  programme_redo: { request: ById; response: Programme };
  /** Takes a sound in and lays it on the timeline. (action) */
  programme_import: { request: ImportSound; response: Job };
  /** Measures a programme as it would be exported. (action) */
  programme_analyse: { request: ById; response: Job };
  /** Renders a programme to a loudness profile and measures what was written. (action) */
  programme_render: { request: Render; response: Job };
  /** Loudness profiles to deliver to. (query) */
  profiles: { request: Nothing; response: Array<Profile> };
  /** Microphones and loudspeakers. (query) */
  devices: { request: Nothing; response: Devices };
  /** Plays from a position. (action) */
  play: { request: Play; response: Transport };
  /** Holds playback. (action) */
  pause: { request: Nothing; response: Transport };
  /** Goes to a position. (action) */
  seek: { request: Seek; response: Transport };
  /** Begins a recording. (action) */
  record_start: { request: StartRecording; response: Nothing };
  /** Ends the recording and takes it in. (action) */
  record_stop: { request: Nothing; response: Job };
  /** Boards that are usual, to be added to a deck. (query) */
  boards: { request: Nothing; response: Array<Board> };
  /** Templates a deck can begin with. (query) */
  templates: { request: Nothing; response: Array<Template> };
  /** A new deck from a template. (action) */
  deck_create: { request: NewDeck; response: Deck };
  /** A deck. (query) */
  deck: { request: ById; response: Deck };
  /** One edit. (action) */
  deck_edit: { request: EditDeck; response: Deck };
  /** Takes the last edit back. (action) */
  deck_undo: { request: ById; response: Deck };
  /** Does the edit taken back again. (action) */
  deck_redo: { request: ById; response: Deck };
  /** All checks of a deck on one board. (query) */
  deck_check: { request: CheckDeck; response: CheckReport };
  /** Mends what a finding is about. (action) */
  deck_mend: { request: MendDeck; response: Deck };
  /** Takes a picture into a slide. (action) */
  deck_picture: { request: ImportPicture; response: Job };
  /** Writes all slides for all boards as PNG into a new folder beside the archive. (action) */
  deck_export: { request: ById; response: Job };
  /** Looks for items. (query) */
  search: { request: SearchRequest; response: SearchPage };
  /** An item, whole. (query) */
  item: { request: ById; response: Item };
  /** Changes what is written about an item. (action) */
  item_change: { request: ChangeItem; response: Item };
  /** Opens what an item was made from; makes it anew where it is gone. (action) */
  item_open: { request: ById; response: Document };
  /** Reads the whole archive against its digests. (action) */
  audit: { request: Nothing; response: Job };
  /** Seals items into a signed package. (action) */
  package_create: { request: NewPackage; response: Job };
  /** Packages, the newest first. (query) */
  packages: { request: Nothing; response: Packages };
  /** Queues a package for sending, or wakes one that waits. (action) */
  package_send: { request: MovePackage; response: Package };
  /** Holds a package; what arrived stays there. (action) */
  package_pause: { request: MovePackage; response: Package };
  /** Takes a package out of the queue; it stays in the store and can be sent again. (action) */
  package_cancel: { request: MovePackage; response: Package };
}

export type CommandName = keyof Commands;
