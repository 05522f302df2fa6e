//! Which facts a report draws from a journal.

use rehearsal::journal::entry::{Change, Fate, Outcome as Answer, Verdict};
use rehearsal::journal::{Bounds, What};
use rehearsal::report::{Counts, Exit, Outcome, Run, Status, StepResult};

use super::book::{Book, alice, failing, passing};

#[test]
fn what_happened_is_counted() {
    let expected = Counts { met: 2, deliveries: 1, attempts: 1, calls: 1, ..Counts::default() };
    assert_eq!(passing().outcome("a.yaml").counts, expected);
    let expected = Counts {
        met: 0,
        missed: 1,
        deliveries: 2,
        attempts: 3,
        undecided: 1,
        calls: 2,
        violations: 1,
        faults: 1,
        late: 1,
    };
    assert_eq!(failing().outcome("b.yaml").counts, expected);
}

#[test]
fn each_step_has_its_result() {
    let results = |outcome: &Outcome| -> Vec<(usize, &'static str)> {
        let word = |result: &StepResult| match result {
            StepResult::Done => "done",
            StepResult::Met => "met",
            StepResult::Missed(_) => "missed",
            StepResult::Refused(_) => "refused",
        };
        outcome.steps.iter().map(|step| (step.line, word(&step.result))).collect()
    };
    let expected = [(4, "done"), (5, "met"), (6, "done"), (7, "done"), (8, "met")];
    assert_eq!(results(&passing().outcome("a.yaml")), expected);
    assert_eq!(results(&failing().outcome("b.yaml")), [(4, "done"), (5, "done"), (6, "missed"), (7, "refused")]);
}

#[test]
fn the_first_failure_is_where_to_look() {
    assert_eq!(passing().outcome("a.yaml").line(), None);
    assert_eq!(failing().outcome("b.yaml").line(), Some(6));
}

#[test]
fn a_scenario_without_a_name_goes_by_its_file() {
    assert_eq!(Book::of("").outcome("a.yaml").name, "a.yaml");
    assert_eq!(Book::of("A name").outcome("a.yaml").name, "A name");
}

/// A scenario with one expectation, which was met.
fn met(end: impl FnOnce(&mut Book)) -> Book {
    let mut book = Book::of("x");
    book.step(4, "start_chat: {as: alice}").changed(alice(), Change::Started { name: None });
    book.step(5, "expect: {event: note}").judged(Verdict::Met);
    end(&mut book);
    book
}

fn ended(book: &mut Book) {
    book.put(What::Ended);
}

#[test]
fn only_what_was_played_to_its_end_can_pass() {
    let check = |book: &Book, trouble: Option<&str>, expected: Status| {
        let outcome = Outcome::of(&book.journal, &Run { file: "x.yaml", repeat: "rehearsal run x.yaml", trouble });
        assert_eq!(outcome.status, expected);
        assert_eq!(outcome.failures.is_empty(), expected == Status::Passed);
    };
    check(&met(ended), None, Status::Passed);
    check(&met(|_| {}), None, Status::Errored);
    check(&met(ended), Some("the bot went away"), Status::Errored);
    check(&failing(), Some("the bot went away"), Status::Failed);

    let mut full = Book::new(Bounds { entries: 3, bytes: 1 << 20 });
    full.step(4, "a").step(5, "expect: {event: note}").judged(Verdict::Met).put(What::Ended);
    assert_eq!(full.journal.dropped(), 1);
    check(&full, None, Status::Errored);
}

#[test]
fn the_worst_that_is_certain_makes_the_exit_code() {
    let passed = || passing().outcome("a.yaml");
    let failed = || failing().outcome("b.yaml");
    let errored = || met(|_| {}).outcome("c.yaml");
    let untested = || {
        let mut book = Book::of("x");
        book.step(4, "start_chat: {as: alice}").put(What::Ended);
        book.outcome("d.yaml")
    };
    let check = |outcomes: &[Outcome], expected: Exit| assert_eq!(Exit::of(outcomes), expected);
    check(&[passed()], Exit::Met);
    check(&[passed(), untested()], Exit::Met);
    check(&[passed(), errored()], Exit::CouldNotRun);
    check(&[errored(), failed(), passed()], Exit::Missed);
    check(&[untested()], Exit::NothingTested);
    check(&[], Exit::NothingTested);
}

#[test]
fn a_webhook_is_undecided_until_it_is_settled() {
    let check = |fate: Option<Fate>, expected: usize| {
        let mut book = Book::of("x");
        book.queued(1, "note").tried(1, 1, Answer::Refused);
        if let Some(fate) = fate {
            book.settled(1, fate);
        }
        book.put(What::Ended);
        assert_eq!(book.outcome("x.yaml").counts.undecided, expected, "{fate:?}");
    };
    check(None, 1);
    check(Some(Fate::Delivered), 0);
    check(Some(Fate::GivenUp), 0);
    check(Some(Fate::Dropped), 0);
}
