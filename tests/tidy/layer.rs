//! Who may import whom.

use super::source::{Finding, Source};
use super::vendor::VENDORS;
use super::{finds, tidy};

const CORE: &[&str] = &["base", "fault", "journal", "signing", "scenario", "openapi", "platform", "engine", "explore"];

/// What each room may import besides itself. A vendor's folder is the room `platform::vendor`; no other room names one.
fn may_import(room: &str) -> Option<&'static [&'static str]> {
    Some(match room {
        "base" => &[],
        "fault" | "journal" | "signing" | "openapi" => &["base"],
        "scenario" => &["base", "fault", "journal"],
        "platform" => &["base", "fault", "journal", "signing", "scenario", "openapi"],
        "platform::vendor" => &["base", "fault", "journal", "scenario", "openapi", "platform"],
        "engine" => &["base", "fault", "journal", "signing", "scenario", "platform"],
        "explore" => &["base", "fault", "journal", "scenario"],
        "server" => &["base", "fault", "journal", "scenario", "platform", "engine", "delivery"],
        "delivery" => &["base", "fault", "journal", "scenario", "platform", "engine", "server"],
        "control" | "ui" => {
            &["base", "fault", "journal", "scenario", "openapi", "platform", "engine", "server", "delivery"]
        }
        "probe" => &["base", "journal", "signing", "platform", "engine", "server", "delivery"],
        // The journal is the only witness: what is reported is read from it and from nothing else.
        "report" => &["base", "journal"],
        // Software under test, which happens to be in the same file: it knows the vendors' APIs and nothing of ours.
        "bot" => &["base"],
        "cli" => &[
            "base", "fault", "journal", "signing", "scenario", "platform", "engine", "server", "delivery", "control",
            "ui", "probe", "report", "bot", "explore",
        ],
        "fixture" => &["base", "journal", "scenario", "platform", "engine", "server", "delivery"],
        "main" => &["platform", "report", "cli"],
        _ => return None,
    })
}

/// The room of a module, and the vendor if it is a vendor's.
fn room(module: &[String]) -> (&str, Option<&str>) {
    match module {
        [] => ("lib", None),
        [platform, vendor, ..] if platform == "platform" && VENDORS.contains(&vendor.as_str()) => {
            ("platform::vendor", Some(vendor))
        }
        // Macros are exported at the root, but they belong to a room.
        [record] if record == "record" => ("scenario", None),
        [recipe] if recipe == "recipe" => ("platform", None),
        [room, ..] => (room, None),
    }
}

/// A path from the root of the crate, if it is one of ours.
fn resolve(source: &Source, path: &[String]) -> Option<Vec<String>> {
    match path.first()?.as_str() {
        "crate" | "rehearsal" => Some(path[1..].to_vec()),
        "super" => {
            let ups = path.iter().take_while(|segment| *segment == "super").count();
            let mut module = source.module();
            module.truncate(module.len().saturating_sub(ups));
            module.extend_from_slice(&path[ups..]);
            Some(module)
        }
        _ => None,
    }
}

fn imports(tree: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in tree.iter().filter(|source| source.path.starts_with("src/") && source.path != "src/lib.rs") {
        let module = source.module();
        let (here, own_vendor) = room(&module);
        let Some(allowed) = may_import(here) else {
            found.push(source.finding(1, format!("`{here}` has no place in the order of imports; give it one here")));
            continue;
        };
        for (line, path) in source.paths() {
            let Some(target) = resolve(source, &path) else { continue };
            let (there, vendor) = room(&target);
            let is_own = here == there && own_vendor == vendor;
            if !is_own && !allowed.contains(&there) {
                let what = format!("`{}` is imported, but `{here}` may import only {allowed:?}", target.join("::"));
                found.push(source.finding(line, what));
            }
        }
    }
    found
}

/// What the core must not touch: the network, files, threads, the environment and the clock.
const IMPURE: &[&[&str]] = &[
    &["tokio"],
    &["hyper"],
    &["hyper_util"],
    &["rustls"],
    &["tokio_rustls"],
    &["webpki_roots"],
    &["http_body_util"],
    &["tungstenite"],
    &["tokio_tungstenite"],
    &["std", "net"],
    &["std", "fs"],
    &["std", "env"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
];

fn impurities(tree: &[Source]) -> Vec<Finding> {
    let in_core = |source: &&Source| source.module().first().is_some_and(|room| CORE.contains(&room.as_str()));
    let mut found = Vec::new();
    for source in tree.iter().filter(|source| source.path.starts_with("src/")).filter(in_core) {
        for (line, path) in source.paths() {
            if IMPURE.iter().any(|impure| path.iter().map(String::as_str).take(impure.len()).eq(impure.iter().copied()))
            {
                found.push(source.finding(line, format!("the core is pure; `{}` belongs to the rim", path.join("::"))));
            }
        }
    }
    found
}

#[test]
fn imports_go_one_way() {
    tidy(imports);
}

#[test]
fn imports_against_the_order_are_found() {
    finds(imports, "src/base/id.rs", "use crate::journal::entry::Entry;", &[1]);
    finds(imports, "src/journal/mod.rs", "use crate::base::{id, json};\nuse crate::fault::Deed;", &[2]);
    finds(imports, "src/scenario/act.rs", "use super::super::platform::cx::Cx;", &[1]);
    finds(imports, "src/scenario/act.rs", "use super::text::Text;\nuse crate::record;", &[]);
    finds(imports, "src/engine/mod.rs", "use crate::platform::cx::Cx;\nuse crate::platform::imichat::Imichat;", &[2]);
    finds(imports, "src/platform/cx.rs", "use super::livechat::Livechat;", &[1]);
    finds(imports, "src/platform/imichat/api.rs", "use crate::platform::cx::Cx;\nuse super::model::Chat;", &[]);
    finds(imports, "src/platform/imichat/api.rs", "use super::super::livechat::model::Chat;", &[1]);
    finds(imports, "src/platform/imichat/api.rs", "fn f(_: crate::engine::World) {}", &[1]);
    finds(imports, "src/report/mod.rs", "use crate::{base::id::EntrySeq, engine::World};", &[1]);
    finds(imports, "src/server/mod.rs", "use crate::bot::Bot;", &[1]);
    finds(imports, "src/bot/mod.rs", "use crate::base::secret::Secret;\nuse crate::platform::PLATFORMS;", &[2]);
    finds(imports, "src/main.rs", "use rehearsal::cli;\nuse rehearsal::engine::World;", &[2]);
    finds(imports, "src/attic/mod.rs", "", &[1]);
}

#[test]
fn the_core_is_pure() {
    tidy(impurities);
}

#[test]
fn impurities_are_found() {
    finds(impurities, "src/engine/mod.rs", "use std::time::{Duration, Instant};\nuse std::fs;", &[1, 2]);
    finds(impurities, "src/platform/imichat/api.rs", "fn f() { tokio::spawn(x); }", &[1]);
    finds(impurities, "src/base/time.rs", "use std::time::Duration;\n// std::fs is for others", &[]);
    finds(impurities, "src/server/mod.rs", "use std::net::SocketAddr;\nuse tokio::net::TcpListener;", &[]);
}
