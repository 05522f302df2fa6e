//! Scenarios and set-ups that want more than they may have: files, surroundings, programs.

use rehearsal::base::diag::Source;
use rehearsal::platform::PLATFORMS;
use rehearsal::scenario::include::{Library, Refusal};
use rehearsal::scenario::{Vocabulary, load_rows};

/// Has every file that it is asked for.
struct Anything;

impl Library for Anything {
    fn read(&self, _: &str, path: &str) -> Result<Source, Refusal> {
        Ok(Source { name: path.into(), text: "steps: []".into() })
    }
}

/// The codes of what is wrong with a scenario that has this step.
fn codes(step: &str) -> Vec<&'static str> {
    let words: Vec<Vocabulary> = PLATFORMS.iter().map(|vendor| vendor.vocabulary).collect();
    let text = format!(
        "platform: imichat\ncustomers: {{ada: {{}}}}\nsteps:\n  - start_chat: {{as: ada}}\n  - {step}\n  - expect: {{event: chat.assigned}}\n"
    );
    let found = load_rows(&text, &words, &Anything).err().unwrap_or_default();
    found.iter().map(|problem| problem.rule.code).collect()
}

#[test]
fn placeholders_name_nothing_of_the_machine() {
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(codes(&format!("say: {{as: ada, text: '{text}'}}")), expected, "{text}");
    };
    check("${chat.ada}", &[]);
    for name in [
        "HOME",
        "env.HOME",
        "env:HOME",
        "file.x",
        "file:/etc/passwd",
        "process.env",
        "now()",
        "1 + 1",
        "chat.ada.id",
        "x | upper",
    ] {
        let found = codes(&format!("say: {{as: ada, text: '${{{name}}}'}}"));
        assert!(matches!(found.as_slice(), ["E0205" | "E0113"]), "{name}: {found:?}");
    }
    // Other languages' placeholders are text.
    for text in ["$HOME", "$(id)", "`id`", "{{7*7}}", "<%= 7 %>", "#{7}"] {
        check(text, &[]);
    }
}

#[test]
fn steps_start_no_program_and_fetch_nothing() {
    for step in ["exec: {cmd: id}", "shell: id", "script: 'x'", "eval: '1'", "import: x", "fetch: 'http://127.0.0.1'"] {
        assert_eq!(codes(step), ["E0108"], "{step}");
    }
    for file in ["http://127.0.0.1/x.steps", "https://evil.example/x", "file:///etc/passwd", "//evil.example/x", "../x"]
    {
        assert_eq!(codes(&format!("include: '{file}'")), ["E0116"], "{file}");
    }
    for value in ["!!binary aGk=", "!include x", "!ruby/object:Gem {}", "!!python/object/apply:os.system [id]"] {
        assert!(codes(&format!("say: {{as: ada, text: {value}}}")).contains(&"E0004"), "{value}");
    }
}
