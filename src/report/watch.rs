//! What somebody who develops a bot against a running stand-in wants to hear at once: what went wrong, a line each.
//!
//! Only trouble is told. Whoever wants everything reads the journal.

use std::collections::BTreeMap;

use super::text::one_line;
use crate::base::id::{DeliveryId, EntrySeq};
use crate::journal::entry::{Fate, Outcome, Source};
use crate::journal::{Entry, Journal, What};

/// How many lines are told at a time; a flood of the same trouble tells nothing more.
const MOST_LINES: usize = 20;

/// A webhook whose beginning the journal has dropped.
const SOME: &str = "a webhook";

/// How far a journal was watched.
#[derive(Debug)]
pub struct Watch {
    platform: &'static str,
    next: EntrySeq,
    /// The webhooks that are not settled.
    webhooks: BTreeMap<DeliveryId, String>,
}

impl Watch {
    /// Watches the journal of a tenant of this platform from its beginning.
    #[must_use]
    pub fn new(platform: &'static str) -> Self {
        Self { platform, next: EntrySeq(0), webhooks: BTreeMap::new() }
    }

    /// What went wrong since the last look.
    pub fn look(&mut self, journal: &Journal) -> Vec<String> {
        let mut lines: Vec<String> = journal.since(self.next).filter_map(|entry| self.trouble(entry)).collect();
        self.next = journal.end();
        let more = lines.len().saturating_sub(MOST_LINES);
        if more > 0 {
            lines.truncate(MOST_LINES);
            lines.push(format!("{}: … and {more} more", self.platform));
        }
        lines
    }

    fn trouble(&mut self, entry: &Entry) -> Option<String> {
        let line = match &entry.what {
            What::Queued { delivery, event, url, .. } => {
                self.webhooks.insert(*delivery, format!("{event} → {}", one_line(url)));
                return None;
            }
            What::Answered { outcome: Outcome::Status(200..300), .. } => return None,
            What::Answered { delivery, attempt, outcome, answer: _ } => {
                format!("{}, attempt {attempt}: {}", self.webhook(*delivery), one_line(&outcome.to_string()))
            }
            What::Settled { delivery, fate } => {
                let webhook = self.webhooks.remove(delivery);
                match fate {
                    Fate::GivenUp => format!("gives up on {}", webhook.as_deref().unwrap_or(SOME)),
                    Fate::Delivered | Fate::Dropped | Fate::Disabled | Fate::Stopped => return None,
                }
            }
            What::Violated { source: Source::Bot, detail } => format!("violation: {}", one_line(detail)),
            What::Refused { reason, .. } => format!("the act is not possible: {}", one_line(reason)),
            What::Remarked { remark } => one_line(remark),
            What::Violated { source: Source::Scenario, .. }
            | What::Opened { .. }
            | What::Step { .. }
            | What::Said(_)
            | What::Changed { .. }
            | What::Called(_)
            | What::Faulted { .. }
            | What::Connected { .. }
            | What::Framed { .. }
            | What::Disconnected { .. }
            | What::Sent { .. }
            | What::Kept { .. }
            | What::Chosen { .. }
            | What::Judged { .. }
            | What::Ended => return None,
        };
        Some(format!("{}: {line}", self.platform))
    }

    fn webhook(&self, delivery: DeliveryId) -> &str {
        self.webhooks.get(&delivery).map_or(SOME, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::{VirtualTime, WallTime};
    use crate::journal::Bounds;
    use crate::journal::entry::Payload;

    #[test]
    fn only_trouble_is_told_and_each_only_once() {
        let mut journal = Journal::new(Bounds::DEFAULT);
        let mut put = |what| journal.append(VirtualTime::OPENING, WallTime::from_nanos(0), what);
        let delivery = DeliveryId(1);
        let url = "${bot}/x".to_owned();
        put(What::Queued { delivery, event: "note".into(), chat: None, url, body: Payload::new("{}".into()) });
        put(What::sent(delivery, 1));
        put(What::answered(delivery, 1, Outcome::Status(500)));
        put(What::Violated { source: Source::Bot, detail: "a\nb".to_owned() });
        put(What::Violated { source: Source::Scenario, detail: "on purpose".to_owned() });
        put(What::answered(delivery, 2, Outcome::Refused));
        put(What::Settled { delivery, fate: Fate::GivenUp });
        let mut watch = Watch::new("toy");
        let expected = [
            "toy: note → ${bot}/x, attempt 1: 500",
            "toy: violation: a↵b",
            "toy: note → ${bot}/x, attempt 2: nobody listens there",
            "toy: gives up on note → ${bot}/x",
        ];
        assert_eq!(watch.look(&journal), expected);
        assert_eq!(watch.look(&journal), [""; 0]);
        let mut put = |what| journal.append(VirtualTime::OPENING, WallTime::from_nanos(0), what);
        for _ in 0..25 {
            put(What::Violated { source: Source::Bot, detail: "again".to_owned() });
        }
        let lines = watch.look(&journal);
        assert_eq!((lines.len(), lines[20].as_str()), (21, "toy: … and 5 more"));
    }
}
