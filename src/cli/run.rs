//! `rehearsal run`: plays scenarios against a bot, judges it, and writes reports.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::house::{self, House, HouseError};
use super::select::{self, Selection};
use super::shell::quoted;
use super::value::{Bot, Format, ReportForm, ReportTo};
use super::{PORT, RunArgs, Terminal, coverage, files};
use crate::base::diag::{Diagnostic, Paint, Place};
use crate::base::rng::Seed;
use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
use crate::engine::port::Input;
use crate::engine::{Opening, World};
use crate::journal::Journal;
use crate::journal::lines::{Wall, lines};
use crate::platform::Vendor;
use crate::report::coverage::Touched;
use crate::report::{self, Detail, Exit, Outcome, Run, Status, console};
use crate::scenario::expect::Expect;
use crate::scenario::{Action, Scenario, Step, codes};
use crate::server::ticker;

/// How long a bot that is just being started may take until it listens.
const BOT_STARTS_WITHIN: WallLimit = WallLimit::from_secs(5);
/// Why a scenario is not played after another one that did not pass.
const STOPPED: &str = "--fail-fast: a scenario did not pass";
/// How long to wait before knocking again.
const KNOCK_AGAIN: WallLimit = WallLimit::from_millis(50);

/// A scenario that is ready to be played.
#[derive(Debug, Clone)]
struct Part {
    file: String,
    scenario: Scenario,
    seed: Seed,
    /// Which time it is, from 0, that it is played.
    round: u32,
    pace: Pace,
    allow_prefer: bool,
    timeout: Option<WallLimit>,
    /// Whether a page of the run is wanted.
    page: bool,
    repeat: String,
}

/// A scenario that was played, and its journal in the forms that are wanted.
struct Played {
    file: String,
    row: Option<usize>,
    round: u32,
    outcome: Outcome,
    shown: String,
    transcript: String,
    section: String,
    lines: String,
    touched: Touched,
}

/// Plays the scenarios of a command line.
///
/// # Errors
/// If a stream fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &RunArgs, vendors: &'static [Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let begun = ticker::now();
    let loaded = files::load(&args.paths, vendors);
    if loaded.is_empty() {
        terminal.remark("nothing to play: no file ends in .yaml or .yml")?;
        return Ok(Exit::NothingTested);
    }
    let wrong: Vec<&Diagnostic> = loaded.iter().filter_map(|file| file.result.as_ref().err()).flatten().collect();
    if !wrong.is_empty() {
        let untested = [codes::NO_STEPS.code, codes::NO_EXPECTATION.code];
        let exit = if wrong.iter().all(|problem| untested.contains(&problem.rule.code)) {
            Exit::NothingTested
        } else {
            Exit::Invalid
        };
        terminal.remark(&house::problems(&loaded))?;
        return Ok(exit);
    }
    let selection = Selection { filters: &args.filters, tags: &args.tags };
    let sound = loaded.into_iter().filter_map(|file| Some((file.source.name, file.result.ok()?)));
    let rows = sound.flat_map(|(file, rows)| rows.into_iter().map(move |row| (Arc::clone(&file), row)));
    let mut chosen: Vec<(Arc<str>, Scenario)> = rows.filter(|(file, row)| selection.takes(file, row)).collect();
    if chosen.is_empty() {
        terminal.remark(&format!("nothing to play: no scenario has {}", selection.describe()))?;
        return Ok(Exit::NothingTested);
    }
    if let Some(file) = written_twice(args) {
        terminal.remark(&format!("error: two reports cannot be written into {}", file.display()))?;
        return Ok(Exit::Invalid);
    }
    if let Err((path, error)) = prepare_reports(args) {
        terminal.remark(&format!("error: failed to write {}: {error}", path.display()))?;
        return Ok(Exit::CouldNotRun);
    }
    let bot = args.bot.clone().unwrap_or(Bot::Builtin);
    if let Bot::At(address) = &bot
        && !listens(address).await
    {
        terminal
            .remark(&format!("error: the bot does not listen at {address}; start it, or name another with --bot"))?;
        return Ok(Exit::CouldNotRun);
    }
    let unplanned = Seed::unplanned();
    if args.shuffle {
        let seed = args.seed.map_or(unplanned, Seed);
        terminal.remark(&format!("shuffled; --shuffle --seed {seed} gives this order again"))?;
        select::shuffle(&mut chosen, seed);
    }
    let parts: Vec<Part> =
        chosen.into_iter().flat_map(|(file, scenario)| rounds(&file, scenario, unplanned, args)).collect();
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = match (args.jobs, &bot) {
        (Some(jobs), _) => jobs.get(),
        (None, Bot::Builtin | Bot::BuiltinBroken) => cores(),
        (None, Bot::At(_)) => 1,
    };
    let house = match House::open(args.port, bot, &args.allowed_hosts, vendors).await {
        Ok(house) => Arc::new(house),
        Err(error) => {
            terminal.remark(&format!("error: failed to {error}"))?;
            return Ok(Exit::CouldNotRun);
        }
    };
    if args.bot.is_none() {
        terminal.remark("playing with the built-in example bot; name yours with --bot http://…")?;
    }
    let url = house.premises.url();
    let (detail, paint) = (args.detail.into(), terminal.paint);
    let stage = Stage { house, jobs, fail_fast: args.fail_fast, detail, paint };
    let played = stage.play(parts, vendors, args.format, terminal).await?;
    // A scenario that passes without any webhook may have nothing to do with the bot.
    let concerns_bot = |outcome: &Outcome| match outcome.status {
        Status::Passed => outcome.counts.deliveries > 0,
        Status::Failed | Status::Errored => true,
        Status::Skipped => false,
    };
    let foreign = matches!(args.bot, Some(Bot::At(_)));
    let silent = foreign && played.iter().all(|played| played.outcome.counts.calls == 0);
    if silent && played.iter().any(|played| concerns_bot(&played.outcome)) {
        terminal.remark(&format!("the bot has not called the platform once; is it told that it is at {url}?"))?;
    }
    conclude(args, vendors, &played, ticker::now().since(begun), terminal)
}

/// A scenario as often as it is to be played, each time with another seed.
fn rounds(file: &str, mut scenario: Scenario, unplanned: Seed, args: &RunArgs) -> Vec<Part> {
    if args.strict {
        scenario.steps.push(strict_end(&scenario));
    }
    let first = args.seed.map(Seed).or(scenario.seed).unwrap_or(unplanned);
    // A row is found by its name, which has its values in it.
    let row = scenario.row.map(|_| scenario.name.clone());
    let part = |round: u32| {
        let seed = select::round(first, round);
        let mut scenario = scenario.clone();
        if args.repeat.get() > 1 {
            let name = if scenario.name.is_empty() { file } else { &scenario.name };
            scenario.name = format!("{name} ({} of {})", round + 1, args.repeat);
        }
        Part {
            file: file.to_owned(),
            scenario,
            seed,
            round,
            pace: args.clock,
            allow_prefer: args.allow_prefer,
            timeout: args.timeout,
            page: args.reports.iter().any(ReportTo::is_page),
            repeat: repeat(file, row.as_deref(), seed, args),
        }
    };
    (0..args.repeat.get()).map(part).collect()
}

/// Where scenarios are played, and how they are shown.
struct Stage {
    house: Arc<House>,
    jobs: usize,
    fail_fast: bool,
    detail: Detail,
    paint: Paint,
}

impl Stage {
    /// Plays all parts, so many at once, and shows them in the order of their files. An interrupt ends it early, with
    /// what is known by then.
    async fn play(
        self,
        parts: Vec<Part>,
        vendors: &'static [Vendor],
        format: Format,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Vec<Played>> {
        let (detail, paint, fail_fast) = (self.detail, self.paint, self.fail_fast);
        let parts: Arc<[Part]> = parts.into();
        let mut results: Vec<Option<Played>> = parts.iter().map(|_| None).collect();
        // So many take the next part each until there is none left, so that parts begin in their order.
        let (next, stopped) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (done, mut finished) = mpsc::unbounded_channel();
        let mut workers = JoinSet::new();
        for _ in 0..self.jobs.min(parts.len()) {
            let (house, parts, done) = (Arc::clone(&self.house), Arc::clone(&parts), done.clone());
            let (next, stopped) = (Arc::clone(&next), Arc::clone(&stopped));
            workers.spawn(async move {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(part) = parts.get(index) else { break };
                    let played = match stopped.load(Ordering::Relaxed) {
                        true => part.skipped(STOPPED, detail, paint),
                        false => part.play(&house, vendors, detail, paint).await,
                    };
                    let failed = matches!(played.outcome.status, Status::Failed | Status::Errored);
                    stopped.fetch_or(fail_fast && failed, Ordering::Relaxed);
                    // Nobody receives any more only if the run was interrupted.
                    let _ = done.send((index, played));
                }
            });
        }
        drop(done);
        let mut shown = 0;
        let mut interrupt = std::pin::pin!(interrupted());
        loop {
            let (index, played) = tokio::select! {
                next = finished.recv() => match next {
                    Some(done) => done,
                    // A worker does not panic; if it did, what it played is reported as not played below.
                    None => break,
                },
                _ = &mut interrupt => {
                    terminal.remark("interrupted; this is what is known so far")?;
                    workers.shutdown().await;
                    break;
                }
            };
            results[index] = Some(played);
            while let Some(Some(next)) = results.get(shown) {
                if format == Format::Human {
                    terminal.data(&next.shown)?;
                }
                shown += 1;
            }
        }
        let unplayed = |part: &Part| part.unplayed("the run ended before it was played", detail, paint);
        let played = results.into_iter().zip(&*parts).map(|(result, part)| result.unwrap_or_else(|| unplayed(part)));
        let played: Vec<Played> = played.collect();
        if format == Format::Human {
            for late in &played[shown..] {
                terminal.data(&late.shown)?;
            }
        }
        while workers.join_next().await.is_some() {}
        if let Ok(house) = Arc::try_unwrap(self.house) {
            house.close().await;
        }
        Ok(played)
    }
}

impl Part {
    async fn play(&self, house: &House, vendors: &'static [Vendor], detail: Detail, paint: Paint) -> Played {
        if let Some(reason) = &self.scenario.skip {
            return self.skipped(reason, detail, paint);
        }
        match self.perform(house, vendors, detail, paint).await {
            Ok(played) => played,
            Err(error) => self.unplayed(&format!("failed to {error}"), detail, paint),
        }
    }

    async fn perform(
        &self,
        house: &House,
        vendors: &'static [Vendor],
        detail: Detail,
        paint: Paint,
    ) -> Result<Played, HouseError> {
        let vendor = vendors
            .iter()
            .find(|vendor| vendor.name == self.scenario.platform)
            .expect("a checked scenario names a platform that there is");
        let opening = Opening {
            pace: self.pace,
            allow_prefer: self.allow_prefer,
            ..Opening::play(&self.scenario, self.world(), self.seed, house.premises.identities())
        };
        let world = World::open(vendor, opening, ticker::now()).expect("a checked scenario has a valid set-up");
        let tenancy = house.premises.admit(vendor, world).await?;
        tenancy.world.input(Input::Begin);
        let ended = match self.timeout {
            Some(limit) => ticker::within(limit, tenancy.world.finished()).await.is_some(),
            None => {
                tenancy.world.finished().await;
                true
            }
        };
        tenancy.world.close();
        let late = self.timeout.filter(|_| !ended).map(|limit| format!("it took longer than --timeout {limit}"));
        Ok(tenancy.world.with(|world| self.told(world.journal(), late.as_deref(), detail, paint)))
    }

    /// What sets its world apart from those of other scenarios, and of other rows of the same.
    fn world(&self) -> String {
        match self.scenario.row {
            Some(row) => format!("{}#{row}", self.file),
            None => self.file.clone(),
        }
    }

    /// What a journal tells of this scenario.
    fn told(&self, journal: &Journal, trouble: Option<&str>, detail: Detail, paint: Paint) -> Played {
        let run = Run { file: &self.file, repeat: &self.repeat, trouble };
        self.shown(Outcome::of(journal, &run), journal, detail, paint)
    }

    fn shown(&self, outcome: Outcome, journal: &Journal, detail: Detail, paint: Paint) -> Played {
        Played {
            file: self.file.clone(),
            row: self.scenario.row,
            round: self.round,
            shown: console::scenario(&outcome, journal, detail, paint),
            transcript: console::transcript(journal),
            section: if self.page { report::html::section(&outcome, journal) } else { String::new() },
            lines: lines(journal, Wall::Shown),
            touched: Touched::of(self.scenario.platform, journal),
            outcome,
        }
    }

    fn skipped(&self, reason: &str, detail: Detail, paint: Paint) -> Played {
        let run = Run { file: &self.file, repeat: &self.repeat, trouble: None };
        let Scenario { name, platform, .. } = &self.scenario;
        let outcome = Outcome::skipped(name, platform, self.seed, reason, &run);
        self.shown(outcome, &Journal::new(crate::journal::Bounds::DEFAULT), detail, paint)
    }

    fn unplayed(&self, reason: &str, detail: Detail, paint: Paint) -> Played {
        let nothing = Journal::new(crate::journal::Bounds::DEFAULT);
        self.told(&nothing, Some(reason), detail, paint)
    }
}

/// Waits until somebody wants the program to end.
async fn interrupted() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            // Without a handler the signal ends the program by itself.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Writes the summary, the reports and the journals.
fn conclude(
    args: &RunArgs,
    vendors: &[Vendor],
    played: &[Played],
    wall: Duration,
    terminal: &mut Terminal<'_>,
) -> io::Result<Exit> {
    let outcomes: Vec<Outcome> = played.iter().map(|played| played.outcome.clone()).collect();
    let coverage = coverage::of(played.iter().map(|played| &played.touched), vendors);
    let shortfall = args.coverage_fail_under.and_then(|floor| report::coverage::shortfall(&coverage, floor.number()));
    let verdict = match Exit::of(&outcomes) {
        Exit::Met if shortfall.is_some() => Exit::Missed,
        other => other,
    };
    match args.format {
        Format::Human => terminal.data(&console::summary(&outcomes, wall, terminal.paint))?,
        Format::Json => terminal.data(&report::json::document(&outcomes, verdict, wall))?,
    }
    if let Some(show) = args.coverage {
        let table = report::coverage::render(&coverage, show.into(), terminal.paint);
        match args.format {
            Format::Human => terminal.data(&table)?,
            Format::Json => terminal.remark(table.trim_end())?,
        }
    }
    if let Some(shortfall) = shortfall {
        terminal.remark(&format!("error: {shortfall}; --coverage=full names what is missing"))?;
    }
    if args.reports.contains(&ReportTo::Annotations) {
        let annotations = report::github::annotations(&outcomes);
        match args.format {
            Format::Human => terminal.data(&annotations)?,
            // The runner reads both streams, and a document on stdout is to stay one.
            Format::Json if annotations.is_empty() => {}
            Format::Json => terminal.remark(annotations.trim_end())?,
        }
    }
    let mut exit = verdict;
    let mut keep = |path: &Path, text: &str| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let written = folder.map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
        match written {
            Ok(()) => Ok(()),
            Err(error) => {
                exit = exit.max(Exit::CouldNotRun);
                terminal.remark(&format!("error: failed to write {}: {error}", path.display()))
            }
        }
    };
    let files = args.reports.iter().filter_map(|wanted| match wanted {
        ReportTo::File { form, file } => Some((form, file)),
        ReportTo::Annotations => None,
    });
    for (form, file) in files {
        let text = match form {
            ReportForm::Html => {
                let sections = played.iter().map(|played| played.section.as_str());
                report::html::page(&outcomes, sections, &coverage, wall)
            }
            ReportForm::Coverage => report::coverage::document(&coverage),
            ReportForm::Tap => report::tap::document(&outcomes),
            ReportForm::Json => report::json::document(&outcomes, verdict, wall),
            ReportForm::Junit => {
                let rows = played.iter().map(|played| (&played.outcome, played.transcript.as_str()));
                report::junit::document(rows, wall).map_err(io::Error::other)?
            }
        };
        keep(file, &text)?;
    }
    if let Some(folder) = &args.journal {
        for played in played {
            keep(&folder.join(inside(&played.file, played.row, played.round)), &played.lines)?;
        }
    }
    Ok(exit)
}

/// The file that more than one report is to be written into.
fn written_twice(args: &RunArgs) -> Option<&Path> {
    let files = args.reports.iter().filter_map(|report| match report {
        ReportTo::File { file, .. } => Some(file.as_path()),
        ReportTo::Annotations => None,
    });
    let files: Vec<&Path> = files.collect();
    files.iter().enumerate().find(|(index, file)| files[..*index].contains(file)).map(|(_, file)| *file)
}

/// Makes sure that reports and journals can be written before anything is played for them.
fn prepare_reports(args: &RunArgs) -> Result<(), (PathBuf, io::Error)> {
    for report in &args.reports {
        let ReportTo::File { file, .. } = report else { continue };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), std::fs::create_dir_all);
        // What stands there stays until there is something to put in its place.
        let opened = made.and_then(|()| std::fs::OpenOptions::new().create(true).append(true).open(file));
        opened.map_err(|error| (file.clone(), error))?;
    }
    match &args.journal {
        Some(folder) => std::fs::create_dir_all(folder).map_err(|error| (folder.clone(), error)),
        None => Ok(()),
    }
}

/// Where the journal of a scenario stands within the folder for journals: as the scenario within its own, so that no two
/// meet. A row of examples has its number in its name, and so has what was played more than once.
fn inside(file: &str, row: Option<usize>, round: u32) -> PathBuf {
    let mut path: PathBuf = Path::new(file)
        .components()
        .filter_map(|step| match step {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("up".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect();
    if let Some(row) = row {
        path.as_mut_os_string().push(format!(".row{row}"));
    }
    if round > 0 {
        path.as_mut_os_string().push(format!(".{}", round + 1));
    }
    path.as_mut_os_string().push(".jsonl");
    path
}

/// What `--strict` has every scenario end with.
fn strict_end(scenario: &Scenario) -> Step {
    Step {
        place: scenario.steps.last().map_or_else(Place::default, |last| last.place),
        source: "expect: {violations: none}  # --strict".to_owned(),
        action: Action::Expect(Expect::no_violations()),
    }
}

/// Whether somebody listens at an address, now or soon.
async fn listens(address: &str) -> bool {
    let Ok(uri) = address.parse::<http::Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    let target = (host.trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(80));
    let knock = async {
        while TcpStream::connect(target.clone()).await.is_err() {
            ticker::pause(KNOCK_AGAIN).await;
        }
    };
    ticker::within(BOT_STARTS_WITHIN, knock).await.is_some()
}

/// The command that plays one scenario again as it was played.
fn repeat(file: &str, row: Option<&str>, seed: Seed, args: &RunArgs) -> String {
    let file = quoted(file);
    let row = row.map_or(String::new(), |row| format!(" --filter {}", quoted(row)));
    let bot = args.bot.as_ref().map_or(String::new(), |bot| format!(" --bot {bot}"));
    // A bot of one's own is told where the platform is.
    let port = match args.port {
        0 | PORT => String::new(),
        port => format!(" --port {port}"),
    };
    let clock = if args.clock == Pace::Stepped { String::new() } else { format!(" --clock {}", args.clock) };
    let hosts: String = args.allowed_hosts.iter().map(|host| format!(" --allow-host {}", host.0)).collect();
    let strict = if args.strict { " --strict" } else { "" };
    let prefer = if args.allow_prefer { " --allow-prefer" } else { "" };
    format!("rehearsal run {file}{row} --seed {seed}{bot}{port}{clock}{strict}{prefer}{hosts}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, parse};

    #[test]
    fn the_command_that_repeats_a_run_can_be_pasted() {
        let check = |file: &str, flags: &[&str], expected: &str| {
            let words = ["rehearsal", "run", file].into_iter().chain(flags.iter().copied());
            let Ok(Cli { command: Command::Run(args), .. }) = parse(words.map(Into::into)) else { panic!("{flags:?}") };
            assert_eq!(repeat(file, None, Seed(7), &args), expected);
            let row = repeat(file, Some("It [a=1]"), Seed(7), &args);
            assert_eq!(row, expected.replacen(" --seed", " --filter 'It [a=1]' --seed", 1));
        };
        check("a/b.yaml", &[], "rehearsal run a/b.yaml --seed 7");
        check("it's.yaml", &["--bot", "builtin"], r"rehearsal run 'it'\''s.yaml' --seed 7 --bot builtin");
        check("x.yaml", &["--port", "5000"], "rehearsal run x.yaml --seed 7 --port 5000");
        check("x.yaml", &["--port", "0"], "rehearsal run x.yaml --seed 7");
        check("x.yaml", &["--clock", "x60"], "rehearsal run x.yaml --seed 7 --clock x60");
        let flags = ["--strict", "--allow-prefer"];
        check("x.yaml", &flags, "rehearsal run x.yaml --seed 7 --strict --allow-prefer");
        let remote = ["--bot", "http://h:1", "--allow-host", "files.h"];
        check("x.yaml", &remote, "rehearsal run x.yaml --seed 7 --bot http://h:1 --allow-host files.h");
    }

    #[test]
    fn journals_stand_as_their_scenarios_do() {
        let check = |file: &str, expected: &str| assert_eq!(inside(file, None, 0), Path::new(expected), "{file}");
        check("a/b.yaml", "a/b.yaml.jsonl");
        check("a-b.yaml", "a-b.yaml.jsonl");
        check("../b.yaml", "up/b.yaml.jsonl");
        check("/tmp/b.yaml", "tmp/b.yaml.jsonl");
        assert_eq!(inside("a/b.yaml", Some(4), 2), Path::new("a/b.yaml.row4.3.jsonl"));
    }
}
