//! The form in which past metadata is stored: JSON with a version, apart from the model.

use serde::{Deserialize, Serialize};
use units::{Dbtp, Lufs};

use crate::rows::{day_number, number_day};
use crate::{Error, Kind, Levels, Metadata, Person, PlaceName, Status};

#[derive(Serialize, Deserialize)]
struct MetadataFile {
    v: u32,
    kind: String,
    status: String,
    title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    /// Code and label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<(String, String)>,
    /// Name and role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    people: Vec<(String, String)>,
    /// yyyymmdd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    /// Integrated LUFS and true peak dBTP; JSON knows no infinity, null is silence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    levels: Option<(Option<f64>, Option<f64>)>,
}

const VERSION: u32 = 1;

pub(crate) fn write_metadata(metadata: &Metadata) -> Result<String, Error> {
    let finite = |level: f64| level.is_finite().then_some(level);
    let file = MetadataFile {
        v: VERSION,
        kind: metadata.kind.code().to_owned(),
        status: metadata.status.code().to_owned(),
        title: metadata.title.clone(),
        body: metadata.body.clone(),
        tags: metadata.tags.clone(),
        place: (metadata.place.as_ref()).map(|place| (place.code.clone(), place.label.clone())),
        people: (metadata.people.iter())
            .map(|person| (person.name.clone(), person.role.clone()))
            .collect(),
        day: metadata.date.map(day_number),
        duration_ms: metadata.duration_ms,
        levels: (metadata.levels)
            .map(|levels| (finite(levels.integrated.0), finite(levels.true_peak.0))),
    };
    serde_json::to_string(&file).map_err(|error| Error::damaged("metadata", error.to_string()))
}

pub(crate) fn read_metadata(text: &str) -> Result<Metadata, Error> {
    let damaged = |detail: String| Error::damaged("past metadata", detail);
    let file: MetadataFile =
        serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    if file.v != VERSION {
        return Err(damaged(format!("version {} is not known", file.v)));
    }
    let silence = |level: Option<f64>| level.unwrap_or(f64::NEG_INFINITY);
    Ok(Metadata {
        kind: Kind::from_code(&file.kind)
            .ok_or_else(|| damaged(format!("kind {} is not known", file.kind)))?,
        status: Status::from_code(&file.status)
            .ok_or_else(|| damaged(format!("status {} is not known", file.status)))?,
        title: file.title,
        body: file.body,
        tags: file.tags,
        place: file.place.map(|(code, label)| PlaceName { code, label }),
        people: (file.people.into_iter())
            .map(|(name, role)| Person { name, role })
            .collect(),
        date: file.day.map(number_day),
        duration_ms: file.duration_ms,
        levels: file.levels.map(|(integrated, true_peak)| Levels {
            integrated: Lufs(silence(integrated)),
            true_peak: Dbtp(silence(true_peak)),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::{read_metadata, write_metadata};
    use crate::rows::tests::full_metadata;
    use crate::{Kind, Metadata};

    #[test]
    fn metadata_survive_their_stored_form() {
        for metadata in [full_metadata(), Metadata::new(Kind::Photo, "")] {
            let text = write_metadata(&metadata).unwrap();
            assert_eq!(read_metadata(&text).unwrap(), metadata);
        }
    }

    #[test]
    fn the_form_written_by_version_one_still_opens() {
        let text =
            r#"{"v":1,"kind":"segment","status":"draft","title":"Tin","levels":[null,-1.0]}"#;
        let metadata = read_metadata(text).unwrap();
        assert_eq!(metadata.title, "Tin");
        assert_eq!(metadata.levels.unwrap().integrated.0, f64::NEG_INFINITY);
        assert!(read_metadata(r#"{"v":2,"kind":"segment","status":"draft","title":""}"#).is_err());
    }
}
