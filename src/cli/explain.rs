//! `rehearsal explain`: everything that is known about one word.
//!
//! A word can mean several things, a code of two vendors for example; all of them are told. With `--format json` stdout
//! carries an array with one object for each meaning; its `kind` says which other keys it has.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;

use super::list::{pretty, unknown};
use super::{ExplainArgs, Format, Terminal};
use crate::base::doc_ref::DocRef;
use crate::fault::{FAULTS, FaultDoc, Seam};
use crate::platform::Vendor;
use crate::report::Exit;
use crate::scenario::act::ACTS;
use crate::scenario::decode::FieldDoc;
use crate::scenario::{STEPS, codes};

/// Explains one word.
///
/// # Errors
/// If a stream fails.
pub fn run(args: &ExplainArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let found = match args.words.as_slice() {
        [platform, word] => match vendors.iter().find(|vendor| vendor.name == platform) {
            Some(vendor) => {
                let known = || vendor_words(std::slice::from_ref(vendor)).into_iter();
                non_empty(of_vendor(vendor, word))
                    .ok_or_else(|| unknown(&format!("route, code or event of {}", vendor.name), word, known()))
            }
            None => Err(unknown("platform", platform, vendors.iter().map(|vendor| vendor.name))),
        },
        words => {
            let word = words.concat();
            let mut meanings = of_program(&word, vendors);
            meanings.extend(vendors.iter().flat_map(|vendor| of_vendor(vendor, &word)));
            let known = || program_words(vendors).into_iter().chain(vendor_words(vendors));
            non_empty(meanings).ok_or_else(|| unknown("word of this program", &word, known().collect::<Vec<_>>()))
        }
    };
    match found {
        Ok(meanings) => {
            let text = match args.format {
                Format::Json => pretty(&meanings),
                Format::Human => meanings.iter().map(Meaning::render).collect::<Vec<_>>().join("\n"),
            };
            terminal.data(&text)?;
            Ok(Exit::Met)
        }
        Err(message) => {
            terminal.remark(&message)?;
            Ok(Exit::Invalid)
        }
    }
}

fn non_empty(meanings: Vec<Meaning>) -> Option<Vec<Meaning>> {
    Some(meanings).filter(|meanings| !meanings.is_empty())
}

/// One thing that a word means.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Meaning {
    Platform {
        name: &'static str,
        about: &'static str,
        routes: usize,
        codes: usize,
        events: usize,
        lacks: Vec<Lack>,
    },
    Diagnostic {
        code: &'static str,
        title: &'static str,
        meaning: &'static str,
        bad: &'static str,
        good: &'static str,
    },
    Code {
        platform: &'static str,
        code: &'static str,
        status: u16,
        text: &'static str,
        cause: &'static str,
        doc: DocRef,
        example: String,
    },
    Event {
        platform: &'static str,
        name: &'static str,
        summary: &'static str,
        doc: DocRef,
        example: String,
    },
    Route {
        platform: &'static str,
        name: &'static str,
        method: String,
        path: &'static str,
        summary: &'static str,
        doc: DocRef,
        example: String,
    },
    Act {
        name: &'static str,
        summary: &'static str,
        keys: Vec<Key>,
        lacks: Vec<Lack>,
    },
    Step {
        name: &'static str,
        summary: &'static str,
        example: &'static str,
    },
    Fault {
        name: &'static str,
        seam: &'static str,
        summary: &'static str,
        example: &'static str,
    },
}

/// An act that a platform does not know.
#[derive(Serialize)]
struct Lack {
    platform: &'static str,
    act: &'static str,
    reason: &'static str,
}

/// A key below an act.
#[derive(Serialize)]
struct Key {
    key: &'static str,
    expects: &'static str,
    doc: String,
}

impl Key {
    fn of(field: &FieldDoc) -> Self {
        let doc = field.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        Self { key: field.key, expects: field.expects, doc }
    }
}

fn program_words(vendors: &[Vendor]) -> Vec<&'static str> {
    let platforms = vendors.iter().map(|vendor| vendor.name);
    let rules = codes::RULES.iter().map(|rule| rule.code);
    let acts = ACTS.iter().map(|act| act.name);
    let steps = STEPS.iter().map(|step| step.name);
    platforms.chain(acts).chain(steps).chain(FAULTS.iter().map(|fault| fault.name)).chain(rules).collect()
}

fn vendor_words(vendors: &[Vendor]) -> Vec<&'static str> {
    let words = |vendor: &Vendor| {
        let events = vendor.events.iter().map(|event| event.name);
        let codes = vendor.codes.iter().map(|code| code.code);
        (vendor.vocabulary.routes)().into_iter().chain(events).chain(codes).collect::<Vec<_>>()
    };
    vendors.iter().flat_map(words).collect()
}

/// What the word means whatever the platform.
fn of_program(word: &str, vendors: &[Vendor]) -> Vec<Meaning> {
    let lacks = |act: Option<&str>, of: Option<&str>| -> Vec<Lack> {
        let vendors = vendors.iter().filter(|vendor| of.is_none_or(|name| name == vendor.name));
        vendors
            .flat_map(|vendor| {
                vendor.vocabulary.lacks.iter().map(|(act, reason)| Lack { platform: vendor.name, act, reason })
            })
            .filter(|lack| act.is_none_or(|name| name == lack.act))
            .collect()
    };
    let mut meanings = Vec::new();
    meanings.extend(vendors.iter().filter(|vendor| vendor.name == word).map(|vendor| Meaning::Platform {
        name: vendor.name,
        about: vendor.about,
        routes: (vendor.routes)().len(),
        codes: vendor.codes.len(),
        events: vendor.events.len(),
        lacks: lacks(None, Some(vendor.name)),
    }));
    meanings.extend(codes::RULES.iter().filter(|rule| rule.code.eq_ignore_ascii_case(word)).map(|rule| {
        Meaning::Diagnostic {
            code: rule.code,
            title: rule.title,
            meaning: rule.meaning,
            bad: rule.bad,
            good: rule.good,
        }
    }));
    meanings.extend(ACTS.iter().filter(|act| act.name == word).map(|act| Meaning::Act {
        name: act.name,
        summary: act.doc,
        keys: act.fields.iter().map(Key::of).collect(),
        lacks: lacks(Some(act.name), None),
    }));
    meanings.extend(STEPS.iter().filter(|step| step.name == word).map(|step| Meaning::Step {
        name: step.name,
        summary: step.doc,
        example: step_example(step.name),
    }));
    meanings.extend(FAULTS.iter().filter(|fault| fault.name == word).map(|fault: &FaultDoc| Meaning::Fault {
        name: fault.name,
        seam: seam(fault.seam),
        summary: fault.doc,
        example: fault_example(fault.name),
    }));
    meanings
}

/// What the word means on this platform.
fn of_vendor(vendor: &Vendor, word: &str) -> Vec<Meaning> {
    let platform = vendor.name;
    let routes = (vendor.routes)();
    let mut meanings = Vec::new();
    meanings.extend(routes.iter().filter(|route| route.name == word).map(|route| Meaning::Route {
        platform,
        name: route.name,
        method: route.method.to_string(),
        path: route.path,
        summary: route.summary,
        doc: route.doc,
        example: format!("- expect: {{call: {{route: {}, status: 200}}, within: 3s}}\n", scalar(route.name)),
    }));
    meanings.extend(vendor.events.iter().filter(|event| event.name == word).map(|event| Meaning::Event {
        platform,
        name: event.name,
        summary: event.summary,
        doc: event.doc,
        example: format!("- expect: {{event: {}, delivered: true}}\n", scalar(event.name)),
    }));
    meanings.extend(vendor.codes.iter().filter(|code| code.code == word).map(|code| {
        let word = scalar(code.code);
        let fault = routes.first().map_or(String::new(), |route| {
            format!("- fault: {{on: {{route: {}}}, do: {{code: {word}}}, times: 1}}\n", scalar(route.name))
        });
        Meaning::Code {
            platform,
            code: code.code,
            status: code.status,
            text: code.text,
            cause: code.cause,
            doc: code.doc,
            example: format!("{fault}- expect: {{call: {{code: {word}}}, within: 3s}}\n"),
        }
    }));
    meanings
}

/// A word as YAML, with quotes where it would be read as something else than text.
fn scalar(word: &str) -> String {
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if begins && plain && !matches!(word, "true" | "false" | "null") { word.to_owned() } else { format!("{word:?}") }
}

/// Where a fault acts, in words.
pub(super) fn seam(seam: Seam) -> &'static str {
    match seam {
        Seam::Response => "answer",
        Seam::Connection => "connection",
        Seam::Delivery => "webhook",
        Seam::Both => "answer or webhook",
    }
}

/// How a step that is not an act is written; empty for a step that is none.
fn step_example(name: &str) -> &'static str {
    match name {
        "wait" => "- wait: 45m\n",
        "expect" => {
            "\
- expect: {message: {from: bot, text: {matches: \"(?i)order number\"}}, within: 3s}
- expect: {call: {route: ROUTE, status: 200}, times: 1}
- expect: {event: EVENT, delivered: true, attempts: 2, by: 10m}
"
        }
        "expect_none" => "- expect_none: {message: {from: bot}, within: 500ms}\n- expect_none: {violation: {}}\n",
        "fault" => {
            "\
- fault: {on: {route: ROUTE}, do: {code: CODE}, times: 1}
- fault: {on: {event: EVENT, nth: 2}, do: {duplicate: {gap: 200ms}}}
"
        }
        "let" => "- let: {name: id, from: {event: EVENT}, at: /payload/chat/id}\n- say: {as: alice, text: \"${id}\"}\n",
        _ => "",
    }
}

/// How a fault is written; empty for a fault that is none.
fn fault_example(name: &str) -> &'static str {
    match name {
        "code" => "- fault: {on: {route: ROUTE}, do: {code: CODE}, times: 1}\n",
        "delay" => "- fault: {on: {route: ROUTE}, do: {delay: 2s}}\n- fault: {on: {event: EVENT}, do: {delay: 10m}}\n",
        "reset" => "- fault: {on: {route: ROUTE}, do: {reset: true}, times: 1}\n",
        "truncate" => "- fault: {on: {route: ROUTE}, do: {truncate: 20}}\n",
        "duplicate" => "- fault: {on: {event: EVENT}, do: {duplicate: {gap: 200ms}}, times: 1}\n",
        "drop" => "- fault: {on: {event: EVENT, nth: 2}, do: {drop: true}, times: 1}\n",
        "tamper" => "- fault: {on: {event: EVENT}, do: {tamper: signature}}\n",
        _ => "",
    }
}

impl Meaning {
    fn render(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Platform { name, about, routes, codes, events, lacks } => {
                title(&mut out, name, "platform", about);
                let _ = writeln!(out, "  routes: {routes}, codes: {codes}, events: {events}");
                render_lacks(&mut out, lacks);
            }
            Self::Diagnostic { code, title: what, meaning, bad, good } => {
                title(&mut out, code, "diagnostic", what);
                let _ = writeln!(out, "  {meaning}");
                block(&mut out, "wrong", bad);
                block(&mut out, "right", good);
            }
            Self::Code { platform, code, status, text, cause, doc, example } => {
                title(&mut out, code, &format!("code of {platform}"), &format!("status {status}, \"{text}\""));
                let _ = writeln!(out, "  cause   {cause}\n  source  {doc}");
                block(&mut out, "on demand", example);
            }
            Self::Event { platform, name, summary, doc, example } => {
                title(&mut out, name, &format!("webhook of {platform}"), summary);
                let _ = writeln!(out, "  source  {doc}");
                block(&mut out, "in a scenario", example);
            }
            Self::Route { platform, name, method, path, summary, doc, example } => {
                title(&mut out, name, &format!("route of {platform}"), summary);
                let _ = writeln!(out, "  call    {method} {path}\n  source  {doc}");
                block(&mut out, "in a scenario", example);
            }
            Self::Act { name, summary, keys, lacks } => {
                title(&mut out, name, "act", summary);
                let rows: Vec<[String; 3]> = keys
                    .iter()
                    .map(|key| [format!("  {}", key.key), key.expects.to_owned(), key.doc.clone()])
                    .collect();
                out.push_str(&super::table::aligned(&rows));
                render_lacks(&mut out, lacks);
            }
            Self::Step { name, summary, example } => {
                title(&mut out, name, "step", summary);
                block(&mut out, "in a scenario", example);
            }
            Self::Fault { name, seam, summary, example } => {
                title(&mut out, name, &format!("fault; acts on: {seam}"), summary);
                block(&mut out, "in a scenario", example);
            }
        }
        out
    }
}

fn title(out: &mut String, word: &str, kind: &str, summary: &str) {
    let _ = writeln!(out, "{word} ({kind}): {summary}");
}

fn render_lacks(out: &mut String, lacks: &[Lack]) {
    for lack in lacks {
        let _ = writeln!(out, "  {} is not on {}: {}", lack.act, lack.platform, lack.reason);
    }
}

/// A labelled example; nothing if there is none.
fn block(out: &mut String, label: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  {label}:");
    for line in text.lines() {
        let _ = writeln!(out, "    {line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_and_fault_has_an_example() {
        for step in STEPS {
            assert!(step_example(step.name).contains(&format!("- {}: ", step.name)), "{}", step.name);
        }
        for fault in FAULTS {
            assert!(fault_example(fault.name).contains(&format!("do: {{{}: ", fault.name)), "{}", fault.name);
        }
    }

    #[test]
    fn words_that_yaml_would_not_read_as_text_are_quoted() {
        let check = |word: &str, expected: &str| assert_eq!(scalar(word), expected);
        check("send_event", "send_event");
        check("chat.assigned", "chat.assigned");
        check("4304", "\"4304\"");
        check("true", "\"true\"");
        check("a: b", "\"a: b\"");
    }
}
