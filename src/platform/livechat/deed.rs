//! What callers and acts alike do to chats: change the model, tell the journal, let webhooks go out.

use serde_json::{Map, Value, json};

use super::Livechat;
use super::codes::{self, Denial};
use super::model::{Chat, Content, Draft, Fact, MemberKind, Patron, Phase, Properties, Reason, Thread, Visibility};
use crate::journal::entry::{Audience, Change, Party, Role, Said};
use crate::platform::cx::{Customer, Cx, WakeKey};

/// The client id of the vendor's own apps: the widget in which customers write and the app in which agents do.
const VENDOR_CLIENT: &str = "c5e4f61e1a6c3b1521b541bc5c5a2ac5";

/// Who does something.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    /// As the journal knows them.
    pub(super) party: Party,
    /// As chats know them; the system has no id.
    pub(super) id: Option<String>,
    /// Through which app; the system uses none.
    pub(super) client: Option<String>,
}

/// What a new thread begins with.
pub(super) struct Opening {
    /// The scenario's name for the chat.
    pub(super) name: Option<String>,
    /// The groups it is for.
    pub(super) access: Vec<u64>,
    /// Properties that the chat gets.
    pub(super) chat_properties: Properties,
    /// Properties that the thread gets.
    pub(super) thread_properties: Properties,
    /// Who is in it from the beginning, besides the customer of a chat that existed before.
    pub(super) users: Vec<(String, MemberKind)>,
    /// What is said at once.
    pub(super) events: Vec<(Actor, Draft)>,
    /// Whether it goes on after that.
    pub(super) active: bool,
}

/// What closes a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closing {
    /// An agent or a bot did it.
    Agent,
    /// The customer did it.
    Customer,
    /// The customer went away.
    Disconnected,
    /// Nobody wrote for long.
    Inactive,
    /// The system did it.
    System,
}

impl Actor {
    /// The system.
    pub(super) fn system() -> Self {
        Self { party: Party::system(), id: None, client: None }
    }

    /// A customer in the widget.
    pub(super) fn customer(customer: &Customer) -> Self {
        Self { party: customer.party(), id: Some(customer.id.clone()), client: Some(VENDOR_CLIENT.to_owned()) }
    }
}

impl Opening {
    /// An active thread for these groups with nothing in it.
    pub(super) fn plain(access: Vec<u64>) -> Self {
        Self {
            name: None,
            access,
            chat_properties: Properties::new(),
            thread_properties: Properties::new(),
            users: Vec::new(),
            events: Vec::new(),
            active: true,
        }
    }
}

impl Livechat {
    /// An agent in the vendor's app.
    pub(super) fn colleague(&self, id: &str) -> Actor {
        let (role, name) = match self.tenant.worker(id) {
            Some(worker) if worker.is_bot() => (Role::Bot, worker.name.as_str()),
            Some(worker) => (Role::Agent, worker.name.as_str()),
            None => (Role::Agent, id),
        };
        Actor { party: Party::new(role, id, name), id: Some(id.to_owned()), client: Some(VENDOR_CLIENT.to_owned()) }
    }

    /// Gets to know a customer.
    pub(super) fn meet(&mut self, cx: &Cx<'_>, customer: &Customer) {
        self.chats.meet(Patron {
            id: customer.id.clone(),
            name: customer.name.clone(),
            email: customer.email.clone(),
            created_at: cx.now(),
            agent_spoke_at: None,
            spoke_at: None,
        });
    }

    /// Begins a chat and its first thread; gives the chat's id.
    pub(super) fn open_chat(&mut self, cx: &mut Cx<'_>, actor: &Actor, opening: Opening) -> String {
        let id = self.fresh_id(cx);
        self.chats.add(Chat::new(id.clone(), Properties::new(), opening.access.clone()));
        self.open_thread(cx, &id, actor, opening);
        id
    }

    /// Begins a thread in a chat that has no active one, and gives it to somebody.
    pub(super) fn open_thread(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, opening: Opening) {
        let (now, thread_id) = (cx.now(), self.fresh_id(cx));
        if let Some(name) = &opening.name {
            cx.name_chat(name, id);
        }
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.active().is_none()) else { return };
        let source = json!({"client_id": actor.client, "customer_client_id": actor.client});
        let routing = json!({"continuous": false, "pinned": false, "unassigned": false});
        let mut properties = Map::from_iter([("routing".to_owned(), routing), ("source".to_owned(), source)]);
        let mut known = properties.clone();
        // A chat remains that of the app which began it.
        merge(&mut known, std::mem::take(&mut chat.properties));
        chat.properties = known;
        merge(&mut chat.properties, opening.chat_properties);
        merge(&mut properties, opening.thread_properties);
        chat.access.clone_from(&opening.access);
        let returning = chat.customer().map(|member| (member.id.clone(), MemberKind::Customer));
        chat.begin(Thread::new(thread_id.clone(), now, properties, opening.access));
        for (user, kind) in returning.into_iter().chain(opening.users) {
            chat.join(&user, kind, Visibility::All, now);
        }
        let mut said = Vec::new();
        for (author, draft) in opening.events {
            said.extend(self.append(cx, id, &author, draft).map(|(_, said)| said));
        }
        let assigned = if opening.active { self.route(cx, id) } else { None };
        if !opening.active
            && let Some(thread) = self.chats.get_mut(id).and_then(Chat::active_mut)
        {
            thread.phase = Phase::Closed;
        }
        self.publish(cx, id, actor, &Fact::Began);
        cx.changed(id, actor.party.clone(), Change::Started { name: opening.name });
        for said in said {
            cx.said(said);
        }
        match assigned {
            Some(Routed::To(to)) => cx.changed(id, Party::system(), Change::Assigned { to }),
            Some(Routed::Queued) => cx.changed(id, Party::system(), Change::Queued),
            Some(Routed::Held) | None => {}
        }
        if opening.active {
            cx.wake_at(now + self.tenant.archive_after, wake_key(id, &thread_id));
        } else {
            self.empty(id);
        }
    }

    /// Adds an event to the active thread and tells everybody; gives its id.
    pub(super) fn say(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, draft: Draft) -> Option<String> {
        let (place, said) = self.append(cx, id, actor, draft)?;
        let event_id = said.id.clone();
        cx.said(said);
        self.publish(cx, id, actor, &Fact::EventAdded { place });
        Some(event_id)
    }

    /// Closes the active thread.
    pub(super) fn close(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, closing: Closing) {
        let (kind, template, user) = match closing {
            Closing::Agent => ("manual_archived_agent", Some(("agent", "archived the chat")), actor.id.clone()),
            Closing::Customer => {
                ("manual_archived_customer", Some(("customer", "archived the chat")), actor.id.clone())
            }
            Closing::Disconnected => ("archived_customer_disconnected", None, None),
            Closing::Inactive => ("routing.archived_inactive", None, None),
            Closing::System => ("system_archived", None, None),
        };
        let vars = template.map(|(var, _)| Map::from_iter([(var.to_owned(), Value::from(actor.party.name.as_str()))]));
        let text = template.map(|(_, rest)| format!("{} {rest}", actor.party.name));
        self.note(cx, id, actor, kind, text, vars.unwrap_or_default());
        if let Some(chat) = self.chats.get_mut(id)
            && let Some(thread) = chat.active_mut()
        {
            thread.phase = Phase::Closed;
        }
        // Told while everybody is still in the chat, as the vendor's sample of who is present shows.
        self.publish(cx, id, actor, &Fact::Deactivated { user });
        self.empty(id);
        cx.changed(id, actor.party.clone(), Change::Closed { outcome: String::new() });
        self.serve_queue(cx);
    }

    /// Lets an agent, a bot or a customer into the active thread on somebody's wish.
    pub(super) fn add_user(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        actor: &Actor,
        (user, kind, visibility): (&str, MemberKind, Visibility),
    ) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return };
        let first_agent = chat.agents().next().is_none();
        chat.join(user, kind, visibility, now);
        if kind == MemberKind::Agent
            && visibility == Visibility::All
            && let Some(thread) = chat.active_mut()
        {
            thread.phase = Phase::Open;
        }
        let (reason, requester) = (Reason::Manual, actor.id.clone());
        self.publish(cx, id, actor, &Fact::UserAdded { user: user.to_owned(), reason, requester });
        cx.changed(id, actor.party.clone(), Change::Joined { who: user.to_owned() });
        let (name, initiator) = (self.name_of(user), actor.party.name.clone());
        match kind {
            MemberKind::Customer => self.note(cx, id, actor, "customer_added", None, Map::new()),
            MemberKind::Agent if first_agent => {}
            MemberKind::Agent if actor.id.as_deref() == Some(user) => {
                let text = format!("{name} joined the chat");
                self.note(cx, id, actor, "agent_joined", Some(text), vars([("agent", name)]));
            }
            MemberKind::Agent => {
                let text = format!("{initiator} added {name} to the chat");
                let vars = vars([("initiator", initiator), ("agent", name)]);
                self.note(cx, id, actor, "agent_added", Some(text), vars);
            }
        }
    }

    /// Lets an agent or a bot go on somebody's wish. If nobody is left, routing finds somebody else.
    pub(super) fn remove_user(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, user: &str) {
        let by_bot = self.is_bot(user);
        let Some(chat) = self.chats.get_mut(id) else { return };
        let held = chat.holder().is_some_and(|holder| holder.id == user);
        chat.leave(user);
        let abandoned = held && chat.holder().is_none();
        if let Some(thread) = chat.active_mut().filter(|_| held) {
            thread.declined.push(user.to_owned());
            thread.handed_over |= by_bot;
        }
        let (reason, requester) = (Reason::Manual, actor.id.clone());
        self.publish(cx, id, actor, &Fact::UserRemoved { user: user.to_owned(), reason, requester });
        cx.changed(id, actor.party.clone(), Change::Left { who: user.to_owned() });
        let (name, initiator) = (self.name_of(user), actor.party.name.clone());
        if actor.id.as_deref() == Some(user) {
            let text = format!("{name} left the chat");
            self.note(cx, id, actor, "agent_left", Some(text), vars([("agent", name)]));
        } else {
            let text = format!("{initiator} removed {name} from the chat");
            let vars = vars([("initiator", initiator), ("agent", name)]);
            self.note(cx, id, actor, "agent_removed", Some(text), vars);
        }
        if abandoned {
            match self.route(cx, id) {
                Some(Routed::To(to)) => self.tell_assigned(cx, id, to),
                Some(Routed::Queued) => cx.changed(id, Party::system(), Change::Queued),
                Some(Routed::Held) | None => {}
            }
        }
        self.serve_queue(cx);
    }

    /// Puts a tag on a thread; a tag it has already changes nothing.
    pub(super) fn tag(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, thread: &str, tag: &str) {
        let Some(found) = self.chats.get_mut(id).and_then(|chat| chat.thread_mut(thread)) else { return };
        if found.tags.iter().any(|known| known == tag) {
            return;
        }
        found.tags.push(tag.to_owned());
        let (thread, tag) = (thread.to_owned(), tag.to_owned());
        cx.changed(id, actor.party.clone(), Change::Tagged { tag: tag.clone() });
        self.publish(cx, id, actor, &Fact::Tagged { thread, tag });
    }

    /// Takes a tag off a thread; one it does not have changes nothing.
    pub(super) fn untag(&mut self, cx: &mut Cx<'_>, id: &str, actor: &Actor, thread: &str, tag: &str) {
        let Some(found) = self.chats.get_mut(id).and_then(|chat| chat.thread_mut(thread)) else { return };
        let Some(place) = found.tags.iter().position(|known| known == tag) else { return };
        found.tags.remove(place);
        let (thread, tag) = (thread.to_owned(), tag.to_owned());
        cx.changed(id, actor.party.clone(), Change::Untagged { tag: tag.clone() });
        self.publish(cx, id, actor, &Fact::Untagged { thread, tag });
    }

    /// A timer is due: closes the thread it was set for if nothing was said for long, or else sets it anew.
    pub(super) fn look_after(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        let Some((id, thread_id)) = key.0.split_once('/') else { return };
        let active = self.chats.get(id).and_then(Chat::active).filter(|thread| thread.id == thread_id);
        let Some(due) = active.map(|thread| thread.last_event_at() + self.tenant.archive_after) else { return };
        if due <= cx.now() {
            self.close(cx, id, &Actor::system(), Closing::Inactive);
        } else {
            cx.wake_at(due, key.clone());
        }
    }

    /// What people call a customer, an agent or a bot.
    pub(super) fn name_of(&self, user: &str) -> String {
        let worker = self.tenant.worker(user).map(|worker| &worker.name);
        let name = worker.or_else(|| self.chats.patron(user).map(|patron| &patron.name));
        name.map_or(user, String::as_str).to_owned()
    }

    /// Whether this is the id of a bot.
    pub(super) fn is_bot(&self, id: &str) -> bool {
        self.tenant.worker(id).is_some_and(super::tenant::Worker::is_bot)
    }

    /// Adds a note of what happened to the active thread.
    pub(super) fn note(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        actor: &Actor,
        kind: &str,
        text: Option<String>,
        vars: Map<String, Value>,
    ) {
        self.say(cx, id, actor, Draft::plain(Content::System { kind: kind.to_owned(), text, vars }));
    }

    fn append(&mut self, cx: &Cx<'_>, id: &str, actor: &Actor, mut draft: Draft) -> Option<(usize, Said)> {
        let now = cx.now();
        let system = matches!(draft.content, Content::System { .. });
        if let Some(client) = actor.client.as_ref().filter(|_| !system) {
            merge(&mut draft.properties, Map::from_iter([("source".to_owned(), json!({"client_id": client}))]));
        }
        let author = actor.id.clone().filter(|_| !system);
        let audience = match draft.visibility {
            Visibility::All => Audience::All,
            Visibility::Agents => Audience::Agents,
        };
        let (text, attachment) = match &draft.content {
            Content::Message { text, .. } => (text.clone(), None),
            Content::File { url, .. } => (String::new(), Some(url.clone())),
            Content::RichMessage { elements, .. } => {
                let titles = elements.iter().filter_map(|element| element.title.as_deref());
                (titles.collect::<Vec<_>>().join("\n"), None)
            }
            Content::System { kind, text, .. } => (text.clone().unwrap_or_else(|| kind.clone()), None),
            Content::Form { .. } | Content::Custom { .. } => (String::new(), None),
        };
        let options = draft.content.buttons().map(|button| button.text.clone()).collect();
        let chat = self.chats.get_mut(id)?;
        let thread = chat.active_mut()?;
        let place = thread.push(now, author.clone(), draft)?;
        let said = Said {
            chat: id.to_owned(),
            id: thread.event_id(&thread.events()[place]),
            from: if system { Party::system() } else { actor.party.clone() },
            text,
            options,
            attachment,
            audience,
        };
        if let Some(author) = author {
            chat.saw(&author, now);
            let patron = chat.customer().map(|member| member.id.clone());
            if let Some(patron) = patron.and_then(|patron| self.chats.patron_mut(&patron)) {
                let spoke = if patron.id == author { &mut patron.spoke_at } else { &mut patron.agent_spoke_at };
                *spoke = Some(now);
            }
        }
        Some((place, said))
    }

    fn empty(&mut self, id: &str) {
        if let Some(chat) = self.chats.get_mut(id) {
            chat.empty();
        }
    }

    fn fresh_id(&mut self, cx: &mut Cx<'_>) -> String {
        let gap = cx.draw("livechat/id").below(super::model::ID_GAP);
        self.chats.next_id(gap)
    }
}

/// What routing did with a chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Routed {
    /// Somebody has it already.
    Held,
    /// They have it now.
    To(String),
    /// It waits.
    Queued,
}

/// An active thread, or why there is none to work with.
///
/// # Errors
/// If the chat is closed.
pub(super) fn active(chat: &Chat) -> Result<&Thread, Denial> {
    chat.active().ok_or_else(|| Denial::of(codes::CHAT_INACTIVE))
}

/// Puts `more` over `properties`, name by name.
pub(super) fn merge(properties: &mut Properties, more: Properties) {
    for (namespace, values) in more {
        match (properties.get_mut(&namespace), values) {
            (Some(Value::Object(known)), Value::Object(values)) => known.extend(values),
            (_, values) => {
                properties.insert(namespace, values);
            }
        }
    }
}

/// The names in the words of a note.
pub(super) fn vars<const N: usize>(names: [(&str, String); N]) -> Map<String, Value> {
    names.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

fn wake_key(chat: &str, thread: &str) -> WakeKey {
    WakeKey(format!("{chat}/{thread}"))
}
