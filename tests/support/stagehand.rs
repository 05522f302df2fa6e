//! Plays a world without sockets: carries out its effects against a bot that is a closure, and lets real time jump to the
//! next alarm when nothing else is left to do.

use std::collections::VecDeque;

use bytes::Bytes;
use http::{HeaderMap, Method};
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::{Attempt, Effect, Input, Treated};
use rehearsal::engine::{Opening, World};
use rehearsal::journal::entry::{Outcome, Verdict, What};
use rehearsal::journal::lines::{Wall, lines};
use rehearsal::platform::Vendor;
use rehearsal::platform::cx::Identities;
use rehearsal::platform::route::{Body, Call};
use rehearsal::scenario;

/// What the bot does about one attempt: calls it makes, how long it thinks, and how the attempt ends.
pub(crate) struct Reaction {
    pub(crate) calls: Vec<Call>,
    pub(crate) takes: WallLimit,
    pub(crate) outcome: Outcome,
}

impl Reaction {
    pub(crate) fn ok() -> Self {
        Self { calls: Vec::new(), takes: WallLimit::from_millis(1), outcome: Outcome::Status(200) }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { outcome: Outcome::Status(status), ..Self::ok() }
    }

    pub(crate) fn calling(call: Call) -> Self {
        Self { calls: vec![call], ..Self::ok() }
    }
}

/// A POST with a JSON or text body.
pub(crate) fn post(path: &str, headers: &[(&'static str, &'static str)], body: &str) -> Call {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, http::HeaderValue::from_static(value));
    }
    Call {
        method: Method::POST,
        path: path.to_owned(),
        query: String::new(),
        headers: map,
        body: Body::Whole(Bytes::copy_from_slice(body.as_bytes())),
        params: Vec::new(),
    }
}

pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) replies: Vec<Treated>,
    wall: WallTime,
}

pub(crate) const START: WallTime = WallTime::from_nanos(1_790_000_000_000_000_000);

/// Plays a scenario to its end.
pub(crate) fn play(vendor: &Vendor, text: &str, bot: impl FnMut(&Attempt) -> Reaction) -> Play {
    play_at(vendor, text, Pace::Stepped, bot)
}

pub(crate) fn play_at(vendor: &Vendor, text: &str, pace: Pace, mut bot: impl FnMut(&Attempt) -> Reaction) -> Play {
    let scenario = scenario::load(text, &[vendor.vocabulary]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let opening =
        Opening { pace, ..Opening::play(&scenario, "test", scenario.seed.unwrap_or(Seed(1)), Identities::WellKnown) };
    let world = World::open(vendor, opening, START).expect("the set-up was checked");
    let mut play = Play { world, attempts: Vec::new(), replies: Vec::new(), wall: START };
    play.run(&mut bot);
    play
}

impl Play {
    fn run(&mut self, bot: &mut impl FnMut(&Attempt) -> Reaction) {
        let mut inputs = VecDeque::from([Input::Begin]);
        let mut alarms: Vec<(WallTime, Input)> = Vec::new();
        for _ in 0..100_000 {
            let input = match inputs.pop_front() {
                Some(input) => input,
                None => {
                    // Nothing happens by itself any more: real time goes on to the next alarm.
                    alarms.sort_by_key(|(at, _)| *at);
                    assert!(!alarms.is_empty(), "the world waits for nothing:\n{}", self.journal());
                    let (at, input) = alarms.remove(0);
                    self.wall = self.wall.max(at);
                    input
                }
            };
            for effect in self.world.handle(self.wall, input) {
                match effect {
                    Effect::Reply(reply) => self.replies.push(reply),
                    Effect::Alarm { id, after } => alarms.push((self.wall + after, Input::Alarm(id))),
                    Effect::Claim(_) => {}
                    Effect::Finished => return,
                    Effect::Attempt(attempt) => {
                        let reaction = bot(&attempt);
                        self.wall = self.wall + reaction.takes;
                        inputs.extend(reaction.calls.into_iter().map(Input::Call));
                        let (delivery, n) = (attempt.delivery, attempt.attempt);
                        inputs.push_back(Input::Attempted { delivery, attempt: n, outcome: reaction.outcome });
                        self.attempts.push(attempt);
                    }
                }
            }
        }
        panic!("the scenario does not end:\n{}", self.journal());
    }

    pub(crate) fn journal(&self) -> String {
        lines(self.world.journal(), Wall::Masked)
    }

    /// Why the scenario failed; nothing if it passed.
    pub(crate) fn failure(&self) -> Option<String> {
        self.world.journal().iter().find_map(|entry| match &entry.what {
            What::Judged { verdict: Verdict::Missed(miss), .. } => Some(format!("{}: {}", miss.expected, miss.found)),
            What::Refused { reason } => Some(reason.clone()),
            _ => None,
        })
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.attempts.iter().map(|attempt| String::from_utf8_lossy(&attempt.body).into_owned()).collect()
    }
}
