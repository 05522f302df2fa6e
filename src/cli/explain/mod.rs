//! `rehearsal explain`: everything that is known about one word.
//!
//! A word can mean several things, a code of two vendors for example; all of them are told. With `--format json` stdout
//! carries an array with one object for each meaning; its `kind` says which other keys it has.

mod curl;
pub(super) mod example;
mod meaning;

use std::io;
use std::slice;

use self::meaning::{Key, Keys, Lack, Meaning};
use super::list::{SOCKET, pretty, unknown};
use super::{ExplainArgs, Format, Terminal};
use crate::fault::{FAULTS, FaultDoc, Seam};
use crate::platform::{Vendor, recipe};
use crate::probe::check::{self, Check};
use crate::report::Exit;
use crate::scenario::act::{ACTS, ActDoc};
use crate::scenario::{SETUP, STEPS, codes};

/// Explains one word.
///
/// # Errors
/// If a stream fails.
pub fn run(args: &ExplainArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let found = match args.words.as_slice() {
        [platform, word] => on_platform(platform, word, vendors),
        words => anywhere(&words.concat(), vendors),
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

/// What the word means on the platform with this name, or what is wrong with one of the two.
fn on_platform(platform: &str, word: &str, vendors: &[Vendor]) -> Result<Vec<Meaning>, String> {
    let Some(vendor) = vendors.iter().find(|vendor| vendor.name == platform) else {
        return Err(unknown("platform", platform, vendors.iter().map(|vendor| vendor.name)));
    };
    let mut meanings = acts(word, slice::from_ref(vendor));
    meanings.extend(of_vendor(vendor, word));
    if meanings.is_empty() {
        let known = ACTS.iter().map(|act| act.name).chain(vendor_words(vendor));
        let what = format!("code, event, route or act of {}", vendor.name);
        return Err(unknown(&what, word, known.collect::<Vec<_>>()));
    }
    Ok(meanings)
}

/// What the word means at all, or which word may have been meant.
fn anywhere(word: &str, vendors: &[Vendor]) -> Result<Vec<Meaning>, String> {
    let mut meanings = platforms(word, vendors);
    meanings.extend(of_language(word));
    meanings.extend(acts(word, vendors));
    meanings.extend(vendors.iter().flat_map(|vendor| of_vendor(vendor, word)));
    if meanings.is_empty() {
        let known = language_words().into_iter().chain(vendors.iter().flat_map(|vendor| {
            let mut words = vendor_words(vendor);
            words.push(vendor.name);
            words
        }));
        return Err(unknown("word that can be explained", word, known.collect::<Vec<_>>()));
    }
    Ok(meanings)
}

fn language_words() -> Vec<&'static str> {
    let acts = ACTS.iter().map(|act| act.name);
    let steps = STEPS.iter().map(|step| step.name);
    let faults = FAULTS.iter().map(|fault| fault.name);
    let rules = codes::RULES.iter().map(|rule| rule.code);
    let probes = check::all().map(|check| check.id);
    acts.chain(steps).chain(faults).chain(rules).chain(probes).collect()
}

fn vendor_words(vendor: &Vendor) -> Vec<&'static str> {
    let events = vendor.events.iter().map(|event| event.name);
    let pushes = vendor.pushes.iter().map(|push| push.name);
    let codes = vendor.codes.iter().map(|code| code.code);
    (vendor.vocabulary.routes)().into_iter().chain(events).chain(pushes).chain(codes).collect()
}

fn platforms(word: &str, vendors: &[Vendor]) -> Vec<Meaning> {
    let platform = |vendor: &Vendor| Meaning::Platform {
        name: vendor.name,
        about: vendor.about,
        routes: (vendor.routes)().len(),
        codes: vendor.codes.len(),
        events: vendor.events.len(),
        lacks: lacks(vendor).collect(),
        setup: Keys::of(&[vendor.setup, SETUP].concat()),
    };
    vendors.iter().filter(|vendor| vendor.name == word).map(platform).collect()
}

fn lacks(vendor: &Vendor) -> impl Iterator<Item = Lack> {
    let platform = vendor.name;
    vendor.vocabulary.lacks.iter().map(move |(act, reason)| Lack { platform, act, reason })
}

/// The act with this name, as these vendors see it.
fn acts(word: &str, vendors: &[Vendor]) -> Vec<Meaning> {
    let act = |act: &ActDoc| Meaning::Act {
        name: act.name,
        summary: act.doc,
        keys: act.fields.iter().map(Key::of).collect(),
        example: example::step(act.name),
        lacks: vendors.iter().flat_map(lacks).filter(|lack| lack.act == act.name).collect(),
    };
    ACTS.iter().filter(|act| act.name == word).map(act).collect()
}

/// What the word means on every platform alike.
fn of_language(word: &str) -> Vec<Meaning> {
    let rules = codes::RULES.iter().filter(|rule| rule.code.eq_ignore_ascii_case(word)).map(|rule| {
        let (code, title, meaning, bad, good) = (rule.code, rule.title, rule.meaning, rule.bad, rule.good);
        Meaning::Diagnostic { code, title, meaning, bad, good }
    });
    let steps = STEPS.iter().filter(|step| step.name == word).map(|step| Meaning::Step {
        name: step.name,
        summary: step.doc,
        keys: Keys::of(step.keys),
        example: example::step(step.name),
    });
    let faults = FAULTS.iter().filter(|fault| fault.name == word).map(|fault| Meaning::Fault {
        name: fault.name,
        seam: seam(fault),
        summary: fault.doc,
        example: example::fault(fault.name),
    });
    let probes = check::all().filter(|check| check.id.eq_ignore_ascii_case(word)).map(|check| {
        let Check { id, name, severity, sends, wants, why, mend, .. } = *check;
        Meaning::Probe { id, name, severity, sends, wants: wants.text(), why, mend }
    });
    rules.chain(steps).chain(faults).chain(probes).collect()
}

/// What the word means on this platform only.
fn of_vendor(vendor: &Vendor, word: &str) -> Vec<Meaning> {
    let platform = vendor.name;
    let routes = (vendor.routes)();
    let first = routes.first().map(|route| route.name);
    let found = routes.iter().filter(|route| route.name == word).map(|route| Meaning::Route {
        platform,
        name: route.name,
        method: route.method.to_string(),
        path: route.path,
        summary: route.summary,
        doc: route.doc,
        example: example::route(route.name),
    });
    let actions = (vendor.actions)().into_iter().filter(|action| action.name == word);
    let actions = actions.map(|action| Meaning::Route {
        platform,
        name: action.name,
        method: SOCKET.to_owned(),
        path: action.path,
        summary: action.summary,
        doc: action.doc,
        example: example::route(action.name),
    });
    let pushes = vendor.pushes.iter().filter(|push| push.name == word).map(|push| Meaning::Push {
        platform,
        name: push.name,
        summary: push.summary,
        doc: push.doc,
        pushed: push.to,
        example: example::push(push.name),
    });
    let events = vendor.events.iter().filter(|event| event.name == word).map(|event| Meaning::Event {
        platform,
        name: event.name,
        summary: event.summary,
        doc: event.doc,
        pushed: event.pushed,
        recipe: event.recipe,
        example: example::event(event.name),
    });
    let codes = vendor.codes.iter().filter(|code| code.code == word).map(|code| Meaning::Code {
        platform,
        code: code.code,
        status: code.status,
        text: code.text,
        cause: code.cause,
        doc: code.doc,
        recipe: code.recipe,
        curl: recipe::calls(vendor, code).iter().flatten().map(curl::line).collect(),
        example: example::code(code, recipe::route(vendor, code).as_deref().or(first)),
    });
    found.chain(actions).chain(events).chain(pushes).chain(codes).collect()
}

/// Where a fault acts, in words.
pub(super) fn seam(fault: &FaultDoc) -> &'static str {
    match (fault.seam, fault.meets_pushes) {
        (Seam::Response, false) => "answer",
        (Seam::Response, true) => "answer or push",
        (Seam::Connection, false) => "connection",
        (Seam::Connection, true) => "connection or push",
        (Seam::Delivery, false) => "webhook",
        (Seam::Delivery, true) => "webhook or push",
        (Seam::Both, false) => "answer or webhook",
        (Seam::Both, true) => "answer, webhook or push",
        (Seam::Push, _) => "push",
    }
}
