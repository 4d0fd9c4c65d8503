//! What the person chose once and for all; one small file in the store.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use files::{Access, write_whole};

use crate::wire::{Code, Problem, Settings};

/// Longest text of a setting. Names and addresses are far shorter; a public key is 150.
const TEXT_MAX: usize = 2_000;

/// Fastest limit that makes sense to set: 1 GB/s.
const LIMIT_KBPS_MAX: u32 = 1_000_000;

/// The settings and where they are kept.
pub struct SettingsFile {
    path: PathBuf,
    current: Mutex<Settings>,
}

impl SettingsFile {
    /// Reads them from `store`, or begins with what suits most.
    ///
    /// # Errors
    /// [`Code::Io`] where the file is there and cannot be read. One that is no settings file is set
    /// aside under another name, never overwritten.
    pub fn open(store: &Path) -> Result<Self, Problem> {
        let path = store.join("settings.json");
        let current = match std::fs::read(&path) {
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(settings) => settings,
                Err(_) => {
                    std::fs::rename(&path, store.join("settings.unreadable.json"))
                        .map_err(|error| Problem::on(&path, error))?;
                    usual()
                }
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => usual(),
            Err(error) => return Err(Problem::on(&path, error)),
        };
        Ok(Self {
            path,
            current: Mutex::new(current),
        })
    }

    /// What is chosen now.
    #[must_use]
    pub fn get(&self) -> Settings {
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps a new choice.
    ///
    /// # Errors
    /// [`Code::BadRequest`] for values outside their range, [`Code::Io`].
    pub fn set(&self, settings: Settings) -> Result<Settings, Problem> {
        check(&settings)?;
        let text = serde_json::to_vec_pretty(&settings)
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        write_whole(&self.path, &text, Access::Owner)
            .map_err(|error| Problem::on(&self.path, error))?;
        current.clone_from(&settings);
        Ok(settings)
    }
}

/// The settings of the store at `store`, where there are any. Only looks: nothing is made or mended.
///
/// # Errors
/// [`Code::Io`] where there is a file and it cannot be read; [`Code::BadRequest`] where it is none.
pub fn settings_of(store: &Path) -> Result<Option<Settings>, Problem> {
    let path = store.join("settings.json");
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            Problem::new(Code::BadRequest, format!("{}: {error}", path.display()))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn usual() -> Settings {
    Settings {
        language: "vi".into(),
        theme: "system".into(),
        team: String::new(),
        place: String::new(),
        place_code: String::new(),
        person: String::new(),
        destination: String::new(),
        destination_key: String::new(),
        practice: false,
        limit_kbps: 0,
        input: String::new(),
        output: String::new(),
        profile: "loudspeaker".into(),
    }
}

fn check(settings: &Settings) -> Result<(), Problem> {
    let refuse = |what: &str| Err(Problem::new(Code::BadRequest, what.to_owned()));
    if !["vi", "en"].contains(&settings.language.as_str()) {
        return refuse("language is vi or en");
    }
    if !["light", "dark", "system"].contains(&settings.theme.as_str()) {
        return refuse("theme is light, dark or system");
    }
    if settings.limit_kbps > LIMIT_KBPS_MAX {
        return refuse("the limit is above 1,000,000 kB/s");
    }
    let texts = [
        &settings.team,
        &settings.place,
        &settings.place_code,
        &settings.person,
        &settings.destination,
        &settings.destination_key,
        &settings.input,
        &settings.output,
        &settings.profile,
    ];
    if texts.iter().any(|text| text.len() > TEXT_MAX) {
        return refuse("a setting is longer than 2,000 bytes");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_restart_and_a_broken_file_is_set_aside() {
        let store = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(store.path()).unwrap();
        file.set(Settings {
            team: "Tổ Thông tin".into(),
            ..usual()
        })
        .unwrap();
        assert_eq!(
            SettingsFile::open(store.path()).unwrap().get().team,
            "Tổ Thông tin"
        );

        std::fs::write(store.path().join("settings.json"), "{").unwrap();
        assert_eq!(SettingsFile::open(store.path()).unwrap().get(), usual());
        assert!(store.path().join("settings.unreadable.json").exists());
    }

    #[test]
    fn settings_from_before_there_was_practice_open_with_it_off() {
        let store = tempfile::tempdir().unwrap();
        let mut old = serde_json::to_value(usual()).unwrap();
        old.as_object_mut().unwrap().remove("practice");
        old["team"] = "Tổ Thông tin".into();
        std::fs::write(store.path().join("settings.json"), old.to_string()).unwrap();
        let settings = SettingsFile::open(store.path()).unwrap().get();
        assert_eq!(settings.team, "Tổ Thông tin");
        assert!(!settings.practice);
    }

    #[test]
    fn a_language_nobody_speaks_here_is_refused() {
        let store = tempfile::tempdir().unwrap();
        let file = SettingsFile::open(store.path()).unwrap();
        let refused = file
            .set(Settings {
                language: "xx".into(),
                ..usual()
            })
            .unwrap_err();
        assert_eq!(refused.code, Code::BadRequest);
        assert_eq!(file.get(), usual());
    }
}
