//! The JSON form of ninjs 3.1 (IPTC, approved May 2025), as far as we write it.

use serde::{Deserialize, Serialize};

use crate::contents::{Contents, FileRef, Item, Kind, Role};
use crate::delivery::SealedFile;
use crate::error::Error;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct News {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    standard: Option<Standard>,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Name within the parent; only in associations.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_created: Option<String>,
    pub_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    urgency: Option<u8>,
    language: String,
    title: String,
    headlines: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    descriptions: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bodies: Vec<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copyright_holder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embargoed_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    people: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<Named>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    info_sources: Vec<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digital_source_type: Option<Concept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    renditions: Vec<Rendition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    associations: Vec<News>,
}

#[derive(Serialize)]
struct Standard {
    name: &'static str,
    version: &'static str,
    schema: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    role: &'static str,
    content_type: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Named {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    literal: Option<String>,
}

#[derive(Serialize)]
struct Source {
    name: String,
    role: &'static str,
}

#[derive(Serialize)]
struct Concept {
    name: String,
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rendition {
    name: &'static str,
    /// RFC 6920 name by digest: an absolute URI that stays true wherever the bag is unpacked.
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
    content_type: String,
    /// The path in the bag.
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<f64>,
}

#[derive(Deserialize)]
struct UriOnly {
    uri: String,
}

pub(super) fn uri_of(bytes: &[u8]) -> Result<String, String> {
    serde_json::from_slice::<UriOnly>(bytes)
        .map(|news| news.uri)
        .map_err(|error| error.to_string())
}

impl News {
    pub(super) fn package(contents: &Contents, sealed: &[SealedFile]) -> Self {
        let delivery = &contents.delivery;
        Self {
            standard: Some(Standard {
                name: "ninjs",
                version: "3.1",
                schema: "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
            }),
            version: Some(contents.version.to_string()),
            version_created: Some(contents.created.to_string()),
            embargoed_until: delivery.valid_from.map(|stamp| stamp.to_string()),
            expires: delivery.valid_until.map(|stamp| stamp.to_string()),
            info_sources: vec![Source {
                name: contents.organisation.clone(),
                role: "creator",
            }],
            associations: contents
                .items
                .iter()
                .enumerate()
                .map(|(index, item)| Self::item(index, item, contents, sealed))
                .collect(),
            ..Self::bare(
                &contents.package_id.to_string(),
                "composite",
                &contents.title,
                &contents.language,
            )
        }
    }

    fn item(index: usize, item: &Item, contents: &Contents, sealed: &[SealedFile]) -> Self {
        let bodies = [("article", &item.body), ("script", &item.script)];
        Self {
            name: Some(format!("item-{}", index + 1)),
            content_created: item.created.map(|stamp| stamp.to_string()),
            urgency: Some(item.urgency),
            descriptions: item
                .summary
                .iter()
                .map(|value| plain("summary", value))
                .collect(),
            bodies: bodies
                .into_iter()
                .filter_map(|(role, value)| Some(plain(role, value.as_ref()?)))
                .collect(),
            copyright_holder: item.rights.clone(),
            embargoed_until: item.valid_from.map(|stamp| stamp.to_string()),
            expires: item.valid_until.map(|stamp| stamp.to_string()),
            people: item
                .people
                .iter()
                .map(|person| named(&person.name, Some(&person.role), None))
                .collect(),
            places: item
                .place
                .iter()
                .map(|place| named(&place.label, Some(&place.level_label), Some(&place.code)))
                .collect(),
            subjects: item
                .subjects
                .iter()
                .map(|subject| named(&subject.name, None, subject.code.as_ref()))
                .collect(),
            digital_source_type: item.digital_source.as_ref().map(|code| Concept {
                name: code.clone(),
                uri: format!("http://cv.iptc.org/newscodes/digitalsourcetype/{code}"),
            }),
            renditions: item
                .files
                .iter()
                .map(|file| Rendition::new(file, sealed))
                .collect(),
            ..Self::bare(
                &item.id.to_string(),
                match item.kind {
                    Kind::Article | Kind::Document => "text",
                    Kind::Audio => "audio",
                    Kind::Deck => "graphic",
                    Kind::Picture => "picture",
                    Kind::Video => "video",
                },
                &item.headline,
                &contents.language,
            )
        }
    }

    fn bare(id: &str, kind: &'static str, headline: &str, language: &str) -> Self {
        Self {
            uri: super::uri(id),
            standard: None,
            kind,
            name: None,
            version: None,
            version_created: None,
            content_created: None,
            pub_status: "usable",
            urgency: None,
            language: language.to_owned(),
            title: headline.to_owned(),
            headlines: vec![plain("main", headline)],
            descriptions: Vec::new(),
            bodies: Vec::new(),
            copyright_holder: None,
            embargoed_until: None,
            expires: None,
            people: Vec::new(),
            places: Vec::new(),
            subjects: Vec::new(),
            info_sources: Vec::new(),
            digital_source_type: None,
            renditions: Vec::new(),
            associations: Vec::new(),
        }
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|_| Error::Metadata {
            field: "items",
            reason: "cannot be written as JSON",
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Rendition {
    fn new(file: &FileRef, sealed: &[SealedFile]) -> Self {
        let path = file.path.as_str();
        // Sealed files are sorted by path.
        let found = sealed
            .binary_search_by(|other| other.path.as_str().cmp(path))
            .ok()
            .map(|at| &sealed[at]);
        Self {
            name: match file.role {
                Role::Main => "main",
                Role::Slide => "slide",
                Role::Illustration => "illustration",
                Role::Source => "source",
                Role::Transcript => "transcript",
                Role::Attachment => "attachment",
            },
            href: found.map(super::digest_uri),
            content_type: file.media_type.clone(),
            title: format!("data/{path}"),
            width: file.pixels.map(|(width, _)| width),
            height: file.pixels.map(|(_, height)| height),
            size_in_bytes: found.map(|file| file.bytes),
            duration: file.duration_ms.map(|ms| ms as f64 / 1_000.0),
        }
    }
}

fn plain(role: &'static str, value: &str) -> Text {
    Text {
        role,
        content_type: "text/plain",
        value: value.to_owned(),
    }
}

fn named(name: &str, rel: Option<&String>, literal: Option<&String>) -> Named {
    Named {
        name: name.to_owned(),
        rel: rel.filter(|text| !text.is_empty()).cloned(),
        literal: literal.filter(|text| !text.is_empty()).cloned(),
    }
}
