//! Chats that begin, begin again and end.

use serde_json::{Map, Value, json};

use super::body::Fields;
use super::gate::{Caller, Presence, answer, nothing, read};
use super::message::draft;
use crate::platform::cx::{Customer, Cx};
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial, planned};
use crate::platform::livechat::deed::{Actor, Closing, Opening};
use crate::platform::livechat::model::{Chat, Draft, MemberKind};
use crate::platform::route::{Answer, Call};

/// Agents besides the caller.
const MOST_AGENTS: usize = 4;
const KINDS: [(&str, MemberKind); 2] = [("agent", MemberKind::Agent), ("customer", MemberKind::Customer)];

/// What `start_chat` and `resume_chat` have in common.
struct Wish {
    id: Option<String>,
    access: Vec<u64>,
    chat_properties: Map<String, Value>,
    thread_properties: Map<String, Value>,
    users: Vec<(String, MemberKind)>,
    events: Vec<(Option<String>, Draft)>,
    active: bool,
    continuous: Option<bool>,
}

fn wish(body: &Fields<'_>) -> Result<Wish, Denial> {
    let mut wish = Wish {
        id: None,
        access: vec![0],
        chat_properties: Map::new(),
        thread_properties: Map::new(),
        users: Vec::new(),
        events: Vec::new(),
        active: body.maybe_flag("active")?.unwrap_or(true),
        continuous: body.maybe_flag("continuous")?,
    };
    let Some(chat) = body.maybe_object("chat")? else { return Ok(wish) };
    wish.id = chat.maybe_text("id")?.map(str::to_owned);
    wish.chat_properties = chat.properties("properties")?;
    if let Some(access) = chat.maybe_object("access")? {
        let groups = access.numbers("group_ids")?;
        if !groups.is_empty() {
            wish.access = groups;
        }
    }
    for user in chat.objects("users")? {
        wish.users.push((user.text("id")?.to_owned(), user.chosen("type", &KINDS)?));
    }
    let count = |wanted: MemberKind| wish.users.iter().filter(|(_, kind)| *kind == wanted).count();
    if count(MemberKind::Agent) > MOST_AGENTS || count(MemberKind::Customer) > 1 {
        return Err(chat.wrong("users", "must not have more than 4 agents and 1 customer"));
    }
    if let Some(thread) = chat.maybe_object("thread")? {
        wish.thread_properties = thread.properties("properties")?;
        for event in thread.objects("events")? {
            wish.events.push((event.maybe_text("author_id")?.map(str::to_owned), draft(&event)?));
        }
    }
    Ok(wish)
}

/// Begins a chat.
pub(super) fn start(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let wish = read(cx, call, wish)?;
    for (user, kind) in &wish.users {
        if *kind == MemberKind::Customer && livechat.chats.of_customer(user).is_some() {
            return Err(Denial::validation("the customer has a chat already; `resume_chat` opens it again").into());
        }
    }
    let (opening, customer) = livechat.opening(cx, &caller, wish, None)?;
    cx.admit("start_chat", planned)?;
    if let Some(customer) = customer {
        livechat.meet(cx, &customer);
    }
    let id = livechat.open_chat(cx, &caller.actor, opening);
    let (thread, events) = opened(livechat.chats.get(&id));
    Ok(answer(&match events {
        Some(events) => json!({"chat_id": id, "thread_id": thread, "event_ids": events}),
        None => json!({"chat_id": id, "thread_id": thread}),
    }))
}

/// Opens a new thread in a closed chat.
pub(super) fn resume(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, wish) = read(cx, call, |body| Ok((body.object("chat")?.text("id")?.to_owned(), wish(body)?)))?;
    let chat = livechat.visible(&caller, &id)?;
    if chat.active().is_some() {
        return Err(Denial::validation("Chat is already active").into());
    }
    let (opening, customer) = livechat.opening(cx, &caller, wish, Some(chat))?;
    cx.admit("resume_chat", planned)?;
    if let Some(customer) = customer {
        livechat.meet(cx, &customer);
    }
    livechat.open_thread(cx, &id, &caller.actor, opening);
    let (thread, events) = opened(livechat.chats.get(&id));
    Ok(answer(&match events {
        Some(events) => json!({"thread_id": thread, "event_ids": events}),
        None => json!({"thread_id": thread}),
    }))
}

/// Closes a chat.
pub(super) fn deactivate(livechat: &mut Livechat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let caller = livechat.gate(call)?;
    let (id, presence) = read(cx, call, |body| Ok((body.text("id")?.to_owned(), Presence::asked(body)?)))?;
    livechat.workable(&caller, &id, presence)?;
    cx.admit("deactivate_chat", planned)?;
    livechat.close(cx, &id, &caller.actor, Closing::Agent);
    Ok(nothing())
}

impl Livechat {
    /// Checks a wish against who is here; gives the customer too who is to be met.
    fn opening(
        &self,
        cx: &Cx<'_>,
        caller: &Caller,
        wish: Wish,
        chat: Option<&Chat>,
    ) -> Result<(Opening, Option<Customer>), Denial> {
        if wish.access.iter().any(|group| self.tenant.group(*group).is_none()) {
            return Err(Denial::of(codes::NOT_FOUND));
        }
        if !self.tenant.worker(&caller.id).is_some_and(|worker| worker.may_see(&wish.access)) {
            return Err(Denial::of(codes::MISSING_ACCESS));
        }
        let returning = chat.and_then(Chat::customer).map(|member| member.id.as_str());
        let mut customer = None;
        for (user, kind) in &wish.users {
            match kind {
                MemberKind::Agent => {
                    let worker = self.tenant.worker(user).ok_or_else(Denial::unknown_user)?;
                    if !worker.may_see(&wish.access) {
                        return Err(Denial::of(codes::MISSING_ACCESS));
                    }
                }
                MemberKind::Customer => {
                    if chat.is_some() && returning != Some(user.as_str()) && returning.is_some() {
                        return Err(Denial::validation("a chat has one customer at most"));
                    }
                    let elsewhere =
                        self.chats.of_customer(user).is_some_and(|other| Some(&other.id) != chat.map(|chat| &chat.id));
                    if elsewhere {
                        return Err(Denial::validation("the customer has a chat of their own"));
                    }
                    customer = Some(cx.customer_with_id(user).cloned().ok_or_else(Denial::unknown_user)?);
                }
            }
        }
        let mut events = Vec::new();
        for (author, draft) in wish.events {
            let listed = |author: &str| wish.users.iter().any(|(user, _)| user == author) || returning == Some(author);
            let actor = match author {
                Some(author) if author != caller.id => {
                    if !listed(&author) {
                        return Err(Denial::validation("authors of events must be listed in `chat.users`"));
                    }
                    cx.customer_with_id(&author).map_or_else(|| self.colleague(&author), Actor::customer)
                }
                Some(_) | None => caller.actor.clone(),
            };
            events.push((actor, Draft { visibility: crate::platform::livechat::model::Visibility::All, ..draft }));
        }
        let mut users = wish.users;
        users.retain(|(user, _)| *user != caller.id);
        users.push((caller.id.clone(), MemberKind::Agent));
        let mut chat_properties = wish.chat_properties;
        if let Some(continuous) = wish.continuous {
            let continuous = Map::from_iter([("routing".to_owned(), json!({"continuous": continuous}))]);
            crate::platform::livechat::deed::merge(&mut chat_properties, continuous);
        }
        let opening = Opening {
            name: None,
            access: wish.access,
            chat_properties,
            thread_properties: wish.thread_properties,
            users,
            events,
            active: wish.active,
        };
        Ok((opening, customer))
    }
}

/// The id of the thread that was just opened, and the ids of what was said in it by people, if anything was.
fn opened(chat: Option<&Chat>) -> (Option<&str>, Option<Vec<String>>) {
    let Some(thread) = chat.and_then(Chat::latest) else { return (None, None) };
    let said: Vec<String> =
        thread.events().iter().filter(|event| event.author.is_some()).map(|event| thread.event_id(event)).collect();
    (Some(&thread.id), (!said.is_empty()).then_some(said))
}
