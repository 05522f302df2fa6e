//! `rehearsal run`: plays scenarios against a bot, judges it, and writes reports.

use std::io;
use std::sync::Arc;

use super::house;
use super::part::Part;
use super::recording::Recording;
use super::select::{self, Selection};
use super::shell::quoted;
use super::stage::{Repertoire, Stage};
use super::told::{Manner, Told};
use super::value::Bot;
use super::{RunArgs, Terminal, files, performance, reports, secure};
use crate::base::diag::{Diagnostic, Place};
use crate::base::rng::Seed;
use crate::base::time::WallLimit;
use crate::engine::clock::Pace;
use crate::journal::file::Facts;
use crate::platform::Vendor;
use crate::report::{Exit, Outcome, Status};
use crate::scenario::expect::Expect;
use crate::scenario::{Action, Scenario, Step, codes};
use crate::server::ticker;
use crate::server::tls::Tls;

/// How long a bot that was there may take to show that it still is.
const BOT_ANSWERS_WITHIN: WallLimit = WallLimit::from_secs(1);

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
    let journal = args.journal.as_deref();
    if let Err(error) =
        reports::prepare(&args.tell.reports, journal).and_then(|()| journal.map_or(Ok(()), reports::prepare_file))
    {
        terminal.remark(&format!("error: {error}"))?;
        return Ok(error.exit());
    }
    let bot = args.bot.clone().unwrap_or(Bot::Builtin);
    if let Some(why) = performance::out_of_reach(&bot).await {
        terminal.remark(&why)?;
        return Ok(Exit::CouldNotRun);
    }
    let unplanned = Seed::unplanned();
    let planned = args.seed.is_some() || chosen.iter().any(|(_, scenario)| scenario.seed.is_some());
    if args.shuffle {
        let seed = args.seed.map_or(unplanned, Seed);
        terminal.remark(&format!("shuffled; --shuffle --seed {seed} gives this order again"))?;
        select::shuffle(&mut chosen, seed);
    }
    let manner = Manner::of(&args.tell, terminal.paint);
    let parts: Vec<Part> =
        chosen.into_iter().flat_map(|(file, scenario)| rounds(&file, scenario, unplanned, manner, args)).collect();
    let facts = Facts {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        bot: bot.to_string(),
        clock: args.clock.to_string(),
        scenarios: parts.len(),
    };
    let jobs = performance::jobs(args.jobs, &bot);
    let place = (args.port, &args.reach, &args.tls);
    let Some(house) = performance::open(place, args.bot.as_ref(), vendors, terminal).await? else {
        return Ok(Exit::CouldNotRun);
    };
    let (url, house_tls) = (house.premises.url(), house.premises.tls().cloned());
    let mut recording = journal.map(|path| Recording::begin(path, &facts));
    let stage = Stage { house, jobs, bot: bot.clone(), fail_fast: args.fail_fast };
    let Some(Repertoire { told, interrupted }) = stage.play(parts, vendors, recording.as_mut(), terminal).await? else {
        return Ok(Exit::CouldNotRun);
    };
    // A scenario that passes without any webhook may have nothing to do with the bot.
    let concerns_bot = |outcome: &Outcome| match outcome.status {
        Status::Passed => outcome.counts.deliveries > 0,
        Status::Failed | Status::Errored => true,
        Status::Unplayed | Status::Skipped => false,
    };
    if let Some(Bot::At(address)) = &args.bot
        && told.iter().any(|told| concerns_bot(&told.outcome))
    {
        if let Some(why) = house_tls.as_ref().and_then(Tls::distrust) {
            terminal.remark(&secure::distrusted(&why))?;
        }
        if ticker::within(BOT_ANSWERS_WITHIN, performance::connect(address)).await != Some(true) {
            terminal.remark(&performance::crashed(address))?;
        } else if !interrupted && is_silent(&told) {
            terminal.remark(&silence(&url, planned))?;
        }
    }
    let wall = ticker::now().since(begun);
    let exit = reports::conclude(&args.tell, vendors, &told, wall, terminal)?;
    if let Some(Err(error)) = recording.map(|recording| recording.end(wall)) {
        terminal.remark(&format!("error: {error}"))?;
        return Ok(exit.max(error.exit()));
    }
    Ok(exit)
}

/// Whether the bot says nothing though it hears: one that acknowledges no webhook has other troubles, which its failures tell.
fn is_silent(told: &[Told]) -> bool {
    let hears = told.iter().any(|told| told.acknowledged);
    let is_sent_any = told.iter().any(|told| told.outcome.counts.deliveries > 0);
    told.iter().all(|told| told.outcome.counts.calls == 0) && (hears || !is_sent_any)
}

/// Why a bot may say nothing: nobody told it where the platform is, or it has seen all of this before.
fn silence(url: &str, planned: bool) -> String {
    let again = if planned {
        "\nThe same seed gives the same ids: a bot that remembers events may take these for ones that it has answered; \
         start it anew, or play with another --seed."
    } else {
        ""
    };
    format!("the bot has not called the platform once; is it told that it is at {url}?{again}")
}

/// A scenario as often as it is to be played, each time with another seed.
fn rounds(file: &str, mut scenario: Scenario, unplanned: Seed, manner: Manner, args: &RunArgs) -> Vec<Part> {
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
            repeat: repeat(file, row.as_deref(), seed, args),
            manner,
            recorded: args.journal.is_some(),
        }
    };
    (0..args.repeat.get()).map(part).collect()
}

/// What `--strict` has every scenario end with.
fn strict_end(scenario: &Scenario) -> Step {
    Step {
        place: scenario.steps.last().map_or_else(Place::default, |last| last.place),
        source: "expect: {violations: none}  # --strict".to_owned(),
        action: Action::Expect(Expect::no_violations()),
    }
}

/// The command that plays one scenario again as it was played.
fn repeat(file: &str, row: Option<&str>, seed: Seed, args: &RunArgs) -> String {
    let file = quoted(file);
    let row = row.map_or(String::new(), |row| format!(" --filter {}", quoted(row)));
    let bot = performance::bot_flags(args.bot.as_ref(), args.port);
    let clock = if args.clock == Pace::Stepped { String::new() } else { format!(" --clock {}", args.clock) };
    let reach = args.reach.flags() + &args.tls.flags();
    let strict = if args.strict { " --strict" } else { "" };
    let prefer = if args.allow_prefer { " --allow-prefer" } else { "" };
    format!("rehearsal run {file}{row} --seed {seed}{bot}{clock}{strict}{prefer}{reach}")
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
}
