//! One round through the table of checks, within bounds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::check::{Check, Course, Wants};
use super::grade::{Deeds, Did, Grade, Verdict, judge};
use super::letter::{Desk, Letter, Pace, Role};
use super::send::{Answer, Way};
use super::{Event, Proof, Source, Terms};
use crate::base::time::{WallLimit, WallTime};
use crate::delivery::Delivery;
use crate::server::ticker;

/// How much a round may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many requests.
    pub deliveries: usize,
    /// How many bytes of bodies.
    pub bytes: usize,
    /// How much real time.
    pub time: WallLimit,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { deliveries: 500, bytes: 64 << 20, time: WallLimit::from_secs(300) }
    }
}

/// How long is waited for a receiver to act after it has answered.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a receiver must be idle at least before it is taken to have done what it does.
const QUIET: Duration = Duration::from_millis(30);
/// How often is looked whether it has acted.
const GLANCE: WallLimit = WallLimit::from_millis(5);

/// A check and what came of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The check.
    pub check: &'static Check,
    /// What came of it.
    pub result: Finding,
}

/// What came of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// It was made.
    Judged(Verdict),
    /// It means nothing here, for this reason.
    NotApplicable(&'static str),
    /// It was not made, for this reason.
    NotMade(&'static str),
}

/// A receiver that is being tried.
pub struct Round<S> {
    source: S,
    proof: Proof,
    terms: Terms,
    delivery: Delivery,
    url: Arc<str>,
    bounds: Bounds,
    begun: WallTime,
    deliveries: usize,
    bytes: usize,
    /// Whether the receiver acts.
    acting: Acting,
    /// How long it must be idle before it is taken to have done what it does.
    quiet: Duration,
    /// The slowest answer to a good event.
    slowest: Option<Answer>,
}

impl<S: Source> Round<S> {
    /// A round that has not begun. Webhooks go to `url`.
    #[must_use]
    pub fn new(source: S, proof: Proof, terms: Terms, delivery: Delivery, url: &str, bounds: Bounds) -> Self {
        Self {
            source,
            proof,
            terms,
            delivery,
            url: url.into(),
            bounds,
            begun: ticker::now(),
            deliveries: 0,
            bytes: 0,
            acting: Acting::Unseen,
            quiet: QUIET,
            slowest: None,
        }
    }

    /// Makes these checks, the first of which decides whether the others are made, and puts what came of it into `rows`, one after the other. Dropping the future ends the round;
    /// what was found stays.
    pub async fn run(&mut self, checks: &[&'static Check], rows: &mut Vec<Row>) {
        let mut stopped = None;
        for check in checks.iter().copied() {
            let result = match (stopped, check.needs.lacking(&self.proof)) {
                (_, Some(reason)) => Finding::NotApplicable(reason),
                (Some(reason), None) => Finding::NotMade(reason),
                (None, None) => match self.make(check).await {
                    Some((verdict, gone)) => {
                        if rows.is_empty() && verdict.grade == Grade::Bad {
                            stopped = Some("the receiver does not take a valid delivery");
                        } else if gone {
                            stopped = Some("nobody listens there any more");
                        }
                        Finding::Judged(verdict)
                    }
                    None => match check.course {
                        Course::Reordered => {
                            Finding::NotApplicable("the recipe of this event has only one about its chat")
                        }
                        _ => Finding::NotApplicable("there is nothing like that in this event"),
                    },
                },
            };
            rows.push(Row { check, result });
            if stopped.is_none() && self.is_spent() {
                stopped = Some("the bounds of a probe were reached");
            }
        }
    }

    /// How many requests were made.
    #[must_use]
    pub fn deliveries(&self) -> usize {
        self.deliveries
    }

    /// Where the events come from.
    #[must_use]
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Whether the receiver was seen to act.
    #[must_use]
    pub fn acts(&self) -> bool {
        matches!(self.acting, Acting::Usually(_))
    }

    fn is_spent(&self) -> bool {
        self.deliveries >= self.bounds.deliveries
            || self.bytes >= self.bounds.bytes
            || ticker::now().since(self.begun) >= self.bounds.time.as_duration()
    }

    /// Makes a check; whether the receiver is gone afterwards. Nothing if there was nothing to send.
    async fn make(&mut self, check: &Check) -> Option<(Verdict, bool)> {
        let (answers, deeds) = match check.course {
            Course::Each(write) => self.each(check, write).await,
            Course::Series(write) => self.about_one(check, write, Track::Fresh).await,
            Course::Kept(write) => self.about_one(check, write, Track::Kept).await,
            Course::AtOnce(write) => self.at_once(check, write).await,
            Course::Reordered => {
                let (first, second) = self.source.pair().await?;
                let letters = [&second, &first].map(|event| self.desk(event).genuine());
                let mut answers = Vec::new();
                for letter in &letters {
                    answers.push(self.send(letter, &mut self.way(), Track::Fresh).await);
                }
                (answers, Deeds::Unknown)
            }
            Course::Measured => (self.slowest.clone().into_iter().collect(), Deeds::Unknown),
        };
        if answers.is_empty() {
            return None;
        }
        let mut verdict = judge(check, &answers, deeds, self.terms);
        let fallen = check.wants == Wants::NoAction && self.has_fallen().await;
        let gone = fallen || self.delivery.dial(&self.url).await.is_err();
        if gone {
            verdict.grade = Grade::Bad;
            verdict.answered.push_str(", and nobody listens there any more");
        }
        Some((verdict, gone))
    }

    /// Whether a good webhook gets no answer any more. Who ends over half a webhook may still listen for a moment.
    async fn has_fallen(&mut self) -> bool {
        let event = self.source.next().await;
        let letter = self.desk(&event).genuine();
        let answer = self.send(&letter, &mut self.way(), Track::Fresh).await;
        matches!(Did::of(&answer, self.terms), Did::Closed | Did::Gone)
    }

    /// Each letter about an event of its own.
    async fn each(&mut self, check: &Check, write: fn(&Desk<'_>) -> Vec<Letter>) -> (Vec<Answer>, Deeds) {
        let (mut answers, mut deeds) = (Vec::new(), Vec::new());
        let mut letters = 1;
        while answers.len() < letters && (answers.is_empty() || !self.is_spent()) {
            let event = self.source.next().await;
            let written = write(&self.desk(&event));
            letters = written.len();
            let Some(letter) = written.into_iter().nth(answers.len()) else { break };
            let answer = self.send(&letter, &mut self.way(), Track::Fresh).await;
            if Did::of(&answer, self.terms) == Did::Hung {
                // What the others would show is not worth the wait.
                letters = 0;
            }
            answers.push(answer);
            match self.acting {
                Acting::Unseen => self.get_to_know().await,
                Acting::Never | Acting::Usually(_) => self.settle(check.wants).await,
            }
            deeds.push(self.source.deeds());
        }
        let done = match check.wants {
            Wants::Action | Wants::ActionOnce => deeds.into_iter().min(),
            Wants::Acknowledgement | Wants::Refusal | Wants::NoAction | Wants::Answer | Wants::Promptness => {
                deeds.into_iter().max()
            }
        };
        (answers, self.counted(check, done.unwrap_or(0)))
    }

    /// All letters about one event, one after the other.
    async fn about_one(
        &mut self,
        check: &Check,
        write: fn(&Desk<'_>) -> Vec<Letter>,
        track: Track,
    ) -> (Vec<Answer>, Deeds) {
        let event = self.source.next().await;
        let mut way = self.way();
        let mut answers = Vec::new();
        for letter in write(&self.desk(&event)) {
            let answer = self.send(&letter, &mut way, track).await;
            if letter.role == Role::Judged {
                answers.push(answer);
                self.settle(check.wants).await;
            }
        }
        (answers, self.counted(check, self.source.deeds()))
    }

    /// All letters about one event at the same time.
    async fn at_once(&mut self, check: &Check, write: fn(&Desk<'_>) -> Vec<Letter>) -> (Vec<Answer>, Deeds) {
        let event = self.source.next().await;
        let letters = write(&self.desk(&event));
        let gate = Arc::new(Barrier::new(letters.len()));
        let mut senders = JoinSet::new();
        for letter in letters {
            self.deliveries += 1;
            self.bytes += letter.body.len();
            let mut way = self.way().through(Arc::clone(&gate));
            senders.spawn(async move { way.send(&letter).await });
        }
        let answers = senders.join_all().await;
        self.settle(check.wants).await;
        (answers, self.counted(check, self.source.deeds()))
    }

    async fn send(&mut self, letter: &Letter, way: &mut Way, track: Track) -> Answer {
        self.deliveries += 1;
        self.bytes += letter.body.len();
        let answer = match track {
            Track::Fresh => way.send(letter).await,
            Track::Kept => way.send_on(letter).await,
        };
        // What is sent slowly is answered late by right.
        if letter.pace == Pace::Whole && Did::of(&answer, self.terms) == Did::Accepted {
            self.slowest = self.slowest.take().into_iter().chain([answer.clone()]).max_by_key(|answer| answer.took);
        }
        answer
    }

    fn way(&self) -> Way {
        Way::new(self.delivery.clone(), Arc::clone(&self.url), self.terms.timeout)
    }

    fn desk<'a>(&'a self, event: &'a Event) -> Desk<'a> {
        Desk { event, proof: &self.proof, now: ticker::now().as_secs() }
    }

    /// What the receiver did, if the check waits for it.
    fn counted(&self, check: &Check, done: usize) -> Deeds {
        match (check.wants, self.acting) {
            (Wants::Acknowledgement | Wants::Answer | Wants::Promptness, _) | (_, Acting::Unseen | Acting::Never) => {
                Deeds::Unknown
            }
            (Wants::Action | Wants::ActionOnce | Wants::Refusal | Wants::NoAction, Acting::Usually(usual)) => {
                Deeds::Counted { done, usual }
            }
        }
    }

    /// Learns from the first event whether the receiver acts, how much, and how long after its answer.
    async fn get_to_know(&mut self) {
        let answered = ticker::now();
        self.wait_for(1).await;
        let late = ticker::now().since(answered);
        if self.source.deeds() == 0 {
            self.acting = Acting::Never;
            return;
        }
        self.quiet = (late * 2).clamp(QUIET, PATIENCE);
        self.idle().await;
        self.acting = Acting::Usually(self.source.deeds());
    }

    /// Waits until the receiver has done what it does, if it is one that acts.
    async fn settle(&mut self, wants: Wants) {
        let Acting::Usually(usual) = self.acting else { return };
        match wants {
            Wants::Action => self.wait_for(usual).await,
            Wants::ActionOnce => {
                self.wait_for(usual).await;
                self.idle().await;
            }
            Wants::Refusal | Wants::NoAction => self.idle().await,
            Wants::Acknowledgement | Wants::Answer | Wants::Promptness => {}
        }
    }

    /// Waits until the receiver has done so much, or long enough.
    async fn wait_for(&self, deeds: usize) {
        let begun = ticker::now();
        while self.source.deeds() < deeds && ticker::now().since(begun) < PATIENCE {
            ticker::pause(GLANCE).await;
        }
    }

    /// Waits until the receiver has done nothing for a while, or long enough.
    async fn idle(&self) {
        let begun = ticker::now();
        let (mut last, mut since) = (self.source.deeds(), begun);
        while ticker::now().since(since) < self.quiet && ticker::now().since(begun) < PATIENCE {
            ticker::pause(GLANCE).await;
            let deeds = self.source.deeds();
            if deeds != last {
                (last, since) = (deeds, ticker::now());
            }
        }
    }
}

/// Whether a receiver acts on webhooks, as far as the platform that it is to call can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Acting {
    /// No webhook was sent yet.
    Unseen,
    /// It did nothing about a good one.
    Never,
    /// It does so much about a good one.
    Usually(usize),
}

/// On which connection a letter goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Track {
    /// One of its own.
    Fresh,
    /// That of the letter before.
    Kept,
}
