//! The program's own files: loudness profiles, boards, templates. Data that a team may edit: one that is
//! broken is named.

use std::path::Path;

use audio::Profile;
use board::Template;
use board::deck::Board;

use crate::wire::{Code, Problem};

/// Largest file of ours: templates are a few kilobytes, with room for an edited one.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// What was found.
pub struct Assets {
    profiles: Vec<Profile>,
    boards: Vec<Board>,
    templates: Vec<Template>,
    fonts: board::Fonts,
}

impl Assets {
    /// Reads `folder`.
    ///
    /// # Errors
    /// [`Code::ProgramFile`] with the name of the file that is missing or broken.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let profiles = profiles(folder)?;
        let boards = boards(folder)?;
        let mut templates = Vec::new();
        let place = folder.join("templates");
        let mut names: Vec<_> = std::fs::read_dir(&place)
            .map_err(|error| broken(&place, &error.to_string()))?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        names.sort();
        for path in names {
            let template = board::template_from_json(&read(&path)?)
                .map_err(|error| broken(&path, &error.to_string()))?;
            templates.push(template);
        }
        Ok(Self {
            profiles,
            boards,
            templates,
            fonts: board::Fonts::bundled()?,
        })
    }

    /// All loudness profiles, the default first.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// A loudness profile by name.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn profile(&self, name: &str) -> Result<&Profile, Problem> {
        self.profiles
            .iter()
            .find(|profile| profile.name == name)
            .ok_or_else(|| Problem::new(Code::NotFound, format!("loudness profile {name:?}")))
    }

    /// The usual boards.
    pub fn boards(&self) -> &[Board] {
        &self.boards
    }

    /// All templates.
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// The fonts of slides.
    pub fn fonts(&self) -> &board::Fonts {
        &self.fonts
    }
}

/// The loudness profiles of `folder`.
///
/// # Errors
/// [`Code::ProgramFile`].
pub fn profiles(folder: &Path) -> Result<Vec<Profile>, Problem> {
    let path = folder.join("presets").join("loudness.toml");
    audio::profiles_from_toml(&read(&path)?).map_err(|error| broken(&path, &error.to_string()))
}

fn boards(folder: &Path) -> Result<Vec<Board>, Problem> {
    let path = folder.join("presets").join("boards.toml");
    board::boards_from_toml(&read(&path)?).map_err(|error| broken(&path, &error.to_string()))
}

fn read(path: &Path) -> Result<String, Problem> {
    let text = std::fs::metadata(path).and_then(|data| {
        if data.len() > FILE_BYTES_MAX {
            return Err(std::io::Error::other("larger than 4 MiB"));
        }
        std::fs::read_to_string(path)
    });
    text.map_err(|error| broken(path, &error.to_string()))
}

fn broken(path: &Path, why: &str) -> Problem {
    Problem::new(Code::ProgramFile, format!("{}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_ours_that_cannot_be_read_is_told_as_ours_and_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let preset = folder.path().join("presets/loudness.toml");
        let told = |problem: Problem| {
            assert_eq!(problem.code, Code::ProgramFile);
            problem.detail
        };
        assert!(told(profiles(folder.path()).unwrap_err()).contains("loudness.toml"));
        // A folder can be opened and not be read, as a file on a bad disk.
        std::fs::create_dir_all(&preset).unwrap();
        assert!(told(profiles(folder.path()).unwrap_err()).contains("loudness.toml"));
        std::fs::remove_dir(&preset).unwrap();
        std::fs::write(&preset, "no preset").unwrap();
        assert!(told(profiles(folder.path()).unwrap_err()).contains("loudness.toml"));

        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../assets/presets");
        for name in ["loudness.toml", "boards.toml"] {
            let to = folder.path().join("presets").join(name);
            std::fs::copy(shipped.join(name), to).unwrap();
        }
        let Err(missing) = Assets::open(folder.path()) else {
            panic!("there are no templates");
        };
        assert!(told(missing).contains("templates"));
    }
}
