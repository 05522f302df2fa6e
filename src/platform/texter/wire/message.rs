//! A message, and its short form.

use serde_json::{Map, Value as Json, json};

use super::super::model::{Chat, Content, Direction, Media, Message};
use super::chat::contact;

/// A message with all its members.
pub(in crate::platform::texter) fn message(chat: &Chat, message: &Message) -> Json {
    let mut out = Map::new();
    let mut put = |key: &str, value: Json| {
        out.insert(key.to_owned(), value);
    };
    put("_id", json!(message.id));
    put("parent_chat", json!(chat.id));
    put("chatChannelInfo", contact(&chat.contact));
    put("channelInfo", json!({"id": message.channel_id}));
    let (Some(direction), Some(kind)) = (message.direction, message.content.kind()) else {
        put("systemMessage", json!(true));
        if let Content::System(note) = &message.content {
            put("newChatStatus", json!(note.status.number()));
        }
        put("timestamp", json!(message.at.as_millis()));
        put("updatedAt", json!(message.updated.millis()));
        return Json::Object(out);
    };
    put(
        "direction",
        json!(match direction {
            Direction::Incoming => "incoming",
            Direction::Outgoing => "outgoing",
        }),
    );
    put("type", json!(kind));
    for (key, value) in content(&message.content, Detail::Whole) {
        put(key, value);
    }
    put("status", json!(message.status().number()));
    let history = message.history.iter();
    let history = history.map(|(status, at)| json!({"status": status.number(), "timestamp": at.as_millis()}));
    put("statusHistory", history.collect());
    put("timestamp", json!(message.at.as_millis()));
    put("updatedAt", json!(message.updated.millis()));
    if let Some(session) = &message.bot_session {
        put("botSessionId", json!(session));
    }
    if !message.metadata.is_empty() {
        put("metadata", json!(message.metadata));
    }
    if let Some(agent) = &message.agent {
        put("agent", json!(agent));
    }
    Json::Object(out)
}

/// A message, as a chat shows its last one.
pub(in crate::platform::texter) fn preview(message: &Message) -> Json {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(message.content.kind()));
    out.extend(content(&message.content, Detail::Preview).into_iter().map(|(key, value)| (key.to_owned(), value)));
    Json::Object(out)
}

/// How much is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Whole,
    Preview,
}

fn content(content: &Content, detail: Detail) -> Vec<(&'static str, Json)> {
    let whole = |members: Vec<(&'static str, Json)>| match detail {
        Detail::Whole => members,
        // Only texts, files and what is special are documented to be shown in short.
        Detail::Preview => members.into_iter().filter(|(key, _)| matches!(*key, "text" | "special")).collect(),
    };
    match content {
        Content::Text(text) => vec![("text", json!(text))],
        Content::Media(media) => vec![("media", media.iter().map(|media| file(media, detail)).collect())],
        Content::Buttons { text, buttons } => whole(vec![("text", json!(text)), ("buttons", json!(buttons))]),
        Content::List { text, list } => whole(vec![("text", json!(text)), ("list", json!(list))]),
        Content::Postback(postback) => whole(vec![("postback", json!(postback))]),
        Content::Contacts(contacts) => whole(vec![("contacts", json!(contacts))]),
        Content::Location(location) => whole(vec![("location", json!(location))]),
        Content::Special { text, special, buttons: _ } => vec![("text", json!(text)), ("special", json!(special))],
        Content::System(_) => Vec::new(),
    }
}

fn file(media: &Media, detail: Detail) -> Json {
    let mut out = json!({"mediaType": media.kind, "fileId": media.file});
    if let Some(name) = &media.filename {
        out["filename"] = json!(name);
    }
    if detail == Detail::Preview {
        return out;
    }
    if let Some(content_type) = &media.content_type {
        out["contentType"] = json!(content_type);
    }
    if let Some(caption) = &media.caption {
        out["caption"] = json!(caption);
    }
    if media.scanned {
        out["scanned"] = json!(true);
        out["metadata"] = json!({"frequentlyForwarded": false});
    }
    out
}
