//! Plays a world without sockets: carries out its effects against a bot that is a closure, and lets real time jump to the
//! next alarm when nothing else is left to do.

use std::collections::VecDeque;

use bytes::Bytes;
use http::{HeaderMap, Method};
use rehearsal::base::id::Ticket;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{WallLimit, WallTime};
use rehearsal::engine::clock::Pace;
use rehearsal::engine::port::{Answer, Attempt, Effect, Ending, Input, Played, Treated};
use rehearsal::engine::{Opening, World};
use rehearsal::fault::Lost;
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
    pub(crate) answer: Option<Answer>,
}

impl Reaction {
    pub(crate) fn ok() -> Self {
        Self { calls: Vec::new(), takes: WallLimit::from_millis(1), outcome: Outcome::Status(200), answer: None }
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
    /// How steps from outside ended, in that order.
    pub(crate) played: Vec<(Ticket, Played)>,
    pub(crate) wall: WallTime,
    inputs: VecDeque<Input>,
    alarms: Vec<(WallTime, Input)>,
}

pub(crate) const START: WallTime = WallTime::from_nanos(1_790_000_000_000_000_000);

/// Plays a scenario to its end.
pub(crate) fn play(vendor: &Vendor, text: &str, bot: impl FnMut(&Attempt) -> Reaction) -> Play {
    play_at(vendor, text, Pace::Stepped, bot)
}

pub(crate) fn play_at(vendor: &Vendor, text: &str, pace: Pace, bot: impl FnMut(&Attempt) -> Reaction) -> Play {
    play_all(vendor, text, pace, [], bot)
}

/// Plays a scenario to its end, with something that comes in from outside when it has begun.
pub(crate) fn play_beside<const N: usize>(
    vendor: &Vendor,
    text: &str,
    inputs: [Input; N],
    bot: impl FnMut(&Attempt) -> Reaction,
) -> Play {
    play_all(vendor, text, Pace::Stepped, inputs, bot)
}

fn play_all<const N: usize>(
    vendor: &Vendor,
    text: &str,
    pace: Pace,
    inputs: [Input; N],
    mut bot: impl FnMut(&Attempt) -> Reaction,
) -> Play {
    let scenario = scenario::load(text, &[vendor.vocabulary]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let opening =
        Opening { pace, ..Opening::play(&scenario, "test", scenario.seed.unwrap_or(Seed(1)), Identities::WellKnown) };
    let mut play = Play::new(World::open(vendor, opening, START).expect("the set-up was checked"));
    play.inputs.push_back(Input::Begin);
    play.inputs.extend(inputs);
    play.run(&mut bot, |play, effect| {
        assert!(effect.is_some(), "the world waits for nothing:\n{}", play.journal());
        matches!(effect, Some(Effect::Finished))
    });
    play
}

/// A tenant that is only served.
pub(crate) fn serve(vendor: &Vendor, text: &str, pace: Pace) -> Play {
    let scenario = scenario::load_setup(text, &[vendor.vocabulary]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let opening = Opening { pace, ..Opening::play(&scenario, "test", Seed(1), Identities::WellKnown) };
    Play::new(World::open(vendor, opening, START).expect("the set-up was checked"))
}

impl Play {
    fn new(world: World) -> Self {
        Self {
            world,
            attempts: Vec::new(),
            replies: Vec::new(),
            played: Vec::new(),
            wall: START,
            inputs: VecDeque::new(),
            alarms: Vec::new(),
        }
    }

    /// Puts inputs in, one right after the other, and plays on until steps from outside have ended so often.
    pub(crate) fn put(
        &mut self,
        inputs: impl IntoIterator<Item = Input>,
        ends: usize,
        bot: impl FnMut(&Attempt) -> Reaction,
    ) {
        self.inputs.extend(inputs);
        let all = self.played.len() + ends;
        self.run(&mut { bot }, |play, effect| {
            assert!(effect.is_some() || play.played.len() == all, "nothing ends:\n{}", play.journal());
            play.played.len() == all && play.inputs.is_empty()
        });
    }

    /// Carries out effects until `enough`, which is also asked when the world waits for nothing.
    fn run(
        &mut self,
        bot: &mut impl FnMut(&Attempt) -> Reaction,
        mut enough: impl FnMut(&Self, Option<&Effect>) -> bool,
    ) {
        for _ in 0..100_000 {
            let input = match self.inputs.pop_front() {
                Some(input) => input,
                None => {
                    // Nothing happens by itself any more: real time goes on to the next alarm.
                    self.alarms.sort_by_key(|(at, _)| *at);
                    if self.alarms.is_empty() && enough(self, None) {
                        return;
                    }
                    let (at, input) = self.alarms.remove(0);
                    self.wall = self.wall.max(at);
                    input
                }
            };
            for effect in self.world.handle(self.wall, input) {
                match &effect {
                    Effect::Reply(_) | Effect::Claim(_) | Effect::Resent(_) | Effect::Socket(..) | Effect::Finished => {
                    }
                    Effect::Alarm { id, after } => self.alarms.push((self.wall + *after, Input::Alarm(*id))),
                    Effect::Played { ticket, played } => self.played.push((*ticket, played.clone())),
                    Effect::Attempt(attempt) => {
                        let reaction = match attempt.lost {
                            Some(Lost::Request) => Reaction { outcome: Outcome::TimedOut, ..Reaction::ok() },
                            Some(Lost::Answer) => Reaction { outcome: Outcome::TimedOut, ..bot(attempt) },
                            None => bot(attempt),
                        };
                        self.wall = self.wall + reaction.takes;
                        self.inputs.extend(reaction.calls.into_iter().map(Input::Call));
                        let ending = Ending { outcome: reaction.outcome, answer: reaction.answer };
                        let (delivery, n) = (attempt.delivery, attempt.attempt);
                        self.inputs.push_back(Input::Attempted { delivery, attempt: n, ending });
                        self.attempts.push(attempt.clone());
                    }
                }
                let ends = enough(self, Some(&effect));
                if let Effect::Reply(reply) = effect {
                    self.replies.push(reply);
                }
                if ends {
                    return;
                }
            }
        }
        panic!("this does not end:\n{}", self.journal());
    }

    pub(crate) fn journal(&self) -> String {
        lines(self.world.journal(), Wall::Masked)
    }

    /// Why the scenario failed; nothing if it passed.
    pub(crate) fn failure(&self) -> Option<String> {
        self.world.journal().iter().find_map(|entry| match &entry.what {
            What::Judged { verdict: Verdict::Missed(miss), .. } => Some(format!("{}: {}", miss.expected, miss.found)),
            What::Refused { reason, .. } => Some(reason.clone()),
            _ => None,
        })
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.attempts.iter().map(|attempt| String::from_utf8_lossy(&attempt.body).into_owned()).collect()
    }
}
