//! Which webhook led the bot to a call. A vendor cannot know, so this is what the order of things suggests, and says how sure
//! it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::{DeliveryId, EntrySeq};
use crate::journal::entry::{Called, Source};
use crate::journal::{Journal, What};

/// The webhook that led to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Cause {
    /// Which webhook.
    pub(super) delivery: DeliveryId,
    /// Whether it was the only one that the bot was answering when it called; else it is a guess.
    pub(super) sure: bool,
}

/// The causes of the bot's calls. Nothing is said of a call before the first webhook.
///
/// While just one webhook is being answered, that one is the cause. Otherwise it may be the latest one about a chat that the
/// call names, or else the latest at all.
pub(super) fn causes(journal: &Journal) -> BTreeMap<EntrySeq, Cause> {
    let mut causes = BTreeMap::new();
    let mut chats: BTreeMap<DeliveryId, &str> = BTreeMap::new();
    let mut sent: Vec<DeliveryId> = Vec::new();
    let mut open: BTreeSet<DeliveryId> = BTreeSet::new();
    for entry in journal.iter() {
        match &entry.what {
            What::Queued { delivery, chat: Some(chat), .. } => {
                chats.insert(*delivery, chat);
            }
            What::Sent { delivery, .. } => {
                sent.retain(|earlier| earlier != delivery);
                sent.push(*delivery);
                open.insert(*delivery);
            }
            What::Answered { delivery, .. } => {
                open.remove(delivery);
            }
            What::Called(called) if called.source == Source::Bot => {
                let only = open.first().filter(|_| open.len() == 1);
                let about = || sent.iter().rev().find(|id| chats.get(id).is_some_and(|chat| names(called, chat)));
                let delivery = only.or_else(about).or(sent.last());
                causes.extend(delivery.map(|id| (entry.seq, Cause { delivery: *id, sure: only.is_some() })));
            }
            _ => {}
        }
    }
    causes
}

/// Whether a call has the id of a chat in its path or its body.
fn names(called: &Called, chat: &str) -> bool {
    called.path.contains(chat) || format!("{:?}", called.request).contains(chat)
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
        What::Sent { delivery: DeliveryId(delivery), attempt: 1 }
    }

    fn answered(delivery: u64) -> What {
        What::Answered { delivery: DeliveryId(delivery), attempt: 1, outcome: Outcome::Status(200) }
    }

    fn call(source: Source, path: &str) -> What {
        What::Called(Called {
            source,
            route: None,
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
