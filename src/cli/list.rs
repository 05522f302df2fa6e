//! `rehearsal list`: the tables of the program, one row a line.

use std::io;

use clap::ValueEnum;
use serde::Serialize;

use super::table::aligned;
use super::{Format, ListArgs, Terminal};
use crate::base::doc_ref::DocRef;
use crate::base::nearest::nearest;
use crate::fault::FAULTS;
use crate::platform::Vendor;
use crate::report::Exit;
use crate::scenario::act::ACTS;
use crate::scenario::{STEPS, codes};

/// What can be listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum What {
    /// The vendors that are played
    Platforms,
    /// Operations of the vendors' APIs
    Routes,
    /// Codes that the vendors answer with
    Codes,
    /// Webhooks that the vendors send
    Events,
    /// Steps of a scenario: what people do, and what else a step can be
    Acts,
    /// What can be made to go wrong
    Faults,
    /// Mistakes that `check` finds
    Diagnostics,
}

/// Lists one table.
///
/// # Errors
/// If a stream fails.
pub fn run(args: &ListArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let chosen: Vec<&Vendor> = match &args.platform {
        None => vendors.iter().collect(),
        Some(name) => match vendors.iter().find(|vendor| vendor.name == name) {
            Some(vendor) => vec![vendor],
            None => {
                terminal.remark(&unknown("platform", name, vendors.iter().map(|vendor| vendor.name)))?;
                return Ok(Exit::Invalid);
            }
        },
    };
    let text = match args.what {
        What::Platforms => platforms(&chosen, args.format),
        What::Routes => routes(&chosen, args.format),
        What::Codes => vendor_codes(&chosen, args.format),
        What::Events => events(&chosen, args.format),
        What::Acts => acts(&chosen, args.format),
        What::Faults => faults(args.format),
        What::Diagnostics => diagnostics(args.format),
    };
    terminal.data(&text)?;
    Ok(Exit::Met)
}

/// What to say about a word that nothing is called, with the nearest right one.
pub(super) fn unknown<'w>(what: &str, word: &str, known: impl IntoIterator<Item = &'w str> + Clone) -> String {
    let word = word.escape_debug();
    let known_words = known.clone().into_iter();
    match nearest(&word.to_string(), known) {
        Some(right) => format!("error: `{word}` is no {what}; did you mean `{right}`?"),
        None => match known_words.collect::<Vec<_>>() {
            words if words.is_empty() => format!("error: `{word}` is no {what}"),
            words if words.len() > 12 => {
                format!("error: `{word}` is no {what}; `rehearsal list` names what there is")
            }
            words => format!("error: `{word}` is no {what}; known: {}", words.join(", ")),
        },
    }
}

/// A document as indented JSON.
pub(super) fn pretty(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("rows have string keys and finite numbers only");
    text.push('\n');
    text
}

/// Rows in the form that was asked for.
fn table<R: Serialize, const N: usize>(rows: &[R], format: Format, cells: impl Fn(&R) -> [String; N]) -> String {
    match format {
        Format::Human => aligned(&rows.iter().map(cells).collect::<Vec<_>>()),
        Format::Json => pretty(&rows),
    }
}

#[derive(Serialize)]
struct PlatformRow {
    name: &'static str,
    about: &'static str,
}

fn platforms(vendors: &[&Vendor], format: Format) -> String {
    let rows: Vec<_> = vendors.iter().map(|vendor| PlatformRow { name: vendor.name, about: vendor.about }).collect();
    table(&rows, format, |row| [row.name.to_owned(), row.about.to_owned()])
}

#[derive(Serialize)]
struct RouteRow {
    platform: &'static str,
    name: &'static str,
    method: String,
    path: &'static str,
    summary: &'static str,
    doc: DocRef,
}

fn routes(vendors: &[&Vendor], format: Format) -> String {
    let rows: Vec<RouteRow> = vendors
        .iter()
        .flat_map(|vendor| {
            (vendor.routes)().into_iter().map(|route| RouteRow {
                platform: vendor.name,
                name: route.name,
                method: route.method.to_string(),
                path: route.path,
                summary: route.summary,
                doc: route.doc,
            })
        })
        .collect();
    table(&rows, format, |row| {
        [row.platform.to_owned(), row.name.to_owned(), row.method.clone(), row.path.to_owned(), row.summary.to_owned()]
    })
}

#[derive(Serialize)]
struct CodeRow {
    platform: &'static str,
    code: &'static str,
    status: u16,
    text: &'static str,
    cause: &'static str,
    doc: DocRef,
}

fn vendor_codes(vendors: &[&Vendor], format: Format) -> String {
    let rows: Vec<CodeRow> = vendors
        .iter()
        .flat_map(|vendor| {
            vendor.codes.iter().map(|code| CodeRow {
                platform: vendor.name,
                code: code.code,
                status: code.status,
                text: code.text,
                cause: code.cause,
                doc: code.doc,
            })
        })
        .collect();
    table(&rows, format, |row| {
        [row.platform.to_owned(), row.code.to_owned(), row.status.to_string(), row.text.to_owned()]
    })
}

#[derive(Serialize)]
struct EventRow {
    platform: &'static str,
    name: &'static str,
    summary: &'static str,
    doc: DocRef,
}

fn events(vendors: &[&Vendor], format: Format) -> String {
    let rows: Vec<EventRow> = vendors
        .iter()
        .flat_map(|vendor| {
            vendor.events.iter().map(|event| EventRow {
                platform: vendor.name,
                name: event.name,
                summary: event.summary,
                doc: event.doc,
            })
        })
        .collect();
    table(&rows, format, |row| [row.platform.to_owned(), row.name.to_owned(), row.summary.to_owned()])
}

#[derive(Serialize)]
struct ActRow {
    name: &'static str,
    kind: &'static str,
    doc: &'static str,
    not_on: Vec<&'static str>,
}

fn acts(vendors: &[&Vendor], format: Format) -> String {
    let lacking = |name: &str| {
        let lacks = |vendor: &&&Vendor| vendor.vocabulary.lacks.iter().any(|(act, _)| *act == name);
        vendors.iter().filter(lacks).map(|vendor| vendor.name).collect()
    };
    let acts = ACTS.iter().map(|act| ActRow { name: act.name, kind: "act", doc: act.doc, not_on: lacking(act.name) });
    let steps = STEPS.iter().map(|step| ActRow { name: step.name, kind: "step", doc: step.doc, not_on: Vec::new() });
    let rows: Vec<ActRow> = acts.chain(steps).collect();
    table(&rows, format, |row| {
        let doc = match row.not_on.as_slice() {
            [] => row.doc.to_owned(),
            not_on => format!("{} (not on {})", row.doc, not_on.join(", ")),
        };
        [row.name.to_owned(), row.kind.to_owned(), doc]
    })
}

#[derive(Serialize)]
struct FaultRow {
    name: &'static str,
    seam: &'static str,
    doc: &'static str,
}

fn faults(format: Format) -> String {
    let rows: Vec<FaultRow> = FAULTS
        .iter()
        .map(|fault| FaultRow { name: fault.name, seam: super::explain::seam(fault.seam), doc: fault.doc })
        .collect();
    table(&rows, format, |row| [row.name.to_owned(), row.seam.to_owned(), row.doc.to_owned()])
}

#[derive(Serialize)]
struct DiagnosticRow {
    code: &'static str,
    title: &'static str,
    meaning: &'static str,
}

fn diagnostics(format: Format) -> String {
    let rows: Vec<DiagnosticRow> = codes::RULES
        .iter()
        .map(|rule| DiagnosticRow { code: rule.code, title: rule.title, meaning: rule.meaning })
        .collect();
    table(&rows, format, |row| [row.code.to_owned(), row.title.to_owned()])
}
