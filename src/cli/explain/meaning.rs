//! What a word means, and how that is told to people.

use std::fmt::Write as _;

use serde::Serialize;

use crate::base::doc_ref::DocRef;
use crate::cli::list::ways;
use crate::cli::table::aligned;
use crate::platform::recipe::Recipe;
use crate::probe::check::Severity;
use crate::scenario::decode::{FieldDoc, KeyTable};

/// One thing that a word means.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Meaning {
    /// A vendor that is played.
    Platform {
        name: &'static str,
        about: &'static str,
        routes: usize,
        codes: usize,
        events: usize,
        lacks: Vec<Lack>,
        setup: Vec<Keys>,
    },
    /// A mistake that `check` finds.
    Diagnostic { code: &'static str, title: &'static str, meaning: &'static str, bad: &'static str, good: &'static str },
    /// Something that `probe` tries.
    Probe {
        id: &'static str,
        name: &'static str,
        severity: Severity,
        sends: &'static str,
        wants: &'static str,
        why: &'static str,
        mend: &'static str,
    },
    /// A code that a vendor answers with.
    Code {
        platform: &'static str,
        code: &'static str,
        status: u16,
        text: &'static str,
        cause: &'static str,
        doc: DocRef,
        recipe: Recipe,
        curl: Vec<String>,
        example: String,
    },
    /// A webhook that a vendor sends.
    Event {
        platform: &'static str,
        name: &'static str,
        summary: &'static str,
        doc: DocRef,
        pushed: &'static [&'static str],
        recipe: Recipe,
        example: String,
    },
    /// What sockets alone are told.
    Push {
        platform: &'static str,
        name: &'static str,
        summary: &'static str,
        doc: DocRef,
        pushed: &'static [&'static str],
        example: String,
    },
    /// An operation of a vendor's API.
    Route {
        platform: &'static str,
        name: &'static str,
        method: String,
        path: &'static str,
        summary: &'static str,
        doc: DocRef,
        example: String,
    },
    /// A step in which people do something.
    Act { name: &'static str, summary: &'static str, keys: Vec<Key>, example: &'static str, lacks: Vec<Lack> },
    /// Any other step.
    Step { name: &'static str, summary: &'static str, keys: Vec<Keys>, example: &'static str },
    /// Something that can be made to go wrong.
    Fault { name: &'static str, seam: &'static str, summary: &'static str, example: &'static str },
}

/// An act that a platform does not know.
#[derive(Serialize)]
pub(super) struct Lack {
    pub(super) platform: &'static str,
    pub(super) act: &'static str,
    pub(super) reason: &'static str,
}

/// The keys of one mapping.
#[derive(Serialize)]
pub(super) struct Keys {
    /// Where the mapping stands; empty for the thing itself.
    below: &'static str,
    keys: Vec<Key>,
}

impl Keys {
    pub(super) fn of(tables: &[KeyTable]) -> Vec<Self> {
        let table = |(below, fields): &KeyTable| Self { below, keys: fields.iter().map(Key::of).collect() };
        tables.iter().map(table).collect()
    }
}

/// A key below an act.
#[derive(Serialize)]
pub(super) struct Key {
    key: &'static str,
    expects: &'static str,
    doc: String,
}

impl Key {
    pub(super) fn of(field: &FieldDoc) -> Self {
        let doc = field.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        Self { key: field.key, expects: field.expects, doc }
    }
}

impl Meaning {
    /// The meaning as text for people, with a newline at its end.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        match self {
            Self::Platform { name, about, routes, codes, events, lacks, setup } => {
                title(&mut out, name, "platform", about);
                for (what, number) in [("routes", routes), ("codes", codes), ("events", events)] {
                    fact(&mut out, what, &number.to_string());
                }
                for lack in lacks {
                    fact(&mut out, "lacks", &format!("{}: {}", lack.act, lack.reason));
                }
                tables(&mut out, setup, "keys of setup");
            }
            Self::Diagnostic { code, title: what, meaning, bad, good } => {
                title(&mut out, code, "diagnostic", what);
                let _ = writeln!(out, "  {meaning}");
                block(&mut out, "wrong", bad);
                block(&mut out, "right", good);
            }
            Self::Probe { id, name, severity, sends, wants, why, mend } => {
                title(&mut out, id, "probe", name);
                fact(&mut out, "severity", severity.name());
                fact(&mut out, "sends", sends);
                fact(&mut out, "wants", &format!("a receiver that {wants}"));
                fact(&mut out, "why", why);
                fact(&mut out, "mend", mend);
            }
            Self::Code { platform, code, status, text, cause, doc, recipe, curl, example } => {
                title(&mut out, code, &format!("code of {platform}"), &format!("status {status}, “{text}”"));
                fact(&mut out, "cause", cause);
                fact(&mut out, "source", &doc.to_string());
                recipe_block(&mut out, recipe);
                block(&mut out, "in a scenario", example);
                block(&mut out, "with curl, while `rehearsal serve` runs", &curl.join("\n"));
            }
            Self::Event { platform, name, summary, doc, pushed, recipe, example } => {
                title(&mut out, name, &format!("webhook of {platform}"), summary);
                if !pushed.is_empty() {
                    fact(&mut out, "also", &ways(false, pushed));
                }
                fact(&mut out, "source", &doc.to_string());
                recipe_block(&mut out, recipe);
                block(&mut out, "in a scenario", example);
            }
            Self::Push { platform, name, summary, doc, pushed, example } => {
                title(&mut out, name, &format!("push of {platform}"), summary);
                fact(&mut out, "told", &ways(false, pushed));
                fact(&mut out, "source", &doc.to_string());
                block(&mut out, "in a scenario", example);
            }
            Self::Route { platform, name, method, path, summary, doc, example } => {
                title(&mut out, name, &format!("route of {platform}"), summary);
                fact(&mut out, "call", &format!("{method} {path}"));
                fact(&mut out, "source", &doc.to_string());
                block(&mut out, "in a scenario", example);
            }
            Self::Act { name, summary, keys, example, lacks } => {
                title(&mut out, name, "act", summary);
                for lack in lacks {
                    fact(&mut out, "not on", &format!("{}: {}", lack.platform, lack.reason));
                }
                block(&mut out, "in a scenario", example);
                block(&mut out, "keys", &rows(keys));
            }
            Self::Step { name, summary, keys, example } => {
                title(&mut out, name, "step", summary);
                block(&mut out, "in a scenario", example);
                tables(&mut out, keys, "keys");
            }
            Self::Fault { name, seam, summary, example } => {
                title(&mut out, name, "fault", summary);
                fact(&mut out, "acts on", seam);
                block(&mut out, "in a scenario", example);
            }
        }
        out
    }
}

fn rows(keys: &[Key]) -> String {
    let row = |key: &Key| [key.key, key.expects, &key.doc].map(str::to_owned);
    aligned(&keys.iter().map(row).collect::<Vec<_>>())
}

/// The keys of several mappings, the first under `label`.
fn tables(out: &mut String, tables: &[Keys], label: &str) {
    for table in tables {
        let label = if table.below.is_empty() { label.to_owned() } else { format!("keys of {}", table.below) };
        block(out, &label, &rows(&table.keys));
    }
}

fn title(out: &mut String, word: &str, kind: &str, summary: &str) {
    let _ = writeln!(out, "{word} ({kind}): {summary}");
}

fn fact(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {label:<8} {text}");
}

/// The scenario that leads to a word.
fn recipe_block(out: &mut String, recipe: &Recipe) {
    block(out, &format!("recipe, {}", recipe.path), recipe.text);
}

/// A labelled block of lines; nothing if there are none, as where an example cannot be written down.
fn block(out: &mut String, label: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  {label}:");
    for line in text.lines() {
        let _ = writeln!(out, "    {line}");
    }
}
