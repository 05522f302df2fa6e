//! Properties of chats, threads and events, and what the platform does because of them.

use serde_json::Value;

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Chat, Fact, Names, Properties, Subject, assign, remove};
use super::note::Note;
use crate::platform::cx::Cx;

/// Where customers say how a thread was.
const RATING: &str = "rating";
/// How it was, as a number.
const SCORE: &str = "score";
/// How it was, in words.
const COMMENT: &str = "comment";

impl Livechat {
    /// Gives properties other values; nothing happens if all of them have these values.
    pub(crate) fn update_properties(
        &mut self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        subject: Subject,
        properties: Properties,
    ) {
        let found = self.chats.get_mut(chat).and_then(|chat| chat.properties_mut(&subject));
        let Some(properties) = found.map(|into| assign(into, properties)) else { return };
        if properties.is_empty() {
            return;
        }
        let rating = properties.get(RATING).cloned().unwrap_or_default();
        self.publish(cx, cause, chat, &Fact::PropertiesUpdated { subject: subject.clone(), properties });
        match subject {
            Subject::Thread { thread } => self.rate(cx, cause, chat, &thread, &rating),
            // The router may have to do with it again.
            Subject::Chat => self.serve_queue(cx),
            Subject::Event { .. } => {}
        }
    }

    /// Notes how a thread was, as far as somebody has just said so. Surveys come after the end, so it may be over.
    fn rate(&mut self, cx: &mut Cx<'_>, cause: &Cause, chat: &str, thread: &str, rating: &Value) {
        let customer = self.chats.get(chat).and_then(Chat::customer).map(|member| member.id.clone());
        let customer = customer.map(|id| self.name_of(&id)).unwrap_or_default();
        if let Some(score) = rating[SCORE].as_i64() {
            self.note_in(cx, cause, chat, thread, Note::Rated(customer, score));
        }
        if let Some(comment) = rating[COMMENT].as_str() {
            self.note_in(cx, cause, chat, thread, Note::Commented(comment.to_owned()));
        }
    }

    /// Takes properties away; nothing happens if none of them is there.
    pub(crate) fn delete_properties(
        &mut self,
        cx: &mut Cx<'_>,
        cause: &Cause,
        chat: &str,
        subject: Subject,
        names: &Names,
    ) {
        let found = self.chats.get_mut(chat).and_then(|chat| chat.properties_mut(&subject));
        let Some(names) = found.map(|from| remove(from, names)) else { return };
        if names.is_empty() {
            return;
        }
        // That a rating is canceled by taking its score away is inferred: what the vendor's client sends is not known.
        let canceled = names.get(RATING).is_some_and(|names| names.iter().any(|name| name == SCORE));
        self.publish(cx, cause, chat, &Fact::PropertiesDeleted { subject: subject.clone(), names });
        match subject {
            Subject::Thread { thread } if canceled => self.note_in(cx, cause, chat, &thread, Note::RatingCanceled),
            Subject::Chat => self.serve_queue(cx),
            Subject::Thread { .. } | Subject::Event { .. } => {}
        }
    }
}
