//! A quick reply.

use serde_json::{Map, Value as Json, json};

use super::super::model::{QuickReply, Target};

/// A quick reply with all its members. That members without a value are left out is inferred from the vendor's example.
pub(in crate::platform::texter) fn quick_reply(reply: &QuickReply) -> Json {
    let mut send = json!({"contents": reply.contents});
    if let Some(pause) = reply.pause {
        send["betweenMessagesDelay"] = json!(pause);
    }
    if !reply.targets.is_empty() {
        send["target"] = reply.targets.iter().map(target).collect();
    }
    let mut display = Map::from_iter([("position".to_owned(), json!(reply.position.name()))]);
    for (key, text) in [("title", &reply.title), ("note", &reply.note)] {
        if let Some(text) = text {
            display.insert(key.to_owned(), json!(text));
        }
    }
    display.insert("departments".to_owned(), json!(reply.departments));
    display.insert("users".to_owned(), json!(reply.users));
    json!({
        "_id": reply.id,
        "send": send,
        "display": display,
        "metadata": {
            "created": reply.created.as_millis(),
            "updated": reply.updated.as_millis(),
            "client": reply.client,
        },
    })
}

fn target(target: &Target) -> Json {
    let mut out = json!({"name": target.channel.name()});
    for (key, id) in [("accountId", &target.account), ("id", &target.chat)] {
        if let Some(id) = id {
            out[key] = json!(id);
        }
    }
    out
}
