//! One open document.

use archive::{Log, LogContent};
use serde_json::{Value, json};
use units::Id;

use crate::wire::{Code, Problem};

/// What a kind of document must be able to do.
pub trait Model: Clone + Send + Sized + 'static {
    /// A change with an inverse.
    type Edit: Clone + Send;

    /// The word in the log for this kind.
    const KIND: &'static str;

    /// Its title.
    fn title(&self) -> &str;

    /// The value after `edit`, and the edit that takes it back.
    ///
    /// # Errors
    /// [`Code::BadEdit`], [`Code::TooLarge`]: the value is as it was.
    fn apply(&self, edit: &Self::Edit) -> Result<(Self, Self::Edit), Problem>;

    /// The name of an edit, for the undo button.
    fn edit_code(edit: &Self::Edit) -> &'static str;

    /// As its file format.
    ///
    /// # Errors
    /// Where it cannot be written down.
    fn to_json(&self) -> Result<String, Problem>;

    /// From its file format.
    ///
    /// # Errors
    /// Where it is none.
    fn from_json(text: &str) -> Result<Self, Problem>;

    /// An edit as its file format.
    ///
    /// # Errors
    /// Where it cannot be written down.
    fn edit_to_json(edit: &Self::Edit) -> Result<String, Problem>;

    /// An edit from its file format.
    ///
    /// # Errors
    /// Where it is none.
    fn edit_from_json(text: &str) -> Result<Self::Edit, Problem>;
}

/// One step of history: what was done and what takes it back.
#[derive(Clone)]
struct Step<E> {
    edit: E,
    inverse: E,
}

/// An open document with its history.
pub struct Document<M: Model> {
    id: Id,
    value: M,
    done: Vec<Step<M::Edit>>,
    undone: Vec<Step<M::Edit>>,
    revision: u64,
    saved_ms: i64,
    log: Log,
}

/// What happens in a log, one record each.
enum Record<E> {
    Do(E),
    Undo,
    Redo,
}

impl<M: Model> Document<M> {
    /// Opens a document from its log.
    ///
    /// # Errors
    /// [`Code::NewerFile`] where the log says what this version does not know: it is whole, by its
    /// checksums, so a program wrote it like this.
    pub fn open(id: Id, log: Log, content: LogContent) -> Result<Self, Problem> {
        let snapshot = text(&content.snapshot.content)?;
        let mut document = Self::from_snapshot(id, log, snapshot)?;
        for record in &content.edits {
            let (record, at_ms) = read_record::<M>(text(record)?)?;
            document.happen(record, at_ms)?;
        }
        Ok(document)
    }

    /// Its id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Its value.
    pub fn value(&self) -> &M {
        &self.value
    }

    /// Counts all that happened to it.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// When the last edit was safely on disk.
    pub fn saved_ms(&self) -> i64 {
        self.saved_ms
    }

    /// What undo would take back.
    pub fn undo_code(&self) -> Option<String> {
        self.done
            .last()
            .map(|step| M::edit_code(&step.edit).to_owned())
    }

    /// What redo would do again.
    pub fn redo_code(&self) -> Option<String> {
        self.undone
            .last()
            .map(|step| M::edit_code(&step.edit).to_owned())
    }

    /// Does an edit. On `Ok` it survives a power cut.
    ///
    /// # Errors
    /// What the edit or the disk refuses; the document is as it was then.
    pub fn edit(&mut self, edit: M::Edit, now_ms: i64) -> Result<(), Problem> {
        let (value, inverse) = self.value.apply(&edit)?;
        let body: Value = parse(&M::edit_to_json(&edit)?)?;
        self.keep(&json!({ "at": now_ms, "do": body }), now_ms)?;
        self.value = value;
        self.done.push(Step { edit, inverse });
        self.undone.clear();
        self.snapshot_if_due();
        Ok(())
    }

    /// Takes the last edit back.
    ///
    /// # Errors
    /// [`Code::NothingToUndo`], and what the disk reports.
    pub fn undo(&mut self, now_ms: i64) -> Result<(), Problem> {
        let step = self.done.last().ok_or_else(nothing)?;
        let (value, _) = self.value.apply(&step.inverse)?;
        self.keep(&json!({ "at": now_ms, "undo": true }), now_ms)?;
        self.value = value;
        self.undone.extend(self.done.pop());
        self.snapshot_if_due();
        Ok(())
    }

    /// Does the edit taken back again.
    ///
    /// # Errors
    /// [`Code::NothingToUndo`], and what the disk reports.
    pub fn redo(&mut self, now_ms: i64) -> Result<(), Problem> {
        let step = self.undone.last().ok_or_else(nothing)?;
        let (value, _) = self.value.apply(&step.edit)?;
        self.keep(&json!({ "at": now_ms, "redo": true }), now_ms)?;
        self.value = value;
        self.done.extend(self.undone.pop());
        self.snapshot_if_due();
        Ok(())
    }

    fn keep(&mut self, record: &Value, now_ms: i64) -> Result<(), Problem> {
        self.log.append(record.to_string().as_bytes())?;
        self.revision += 1;
        self.saved_ms = now_ms;
        Ok(())
    }

    /// Keeps the document as it is in memory, for when what lies on disk is damaged.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn keep_whole(&mut self) -> Result<(), Problem> {
        let snapshot = self.to_snapshot()?;
        Ok(self.log.snapshot(snapshot.as_bytes())?)
    }

    /// Snapshots only make opening faster, so one that fails is tried again later.
    fn snapshot_if_due(&mut self) {
        if self.log.wants_snapshot()
            && let Ok(snapshot) = self.to_snapshot()
        {
            self.log.snapshot(snapshot.as_bytes()).unwrap_or_default();
        }
    }

    /// What a record says, done to the value in memory.
    fn happen(&mut self, record: Record<M::Edit>, at_ms: i64) -> Result<(), Problem> {
        match record {
            Record::Do(edit) => {
                let (value, inverse) = self.value.apply(&edit)?;
                self.value = value;
                self.done.push(Step { edit, inverse });
                self.undone.clear();
            }
            Record::Undo => {
                let step = self.done.pop().ok_or_else(nothing)?;
                self.value = self.value.apply(&step.inverse)?.0;
                self.undone.push(step);
            }
            Record::Redo => {
                let step = self.undone.pop().ok_or_else(nothing)?;
                self.value = self.value.apply(&step.edit)?.0;
                self.done.push(step);
            }
        }
        self.revision += 1;
        self.saved_ms = at_ms;
        Ok(())
    }

    /// The first snapshot of a new document.
    ///
    /// # Errors
    /// Where the value cannot be written down.
    pub fn first_snapshot(value: &M, now_ms: i64) -> Result<String, Problem> {
        let value: Value = parse(&value.to_json()?)?;
        let empty: [Value; 0] = [];
        Ok(json!({ "revision": 0, "saved_ms": now_ms, "value": value, "done": empty, "undone": empty })
            .to_string())
    }

    fn to_snapshot(&self) -> Result<String, Problem> {
        let steps = |steps: &[Step<M::Edit>]| -> Result<Vec<Value>, Problem> {
            steps
                .iter()
                .map(|step| {
                    let edit: Value = parse(&M::edit_to_json(&step.edit)?)?;
                    let inverse: Value = parse(&M::edit_to_json(&step.inverse)?)?;
                    Ok(json!([edit, inverse]))
                })
                .collect()
        };
        let value: Value = parse(&self.value.to_json()?)?;
        Ok(json!({
            "revision": self.revision,
            "saved_ms": self.saved_ms,
            "value": value,
            "done": steps(&self.done)?,
            "undone": steps(&self.undone)?,
        })
        .to_string())
    }

    fn from_snapshot(id: Id, log: Log, snapshot: &str) -> Result<Self, Problem> {
        let snapshot: Value = parse(snapshot)?;
        let steps = |name: &str| -> Result<Vec<Step<M::Edit>>, Problem> {
            let list = snapshot[name].as_array().ok_or_else(unknown)?;
            list.iter()
                .map(|step| {
                    let edit = M::edit_from_json(&step[0].to_string())?;
                    let inverse = M::edit_from_json(&step[1].to_string())?;
                    Ok(Step { edit, inverse })
                })
                .collect()
        };
        Ok(Self {
            id,
            value: M::from_json(&snapshot["value"].to_string())?,
            done: steps("done")?,
            undone: steps("undone")?,
            revision: snapshot["revision"].as_u64().ok_or_else(unknown)?,
            saved_ms: snapshot["saved_ms"].as_i64().ok_or_else(unknown)?,
            log,
        })
    }
}

fn read_record<M: Model>(record: &str) -> Result<(Record<M::Edit>, i64), Problem> {
    let record: Value = parse(record)?;
    let at_ms = record["at"].as_i64().ok_or_else(unknown)?;
    let record = if let Some(edit) = record.get("do") {
        Record::Do(M::edit_from_json(&edit.to_string())?)
    } else if record["undo"] == true {
        Record::Undo
    } else if record["redo"] == true {
        Record::Redo
    } else {
        return Err(unknown());
    };
    Ok((record, at_ms))
}

fn text(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|_| unknown())
}

fn parse(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|_| unknown())
}

fn unknown() -> Problem {
    Problem::new(
        Code::NewerFile,
        "the log of the document holds what this version does not know",
    )
}

fn nothing() -> Problem {
    Problem::new(
        Code::NothingToUndo,
        "there is nothing to take back or do again",
    )
}
