//! Arbitrary text: no panic, no long wait, no place outside the file.

use proptest::prelude::*;
use rehearsal::base::diag::{Diagnostic, Paint, Source, render};
use rehearsal::scenario::node;

use super::toy::read;

fn check_places(text: &str, problems: &[Diagnostic]) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
    for problem in problems {
        let place = problem.place;
        if place.line == 0 {
            continue;
        }
        // One line and one column beyond the end: what is missing there cannot be pointed at otherwise.
        let length = lines.get(place.line - 1).copied().unwrap_or_default();
        assert!(place.line <= lines.len() + 1, "line of {problem:?} in {text:?}");
        assert!((1..=length + 1).contains(&place.column), "column of {problem:?} in {text:?}");
        assert!(!problem.message.is_empty());
    }
    let first = &problems[..problems.len().min(20)];
    let shown = render(&Source { name: "fuzz".into(), text: text.into() }, first, Paint::Plain);
    assert_eq!(shown.is_empty(), first.is_empty());
}

fn check(text: &str) {
    check_places(text, &read(text).err().unwrap_or_default());
}

/// Words and marks of the language, thrown together.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "platform: livechat\n",
        "customers:\n",
        "steps:\n",
        "setup: ",
        "seed: ",
        "  - ",
        "- ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        ": ",
        ":",
        "? ",
        ", ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "<<: ",
        "!x ",
        "!!str ",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "|\n",
        ">-\n",
        "\"",
        "'",
        "\\",
        "#",
        " # x\n",
        "~",
        "null",
        "true",
        "1",
        "-1.5e3",
        "99999999999999999999",
        "3s",
        "start_chat: ",
        "say: ",
        "expect: ",
        "expect_none: ",
        "fault: ",
        "let: ",
        "wait: ",
        "as: alice",
        "text: ",
        "matches: ",
        "one_of: ",
        "${",
        "}",
        "$$",
        "event: incoming_chat",
        "times: 0",
        "שלום",
        "😀",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\0",
        "\r",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A sound scenario with a few characters changed.
fn damaged() -> impl Strategy<Value = String> {
    const SOUND: &str = "platform: livechat\nseed: 7\nsetup:\n  agents: [{id: ann}]\ncustomers:\n  alice: {name: \"Alice\"}\nsteps:\n  - start_chat: {as: alice, text: Hi}\n  - let: {name: id, from: {event: incoming_chat}, at: /id}\n  - say: {as: alice, text: \"${id}\"}\n  - fault: {on: {route: send_event}, do: {code: 4108}, times: 1}\n  - wait: 45m\n  - expect: {message: {from: bot, text: {matches: \"(?i)hello\"}}, within: 3s}\n";
    prop::collection::vec((0..SOUND.len(), any::<prop::sample::Index>(), 0_u8..3), 1..5).prop_map(|edits| {
        let mut text: Vec<char> = SOUND.chars().collect();
        for (at, other, edit) in edits {
            let at = at % text.len();
            let other = text[other.index(text.len())];
            match edit {
                0 => text[at] = other,
                1 => text.insert(at, other),
                _ => drop(text.remove(at)),
            }
        }
        text.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        match node::decode_utf8(&bytes) {
            Ok(text) => check(text),
            Err(problem) => check_places(&String::from_utf8_lossy(&bytes), &[problem]),
        }
    }

    #[test]
    fn text_never_panics(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn words_thrown_together_never_panic(text in yamlish()) {
        check(&text);
    }

    #[test]
    fn damaged_scenarios_never_panic(text in damaged()) {
        check(&text);
    }
}
