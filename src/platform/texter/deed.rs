//! What calls, acts, subscriptions and the clock alike do to chats: change them, tell the journal, and put down what happened
//! for the subscriptions.

use serde_json::{Map, Value as Json, json};

use super::Texter;
use super::model::{
    Agent, BotSession, Channel, Chat, ChatStatus, Contact, Content, Direction, Message, MessageStatus, ReplyAction,
    System,
};
use super::subscription::{Occurrence, Trigger};
use super::tenant::{Flow, Notes, TemplateStatus};
use super::wire;
use crate::journal::entry::{Audience, Change, Party, Role, Said};
use crate::platform::cx::{Customer, Cx, WakeKey};

/// The name of whoever uses the API, which knows tokens and no persons.
pub(super) const API: &str = "api";
/// Who sends what the tenant's own bot says.
pub(super) const BOT: &str = "Bot";
/// What timers of receipts begin with.
pub(super) const RECEIPT_TIMER: &str = "receipt/";
/// What timers of WhatsApp's looking at templates begin with.
pub(super) const REVIEW_TIMER: &str = "review/";

/// By whose hand something is done.
#[derive(Clone, Debug)]
pub(super) struct Hand {
    /// Who, for the journal.
    pub(super) party: Party,
    /// How messages show it: `Bot`, an agent's uid, or not at all.
    sender: Option<String>,
}

impl Hand {
    /// Whoever calls the API.
    pub(super) fn caller(cx: &Cx<'_>) -> Self {
        Self { party: Party::new(cx.caller_role(), API, API), sender: None }
    }

    /// A subscription.
    pub(super) fn subscription() -> Self {
        Self { party: Party::system(), sender: None }
    }

    /// The tenant's own bot, which is part of the platform.
    pub(super) fn own_bot() -> Self {
        Self { party: Party::new(Role::System, BOT, BOT), sender: Some(BOT.to_owned()) }
    }

    /// An agent.
    pub(super) fn agent(agent: &Agent) -> Self {
        Self { party: Party::new(Role::Agent, &agent.email, &agent.name), sender: Some(agent.uid.clone()) }
    }

    /// A contact.
    pub(super) fn contact(party: Party) -> Self {
        Self { party, sender: None }
    }
}

/// Whom a chat goes to when it is to wait for a human.
#[derive(Clone, Debug, Default)]
pub(super) struct Handover {
    /// An agent's uid.
    pub(super) agent: Option<String>,
    /// A department.
    pub(super) department: Option<String>,
}

/// There is no such thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unknown;

impl Texter {
    /// The chat with a contact, which `by` begins if there is none. The customer of the scenario, if it is one, gives it a
    /// name.
    pub(super) fn meet(
        &mut self,
        cx: &mut Cx<'_>,
        contact: Contact,
        status: ChatStatus,
        name: Option<String>,
        by: Party,
    ) -> String {
        if let Some(chat) = self.chats.with(&contact) {
            return chat.id.clone();
        }
        let customer = customer_of(cx, &contact).cloned();
        let (id, now) = (cx.draw("texter/chat").hex(24), cx.now());
        let person = match &customer {
            Some(customer) => match self.people.get(&customer.key) {
                Some(person) => person.clone(),
                None => {
                    let person = cx.draw("texter/person").hex(24);
                    self.people.insert(customer.key.clone(), person.clone());
                    person
                }
            },
            None => cx.draw("texter/person").hex(24),
        };
        self.chats.open(Chat {
            id: id.clone(),
            title: customer.map(|customer| customer.name).unwrap_or_default(),
            display_name: None,
            person,
            contact,
            agent: None,
            department: None,
            status,
            unread: 0,
            labels: Vec::new(),
            messages: Vec::new(),
            last_incoming: None,
            created: now,
            updated: now,
            pending_since: None,
            resolved_at: None,
            bot: (status == ChatStatus::Bot).then(|| self.session(cx)),
            previous_bot: None,
            reply_action: None,
            crm: None,
            crm_link: None,
            external_bot: self.tenant.external_bot,
            unsubscribed: None,
        });
        if let Some(name) = &name {
            cx.name_chat(name, &id);
        }
        cx.changed(&id, by, Change::Started { name });
        id
    }

    /// Takes in what a contact writes.
    pub(super) fn receive(&mut self, cx: &mut Cx<'_>, id: &str, content: Content) {
        let now = cx.now();
        let Some(chat) = self.chats.get(id) else { return };
        let by = party(cx, chat);
        let action = chat.reply_action.clone();
        let armed = action.filter(|action| action.expires.is_none_or(|span| now < action.created + span));
        let resting = matches!(chat.status, ChatStatus::Resolved | ChatStatus::Bulk);
        let status = match (&armed, resting) {
            (Some(action), _) => action.status.unwrap_or(ChatStatus::Bot),
            (None, true) => ChatStatus::Bot,
            (None, false) => chat.status,
        };
        let was = chat.status;
        let node = armed.as_ref().and_then(|action| action.node.clone());
        let begins = resting || chat.bot.is_none() || node.is_some();
        let session = (status == ChatStatus::Bot && begins).then(|| self.session(cx));
        let Some(chat) = self.chats.get_mut(id) else { return };
        if let Some(mut session) = session {
            if let Some(node) = node {
                session.node = node;
            }
            chat.previous_bot = chat.bot.replace(session);
        }
        chat.reply_action = None;
        chat.status = status;
        chat.unread += 1;
        chat.last_incoming = Some(now);
        if status != was {
            // Whoever had it before has it no longer, or the next one to resolve it would be taken for them.
            chat.agent = None;
        }
        if let Some(action) = &armed {
            chat.agent = action.agent.clone().or(chat.agent.take());
            chat.department = action.department.clone().or(chat.department.take());
        }
        let triggered = status == ChatStatus::Bot && !chat.external_bot;
        let mut metadata = Map::new();
        if triggered {
            metadata.insert("triggeredBot".to_owned(), json!(true));
        }
        let unsubscribes = matches!(&content, Content::Text(text) if self.tenant.unsubscribe_words.iter().any(|word| word == text.trim()));
        if status != was {
            self.note(cx, id, status);
        }
        self.put(cx, id, &by, Direction::Incoming, content, None, metadata);
        if status != was {
            self.announce(cx, id, &by.party, status);
        }
        if let Some(text) = armed.and_then(|action| action.text) {
            self.send(cx, id, &Hand::own_bot(), Content::Text(text));
        }
        if unsubscribes {
            self.unsubscribe(cx, id, &by);
        }
    }

    /// Sends something to the contact, and has the channel report what becomes of it. The id of the message.
    pub(super) fn send(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, content: Content) -> String {
        let mut metadata = Map::new();
        let node = self.chats.get(id).and_then(|chat| Some(&chat.bot.as_ref()?.node));
        if let Some(node) = node.filter(|_| by.sender.as_deref() == Some(BOT)) {
            let Flow { identifier, version, .. } = &self.tenant.flow;
            let info = json!({"identifier": identifier, "version": version, "nodeName": node, "hideSummary": false});
            metadata.insert("botMsgInfo".to_owned(), info);
        }
        let message = self.put(cx, id, by, Direction::Outgoing, content, by.sender.clone(), metadata);
        let receipts = &self.tenant.receipts;
        let due = [
            (MessageStatus::Accepted, receipts.accepted),
            (MessageStatus::Delivered, receipts.delivered),
            (MessageStatus::Seen, receipts.seen),
        ];
        for (status, after) in due {
            if let Some(after) = after {
                let key = format!("{RECEIPT_TIMER}{id}/{message}/{}", status.number());
                cx.wake_at(cx.now() + after, WakeKey(key));
            }
        }
        message
    }

    /// Writes a message down. Its id.
    #[expect(clippy::too_many_arguments, reason = "a message has as many parts, and only here they come together")]
    fn put(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        by: &Hand,
        direction: Direction,
        content: Content,
        agent: Option<String>,
        metadata: Map<String, Json>,
    ) -> String {
        let now = cx.now();
        let Some(chat) = self.chats.get(id) else { return String::new() };
        let message_id = cx.draw("texter/message").hex(24);
        let channel_id = match chat.contact.channel {
            Channel::Whatsapp => format!("wamid.{}", cx.draw("texter/channel-id").upper_alphanumeric(32)),
            Channel::Messenger | Channel::Instagram | Channel::WebsiteChat | Channel::Email | Channel::Sms => {
                cx.draw("texter/channel-id").hex(32)
            }
        };
        // A contact's words have arrived when they are known at all.
        let status = match direction {
            Direction::Incoming => MessageStatus::Delivered,
            Direction::Outgoing => MessageStatus::Sent,
        };
        let session = chat.bot.as_ref().filter(|_| chat.status == ChatStatus::Bot);
        cx.said(Said {
            chat: id.to_owned(),
            id: message_id.clone(),
            from: by.party.clone(),
            text: content.text().into_owned(),
            options: content
                .options()
                .iter()
                .filter_map(|option| option.get("title")?.as_str().map(str::to_owned))
                .collect(),
            attachment: self.attachment(&content),
            audience: Audience::All,
        });
        let message = Message {
            id: message_id.clone(),
            channel_id,
            direction: Some(direction),
            content,
            agent,
            history: vec![(status, now)],
            at: now,
            updated: now,
            bot_session: session.map(|session| session.id.clone()),
            metadata,
        };
        let shown = wire::message(chat, &message);
        if let Some(chat) = self.chats.get_mut(id) {
            chat.messages.push(message);
            chat.updated = now;
        }
        let known = vec![("message", shown)];
        self.engine.happened(Occurrence { trigger: Trigger::MessageCreated, known, chat: Some(id.to_owned()) });
        message_id
    }

    /// A channel reports what became of a message. Whether that could be.
    pub(super) fn report(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        message: &str,
        status: MessageStatus,
        error: Option<&str>,
    ) -> bool {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return false };
        let to = wire::contact(&chat.contact);
        let Some(message) = chat.message_mut(message).filter(|message| status.follows(message.status())) else {
            return false;
        };
        message.history.push((status, now));
        message.updated = now;
        let request = json!({
            "status": status.number(),
            "error": error.filter(|_| status.is_failure()),
            "timestamp": now.as_millis(),
            "ids": [message.channel_id],
            "chat": to,
        });
        let known = vec![("messageStatusRequest", request)];
        self.engine.happened(Occurrence { trigger: Trigger::StatusRequest, known, chat: Some(id.to_owned()) });
        let what = format!("a message is {}", status_word(status));
        cx.changed(id, Party::system(), Change::Updated { what });
        true
    }

    /// Lets a chat wait for a human.
    pub(super) fn hand_over(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, to: Handover) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return };
        let before = chat.status;
        chat.status = ChatStatus::Pending;
        chat.agent = to.agent.clone();
        chat.department = to.department.clone().or(chat.department.take());
        chat.pending_since = Some(now);
        chat.updated = now;
        if before != ChatStatus::Pending {
            self.note(cx, id, ChatStatus::Pending);
        }
        let whom = to.agent.as_deref().and_then(|uid| self.tenant.agent(uid)).map(|agent| agent.email.clone());
        let change = whom.or(to.department).map_or(Change::Queued, |to| Change::Transferred { to });
        cx.changed(id, by.party.clone(), change);
        self.happened_to(Trigger::ChatPending, id, Vec::new());
    }

    /// An agent takes a chat.
    pub(super) fn take(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, uid: &str) {
        let now = cx.now();
        let Some(agent) = self.tenant.agent(uid).cloned() else { return };
        let Some(chat) = self.chats.get_mut(id) else { return };
        let before = chat.status;
        chat.status = ChatStatus::Assigned;
        chat.agent = Some(agent.uid.clone());
        chat.unread = 0;
        chat.updated = now;
        if before != ChatStatus::Assigned {
            self.note(cx, id, ChatStatus::Assigned);
        }
        cx.changed(id, by.party.clone(), Change::Assigned { to: agent.email.clone() });
        self.happened_to(Trigger::ChatAssigned, id, vec![("agent", wire::agent(&agent))]);
    }

    /// Ends a chat until the contact writes again. Whoever has it keeps it, which is how one can tell who resolved it.
    /// Nothing happens to one that is over already, as with labels that it has already; that is inferred.
    pub(super) fn resolve(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.status != ChatStatus::Resolved) else { return };
        chat.status = ChatStatus::Resolved;
        chat.resolved_at = Some(now);
        chat.updated = now;
        chat.unread = 0;
        self.note(cx, id, ChatStatus::Resolved);
        cx.changed(id, by.party.clone(), Change::Closed { outcome: String::new() });
        self.happened_to(Trigger::ChatResolved, id, Vec::new());
    }

    /// Lets the tenant's own bot go on at a place in its flow.
    pub(super) fn run_bot(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, node: String) {
        let session = self.session(cx);
        let Some(chat) = self.chats.get_mut(id) else { return };
        chat.previous_bot = chat.bot.replace(BotSession { node, ..session });
        let before = std::mem::replace(&mut chat.status, ChatStatus::Bot);
        chat.agent = None;
        if before != ChatStatus::Bot {
            self.note(cx, id, ChatStatus::Bot);
        }
        cx.changed(id, by.party.clone(), Change::Updated { what: "the tenant's own bot goes on".to_owned() });
    }

    /// Gives a chat these labels instead of those it has. Nothing happens if they are the same.
    pub(super) fn relabel(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, labels: Vec<String>) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id) else { return };
        let old = std::mem::replace(&mut chat.labels, labels.clone());
        let not_in = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|label| !other.contains(label)).cloned().collect()
        };
        let (added, removed) = (not_in(&labels, &old), not_in(&old, &labels));
        if added.is_empty() && removed.is_empty() {
            return;
        }
        chat.updated = now;
        for tag in &added {
            cx.changed(id, by.party.clone(), Change::Tagged { tag: tag.clone() });
        }
        for tag in &removed {
            cx.changed(id, by.party.clone(), Change::Untagged { tag: tag.clone() });
        }
        let listed = |labels: Vec<String>| json!({"labels": labels});
        let known = [("oldLabels", listed(old)), ("addedLabels", listed(added)), ("removedLabels", listed(removed))];
        self.happened_to(Trigger::ChatLabels, id, known.to_vec());
    }

    /// Leaves a chat to an external bot, or takes it back. Nothing happens if that is so already.
    pub(super) fn set_external(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand, on: bool, trigger: Trigger) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.external_bot != on) else { return };
        chat.external_bot = on;
        chat.updated = now;
        let what = if on { "left to an external bot" } else { "no longer left to an external bot" };
        cx.changed(id, by.party.clone(), Change::Updated { what: what.to_owned() });
        self.happened_to(trigger, id, Vec::new());
    }

    /// The contact wants no more templates. Nothing happens if that is known already.
    pub(super) fn unsubscribe(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.unsubscribed.is_none()) else { return };
        chat.unsubscribed = Some(now);
        chat.updated = now;
        cx.changed(id, by.party.clone(), Change::Updated { what: "wants no templates".to_owned() });
        self.happened_to(Trigger::ChatUnsubscribed, id, Vec::new());
    }

    /// The contact wants templates again. Nothing happens if that is known already.
    pub(super) fn resubscribe(&mut self, cx: &mut Cx<'_>, id: &str, by: &Hand) {
        let now = cx.now();
        let Some(chat) = self.chats.get_mut(id).filter(|chat| chat.unsubscribed.is_some()) else { return };
        chat.unsubscribed = None;
        chat.updated = now;
        cx.changed(id, by.party.clone(), Change::Updated { what: "wants templates again".to_owned() });
        self.happened_to(Trigger::ChatSubscribed, id, Vec::new());
    }

    /// Arms what happens when the contact answers.
    pub(super) fn arm_reply(&mut self, id: &str, action: ReplyAction) {
        if let Some(chat) = self.chats.get_mut(id) {
            chat.reply_action = Some(action);
        }
    }

    /// A template has been sent: its chat waits for the contact's answer.
    pub(super) fn await_reply(&mut self, cx: &mut Cx<'_>, id: &str) {
        let becomes_bulk = self.tenant.template_status == TemplateStatus::Bulk;
        let Some(chat) = self.chats.get_mut(id) else { return };
        if becomes_bulk && chat.status != ChatStatus::Bulk {
            chat.status = ChatStatus::Bulk;
            self.note(cx, id, ChatStatus::Bulk);
        }
    }

    /// Puts down what happened to a chat, with the chat as it is now.
    fn happened_to(&mut self, trigger: Trigger, id: &str, more: Vec<(&'static str, Json)>) {
        let Some(chat) = self.chats.get(id) else { return };
        let mut known = vec![("chat", wire::with_person(self, chat))];
        known.extend(more);
        self.engine.happened(Occurrence { trigger, known, chat: Some(id.to_owned()) });
    }

    /// Tells that a contact's words have brought a chat to this status.
    fn announce(&mut self, cx: &mut Cx<'_>, id: &str, by: &Party, status: ChatStatus) {
        match status {
            ChatStatus::Bot => cx.changed(id, by.clone(), Change::Resumed),
            ChatStatus::Pending => {
                if let Some(chat) = self.chats.get_mut(id) {
                    chat.pending_since = Some(cx.now());
                }
                cx.changed(id, by.clone(), Change::Queued);
                self.happened_to(Trigger::ChatPending, id, Vec::new());
            }
            ChatStatus::Assigned => {
                let agent = self.chats.get(id).and_then(|chat| self.tenant.agent(chat.agent.as_deref()?)).cloned();
                if let Some(agent) = agent {
                    cx.changed(id, by.clone(), Change::Assigned { to: agent.email.clone() });
                    self.happened_to(Trigger::ChatAssigned, id, vec![("agent", wire::agent(&agent))]);
                }
            }
            ChatStatus::Resolved => {
                if let Some(chat) = self.chats.get_mut(id) {
                    chat.resolved_at = Some(cx.now());
                }
                cx.changed(id, by.clone(), Change::Closed { outcome: String::new() });
                self.happened_to(Trigger::ChatResolved, id, Vec::new());
            }
            ChatStatus::Bulk => {}
        }
    }

    /// Notes in a chat where it stands from now on. That nobody is told of such a note is inferred: the events of chats are.
    fn note(&mut self, cx: &mut Cx<'_>, id: &str, status: ChatStatus) {
        let now = cx.now();
        if self.tenant.notes == Notes::Absent {
            return;
        }
        let note = Message {
            id: cx.draw("texter/message").hex(24),
            channel_id: cx.draw("texter/channel-id").hex(24),
            direction: None,
            content: Content::System(System { status }),
            agent: None,
            history: Vec::new(),
            at: now,
            updated: now,
            bot_session: None,
            metadata: Map::new(),
        };
        if let Some(chat) = self.chats.get_mut(id) {
            chat.messages.push(note);
        }
    }

    fn session(&self, cx: &mut Cx<'_>) -> BotSession {
        BotSession { id: cx.draw("texter/bot-session").hex(32), node: self.tenant.flow.node.clone() }
    }

    fn attachment(&self, content: &Content) -> Option<String> {
        let Content::Media(media) = content else { return None };
        media.first().and_then(|media| self.files.get(&media.file)).map(|file| file.url.clone())
    }

    /// The uid of the agent whom somebody calls so.
    pub(super) fn agent_uid(&self, word: &str) -> Option<String> {
        self.tenant.agent_called(word).map(|agent| agent.uid.clone())
    }
}

fn status_word(status: MessageStatus) -> &'static str {
    MessageStatus::ALL.iter().find(|(_, known)| *known == status).map_or("", |(word, _)| word)
}

/// The customer of the scenario who is known by this contact.
fn customer_of<'c>(cx: &'c Cx<'_>, contact: &Contact) -> Option<&'c Customer> {
    match contact.channel {
        Channel::Whatsapp | Channel::Sms => cx.customer_with_phone(&contact.id),
        Channel::Email => cx.customer_with_email(&contact.id),
        Channel::Messenger | Channel::Instagram | Channel::WebsiteChat => cx.customer_with_id(&contact.id),
    }
}

/// The contact of a chat.
fn party(cx: &Cx<'_>, chat: &Chat) -> Hand {
    let customer = customer_of(cx, &chat.contact).map(Customer::party);
    Hand::contact(customer.unwrap_or_else(|| Party::new(Role::Customer, &chat.contact.id, chat.name())))
}
