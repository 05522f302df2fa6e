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
    /// Whether it was the only one that the bot was answering when it called; else it is a guess.
    pub(super) sure: bool,
}

/// The causes of the bot's calls, and of its messages: those of the calls that sent them. Nothing is said of a call before the first webhook.
///
/// While just one webhook is being answered, that one is the cause. Otherwise it may be the latest one about a chat that the
/// call names, or else the latest at all.
pub(super) fn causes(journal: &Journal) -> BTreeMap<EntrySeq, Cause> {
    let mut causes = BTreeMap::new();
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
                chats.insert(*delivery, chat);
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
                let only = open.first().filter(|_| open.len() == 1);
                let delivery = only.copied().or_else(|| about(called, &latest)).or(last);
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

/// The latest webhook about a chat whose id the call has in its path or its body.
fn about(called: &Called, latest: &[(&str, DeliveryId)]) -> Option<DeliveryId> {
    let body = called.request.to_string();
    let named = |chat: &str| called.path.contains(chat) || body.contains(chat);
    latest.iter().rev().find(|(chat, _)| named(chat)).map(|(_, delivery)| *delivery)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::base::time::{VirtualTime, WallTime};
    use crate::journal::Bounds;
    use crate::journal::entry::{Outcome, Payload};

    fn queued(delivery: u64, chat: &str) -> What {
        let event = Cow::Borrowed("note");
        let (delivery, chat) = (DeliveryId(delivery), Some(chat.to_owned()));
        What::Queued { delivery, event, chat, url: String::new(), body: Payload::default() }
    }

    fn sent(delivery: u64) -> What {
        What::sent(DeliveryId(delivery), 1)
    }

    fn answered(delivery: u64) -> What {
        What::answered(DeliveryId(delivery), 1, Outcome::Status(200))
    }

    fn call(source: Source, path: &str) -> What {
        What::Called(Called {
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
        })
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
        check(with(vec![answered(1)]), Source::Bot, Some((2, true)));
        check(with(vec![answered(1), answered(2)]), Source::Bot, Some((1, false)));
        check(vec![queued(1, "C"), queued(2, "B"), sent(1), sent(2)], Source::Bot, Some((2, false)));
    }
}
