//! `rehearsal probe`: grades what a receiver of webhooks does.

mod stand;
mod told;

use std::io;

use self::stand::{Recipe, Stand};
use self::told::Probed;
use super::house::House;
use super::list::unknown;
use super::performance::{BOT_STARTS_WITHIN, KNOCK_AGAIN};
use super::play::recipe;
use super::shell::quoted;
use super::signals::Signals;
use super::value::{Bot, ReportForm, ReportTo};
use super::{Format, ProbeArgs, ReachArgs, Terminal, TlsArgs, reports};
use crate::base::rng::Seed;
use crate::delivery::{Delivery, Egress};
use crate::journal::entry::Outcome;
use crate::platform::Vendor;
use crate::probe::check::{self, Check};
use crate::probe::round::{Bounds, Finding, Round, Row};
use crate::report::{self, Exit};
use crate::server::{port, ticker};

/// Where webhooks go that are not the probe's: a port at which nothing can listen.
const NOBODY: &str = "http://127.0.0.1:0";

/// Sends everything in the table of checks and tells what came of it.
///
/// # Errors
/// If a stream fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &ProbeArgs, vendors: &'static [Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let begun = ticker::now();
    let seed = args.seed.map_or_else(Seed::unplanned, Seed);
    let refused = refused_reports(&args.reports).or_else(|| unknown_check(&args.only));
    let found = refused.map_or_else(|| wanted(args, seed, vendors), Err);
    let (recipe, (mut terms, proof)) = match found.and_then(|recipe| recipe.terms().map(|terms| (recipe, terms))) {
        Ok(found) => found,
        Err(message) => {
            terminal.remark(&message)?;
            return Ok(Exit::Invalid);
        }
    };
    terms.timeout = args.timeout.unwrap_or(terms.timeout);
    if let Err(error) = reports::prepare(&args.reports, None) {
        terminal.remark(&format!("error: {error}"))?;
        return Ok(error.exit());
    }
    // Taken over before anything can be seen from outside, so that a signal never finds the program unprepared.
    let mut signals = Signals::listen()?;
    let delivery = Delivery::new(Egress::to(&args.url));
    if let Err(outcome) = reach(&delivery, &args.url).await {
        terminal.remark(&format!("error: failed to reach {}: {outcome}", args.url))?;
        return Ok(match outcome {
            Outcome::Forbidden(_) => Exit::Invalid,
            Outcome::Status(_) | Outcome::TimedOut | Outcome::Refused | Outcome::Broken(_) | Outcome::Stopped => {
                Exit::CouldNotRun
            }
        });
    }
    let usual = (&ReachArgs::default(), &TlsArgs::default());
    let house = match House::open(port::here(args.port), Bot::At(NOBODY.to_owned()), usual, vendors).await {
        Ok(house) => house,
        Err(error) => {
            terminal.remark(&format!("error: failed to {error}"))?;
            return Ok(Exit::CouldNotRun);
        }
    };
    let (vendor, event) = (recipe.vendor, recipe.event);
    terminal.remark(&format!(
        "probing {} while {} is at {}, seed {seed}",
        args.url,
        vendor.name,
        house.premises.url()
    ))?;
    let checks = chosen(&args.only);
    let mut rows = Vec::new();
    let mut round = Round::new(Stand::new(recipe, &house), proof, terms, delivery, &args.url, Bounds::default());
    tokio::select! {
        () = round.run(&checks, &mut rows) => {}
        () = signals.next() => terminal.remark("interrupted; this is what is known so far")?,
    }
    let left = checks.iter().copied().skip(rows.len());
    rows.extend(left.map(|check| Row { check, result: Finding::NotMade("the probe was interrupted") }));
    if !round.acts() {
        let reason = match round.source().calls() {
            0 => format!("it has not called the platform; is it told that it is at {}?", house.premises.url()),
            _ => "its calls of the platform came to nothing; does it have the well-known credentials?".to_owned(),
        };
        terminal.remark(&format!("whether the receiver acts on webhooks is not known: {reason}"))?;
    }
    let probed = Probed {
        url: args.url.clone(),
        platform: vendor.name,
        event,
        seed,
        repeat: repeat(args, seed),
        deliveries: round.deliveries(),
        rows,
        wall: ticker::now().since(begun),
    };
    drop(round);
    house.close().await;
    tell(&probed, args, terminal)
}

/// Connects once, as soon as somebody listens; a receiver may just be starting.
async fn reach(delivery: &Delivery, url: &str) -> Result<(), Outcome> {
    let knock = async {
        loop {
            match delivery.dial(url).await {
                Err(Outcome::Refused) => ticker::pause(KNOCK_AGAIN).await,
                other => break other.map(drop),
            }
        }
    };
    ticker::within(BOT_STARTS_WITHIN, knock).await.unwrap_or(Err(Outcome::Refused))
}

/// Why these reports cannot be written.
fn refused_reports(reports: &[ReportTo]) -> Option<String> {
    let other = reports
        .iter()
        .any(|wanted| matches!(wanted, ReportTo::File { form: ReportForm::Html | ReportForm::Coverage, .. }));
    other.then(|| "error: a probe is reported as `junit`, `json`, `tap` or `github`".to_owned())
}

/// What to say about a check that is not in the table.
fn unknown_check(only: &[String]) -> Option<String> {
    let known = || check::all().map(|check| check.id).collect::<Vec<_>>();
    let stray = only.iter().find(|id| !known().contains(&id.as_str()))?;
    Some(unknown("probe", stray, known()))
}

/// The checks to make: all, or the first and those that were named.
fn chosen(only: &[String]) -> Vec<&'static Check> {
    let named = |id: &str| only.is_empty() || only.iter().any(|wanted| wanted == id);
    check::all().enumerate().filter(|(index, check)| *index == 0 || named(check.id)).map(|(_, check)| check).collect()
}

/// The event to send, and how it comes about.
fn wanted<'a>(args: &'a ProbeArgs, seed: Seed, vendors: &'static [Vendor]) -> Result<Recipe<'a>, String> {
    let (vendor, event, scenario) = recipe(&args.platform, args.event.as_deref(), vendors)?;
    let (secret, headers) = (args.secret.as_ref(), args.headers.as_slice());
    Ok(Recipe { vendor, event: event.name, scenario, seed, secret, headers })
}

/// The command that makes the same probe again, without secrets.
fn repeat(args: &ProbeArgs, seed: Seed) -> String {
    let event = args.event.as_ref().map_or(String::new(), |event| format!(" --event {}", quoted(event)));
    format!("rehearsal probe {} --platform {}{event} --seed {seed}", quoted(&args.url), quoted(&args.platform))
}

/// Writes the reports.
fn tell(probed: &Probed, args: &ProbeArgs, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    match args.format {
        Format::Human => terminal.data(&probed.console(terminal.paint))?,
        Format::Json => terminal.data(&probed.document())?,
    }
    let outcomes = probed.outcomes();
    let mut exit = probed.exit();
    for wanted in &args.reports {
        let (form, file) = match wanted {
            ReportTo::File { form, file } => (form, file),
            ReportTo::Annotations => {
                let annotations = report::github::annotations(&outcomes);
                match args.format {
                    Format::Human => terminal.data(&annotations)?,
                    Format::Json => terminal.remark(&annotations)?,
                }
                continue;
            }
        };
        let text = match form {
            ReportForm::Junit => {
                let rows = outcomes.iter().map(|outcome| (outcome, ""));
                report::junit::document(rows, probed.wall).map_err(io::Error::other)?
            }
            ReportForm::Tap => report::tap::document(&outcomes),
            // The others were refused before anything was sent.
            ReportForm::Json | ReportForm::Html | ReportForm::Coverage => probed.document(),
        };
        if let Err(error) = std::fs::write(file, &text) {
            exit = exit.max(Exit::CouldNotRun);
            terminal.remark(&format!("error: failed to write {}: {error}", file.display()))?;
        }
    }
    Ok(exit)
}
