//! Which webhook led the bot to a call, and to what it said by it. A vendor cannot know, so this is what the order of things suggests, and says how sure
//! it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{DeliveryId, EntrySeq};
use crate::journal::entry::{Called, Role, Source};
use crate::journal::{Journal, What};

/// The webhook that led to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cause {
    /// Which webhook.
    pub(super) delivery: DeliveryId,
    /// Whether it was the only one that the bot was answering when it called, and about no other chat than the call; else it
    /// is a guess.
    pub(super) sure: bool,
}

/// The causes of the bot's calls, and of its messages: those of the calls that sent them. Nothing is said of a call before the first webhook.
///
/// While just one webhook is being answered, that one is the cause, unless the call names other chats only. Otherwise it may
/// be the latest one about a chat that the call names, or, if it names none, the latest at all.
pub(super) fn causes(journal: &Journal) -> BTreeMap<EntrySeq, Cause> {
    let mut causes = BTreeMap::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut chats: BTreeMap<DeliveryId, &str> = BTreeMap::new();
    let mut last: Option<DeliveryId> = None;
    // The latest webhook of each chat that was sent, the latest of all at the end.
    let mut latest: Vec<(&str, DeliveryId)> = Vec::new();
    let mut open: BTreeSet<DeliveryId> = BTreeSet::new();
    // That of the call whose consequences come next.
    let mut call: Option<Cause> = None;
    for entry in journal.iter() {
        match &entry.what {
            What::Queued { delivery, chat: Some(chat), .. } => {
                known.insert(chat);
                chats.insert(*delivery, chat);
            }
            What::Changed { chat, .. } => {
                known.insert(chat);
            }
            What::Sent { delivery, .. } => {
                if let Some(chat) = chats.get(delivery) {
                    latest.retain(|(other, _)| other != chat);
                    latest.push((chat, *delivery));
                }
                last = Some(*delivery);
                open.insert(*delivery);
                call = None;
            }
            What::Answered { delivery, .. } => {
                open.remove(delivery);
                call = None;
            }
            What::Called(called) if called.source == Source::Bot => {
                let named = named(called, &known);
                let fits = |delivery: &DeliveryId| {
                    named.is_empty() || chats.get(delivery).is_none_or(|chat| named.contains(chat))
                };
                let only = open.first().copied().filter(|delivery| open.len() == 1 && fits(delivery));
                let about =
                    || latest.iter().rev().find(|(chat, _)| named.contains(chat)).map(|(_, delivery)| *delivery);
                let delivery = only.or_else(about).or(last.filter(fits));
                call = delivery.map(|delivery| Cause { delivery, sure: only.is_some() });
                causes.extend(call.map(|cause| (entry.seq, cause)));
            }
            What::Called(_) | What::Step { .. } => call = None,
            What::Said(said) if said.from.role == Role::Bot => causes.extend(call.map(|cause| (entry.seq, cause))),
            _ => {}
        }
    }
    causes
}

/// The chats whose ids are words of the call's path or body.
fn named<'j>(called: &Called, known: &BTreeSet<&'j str>) -> BTreeSet<&'j str> {
    let body = called.request.to_string();
    let words = |text: &str| -> Vec<&'j str> {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
        words.filter_map(|word| known.get(word).copied()).collect()
    };
    words(&called.path).into_iter().chain(words(&body)).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::base::time::{VirtualTime, WallTime};
    use crate::journal::Bounds;
    use crate::journal::entry::{Audience, Change, Outcome, Party, Payload, Said};

    fn queued(delivery: u64, chat: &str) -> What {
        let event = Cow::Borrowed("note");
        let (delivery, chat) = (DeliveryId(delivery), Some(chat.to_owned()));
        What::Queued { delivery, event, chat, url: String::new(), body: Payload::default() }
    }

    fn changed(chat: &str) -> What {
        let change = Change::Started { name: None };
        What::Changed { chat: chat.to_owned(), by: Party::system(), change }
    }

    fn sent(delivery: u64) -> What {
        What::sent(DeliveryId(delivery), 1)
    }

    fn answered(delivery: u64) -> What {
        What::answered(DeliveryId(delivery), 1, Outcome::Status(200))
    }

    fn call(source: Source, path: &str) -> What {
        What::Called(Box::new(Called {
            source,
            route: None,
            socket: None,
            method: "POST".to_owned(),
            path: path.to_owned(),
            caller: None,
            status: 200,
            code: None,
            request: Payload::default(),
            reply: Payload::default(),
        }))
    }

    #[test]
    fn a_call_is_led_to_by_the_webhook_being_answered_or_perhaps_by_another() {
        let check = |before: Vec<What>, source: Source, expected: Option<(u64, bool)>| {
            let mut journal = Journal::new(Bounds::DEFAULT);
            let shown = format!("{before:?}");
            for what in before.into_iter().chain([call(source, "/chats/A")]) {
                journal.append(VirtualTime::OPENING, WallTime::from_nanos(0), what);
            }
            let cause = causes(&journal).into_values().next();
            let expected = expected.map(|(delivery, sure)| Cause { delivery: DeliveryId(delivery), sure });
            assert_eq!(cause, expected, "{shown}");
        };
        let two = || vec![queued(1, "A"), queued(2, "B"), sent(1), sent(2)];
        let with = |more: Vec<What>| two().into_iter().chain(more).collect();
        check(Vec::new(), Source::Bot, None);
        check(vec![queued(1, "A")], Source::Bot, None);
        check(vec![queued(1, "A"), sent(1)], Source::Bot, Some((1, true)));
        check(vec![queued(1, "A"), sent(1)], Source::Scenario, None);
        check(vec![queued(1, "A"), sent(1), answered(1)], Source::Bot, Some((1, false)));
        check(two(), Source::Bot, Some((1, false)));
        check(with(vec![answered(1)]), Source::Bot, Some((1, false)));
        check(with(vec![answered(2)]), Source::Bot, Some((1, true)));
        check(with(vec![answered(1), answered(2)]), Source::Bot, Some((1, false)));
        // What is about other chats only has not led to it.
        check(vec![queued(1, "C"), queued(2, "B"), sent(1), sent(2)], Source::Bot, Some((2, false)));
        check(vec![queued(2, "B"), sent(2)], Source::Bot, Some((2, true)));
        check(vec![changed("A"), queued(2, "B"), sent(2)], Source::Bot, None);
        check(vec![queued(1, "A"), queued(2, "B"), sent(2)], Source::Bot, None);
        check(with(vec![answered(1), answered(2), queued(3, "A"), sent(3)]), Source::Bot, Some((3, true)));
        // An id is a whole word.
        check(vec![queued(1, "chat"), sent(1), answered(1), queued(2, "B"), sent(2)], Source::Bot, Some((2, true)));
    }

    #[test]
    fn a_message_of_the_bot_is_led_to_by_what_led_to_its_call() {
        let said = |role: Role| {
            What::Said(Box::new(Said {
                chat: "A".to_owned(),
                id: String::new(),
                from: Party::new(role, "x", "x"),
                text: String::new(),
                options: Vec::new(),
                attachment: None,
                audience: Audience::All,
            }))
        };
        let check = |what: Vec<What>, expected: Option<u64>| {
            let mut journal = Journal::new(Bounds::DEFAULT);
            let shown = format!("{what:?}");
            for what in [queued(1, "A"), sent(1)].into_iter().chain(what) {
                journal.append(VirtualTime::OPENING, WallTime::from_nanos(0), what);
            }
            let last = journal.iter().next_back().unwrap().seq;
            let cause = causes(&journal).get(&last).map(|cause| cause.delivery.0);
            assert_eq!(cause, expected, "{shown}");
        };
        let by_call = || call(Source::Bot, "/chats/A");
        check(vec![by_call(), said(Role::Bot)], Some(1));
        check(vec![by_call(), changed("A"), said(Role::Bot)], Some(1));
        check(vec![by_call(), said(Role::Customer)], None);
        check(vec![said(Role::Bot)], None);
        check(vec![by_call(), answered(1), said(Role::Bot)], None);
        check(vec![by_call(), call(Source::Scenario, "/chats/A"), said(Role::Bot)], None);
    }
}
