//! What is written, either way, and what becomes of it.

use serde_json::{Map, Value as Json, json};

use super::super::Texter;
use super::super::model::{Channel, ChatStatus, Content, Direction, Message, MessageStatus};
use super::super::subscription::{Occurrence, Trigger};
use super::super::tenant::Flow;
use super::super::wire;
use super::{BOT, Hand, RECEIPT_TIMER, party};
use crate::journal::entry::{Audience, Change, Party, Said};
use crate::platform::cx::{Cx, WakeKey};

impl Texter {
    /// Takes in what a contact writes.
    pub(in crate::platform::texter) fn receive(&mut self, cx: &mut Cx<'_>, id: &str, content: Content) {
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
    pub(in crate::platform::texter) fn send(
        &mut self,
        cx: &mut Cx<'_>,
        id: &str,
        by: &Hand,
        content: Content,
    ) -> String {
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
            chain: self.engine.chain(),
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
    pub(in crate::platform::texter) fn report(
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

    fn attachment(&self, content: &Content) -> Option<String> {
        let Content::Media(media) = content else { return None };
        media.first().and_then(|media| self.files.get(&media.file)).map(|file| file.url.clone())
    }
}

fn status_word(status: MessageStatus) -> &'static str {
    MessageStatus::ALL.iter().find(|(_, known)| *known == status).map_or("", |(word, _)| word)
}
