//! What is told about a run, from journals written by hand.

use std::time::Duration;

use rehearsal::base::diag::Paint;
use rehearsal::base::id::{DeliveryId, EntrySeq};
use rehearsal::base::json::Mismatch;
use rehearsal::base::rng::Seed;
use rehearsal::base::time::{VirtualSpan, VirtualTime, WallTime};
use rehearsal::journal::entry::{
    Audience, Called, Change, Fate, Match, Miss, Near, Outcome as Answer, Party, Payload, Role, Said, Source, Verdict,
};
use rehearsal::journal::file::{Heading, Played};
use rehearsal::journal::{Bounds, Journal, What};
use rehearsal::report::{Detail, Exit, Outcome, Status, console, json, junit};

/// What the journals below do not say, of a scenario that was played so far.
fn heading(played: Played) -> Heading {
    Heading {
        name: "A refund".to_owned(),
        file: "scenarios/refund.yaml".to_owned(),
        platform: "livechat".to_owned(),
        seed: Seed(7),
        row: None,
        round: 0,
        repeat: "rehearsal run scenarios/refund.yaml --seed 7 --bot http://127.0.0.1:8080".to_owned(),
        played,
    }
}

fn whole(journal: &Journal) -> Outcome {
    Outcome::of(journal, &heading(Played::Whole))
}

/// Writes a journal; every entry takes a millisecond of real time.
struct Pen {
    journal: Journal,
    at: VirtualTime,
}

impl Pen {
    fn new(bounds: Bounds) -> Self {
        let mut pen = Self { journal: Journal::new(bounds), at: VirtualTime::OPENING };
        pen.put(What::Opened { platform: "livechat".into(), name: "A refund".to_owned(), seed: Seed(7) });
        pen
    }

    fn put(&mut self, what: What) -> EntrySeq {
        let wall = WallTime::from_nanos(self.journal.end().0 * 1_000_000);
        self.journal.append(self.at, wall, what)
    }

    fn pass(&mut self, span: VirtualSpan) {
        self.at = self.at + span;
    }

    fn step(&mut self, index: usize, source: &str) {
        self.put(What::Step { index, line: index + 5, source: source.to_owned() });
    }

    fn said(&mut self, from: Party, text: &str) {
        let said = Said {
            chat: "PJ0MRSHTDG".to_owned(),
            id: "m".to_owned(),
            from,
            text: text.to_owned(),
            options: Vec::new(),
            attachment: None,
            audience: Audience::All,
        };
        self.put(What::Said(Box::new(said)));
    }

    fn called(&mut self, status: u16, code: Option<&'static str>) {
        self.put(What::Called(Box::new(Called {
            source: Source::Bot,
            route: Some("send_event".into()),
            socket: None,
            method: "POST".to_owned(),
            path: "/v3.6/agent/action/send_event".to_owned(),
            caller: Some("bot".to_owned()),
            status,
            code: code.map(Into::into),
            request: Payload::new(r#"{"chat_id":"PJ0MRSHTDG"}"#.into()),
            reply: Payload::new(r#"{"error":{"type":"validation"}}"#.into()),
        })));
    }

    fn webhook(&mut self, number: u64, event: &'static str, answers: &[Answer], fate: Fate) {
        let delivery = DeliveryId(number);
        let (chat, url) = (Some("PJ0MRSHTDG".to_owned()), "${bot}/livechat".to_owned());
        self.put(What::Queued { delivery, event: event.into(), chat, url, body: Payload::default() });
        for (attempt, outcome) in (1..).zip(answers) {
            self.put(What::sent(delivery, attempt));
            self.put(What::answered(delivery, attempt, outcome.clone()));
            self.pass(VirtualSpan::from_secs(20));
        }
        self.put(What::Settled { delivery, fate });
    }
}

fn alice() -> Party {
    Party::new(Role::Customer, "alice", "Alice Cooper")
}

fn bot() -> Party {
    Party::new(Role::Bot, "b1", "Refund bot")
}

fn opening() -> Pen {
    let mut pen = Pen::new(Bounds::DEFAULT);
    pen.step(0, "start_chat: {as: alice, text: \"Where is my order?\"}");
    let change = Change::Started { name: Some("alice".to_owned()) };
    pen.put(What::Changed { chat: "PJ0MRSHTDG".to_owned(), by: alice(), change });
    pen.said(alice(), "Where is my order?");
    pen.put(What::Queued {
        delivery: DeliveryId(1),
        event: "incoming_chat".into(),
        chat: Some("PJ0MRSHTDG".to_owned()),
        url: "${bot}/livechat".to_owned(),
        body: Payload::default(),
    });
    pen.put(What::sent(DeliveryId(1), 1));
    pen.put(What::answered(DeliveryId(1), 1, Answer::Status(200)));
    pen.put(What::Settled { delivery: DeliveryId(1), fate: Fate::Delivered });
    pen
}

fn passing() -> Journal {
    let mut pen = opening();
    pen.pass(VirtualSpan::from_secs(1));
    pen.step(1, "expect: {message: {from: bot}, within: 3s}");
    pen.called(202, None);
    pen.said(bot(), "Could you tell me your order number?");
    pen.put(What::Judged { index: 1, verdict: Verdict::Met });
    pen.step(2, "wait: 45m");
    pen.pass(VirtualSpan::from_mins(45));
    pen.put(What::Faulted {
        fault: "duplicate".into(),
        on: "chat_deactivated".to_owned(),
        socket: None,
        rule: Some(1),
        detail: "after 200ms".to_owned(),
    });
    let change = Change::Closed { outcome: String::new() };
    pen.put(What::Changed { chat: "PJ0MRSHTDG".to_owned(), by: Party::system(), change });
    pen.put(What::Violated { source: Source::Bot, detail: "send_event came after the chat was closed".to_owned() });
    pen.put(What::Ended);
    pen.called(422, Some("chat_inactive"));
    pen.journal
}

fn failing() -> Journal {
    let mut pen = opening();
    pen.called(422, Some("validation"));
    pen.webhook(2, "incoming_event", &[Answer::Status(500), Answer::TimedOut], Fate::GivenUp);
    pen.said(
        bot(),
        "two\nlines \u{1b}[31m and a text that is long enough that it cannot be shown in a hundred columns, ever",
    );
    let entry = pen.journal.end();
    pen.step(1, "expect: {message: {from: bot, text: {matches: \"(?i)order number\"}}, within: 3s}");
    let miss = Miss {
        expected: "a message from bot whose text matches \"(?i)order number\" within 3s of the last act".to_owned(),
        found: "1 message, none of which matches".to_owned(),
        matches: Vec::new(),
        nearest: vec![Near {
            entry,
            summary: "message from bot".to_owned(),
            mismatches: vec![Mismatch::new("text", "to match \"(?i)order number\"", "\"two lines\"")],
        }],
    };
    pen.put(What::Judged { index: 1, verdict: Verdict::Missed(miss) });
    pen.put(What::Ended);
    pen.journal
}

fn shown(journal: &Journal, detail: Detail) -> String {
    console::scenario(&whole(journal), journal, detail, Paint::Plain)
}

#[test]
fn a_passing_scenario_is_shown_with_its_timeline() {
    insta::assert_snapshot!(shown(&passing(), Detail::Full));
}

#[test]
fn a_failing_scenario_is_shown_with_all_that_explains_it() {
    insta::assert_snapshot!(shown(&failing(), Detail::Full));
}

#[test]
fn what_matched_is_shown_with_what_led_to_it() {
    let mut pen = opening();
    pen.step(1, "expect: {message: {from: bot}, times: 1}");
    let said = |pen: &mut Pen| {
        pen.called(202, None);
        pen.said(bot(), "A-1001");
        pen.journal.iter().next_back().map(|entry| entry.seq).unwrap()
    };
    let matches = [said(&mut pen), said(&mut pen)].map(|entry| Match { entry, summary: "bot said it".to_owned() });
    let miss = Miss {
        expected: "exactly 1 × message from bot".to_owned(),
        found: "it happened 2 time(s)".to_owned(),
        matches: matches.to_vec(),
        nearest: Vec::new(),
    };
    pen.put(What::Judged { index: 1, verdict: Verdict::Missed(miss) });
    let shown = shown(&pen.journal, Detail::Full);
    let matches = "
    matches   #10 bot said it, probably after incoming_chat (d1)
              #12 bot said it, probably after incoming_chat (d1)
    webhooks";
    assert!(shown.contains(matches), "{shown}");
}

#[test]
fn passing_scenarios_can_be_left_out() {
    assert_eq!(shown(&passing(), Detail::FailuresOnly).lines().count(), 2);
    assert_eq!(shown(&failing(), Detail::FailuresOnly), shown(&failing(), Detail::Full));
}

#[test]
fn nothing_but_the_command_to_copy_is_wider_than_a_hundred_columns() {
    for journal in [passing(), failing()] {
        for line in shown(&journal, Detail::Full).lines().filter(|line| !line.contains("repeat")) {
            assert!(line.chars().count() <= 100, "{line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[test]
fn colours_change_nothing_but_the_colours() {
    let journal = failing();
    let outcome = whole(&journal);
    let coloured = console::scenario(&outcome, &journal, Detail::Full, Paint::Colour);
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    bare.push_str(rest);
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&bare), trimmed(&shown(&journal, Detail::Full)));
}

#[test]
fn the_summary_adds_up_and_names_the_places() {
    let outcomes = [whole(&passing()), whole(&failing())];
    insta::assert_snapshot!(console::summary(&outcomes, Duration::from_millis(412), Paint::Plain));
}

#[test]
fn junit_has_a_suite_for_the_platform_and_a_case_for_each_scenario() {
    let journals = [passing(), failing()];
    let outcomes = journals.each_ref().map(whole);
    let transcripts = journals.each_ref().map(console::transcript);
    let played = outcomes.iter().zip(transcripts.iter().map(String::as_str));
    insta::assert_snapshot!(junit::document(played, Duration::from_millis(412)).unwrap());
}

#[test]
fn json_is_one_document_with_stable_keys() {
    let outcomes = [whole(&passing()), whole(&failing())];
    insta::assert_snapshot!(json::document(&outcomes, Exit::of(&outcomes), Duration::from_millis(412)));
}

#[test]
fn counts_are_those_of_the_journal() {
    let outcome = whole(&passing());
    assert_eq!(outcome.status, Status::Passed);
    assert_eq!((outcome.counts.met, outcome.counts.missed), (1, 0));
    assert_eq!((outcome.counts.deliveries, outcome.counts.attempts, outcome.counts.undecided), (1, 1, 0));
    assert_eq!((outcome.counts.calls, outcome.counts.late), (1, 1));
    assert_eq!((outcome.counts.violations, outcome.counts.faults), (1, 1));
    assert_eq!(outcome.line(), None);
    assert_eq!(whole(&failing()).line(), Some(6));
}

#[test]
fn the_status_follows_from_the_journal_and_the_trouble() {
    let check = |journal: &Journal, trouble: Option<&str>, status: Status, exit: Exit| {
        let played = trouble.map_or(Played::Whole, |trouble| Played::Cut(trouble.to_owned()));
        let outcome = Outcome::of(journal, &heading(played));
        assert_eq!(outcome.status, status);
        assert_eq!(Exit::of(&[outcome]), exit);
    };
    check(&passing(), None, Status::Passed, Exit::Met);
    check(&failing(), None, Status::Failed, Exit::Missed);
    check(&passing(), Some("the bot cannot be reached"), Status::Errored, Exit::CouldNotRun);
    check(&failing(), Some("the bot went away"), Status::Failed, Exit::Missed);
    check(&opening().journal, None, Status::Errored, Exit::CouldNotRun);

    let mut nothing = opening();
    nothing.put(What::Ended);
    check(&nothing.journal, None, Status::Passed, Exit::NothingTested);

    let mut refused = opening();
    refused.put(What::Refused { index: None, reason: "no chat has been started yet".to_owned() });
    refused.put(What::Ended);
    check(&refused.journal, None, Status::Failed, Exit::Missed);

    let mut full = Pen::new(Bounds { entries: 2, bytes: 10_000 });
    full.step(0, "expect: {event: incoming_chat}");
    full.put(What::Judged { index: 0, verdict: Verdict::Met });
    full.put(What::Ended);
    check(&full.journal, None, Status::Errored, Exit::CouldNotRun);
}

#[test]
fn a_refusal_is_told_with_the_step_that_it_is_of() {
    let mut aside = opening();
    aside.step(1, "close: {by: ada}");
    aside.step(2, "wait: 5s");
    aside.put(What::Refused { index: Some(1), reason: "no chat has been started yet".to_owned() });
    aside.put(What::Ended);
    let steps: Vec<String> = whole(&aside.journal).failures.into_iter().map(|failure| failure.step).collect();
    assert_eq!(steps, ["close: {by: ada}"]);
}

#[test]
fn a_run_ends_with_the_verdict_that_matters_most() {
    let passed = whole(&passing());
    let failed = whole(&failing());
    let errored = Outcome::of(&passing(), &heading(Played::Cut("x".to_owned())));
    assert_eq!(Exit::of(&[]), Exit::NothingTested);
    assert_eq!(Exit::of(&[passed.clone(), errored.clone()]), Exit::CouldNotRun);
    assert_eq!(Exit::of(&[errored, failed, passed]), Exit::Missed);
}

#[test]
fn a_webhook_is_undecided_until_it_is_settled() {
    let check = |fate: Option<Fate>, expected: usize| {
        let mut pen = opening();
        let delivery = DeliveryId(9);
        let (chat, url, body) = (None, "${bot}/hook".to_owned(), Payload::default());
        pen.put(What::Queued { delivery, event: "note".into(), chat, url, body });
        if let Some(fate) = fate {
            pen.put(What::Settled { delivery, fate });
        }
        pen.put(What::Ended);
        assert_eq!(whole(&pen.journal).counts.undecided, expected, "{fate:?}");
    };
    check(None, 1);
    check(Some(Fate::Delivered), 0);
    check(Some(Fate::GivenUp), 0);
    check(Some(Fate::Dropped), 0);
}
