//! The forms of a report, each as a whole.

use std::time::Duration;

use rehearsal::base::diag::Paint;
use rehearsal::report::{Detail, Outcome, Run, console, json, junit};

use super::book::{Book, failing, passing};
use crate::support::shown::assert_shown;

const WALL: Duration = Duration::from_millis(1234);

/// A scenario that was cut off because the bot went away.
fn cut_off() -> (Book, Outcome) {
    let mut book = Book::of("");
    book.step(4, "start_chat: {as: alice}");
    let run = Run { file: "c.yaml", repeat: "rehearsal run c.yaml --seed 7", trouble: Some("the bot went away") };
    let outcome = Outcome::of(&book.journal, &run);
    (book, outcome)
}

fn all() -> Vec<(Book, Outcome)> {
    let row = |book: Book, file: &str| {
        let outcome = book.outcome(file);
        (book, outcome)
    };
    vec![row(passing(), "a.yaml"), row(failing(), "b.yaml"), cut_off()]
}

fn outcomes() -> Vec<Outcome> {
    all().into_iter().map(|(_, outcome)| outcome).collect()
}

#[test]
fn the_console_shows_what_happened() {
    for (name, (book, outcome)) in ["passing", "failing", "cut_off"].into_iter().zip(all()) {
        let shown = console::scenario(&outcome, &book.journal, Detail::Full, Paint::Plain);
        assert_shown(&format!("report_console_{name}"), &shown);
    }
}

#[test]
fn the_console_can_be_silent_about_what_passed() {
    let lines = |(book, outcome): &(Book, Outcome), detail| {
        console::scenario(outcome, &book.journal, detail, Paint::Plain).lines().count()
    };
    let all = all();
    assert_eq!(lines(&all[0], Detail::FailuresOnly), 2);
    assert_eq!(lines(&all[1], Detail::FailuresOnly), lines(&all[1], Detail::Full));
    assert_eq!(lines(&all[2], Detail::FailuresOnly), lines(&all[2], Detail::Full));
}

#[test]
fn the_summary_counts_everything() {
    let all = outcomes();
    assert_shown("report_summary", &console::summary(&all, WALL, Paint::Plain));
    assert_shown("report_summary_passing", &console::summary(&all[..1], WALL, Paint::Plain));
    assert_shown("report_summary_nothing", &console::summary(&[], WALL, Paint::Plain));
}

/// Takes colours away, and nothing else: what others put in stays.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let (code, after) = after.split_once('m').expect("a colour ends");
        assert!(code.chars().all(|c| c.is_ascii_digit()), "{code:?} is no colour of ours");
        rest = after;
    }
    out + rest
}

#[test]
fn colours_change_nothing_else() {
    for (book, outcome) in all() {
        let [plain, colour] =
            [Paint::Plain, Paint::Colour].map(|paint| console::scenario(&outcome, &book.journal, Detail::Full, paint));
        assert_ne!(plain, colour);
        assert_eq!(without_colours(&colour), plain);
    }
    let [plain, colour] = [Paint::Plain, Paint::Colour].map(|paint| console::summary(&outcomes(), WALL, paint));
    assert_eq!(without_colours(&colour), plain);
}

#[test]
fn what_the_bot_wrote_cannot_steer_a_terminal() {
    for (book, outcome) in all() {
        let shown = console::scenario(&outcome, &book.journal, Detail::Full, Paint::Plain);
        let steers = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
        assert!(!shown.contains(steers), "{shown:?}");
    }
}

#[test]
fn machines_get_json() {
    assert_shown("report_json", &json::document(&outcomes(), WALL));
}

#[test]
fn machines_get_junit() {
    let all = all();
    let texts: Vec<String> = all.iter().map(|(book, _)| console::transcript(&book.journal)).collect();
    let played = all.iter().zip(&texts).map(|((_, outcome), text)| (outcome, text.as_str()));
    assert_shown("report_junit", &junit::document(played, WALL).expect("memory takes everything"));
}
