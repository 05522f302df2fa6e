//! `rehearsal list`: the tables of the program, one row a line.

use std::io;

use clap::ValueEnum;
use serde::Serialize;

use super::table::{aligned, markdown};
use super::ways::Ways;
use super::{ListArgs, TableFormat, Terminal};
use crate::base::doc_ref::DocRef;
use crate::base::nearest::nearest;
use crate::control::route::ROUTES;
use crate::fault::FAULTS;
use crate::platform::host::Host;
use crate::platform::{Code, Vendor};
use crate::probe::check::{self, Check, Severity};
use crate::report::Exit;
use crate::scenario::act::ACTS;
use crate::scenario::{STEPS, codes};
use crate::signing::{SCHEMES, Scheme};

/// What can be listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum What {
    /// The vendors that are played
    Platforms,
    /// The vendors' own hosts, which a client that takes the stand-in for its proxy can go on calling
    Hosts,
    /// Operations of the vendors' APIs
    Routes,
    /// Codes that the vendors answer with
    Codes,
    /// What the vendors tell of, by webhooks and on sockets
    Events,
    /// Steps of a scenario: what people do, and what else a step can be
    Acts,
    /// What can be made to go wrong
    Faults,
    /// Ways to sign webhooks
    Schemes,
    /// Mistakes that `check` finds
    Diagnostics,
    /// What `probe` tries on a receiver of webhooks
    Probes,
    /// Everything of the vendors' that is played, with its source
    Coverage,
    /// What the control port of `serve` can do
    Control,
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
        What::Hosts => hosts(&chosen, args.format),
        What::Routes => routes(&chosen, args.format),
        What::Codes => vendor_codes(&chosen, args.format),
        What::Events => events(&chosen, args.format),
        What::Acts => acts(&chosen, args.format),
        What::Faults => faults(args.format),
        What::Schemes => schemes(args.format),
        What::Diagnostics => diagnostics(args.format),
        What::Probes => probes(args.format),
        What::Coverage => coverage(&chosen, args.format),
        What::Control => control(args.format),
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
fn table<R: Serialize, const N: usize>(
    rows: &[R],
    format: TableFormat,
    titles: [&str; N],
    cells: impl Fn(&R) -> [String; N],
) -> String {
    let cells = || rows.iter().map(&cells).collect::<Vec<_>>();
    match format {
        TableFormat::Human => aligned(&cells()),
        TableFormat::Json => pretty(&rows),
        TableFormat::Markdown => markdown(titles, &cells()),
    }
}

#[derive(Serialize)]
struct PlatformRow {
    name: &'static str,
    about: &'static str,
}

#[derive(Serialize)]
struct SchemeRow {
    name: &'static str,
    about: &'static str,
    header: &'static str,
    signs: &'static str,
    source: &'static str,
}

fn schemes(format: TableFormat) -> String {
    let row = |scheme: &Scheme| SchemeRow {
        name: scheme.name,
        about: scheme.about,
        header: scheme.header,
        signs: scheme.signs,
        source: scheme.source,
    };
    let rows: Vec<_> = SCHEMES.iter().map(row).collect();
    let titles = ["Scheme", "Header", "What is signed", "What it is", "Source"];
    table(&rows, format, titles, |row| [row.name, row.header, row.signs, row.about, row.source].map(str::to_owned))
}

fn platforms(vendors: &[&Vendor], format: TableFormat) -> String {
    let rows: Vec<_> = vendors.iter().map(|vendor| PlatformRow { name: vendor.name, about: vendor.about }).collect();
    table(&rows, format, ["Platform", "What it is"], |row| [row.name.to_owned(), row.about.to_owned()])
}

#[derive(Serialize)]
struct HostRow {
    platform: &'static str,
    name: &'static str,
    serves: &'static str,
    doc: DocRef,
}

fn hosts(vendors: &[&Vendor], format: TableFormat) -> String {
    let row = |platform: &'static str, host: &Host| {
        let Host { name, serves, doc } = *host;
        HostRow { platform, name, serves, doc }
    };
    let rows: Vec<_> =
        vendors.iter().flat_map(|vendor| vendor.hosts.iter().map(|host| row(vendor.name, host))).collect();
    table(&rows, format, ["Platform", "Host", "What is there", "Source"], |row| {
        [row.platform.to_owned(), row.name.to_owned(), row.serves.to_owned(), row.doc.to_string()]
    })
}

#[derive(Serialize)]
struct ControlRow {
    method: &'static str,
    path: &'static str,
    query: Vec<ParameterRow>,
    summary: &'static str,
}

#[derive(Serialize)]
struct ParameterRow {
    name: &'static str,
    doc: &'static str,
}

fn control(format: TableFormat) -> String {
    let parameters = |rows: &'static [(&'static str, &'static str)]| {
        rows.iter().map(|(name, doc)| ParameterRow { name, doc }).collect()
    };
    let rows: Vec<_> = ROUTES
        .iter()
        .map(|route| ControlRow {
            method: route.method,
            path: route.path,
            query: parameters(route.query),
            summary: route.summary,
        })
        .collect();
    table(&rows, format, ["Method", "Path", "What it does"], |row| {
        let query: Vec<String> = row.query.iter().map(|parameter| format!("{}=", parameter.name)).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        [row.method.to_owned(), format!("{}{mark}{}", row.path, query.join("&")), row.summary.to_owned()]
    })
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

/// What stands for the method of what is asked for on a socket.
pub(super) const SOCKET: &str = "WS";

fn routes(vendors: &[&Vendor], format: TableFormat) -> String {
    let rows: Vec<RouteRow> = vendors
        .iter()
        .flat_map(|vendor| {
            let routes = (vendor.routes)().into_iter().map(|route| RouteRow {
                platform: vendor.name,
                name: route.name,
                method: route.method.to_string(),
                path: route.path,
                summary: route.summary,
                doc: route.doc,
            });
            routes.chain((vendor.actions)().into_iter().map(|action| RouteRow {
                platform: vendor.name,
                name: action.name,
                method: SOCKET.to_owned(),
                path: action.path,
                summary: action.summary,
                doc: action.doc,
            }))
        })
        .collect();
    table(&rows, format, ["Platform", "Route", "Method", "Path", "What it does"], |row| {
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
    #[serde(flatten)]
    ways: Ways,
}

/// The codes, and the ways to each; for people every code is a line with three below it.
fn vendor_codes(vendors: &[&Vendor], format: TableFormat) -> String {
    let rows =
        vendors.iter().flat_map(|vendor| vendor.codes.iter().zip(Ways::of(vendor)).map(|row| (vendor.name, row)));
    match format {
        TableFormat::Human => rows
            .map(|(platform, (code, ways))| {
                format!("{platform}  {}  {}  {}\n{}", code.code, code.status, code.text, ways.lines(code))
            })
            .collect(),
        TableFormat::Json => {
            let row = |(platform, (code, ways)): (&'static str, (&'static Code, Ways))| {
                let Code { code, status, text, cause, doc, .. } = *code;
                CodeRow { platform, code, status, text, cause, doc, ways }
            };
            pretty(&rows.map(row).collect::<Vec<_>>())
        }
        TableFormat::Markdown => {
            let row = |(platform, (code, ways)): (&'static str, (&'static Code, Ways))| {
                let [state, fault, prefer] = ways.cells(code);
                let [platform, word, text] = [platform, code.code, code.text].map(str::to_owned);
                [platform, word, code.status.to_string(), text, state, fault, prefer]
            };
            let titles = ["Platform", "Code", "Status", "Text", "State", "Fault", "Header"];
            markdown(titles, &rows.map(row).collect::<Vec<_>>())
        }
    }
}

#[derive(Serialize)]
struct EventRow {
    platform: &'static str,
    name: &'static str,
    /// Whether there is a webhook.
    webhook: bool,
    /// The surfaces whose sockets are told.
    pushed: &'static [&'static str],
    summary: &'static str,
    doc: DocRef,
}

fn events(vendors: &[&Vendor], format: TableFormat) -> String {
    let rows: Vec<EventRow> = vendors
        .iter()
        .flat_map(|vendor| {
            let events = vendor.events.iter().map(|event| EventRow {
                platform: vendor.name,
                name: event.name,
                webhook: true,
                pushed: event.pushed,
                summary: event.summary,
                doc: event.doc,
            });
            events.chain(vendor.pushes.iter().map(|push| EventRow {
                platform: vendor.name,
                name: push.name,
                webhook: false,
                pushed: push.to,
                summary: push.summary,
                doc: push.doc,
            }))
        })
        .collect();
    table(&rows, format, ["Platform", "Event", "How", "When"], |row| {
        [row.platform.to_owned(), row.name.to_owned(), ways(row.webhook, row.pushed), row.summary.to_owned()]
    })
}

/// How something is told, in words.
pub(super) fn ways(webhook: bool, pushed: &[&str]) -> String {
    let pushes = pushed.iter().map(|surface| format!("push to {surface}"));
    webhook.then(|| "webhook".to_owned()).into_iter().chain(pushes).collect::<Vec<_>>().join(", ")
}

#[derive(Serialize)]
struct ActRow {
    name: &'static str,
    kind: &'static str,
    doc: &'static str,
    not_on: Vec<&'static str>,
}

fn acts(vendors: &[&Vendor], format: TableFormat) -> String {
    let lacking = |name: &str| {
        let lacks = |vendor: &&&Vendor| vendor.vocabulary.lacks.iter().any(|(act, _)| *act == name);
        vendors.iter().filter(lacks).map(|vendor| vendor.name).collect()
    };
    let acts = ACTS.iter().map(|act| ActRow { name: act.name, kind: "act", doc: act.doc, not_on: lacking(act.name) });
    let steps = STEPS.iter().map(|step| ActRow { name: step.name, kind: "step", doc: step.doc, not_on: Vec::new() });
    let rows: Vec<ActRow> = acts.chain(steps).collect();
    table(&rows, format, ["Step", "Kind", "What it does"], |row| {
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

fn faults(format: TableFormat) -> String {
    let rows: Vec<FaultRow> = FAULTS
        .iter()
        .map(|fault| FaultRow { name: fault.name, seam: super::explain::seam(fault), doc: fault.doc })
        .collect();
    let titles = ["Fault", "Acts on", "What it does"];
    table(&rows, format, titles, |row| [row.name.to_owned(), row.seam.to_owned(), row.doc.to_owned()])
}

#[derive(Serialize)]
struct DiagnosticRow {
    code: &'static str,
    title: &'static str,
    meaning: &'static str,
}

fn diagnostics(format: TableFormat) -> String {
    let rows: Vec<DiagnosticRow> = codes::RULES
        .iter()
        .map(|rule| DiagnosticRow { code: rule.code, title: rule.title, meaning: rule.meaning })
        .collect();
    table(&rows, format, ["Code", "What is wrong"], |row| [row.code.to_owned(), row.title.to_owned()])
}

#[derive(Serialize)]
struct ProbeRow {
    id: &'static str,
    name: &'static str,
    severity: Severity,
    sends: &'static str,
    wants: &'static str,
}

fn probes(format: TableFormat) -> String {
    let row = |check: &Check| {
        let Check { id, name, severity, sends, wants, .. } = *check;
        ProbeRow { id, name, severity, sends, wants: wants.text() }
    };
    let rows: Vec<ProbeRow> = check::all().map(row).collect();
    table(&rows, format, ["Probe", "What is tried", "Severity", "A good receiver"], |row| {
        [row.id, row.name, row.severity.name(), row.wants].map(str::to_owned)
    })
}

#[derive(Serialize)]
struct CoverageRow {
    platform: &'static str,
    kind: &'static str,
    name: &'static str,
    what: String,
    doc: DocRef,
}

impl CoverageRow {
    fn of(vendor: &Vendor) -> Vec<Self> {
        let row = |kind, name, what, doc| Self { platform: vendor.name, kind, name, what, doc };
        let routes = (vendor.routes)().into_iter();
        let routes =
            routes.map(|route| row("route", route.name, format!("{} {}", route.method, route.path), route.doc));
        let actions = (vendor.actions)().into_iter();
        let actions = actions.map(|action| row("action", action.name, format!("{SOCKET} {}", action.path), action.doc));
        let codes = vendor.codes.iter();
        let codes = codes.map(|code| row("code", code.code, format!("{} {}", code.status, code.text), code.doc));
        let events = vendor.events.iter().map(|event| row("event", event.name, event.summary.to_owned(), event.doc));
        let pushed = vendor.events.iter().filter(|event| !event.pushed.is_empty());
        let pushed = pushed.map(|event| (event.name, event.summary, event.doc));
        let pushes = pushed.chain(vendor.pushes.iter().map(|push| (push.name, push.summary, push.doc)));
        let pushes = pushes.map(|(name, summary, doc)| row("push", name, summary.to_owned(), doc));
        let missing = vendor.missing.iter();
        let missing = missing.map(|missing| row("missing", missing.name, missing.reason.to_owned(), missing.doc));
        routes.chain(actions).chain(codes).chain(events).chain(pushes).chain(missing).collect()
    }
}

/// All that is played of the vendors, and then what is missing. In documents every vendor has a table of its own.
fn coverage(vendors: &[&Vendor], format: TableFormat) -> String {
    if format == TableFormat::Markdown {
        let tables = vendors.iter().map(|vendor| {
            let cells =
                |row: CoverageRow| [row.kind.to_owned(), format!("`{}`", row.name), row.what, row.doc.to_string()];
            let rows: Vec<_> = CoverageRow::of(vendor).into_iter().map(cells).collect();
            format!("**{}**\n\n{}", vendor.about, markdown(["", "Name", "What", "Source"], &rows))
        });
        return tables.collect::<Vec<_>>().join("\n");
    }
    let rows: Vec<CoverageRow> = vendors.iter().flat_map(|vendor| CoverageRow::of(vendor)).collect();
    table(&rows, format, ["Platform", "", "Name", "What", "Source"], |row| {
        [row.platform, row.kind, row.name, &row.what, &row.doc.mark.to_string()].map(str::to_owned)
    })
}
