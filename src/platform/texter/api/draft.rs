//! Messages as callers and subscriptions write them, checked against the documented limits.

use serde_json::{Map, Value as Json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::model::{Content, File, Media};
use super::fields::Fields;
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;

const LONGEST_TEXT: usize = 4_096;
const MOST_MEDIA: usize = 10;
const MOST_BUTTONS: usize = 3;
const MOST_ROWS: usize = 10;
/// How many people a message names at most; nothing is published.
const MOST_CONTACTS: usize = 100;
/// The media that can be sent; stickers are received only.
const SENT_MEDIA: [&str; 4] = ["image", "video", "document", "audio"];

/// A message that can be sent, before anything was made for it.
pub(in super::super) enum Plan {
    /// It is as it is.
    Ready(Content),
    /// Its files have yet to be taken in.
    Files(Vec<Piece>),
}

/// A file that is to be sent.
pub(in super::super) struct Piece {
    kind: String,
    source: Source,
    filename: Option<String>,
    caption: Option<String>,
}

/// Where a file is.
enum Source {
    /// Here.
    Stored(String),
    /// Elsewhere.
    Url(String),
}

/// Checks a message to the contact of a chat, and whether it reaches them. That subscriptions are held to the same window as
/// callers is inferred: the window is the channel's, which does not ask who sends. Contacts who want no templates still get
/// free messages.
pub(in super::super) fn check(texter: &Texter, chat: &str, document: &Json, now: VirtualTime) -> Result<Plan, Denial> {
    let plan = check_fields(texter, &Fields::of(document, "body")?)?;
    match texter.chats.get(chat).is_some_and(|chat| texter.reaches(chat, now)) {
        true => Ok(plan),
        false => Err(Denial::invalid("Session window closed")),
    }
}

/// The same for one that stands within something else.
pub(super) fn check_fields(texter: &Texter, fields: &Fields<'_>) -> Result<Plan, Denial> {
    let kind = fields.need("type", fields.text("type"))?;
    let content = match kind {
        "text" => Content::Text(fields.sized("text", 1, LONGEST_TEXT)?.to_owned()),
        "media" => return media(texter, fields).map(Plan::Files),
        "buttons" => {
            let text = fields.sized("text", 1, LONGEST_TEXT)?.to_owned();
            let buttons = fields.objects("buttons", 1, MOST_BUTTONS)?;
            let buttons = buttons.iter().map(choice).collect::<Result<_, _>>()?;
            Content::Buttons { text, buttons }
        }
        "list" => {
            let text = fields.sized("text", 1, LONGEST_TEXT)?.to_owned();
            let list = fields.need("list", fields.object("list"))?;
            check_list(&list)?;
            Content::List { text, list: list.members().clone() }
        }
        "contacts" => {
            let contacts = fields.objects("contacts", 1, MOST_CONTACTS)?;
            Content::Contacts(contacts.iter().map(|contact| Json::Object(contact.members().clone())).collect())
        }
        "location" => {
            let location = fields.need("location", fields.object("location"))?;
            for key in ["latitude", "longitude"] {
                if location.get(key).and_then(Json::as_f64).is_none() {
                    return Err(location.wrong(key, "must be number"));
                }
            }
            for key in ["name", "address"] {
                location.text(key)?;
            }
            Content::Location(location.members().clone())
        }
        _ => return Err(fields.wrong("type", "must be one of text, media, buttons, list, contacts, location")),
    };
    Ok(Plan::Ready(content))
}

impl Plan {
    /// The message, its files taken in.
    pub(in super::super) fn carry_out(self, texter: &mut Texter, cx: &mut Cx<'_>) -> Content {
        match self {
            Self::Ready(content) => content,
            Self::Files(pieces) => Content::Media(pieces.into_iter().map(|piece| piece.take_in(texter, cx)).collect()),
        }
    }
}

impl Piece {
    fn take_in(self, texter: &mut Texter, cx: &mut Cx<'_>) -> Media {
        let Self { kind, source, filename, caption } = self;
        let file = match source {
            Source::Stored(file) => file,
            Source::Url(url) => {
                let file = cx.draw("texter/file").hex(24);
                let name = filename.clone().unwrap_or_else(|| last_segment(&url).to_owned());
                let content_type = content_type(&kind, &name).to_owned();
                texter.files.insert(file.clone(), File { name, content_type, url, shares: Vec::new() });
                file
            }
        };
        let content_type = texter.files.get(&file).map(|file| file.content_type.clone());
        Media { kind, file, filename, content_type, caption, scanned: false }
    }
}

fn media(texter: &Texter, fields: &Fields<'_>) -> Result<Vec<Piece>, Denial> {
    let read = |item: &Fields<'_>| {
        let kind = item.need("mediaType", item.text("mediaType"))?;
        if !SENT_MEDIA.contains(&kind) {
            return Err(item.wrong("mediaType", &format!("must be one of {}", SENT_MEDIA.join(", "))));
        }
        let source = match (item.text("fileId")?, item.text("url")?) {
            (Some(file), None) => {
                texter.files.get(file).ok_or_else(|| Denial::unknown("File"))?;
                Source::Stored(file.to_owned())
            }
            (None, Some(url)) if url.starts_with("http://") || url.starts_with("https://") => {
                Source::Url(url.to_owned())
            }
            (None, Some(_)) => return Err(item.wrong("url", "must be uri")),
            (Some(_), Some(_)) | (None, None) => {
                return Err(item.wrong("url", "is required, or fileId, and not both"));
            }
        };
        let own = |key: &str| item.text(key).map(|text| text.map(str::to_owned));
        Ok(Piece { kind: kind.to_owned(), source, filename: own("filename")?, caption: own("caption")? })
    };
    fields.objects("media", 1, MOST_MEDIA)?.iter().map(read).collect()
}

/// Something that can be chosen: `{title, payload, …}`.
fn choice(fields: &Fields<'_>) -> Result<Map<String, Json>, Denial> {
    fields.need("title", fields.text("title"))?;
    fields.need("payload", fields.text("payload"))?;
    fields.text("description")?;
    Ok(fields.members().clone())
}

fn check_list(list: &Fields<'_>) -> Result<(), Denial> {
    list.need("button", list.text("button"))?;
    let mut rows = 0;
    for section in list.objects("sections", 1, MOST_ROWS)? {
        section.need("title", section.text("title"))?;
        for row in section.objects("rows", 1, MOST_ROWS)? {
            choice(&row)?;
            rows += 1;
        }
    }
    match rows > MOST_ROWS {
        true => Err(list.wrong("sections", &format!("must have at most {MOST_ROWS} rows in total"))),
        false => Ok(()),
    }
}

fn last_segment(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}

/// The media type that a file has by its name, or else by its kind.
fn content_type(kind: &str, name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match (extension.as_deref(), kind) {
        (Some("png"), _) => "image/png",
        (Some("gif"), _) => "image/gif",
        (Some("pdf"), _) => "application/pdf",
        (_, "image") => "image/jpeg",
        (_, "video") => "video/mp4",
        (_, "audio") => "audio/mpeg",
        _ => "application/octet-stream",
    }
}
