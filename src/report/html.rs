//! A run as one page that works from a disk: nothing in it is fetched from anywhere.
//!
//! Each scenario is a conversation: what customers wrote on the left, what agents and bots wrote on the right, and between
//! them the webhooks and calls with all that went over the wire. Whatever comes from outside is escaped.

use std::fmt::{self, Display, Write as _};
use std::time::Duration;

use super::coverage::{Coverage, Share};
use super::narrate::{Attempted, Narrator, call};
use super::{Outcome, Status, StepResult};
use crate::base::diag::Paint;
use crate::journal::entry::{Audience, Payload, Role, Said, Source};
use crate::journal::{Entry, Journal, What};

const STYLE: &str = include_str!("page.css");

/// A whole page of sections.
#[must_use]
pub fn page<'s>(
    outcomes: &[Outcome],
    sections: impl IntoIterator<Item = &'s str>,
    coverage: &Coverage,
    wall: Duration,
) -> String {
    let of = |status: Status| outcomes.iter().filter(|outcome| outcome.status == status).count();
    let counts = [(Status::Passed, "passed"), (Status::Failed, "failed"), (Status::Errored, "could not be played")];
    let counts = counts.into_iter().chain([(Status::Unplayed, "not played"), (Status::Skipped, "skipped")]);
    let counts: Vec<String> = counts
        .map(|(status, word)| (of(status), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>rehearsal</title>\n",
    );
    // Even a mistake in escaping fetches and runs nothing.
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" ");
    out.push_str("content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
    let _ = writeln!(out, "<style>\n{STYLE}</style>\n</head>\n<body>");
    let _ = writeln!(out, "<h1>{} scenarios: {}</h1>", outcomes.len(), Escaped(&counts.join(", ")));
    let _ = writeln!(out, "<p class=\"meta\">in {:.3} s</p>", wall.as_secs_f64());
    for section in sections {
        out.push_str(section);
    }
    out.push_str(&covered(coverage));
    out.push_str("</body>\n</html>\n");
    out
}

/// What all scenarios together touched of each table, and the names of what they did not; nothing if none was played.
fn covered(coverage: &Coverage) -> String {
    if coverage.tables.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<article>\n<details>\n<summary><h2>Coverage: {} %</h2></summary>\n<table class=\"coverage\">\n",
        coverage.share().percent()
    );
    for table in &coverage.tables {
        let Share { touched, all } = table.share();
        let names: Vec<&str> = table.untouched().collect();
        let _ = writeln!(
            out,
            "<tr><th>{} {}</th><td>{touched} of {all}</td><td>{}</td></tr>",
            Escaped(table.platform),
            table.kind.plural(),
            Escaped(&names.join(", "))
        );
    }
    out.push_str("</table>\n</details>\n</article>\n");
    out
}

/// The section of one scenario.
#[must_use]
pub fn section(outcome: &Outcome, journal: &Journal) -> String {
    let (class, mark, open) = match outcome.status {
        Status::Passed => ("passed", "✓", ""),
        Status::Failed => ("failed", "✗", " open"),
        Status::Errored => ("errored", "!", " open"),
        Status::Skipped | Status::Unplayed => ("skipped", "–", ""),
    };
    let mut out =
        format!("<article class=\"{class}\">\n<details{open}>\n<summary><h2>{mark} {}</h2>", Escaped(&outcome.name));
    let about = format!("{} · {} · seed {}", outcome.file, outcome.platform, outcome.seed);
    let _ = writeln!(out, "<p class=\"meta\">{}</p></summary>", Escaped(&about));
    if let Some(reason) = &outcome.skipped {
        let word = if outcome.status == Status::Skipped { "skipped" } else { "not played" };
        let _ = writeln!(out, "<p class=\"meta\">{word}: {}</p>", Escaped(reason));
    }
    for failure in &outcome.failures {
        let _ =
            writeln!(out, "<pre class=\"failure\">{}</pre>", Escaped(failure.render(outcome, Paint::Plain).trim_end()));
    }
    out.push_str("<div class=\"flow\">\n");
    let narrator = Narrator::of(journal);
    for entry in journal.iter() {
        flow(&mut out, outcome, &narrator, entry);
    }
    let _ = writeln!(out, "</div>\n<p class=\"meta\">{}</p>\n</details>\n</article>", Escaped(&outcome.repeat));
    out
}

fn flow(out: &mut String, outcome: &Outcome, narrator: &Narrator<'_>, entry: &Entry) {
    match &entry.what {
        What::Step { index, line, source } => {
            let result = outcome.steps.iter().find(|step| step.index == *index).map(|step| &step.result);
            let class = match result {
                Some(StepResult::Met) => " met",
                Some(StepResult::Missed(_)) => " missed",
                Some(StepResult::Refused(_)) => " refused",
                Some(StepResult::Done) | None => "",
            };
            let _ = writeln!(out, "<div class=\"step{class}\">{line}: {}</div>", Escaped(source));
        }
        What::Said(said) => bubble(out, narrator, said),
        What::Queued { delivery, body, .. } => {
            let told = narrator.webhook(*delivery);
            let class = if narrator.is_acknowledged(*delivery) { "" } else { " bad" };
            let attempts: String = narrator.attempts(*delivery).iter().map(attempted).collect();
            wire(out, &format!("webhook{class}"), &told, &[("body", body)], &attempts);
        }
        What::Called(called) => {
            let who = match called.source {
                Source::Bot => "bot",
                Source::Scenario => "scenario",
            };
            let class = if called.status < 400 { "call" } else { "call bad" };
            let cause = narrator.cause(entry.seq).map_or(String::new(), |cause| format!(" · {cause}"));
            let told = format!("{who} calls {} · {} {}{cause}", call(called), called.method, called.path);
            wire(out, class, &told, &[("request", &called.request), ("answer", &called.reply)], "");
        }
        What::Changed { .. }
        | What::Violated { .. }
        | What::Faulted { .. }
        | What::Connected { .. }
        | What::Framed { .. }
        | What::Disconnected { .. }
        | What::Refused { .. }
        | What::Kept { .. }
        | What::Remarked { .. }
        | What::Chosen { .. } => {
            let Some(line) = narrator.line(entry) else { return };
            let class = match &entry.what {
                What::Violated { .. } | What::Remarked { .. } => " warning",
                What::Faulted { .. } => " fault",
                What::Refused { .. } => " refused",
                _ => "",
            };
            let _ = writeln!(
                out,
                "<div class=\"note{class}\" dir=\"auto\">{} {}</div>",
                Escaped(&line.who),
                Escaped(&line.text)
            );
        }
        // Told with the webhook, the step, or the scenario as a whole.
        What::Opened { .. }
        | What::Sent { .. }
        | What::Answered { .. }
        | What::Settled { .. }
        | What::Judged { .. }
        | What::Ended => {}
    }
}

/// What somebody said. Its direction follows from the text: the name has one of its own.
fn bubble(out: &mut String, narrator: &Narrator<'_>, said: &Said) {
    let who = match said.from.role {
        Role::Bot => "bot",
        Role::Customer | Role::Agent | Role::Integration | Role::System if !said.from.name.is_empty() => {
            &said.from.name
        }
        Role::Customer | Role::Agent | Role::Integration | Role::System => &said.from.id,
    };
    let mut about = who.to_owned();
    if let Some(chat) = narrator.label(&said.chat) {
        let _ = write!(about, " in {chat}");
    }
    if said.audience == Audience::Agents {
        about.push_str(", for agents only");
    }
    let _ = write!(
        out,
        "<div class=\"bubble {}\" dir=\"auto\"><b dir=\"auto\">{}</b>{}",
        said.from.role,
        Escaped(&about),
        Escaped(&said.text)
    );
    if let Some(attachment) = &said.attachment {
        let _ = write!(out, "<div class=\"meta\">📎 {}</div>", Escaped(attachment));
    }
    for option in &said.options {
        let _ = write!(out, "<span class=\"option\">{}</span>", Escaped(option));
    }
    out.push_str("</div>\n");
}

/// An attempt to deliver a webhook: its headers, and the answer.
fn attempted(made: &Attempted<'_>) -> String {
    let mut out = String::new();
    let What::Sent { method, headers, wall_headers, .. } = &made.sent.what else { return out };
    let heading = format!("attempt {} at {} · {method}", made.number, made.sent.at.millis());
    section_of(&mut out, &heading, headers.lines().chain(wall_headers.lines()), None);
    let Some(entry) = made.answered else { return out };
    let What::Answered { outcome, answer, .. } = &entry.what else { return out };
    let took = entry.after(made.sent.wall).as_secs_f64() * 1e3;
    let heading = format!("answer after {took:.1} ms · {outcome}");
    match answer {
        Some(answer) => {
            let cut = if answer.cut { " · only the beginning of the body" } else { "" };
            let lines = answer.headers.lines().chain(answer.wall_headers.lines());
            section_of(&mut out, &format!("{heading}{cut}"), lines, Some(&answer.body));
        }
        None => section_of(&mut out, &heading, std::iter::empty(), None),
    }
    out
}

/// Headers and a body under a heading.
fn section_of<'l>(out: &mut String, heading: &str, headers: impl Iterator<Item = &'l str>, body: Option<&Payload>) {
    let _ = write!(out, "<div>{}</div>", Escaped(heading));
    let lines: Vec<&str> = headers.collect();
    let body = body.map_or(String::new(), ToString::to_string);
    if !lines.is_empty() || !body.is_empty() {
        let gap = if lines.is_empty() || body.is_empty() { "" } else { "\n\n" };
        let _ = write!(out, "<pre dir=\"ltr\">{}{gap}{}</pre>", Escaped(&lines.join("\n")), Escaped(&body));
    }
}

/// What went over the wire, to be opened.
fn wire(out: &mut String, class: &str, told: &str, bodies: &[(&str, &Payload)], more: &str) {
    let _ = write!(out, "<details class=\"wire {class}\"><summary>{}</summary>", Escaped(told));
    for (name, body) in bodies {
        let text = match serde_json::to_value(body) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(serde_json::Value::Null) | Err(_) => continue,
            Ok(document) => serde_json::to_string_pretty(&document).unwrap_or_default(),
        };
        let _ = write!(out, "<div>{name}</div><pre dir=\"ltr\">{}</pre>", Escaped(&text));
    }
    out.push_str(more);
    out.push_str("</details>\n");
}

/// A text in which nothing is markup.
struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // No page can have these, however they are written.
                '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' => f.write_str("\u{fffd}")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
