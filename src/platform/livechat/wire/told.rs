//! What customers are told of a fact, member by member as agents are, but for what customers do not see.
//!
//! Page: platform.text.com/docs/messaging/customer-chat-api/rtm-pushes.

use serde_json::{Value, json};

use super::super::model::registry::Location;
use super::super::model::{self, Fact, Properties, Subject};
use super::CustomerView;

impl CustomerView<'_> {
    /// What a push says of a fact; nothing if it is about something that customers do not see.
    pub(in crate::platform::livechat) fn payload(&self, chat: &model::Chat, fact: &Fact) -> Option<Value> {
        let event = |thread: &str, id: &str| {
            let (_, thread) = chat.thread(thread)?;
            self.event(thread, thread.event(id)?)
        };
        let member = |id: &str| chat.members().iter().find(|member| member.id == id);
        let mut shown = json!(self.view.payload(chat, fact)?);
        match fact {
            Fact::EventAdded { thread, place } => {
                let (_, thread) = chat.thread(thread)?;
                shown["event"] = self.event(thread, thread.events().get(*place)?)?;
            }
            Fact::EventUpdated { thread, event: id } => shown["event"] = event(thread, id)?,
            Fact::Pressed { thread, event: id, .. } => {
                event(thread, id)?;
            }
            // It is gone, so all that counts is whether they had seen it.
            Fact::EventDeleted { thread, event } => {
                let (_, thread) = chat.thread(thread)?;
                let gone = thread.events().iter().find(|gone| thread.event_id(gone) == *event)?;
                (gone.draft.visibility == model::Visibility::All).then_some(())?;
            }
            Fact::PropertiesUpdated { subject, properties } => {
                self.sees_subject(chat, subject)?;
                shown["properties"] = self.legible(subject, properties)?;
            }
            Fact::PropertiesDeleted { subject, names } => {
                self.sees_subject(chat, subject)?;
                let valued = |names: &Vec<String>| names.iter().map(|name| (name.clone(), Value::Null)).collect();
                let all: Properties = names.iter().map(|(space, names)| (space.clone(), valued(names))).collect();
                let legible = self.legible(subject, &all)?;
                let spaces = legible.as_object().into_iter().flatten();
                let named = |(space, names): (&String, &Value)| {
                    (space.clone(), names.as_object().into_iter().flatten().map(|(name, _)| json!(name)).collect())
                };
                shown["properties"] = Value::Object(spaces.map(named).collect());
            }
            Fact::UserAdded { user, .. } => shown["user"] = self.user(chat, member(user)?)?,
            Fact::UserRemoved { user, .. } | Fact::Seen { user, .. } => {
                self.knows_of(member(user)?).then_some(())?;
            }
            Fact::Began => shown = json!({"chat": self.chat(chat, chat.latest())}),
            Fact::Transferred { .. } | Fact::Deactivated { .. } => {}
            // Customers hear of none of these.
            Fact::SessionFieldsUpdated { .. }
            | Fact::AccessUpdated
            | Fact::Tagged { .. }
            | Fact::Untagged { .. }
            | Fact::Summarized { .. } => return None,
        }
        let mut known = |id: &mut Value| {
            if let Value::String(id) = id {
                *id = self.id(id);
            }
        };
        for at in ["/requester_id", "/user_id"] {
            shown.pointer_mut(at).into_iter().for_each(&mut known);
        }
        let agents = shown.pointer_mut("/transferred_to/agent_ids").and_then(Value::as_array_mut);
        agents.into_iter().flatten().for_each(known);
        Some(shown)
    }

    /// Whether customers see what properties belong to.
    fn sees_subject(&self, chat: &model::Chat, subject: &Subject) -> Option<()> {
        match subject {
            Subject::Chat | Subject::Thread { .. } => Some(()),
            Subject::Event { thread, event } => {
                let (_, thread) = chat.thread(thread)?;
                self.sees(thread.event(event)?).then_some(())
            }
        }
    }

    /// Those of these properties that customers may read, if there are any.
    fn legible(&self, subject: &Subject, properties: &Properties) -> Option<Value> {
        let place = match subject {
            Subject::Chat => Location::Chat,
            Subject::Thread { .. } => Location::Thread,
            Subject::Event { .. } => Location::Event,
        };
        let shown = self.properties(place, properties);
        shown.as_object().is_some_and(|spaces| !spaces.is_empty()).then_some(shown)
    }
}
