//! What a document says is what its log says.

use archive::{Archive, Error};
use serde_json::json;

use crate::bench::{self, AtWork};
use crate::wire::{Document, Programme};

fn listed(studio: &AtWork) -> Vec<String> {
    let documents: Vec<Document> = studio.ask("documents", json!({ "kind": null })).unwrap();
    documents.into_iter().map(|it| it.title).collect()
}

/// An index that takes nothing, as on a full disk: here because somebody else is writing to it.
#[test]
fn a_new_title_that_the_log_has_is_not_refused_because_the_index_takes_nothing() {
    let store = tempfile::tempdir().unwrap();
    let studio = bench::open(store.path(), bench::no_microphone());
    let made: Programme = studio
        .ask("programme_create", json!({ "title": "Cũ" }))
        .unwrap();
    let mut index = Archive::open(store.path()).unwrap();
    let named: Programme = index
        .change(|_| -> Result<_, Error> {
            let edit = json!({ "type": "set-title", "title": "Mới" });
            let request = json!({ "id": made.id, "edit": edit });
            Ok(studio.ask("programme_edit", request).unwrap())
        })
        .unwrap();
    assert_eq!((named.title.as_str(), named.revision), ("Mới", 1));
    let row = || index.documents().unwrap().remove(0).title;
    assert_eq!(row(), "Cũ");
    assert_eq!(listed(&studio), ["Mới"]);
    assert_eq!(row(), "Mới", "noted when it was listed");
}
