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
    /// [`Code::Damaged`] with the name of the file that is missing or broken.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let profiles = profiles(folder)?;
        let boards = boards(folder)?;
        let mut templates = Vec::new();
        let mut names: Vec<_> = std::fs::read_dir(folder.join("templates"))?
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
/// [`Code::Damaged`].
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
    Problem::new(Code::Damaged, format!("{}: {why}", path.display()))
}
