//! Looking at the customer's own chat. There is one at most.

use serde_json::{Map, json};

use super::super::super::Livechat;
use super::super::super::codes::{self, Denial};
use super::super::super::model::Chat;
use super::super::super::version::Version;
use super::super::document::Fields;
use super::super::page::{Asked, limit_up_to, sort};
use super::super::{Outcome, Request, done};
use crate::platform::cx::Cx;

const CHATS: usize = 10;
const MOST_CHATS: usize = 25;

/// `list_chats`.
pub(super) fn list_chats(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let asked = Asked::read(&request.document, &["limit", "sort_order"])?;
    let fields = Fields::of(&asked.query, "")?;
    let limit = limit_up_to(&fields, CHATS, MOST_CHATS)?;
    let mut chats: Vec<&Chat> = platform.chats.of_customer(&request.caller.id).into_iter().collect();
    sort(&fields, &mut chats)?;
    platform.admit(cx, request)?;
    let total = chats.len();
    let page = asked.page(chats, limit);
    let view = platform.customers_view(request.version);
    let key = if request.version >= Version::V3_7 { "chats_info" } else { "chats_summary" };
    let mut answer = Map::new();
    answer.insert(key.to_owned(), page.entries.iter().map(|chat| view.summary(chat)).collect());
    answer.insert("total_chats".to_owned(), json!(total));
    page.ids(&mut answer);
    done(&answer)
}

/// `get_chat`: the latest thread unless one is named.
pub(super) fn get_chat(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (id, wanted) = (fields.required("chat_id")?, fields.text("thread_id")?);
    let chat = platform.chat(request, id)?;
    let thread = match wanted {
        Some(wanted) => Some(chat.thread(wanted).ok_or_else(|| Denial::of(codes::NOT_FOUND))?.1),
        None => chat.latest(),
    };
    platform.admit(cx, request)?;
    done(&platform.customers_view(request.version).chat(chat, thread))
}
