//! Coverage from journals written by hand.

use super::*;
use crate::base::diag::Paint;
use crate::base::id::DeliveryId;
use crate::base::time::{VirtualTime, WallTime};
use crate::journal::Bounds;
use crate::journal::entry::{Called, Change, Party, Payload};

fn journal(entries: impl IntoIterator<Item = What>) -> Journal {
    let mut journal = Journal::new(Bounds::DEFAULT);
    for what in entries {
        journal.append(VirtualTime::OPENING, WallTime::from_nanos(0), what);
    }
    journal
}

fn step(index: usize, source: &str) -> What {
    What::Step { index, line: 1, source: source.to_owned() }
}

fn called(source: Source, route: Option<&'static str>, code: Option<&'static str>) -> What {
    What::Called(Box::new(Called {
        source,
        route: route.map(Into::into),
        socket: None,
        method: "POST".to_owned(),
        path: "/send".to_owned(),
        caller: None,
        status: 200,
        code: code.map(Into::into),
        request: Payload::default(),
        reply: Payload::default(),
    }))
}

fn queued(event: &'static str) -> What {
    let (chat, url) = (None, "${bot}".to_owned());
    What::Queued { delivery: DeliveryId(1), event: event.into(), chat, url, body: Payload::default() }
}

fn changed(role: Role, change: Change) -> What {
    What::Changed { chat: "c".to_owned(), by: Party::new(role, "x", "X"), change }
}

fn refused() -> What {
    What::Refused { index: Some(0), reason: "there is no such chat".to_owned() }
}

/// A run in which most of [`tables`] is touched.
fn run() -> Touched {
    let mut touched = Touched::of(
        "toy",
        &journal([
            step(0, "start_chat: {as: alice}"),
            changed(Role::Customer, Change::Started { name: None }),
            queued("note"),
            queued("one of the tenant's own"),
            called(Source::Bot, Some("send"), Some("ok")),
            called(Source::Scenario, Some("list"), Some("no_key")),
        ]),
    );
    let later = [step(0, "hold: {}"), refused(), called(Source::Scenario, Some("send"), None), What::Ended];
    touched += &Touched::of("toy", &journal(later));
    touched
}

fn tables() -> Vec<Table> {
    let table = |platform, kind, names: &[&'static str]| Table { platform, kind, names: names.to_vec() };
    vec![
        table("toy", Kind::Route, &["send", "list", "forget", "close"]),
        table("toy", Kind::Code, &["ok", "no_key"]),
        table("toy", Kind::Event, &["note"]),
        table("toy", Kind::Act, &["start_chat", "hold"]),
        table("toy", Kind::Change, &["started", "held"]),
        table("other", Kind::Event, &["note"]),
    ]
}

#[test]
fn every_entry_touches_what_it_names() {
    let check = |entries: Vec<What>, expected: &[(Kind, &str, usize, usize)]| {
        let Touched(platforms) = Touched::of("toy", &journal(entries));
        let rows = platforms["toy"].iter().map(|((kind, name), times)| (*kind, &**name, times.all, times.by_bot));
        assert_eq!(rows.collect::<Vec<_>>(), expected);
    };
    check(
        vec![
            called(Source::Bot, Some("send"), Some("ok")),
            called(Source::Scenario, Some("send"), None),
            called(Source::Scenario, None, Some("ok")),
        ],
        &[(Kind::Route, "send", 2, 1), (Kind::Code, "ok", 2, 1)],
    );
    check(vec![queued("note"), queued("note")], &[(Kind::Event, "note", 2, 0)]);
    check(
        vec![What::Faulted {
            fault: "drop".into(),
            on: "note".to_owned(),
            socket: None,
            rule: Some(1),
            detail: String::new(),
        }],
        &[(Kind::Fault, "drop", 1, 0)],
    );
    check(vec![changed(Role::Bot, Change::Held), changed(Role::Agent, Change::Held)], &[(Kind::Change, "held", 2, 1)]);
    check(vec![step(0, "say: {as: alice}"), step(1, "say: {as: alice}"), What::Ended], &[(Kind::Act, "say", 2, 0)]);
    check(vec![step(0, "hold: {}"), step(1, "say: {as: alice}"), refused(), What::Ended], &[(Kind::Act, "say", 1, 0)]);
    check(vec![What::Ended], &[]);
}

#[test]
fn tables_of_platforms_that_were_not_played_are_left_out() {
    let platforms = |touched: &Touched| {
        let coverage = Coverage::of(tables(), touched);
        coverage.platforms().map(|tables| tables[0].platform).collect::<Vec<_>>()
    };
    assert_eq!(platforms(&run()), ["toy"]);
    assert_eq!(platforms(&Touched::of("toy", &journal([]))), [""; 0]);
    let mut both = run();
    both += &Touched::of("other", &journal([What::Ended]));
    assert_eq!(platforms(&both), ["toy", "other"]);
}

#[test]
fn a_percentage_is_rounded_down_and_what_is_missing_up() {
    let check = |touched: usize, all: usize, percent: usize, floor: usize, missing: usize| {
        let share = Share { touched, all };
        assert_eq!((share.percent(), share.missing(floor)), (percent, missing), "{share:?} {floor}");
    };
    check(0, 0, 100, 100, 0);
    check(0, 3, 0, 0, 0);
    check(0, 3, 0, 1, 1);
    check(2, 3, 66, 66, 0);
    check(2, 3, 66, 67, 1);
    check(199, 200, 99, 100, 1);
    check(200, 200, 100, 100, 0);
}

#[test]
fn too_little_is_told_with_what_is_missing() {
    let check = |floor: u8, expected: Option<&str>| {
        assert_eq!(shortfall(&Coverage::of(tables(), &run()), floor).as_deref(), expected);
    };
    // How chats changed is not part of it: 6 of 9 rows, and not 7 of 11.
    check(66, None);
    check(67, Some("coverage is 66 %, 6 of 9 rows: 1 % or 1 row below the 67 % that were asked for"));
    check(100, Some("coverage is 66 %, 6 of 9 rows: 34 % or 3 rows below the 100 % that were asked for"));
}

#[test]
fn the_table_has_a_line_for_each_kind_and_names_what_was_never_touched() {
    let mut touched = run();
    insta::assert_snapshot!("one", render(&Coverage::of(tables(), &touched), Names::None, Paint::Plain));
    touched += &Touched::of("other", &journal([What::Ended]));
    insta::assert_snapshot!("several", render(&Coverage::of(tables(), &touched), Names::Untouched, Paint::Plain));
}

#[test]
fn the_document_is_sorted() {
    let mut touched = run();
    touched += &Touched::of("other", &journal([What::Ended]));
    insta::assert_snapshot!("document", document(&Coverage::of(tables(), &touched)));
}
