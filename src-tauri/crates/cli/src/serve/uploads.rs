//! What browsers sent, until it is taken in: copies, whose originals lie where the person has them.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Response};
use files::RunFolder;
use futures_util::StreamExt as _;
use serde::Deserialize;
use studio::Host;
use studio::wire::{Code, Offer, Problem};
use tokio::io::AsyncWriteExt as _;

use super::{Server, blocking, refuse};

/// Largest file taken through the browser: three hours of 24-bit stereo.
const UPLOAD_BYTES_MAX: u64 = 4 << 30;

/// What was sent in this run.
pub struct Uploads {
    store: PathBuf,
    /// Made with the first file.
    run: Mutex<Option<RunFolder>>,
}

impl Uploads {
    /// Removes what was sent in runs that ended without tidying up, for their handles ended with
    /// them. What another server holds stays, and so does whatever is not of our making.
    pub fn open(store: PathBuf) -> Self {
        files::sweep_runs(&store.join("uploads"));
        let run = Mutex::default();
        Self { store, run }
    }

    /// Makes the folder of one file.
    ///
    /// # Errors
    /// Where it cannot be made, or would lie outside the store.
    fn place(&self, name: &str) -> io::Result<PathBuf> {
        let parent = self.store.join("uploads");
        if files::has_link_below(&self.store, &parent) {
            let refused = format!("{} is a link", parent.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, refused));
        }
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        let run = match &mut *run {
            Some(run) => run,
            none => none.insert(RunFolder::create(&parent)?),
        };
        let own = run.path().join(name);
        files::create_folders(&own, files::Access::Owner)?;
        Ok(own)
    }

    /// Removes what was sent.
    pub fn end(&self) {
        drop(
            self.run
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}

#[derive(Deserialize)]
pub struct Named {
    #[serde(default)]
    name: String,
}

/// Takes a file in that a person dropped on the page or chose there.
pub async fn offer<H: Host>(
    State(server): State<Arc<Server<H>>>,
    Query(named): Query<Named>,
    request: Request,
) -> Response {
    match take(&server, &named.name, request).await {
        Ok(offer) => Json(offer).into_response(),
        Err(problem) => refuse(&problem),
    }
}

async fn take<H: Host>(
    server: &Arc<Server<H>>,
    name: &str,
    request: Request,
) -> Result<Offer, Problem> {
    let mut random = [0; 8];
    crate::machine::random(&mut random)?;
    let own = format!("{:016x}", u64::from_le_bytes(random));
    let holder = Arc::clone(server);
    let folder = blocking(move || Ok(holder.uploads.place(&own)?)).await?;
    let path = studio::inside(&folder, studio::own_name(name).as_str())?;
    if let Err(problem) = receive(&path, request).await {
        // A half file is of no use to anybody.
        tokio::fs::remove_dir_all(&folder).await.unwrap_or_default();
        return Err(problem);
    }
    let server = Arc::clone(server);
    blocking(move || server.studio.offer(&path)).await
}

async fn receive(path: &std::path::Path, request: Request) -> Result<(), Problem> {
    let mut file = tokio::fs::File::create_new(path).await?;
    let mut body = request.into_body().into_data_stream();
    let mut total = 0u64;
    while let Some(piece) = body.next().await {
        let piece: Bytes = piece.map_err(|error| Problem::new(Code::Io, error.to_string()))?;
        total += piece.len() as u64;
        if total > UPLOAD_BYTES_MAX {
            return Err(Problem::new(Code::TooLarge, "a file above 4 GiB"));
        }
        file.write_all(&piece).await?;
    }
    Ok(file.flush().await?)
}

#[cfg(all(test, unix))]
mod tests {
    use super::Uploads;

    #[test]
    fn a_folder_called_uploads_that_is_not_ours_stays_with_all_that_is_in_it() {
        let store = tempfile::tempdir().unwrap();
        let photos = store.path().join("uploads/2019 photos");
        std::fs::create_dir_all(&photos).unwrap();
        std::fs::write(photos.join("wedding.jpg"), "mine").unwrap();
        std::fs::write(store.path().join("uploads/list.txt"), "mine").unwrap();
        let first = Uploads::open(store.path().to_owned());
        let sent = first.place("a").unwrap();
        let second = Uploads::open(store.path().to_owned());
        assert!(sent.is_dir(), "the first holds it");
        let other = second.place("b").unwrap();
        drop(first);
        assert!(!sent.exists());
        second.end();
        assert!(!other.exists());
        drop(second);
        Uploads::open(store.path().to_owned());
        for kept in ["2019 photos/wedding.jpg", "list.txt"] {
            let kept = store.path().join("uploads").join(kept);
            assert_eq!(std::fs::read_to_string(kept).unwrap(), "mine");
        }
    }

    #[test]
    fn nothing_is_put_where_a_link_called_uploads_leads_to() {
        let store = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), store.path().join("uploads")).unwrap();
        Uploads::open(store.path().to_owned())
            .place("a")
            .unwrap_err();
        assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    }
}
