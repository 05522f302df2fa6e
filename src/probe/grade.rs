//! What is to be thought of what a receiver did.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::Terms;
use super::check::{Check, Severity, Wants};
use super::send::Answer;
use crate::journal::entry::Outcome;

/// How good it is, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As it should be.
    Good,
    /// Nothing tells.
    Unknown,
    /// It works, and should be done otherwise.
    Weak,
    /// It has to be mended.
    Bad,
}

impl Grade {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unknown => "unknown",
            Self::Weak => "weak",
            Self::Bad => "bad",
        }
    }
}

/// What a receiver did with one letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Did {
    /// It answered with a status that acknowledges.
    Accepted,
    /// It answered with 4xx, or said that it does not know how (501, 505).
    Refused,
    /// It answered with a status that neither acknowledges nor refuses: 1xx, 3xx, or one of 2xx that does not count.
    Evaded,
    /// It answered with 5xx, or with what is no HTTP.
    Crashed,
    /// It closed the connection without an answer.
    Closed,
    /// It did not answer in time.
    Hung,
    /// Nobody listens there any more.
    Gone,
}

impl Did {
    /// What an answer means on these terms.
    #[must_use]
    pub fn of(answer: &Answer, terms: Terms) -> Self {
        match &answer.outcome {
            Outcome::Status(status) if terms.acknowledged.by(*status) => Self::Accepted,
            Outcome::Status(400..=499 | 501 | 505) => Self::Refused,
            Outcome::Status(500..) => Self::Crashed,
            Outcome::Status(_) => Self::Evaded,
            Outcome::TimedOut => Self::Hung,
            Outcome::Broken(_) => Self::Closed,
            Outcome::Refused | Outcome::Forbidden(_) | Outcome::Stopped => Self::Gone,
        }
    }
}

/// How much a receiver did about an event, as far as the platform it is to call can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deeds {
    /// It never called the platform.
    Unknown,
    /// It did so much; `usual` is what it does about one good event.
    Counted {
        /// What it did.
        done: usize,
        /// What it does about a good event.
        usual: usize,
    },
}

/// A grade with what led to it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The grade.
    pub grade: Grade,
    /// How it answered, in words.
    pub answered: String,
    /// How often it acted, in words; empty if that is not known.
    pub acted: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.answered)?;
        if self.acted.is_empty() { Ok(()) } else { write!(f, ", {}", self.acted) }
    }
}

/// What is to be thought of the answers to the judged letters of a check.
#[must_use]
pub fn judge(check: &Check, answers: &[Answer], deeds: Deeds, terms: Terms) -> Verdict {
    let grades = answers.iter().map(|answer| answer_grade(check, Did::of(answer, terms), answer, terms));
    let worst = grades.max().unwrap_or(Grade::Good);
    let grade = worst.max(deeds_grade(check, answers, deeds, terms));
    Verdict { grade, answered: answered(answers, terms), acted: acted(deeds) }
}

/// The grade of one answer, whatever the receiver did besides.
fn answer_grade(check: &Check, did: Did, answer: &Answer, terms: Terms) -> Grade {
    let missed = match check.severity {
        Severity::Minor => Grade::Weak,
        Severity::Serious | Severity::Critical => Grade::Bad,
    };
    match (check.wants, did) {
        (Wants::NoAction, Did::Refused | Did::Closed) => Grade::Good,
        (_, Did::Crashed | Did::Closed | Did::Hung | Did::Gone) => Grade::Bad,
        (Wants::Promptness, _) => {
            if answer.took * 2 < terms.timeout.as_duration() {
                Grade::Good
            } else {
                missed
            }
        }
        (Wants::Action | Wants::ActionOnce | Wants::Acknowledgement, Did::Accepted)
        | (Wants::Refusal, Did::Refused)
        | (Wants::Answer, Did::Accepted | Did::Refused | Did::Evaded) => Grade::Good,
        (Wants::Refusal, Did::Evaded) => Grade::Weak,
        (Wants::Action | Wants::ActionOnce | Wants::Acknowledgement, Did::Refused | Did::Evaded)
        | (Wants::Refusal, Did::Accepted)
        | (Wants::NoAction, Did::Accepted | Did::Evaded) => missed,
    }
}

/// The grade of what the receiver did besides answering.
fn deeds_grade(check: &Check, answers: &[Answer], deeds: Deeds, terms: Terms) -> Grade {
    let refused = answers.iter().all(|answer| Did::of(answer, terms) != Did::Accepted);
    match (check.wants, deeds) {
        (Wants::ActionOnce, Deeds::Unknown) => Grade::Unknown,
        (Wants::ActionOnce, Deeds::Counted { done, usual }) if done > usual => Grade::Bad,
        // What was refused is not acted on, and that has been judged.
        (Wants::Action | Wants::ActionOnce, Deeds::Counted { done: 0, .. }) if !refused => Grade::Bad,
        (Wants::Refusal | Wants::NoAction, Deeds::Counted { done: 1.., .. }) => Grade::Bad,
        _ => Grade::Good,
    }
}

/// Each different answer once, and how long the slowest took.
fn answered(answers: &[Answer], terms: Terms) -> String {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for answer in answers {
        let kind = match (&answer.outcome, Did::of(answer, terms)) {
            (Outcome::Status(status), Did::Accepted) => format!("acknowledged with {status}"),
            (Outcome::Status(status), Did::Refused) => format!("refused with {status}"),
            (Outcome::Status(status), Did::Evaded) => format!("answered {status}, which does not acknowledge"),
            (Outcome::Status(status), _) => format!("crashed with {status}"),
            (Outcome::TimedOut, _) => "hung: no answer in time".to_owned(),
            (Outcome::Broken(why), _) => why.clone(),
            (other, _) => other.to_string(),
        };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let many = answers.len() > 1;
    let mut parts: Vec<String> =
        kinds.into_iter().map(|(kind, count)| if many { format!("{count} × {kind}") } else { kind }).collect();
    if let Some(slowest) = answers.iter().map(|answer| answer.took).max() {
        parts.push(format!("{} ms", millis(slowest)));
    }
    parts.join(", ")
}

fn acted(deeds: Deeds) -> String {
    match deeds {
        Deeds::Counted { done: 0, .. } => "did not act".to_owned(),
        Deeds::Counted { done, usual } if done > usual => {
            format!("acted too often: {done} calls changed something, {usual} do otherwise")
        }
        Deeds::Counted { .. } => "acted once".to_owned(),
        Deeds::Unknown => String::new(),
    }
}

fn millis(time: Duration) -> u128 {
    time.as_micros().div_ceil(1000)
}

/// The grade of a whole receiver: its worst, where what is unknown does not count unless nothing else is known.
#[must_use]
pub fn overall(grades: impl IntoIterator<Item = Grade>) -> Grade {
    let mut grades: Vec<Grade> = grades.into_iter().collect();
    grades.sort_unstable();
    let known = grades.iter().rev().copied().find(|grade| *grade != Grade::Unknown);
    known.unwrap_or(Grade::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::WallLimit;
    use crate::platform::outgoing::Acknowledged;
    use crate::probe::check::all;

    const TERMS: Terms = Terms { acknowledged: Acknowledged::Only200, timeout: WallLimit::from_secs(10) };

    fn answer(outcome: Outcome) -> Answer {
        Answer { outcome, took: Duration::from_millis(3) }
    }

    fn check_of(wants: Wants, severity: Severity) -> Check {
        Check { wants, severity, ..*all().next().unwrap() }
    }

    #[test]
    fn answers_are_graded_by_what_was_wanted() {
        use Grade::{Bad, Good, Weak};
        let outcomes =
            [Outcome::Status(200), Outcome::Status(401), Outcome::Status(202), Outcome::Status(500), Outcome::TimedOut];
        for (wants, severity, expected) in [
            (Wants::Action, Severity::Serious, [Good, Bad, Bad, Bad, Bad]),
            (Wants::Acknowledgement, Severity::Minor, [Good, Weak, Weak, Bad, Bad]),
            (Wants::Refusal, Severity::Critical, [Bad, Good, Weak, Bad, Bad]),
            (Wants::Refusal, Severity::Minor, [Weak, Good, Weak, Bad, Bad]),
            (Wants::NoAction, Severity::Serious, [Bad, Good, Bad, Bad, Bad]),
            (Wants::Answer, Severity::Serious, [Good, Good, Good, Bad, Bad]),
        ] {
            let check = check_of(wants, severity);
            let grades = outcomes.clone().map(|outcome| judge(&check, &[answer(outcome)], Deeds::Unknown, TERMS).grade);
            assert_eq!(grades, expected, "{wants:?} {severity:?}");
        }
    }

    #[test]
    fn a_connection_may_be_closed_only_on_what_is_no_request() {
        let closed = [answer(Outcome::Broken("closed".to_owned()))];
        for (wants, expected) in [(Wants::NoAction, Grade::Good), (Wants::Answer, Grade::Bad)] {
            let check = check_of(wants, Severity::Serious);
            assert_eq!(judge(&check, &closed, Deeds::Unknown, TERMS).grade, expected, "{wants:?}");
        }
    }

    #[test]
    fn deeds_are_graded_where_they_are_known() {
        use Grade::{Bad, Good, Unknown};
        let counted = |done| Deeds::Counted { done, usual: 2 };
        let cases = [Deeds::Unknown, counted(0), counted(2), counted(4)];
        for (wants, status, expected) in [
            (Wants::Action, 200, [Good, Bad, Good, Good]),
            (Wants::ActionOnce, 200, [Unknown, Bad, Good, Bad]),
            (Wants::Acknowledgement, 200, [Good, Good, Good, Good]),
            (Wants::Refusal, 401, [Good, Good, Bad, Bad]),
            (Wants::NoAction, 400, [Good, Good, Bad, Bad]),
            (Wants::Answer, 400, [Good, Good, Good, Good]),
        ] {
            let check = check_of(wants, Severity::Minor);
            let grades = cases.map(|deeds| judge(&check, &[answer(Outcome::Status(status))], deeds, TERMS).grade);
            assert!(!grades.contains(&Grade::Weak), "a minor check whose answer is right");
            assert_eq!(grades, expected, "{wants:?}");
        }
    }

    #[test]
    fn slow_answers_are_weak() {
        let check = check_of(Wants::Promptness, Severity::Minor);
        for (took, expected) in [(4, Grade::Good), (6, Grade::Weak)] {
            let answer = Answer { outcome: Outcome::Status(200), took: Duration::from_secs(took) };
            assert_eq!(judge(&check, &[answer], Deeds::Unknown, TERMS).grade, expected, "{took} s");
        }
    }

    #[test]
    fn what_was_found_is_told_once_for_each_kind() {
        let answers = [200, 200, 500].map(|status| answer(Outcome::Status(status)));
        let verdict =
            judge(&check_of(Wants::Action, Severity::Minor), &answers, Deeds::Counted { done: 4, usual: 2 }, TERMS);
        let expected = "2 × acknowledged with 200, 1 × crashed with 500, 3 ms, acted too often: 4 calls changed something, 2 do otherwise";
        assert_eq!(verdict.to_string(), expected);
    }

    #[test]
    fn the_worst_grade_counts() {
        use Grade::{Bad, Good, Unknown, Weak};
        for (grades, expected) in [
            (vec![], Unknown),
            (vec![Unknown], Unknown),
            (vec![Good, Unknown], Good),
            (vec![Good, Unknown, Weak], Weak),
            (vec![Bad, Good, Weak], Bad),
        ] {
            assert_eq!(overall(grades.clone()), expected, "{grades:?}");
        }
    }
}
