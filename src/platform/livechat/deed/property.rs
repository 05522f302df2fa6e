//! Properties of chats, threads and events.

use super::super::Livechat;
use super::super::events::Cause;
use super::super::model::{Fact, Names, Properties, Subject, assign, remove};
use crate::platform::cx::Cx;

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
        if !properties.is_empty() {
            self.publish(cx, cause, chat, &Fact::PropertiesUpdated { subject, properties });
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
        if !names.is_empty() {
            self.publish(cx, cause, chat, &Fact::PropertiesDeleted { subject, names });
        }
    }
}
