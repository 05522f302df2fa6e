//! `rehearsal explore`: plays variants of one scenario that the platform's delivery allows, and shrinks what fails.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::house;
use super::performance;
use super::shell::quoted;
use super::signals::Signals;
use super::theatre::{Played, Theatre};
use super::value::{Bot, Format};
use super::{Also, ExploreArgs, Terminal, files};
use crate::base::diag::Diagnostic;
use crate::base::rng::Seed;
use crate::base::time::WallTime;
use crate::explore::case::Case;
use crate::explore::shrink::Shrink;
use crate::explore::survey::Chance;
use crate::explore::variant::{Answers, draw, is_possible};
use crate::platform::Vendor;
use crate::report::explored::{self, Explored, Mark, Shrunk};
use crate::report::{Exit, Outcome};
use crate::scenario::expand::expand;
use crate::scenario::include::Library;
use crate::scenario::node::{Node, Value};
use crate::scenario::write::document;
use crate::scenario::{Scenario, Vocabulary, load_rows};
use crate::server::ticker;

/// How often the smallest scenario is played again, to see whether it always fails.
const PLAYED_AGAIN: usize = 3;

/// Explores the scenario of a command line.
///
/// # Errors
/// If a stream fails. Whatever else goes wrong is told, and makes the exit code.
pub async fn run(args: &ExploreArgs, vendors: &'static [Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let begun = ticker::now();
    if args.file.is_dir() {
        terminal.remark(&format!("error: {} is a folder; name one scenario", args.file.display()))?;
        return Ok(Exit::Invalid);
    }
    let mut loaded = files::load_as(std::slice::from_ref(&args.file), vendors, rows);
    if let Some((exit, problems)) = house::refusal(&loaded) {
        terminal.remark(&problems)?;
        return Ok(exit);
    }
    let Some(file) = loaded.pop() else { return Ok(Exit::NothingTested) };
    let mut rows = file.result.unwrap_or_default();
    rows.retain(|row| row.scenario.skip.is_none());
    let Some(first) = rows.first() else {
        terminal.remark("nothing to play: the scenario is to be skipped")?;
        return Ok(Exit::NothingTested);
    };
    let seed = args.seed.map(Seed).or(first.scenario.seed).unwrap_or_else(Seed::unplanned);
    let output = args.output.clone().unwrap_or_else(|| named_after(&args.file, seed));
    if output.exists() {
        terminal.remark(&format!("error: {} is there already; name another file with --output", output.display()))?;
        return Ok(Exit::Invalid);
    }
    let bot = args.bot.clone().unwrap_or(Bot::Builtin);
    if let Some(why) = performance::out_of_reach(&bot).await {
        terminal.remark(&why)?;
        return Ok(Exit::CouldNotRun);
    }
    let jobs = performance::jobs(args.jobs, &bot);
    let place = (args.port, &args.reach, &args.tls);
    let Some(house) = performance::open(place, args.bot.as_ref(), vendors, terminal).await? else {
        return Ok(Exit::CouldNotRun);
    };
    let theatre = Theatre {
        house: Arc::clone(&house),
        vendors,
        file: file.source.name.to_string(),
        output: output.display().to_string(),
        seed,
        timeout: args.timeout,
        flags: performance::bot_flags(args.bot.as_ref(), args.port) + &args.reach.flags() + &args.tls.flags(),
        paint: terminal.paint,
    };
    let exit = Search { args, theatre: &theatre, jobs, begun, runs: 0 }.run(rows, terminal).await;
    drop(theatre);
    if let Ok(house) = Arc::try_unwrap(house) {
        house.close().await;
    }
    exit
}

/// A scenario, or a row of its examples, and the tree that it is changed in.
struct Row {
    scenario: Scenario,
    root: Node,
}

fn rows(text: &str, words: &[Vocabulary], library: &dyn Library) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let scenarios = load_rows(text, words, library)?;
    let row = |(scenario, mut root): (Scenario, Node)| {
        // Every run has a seed of its own: a bot may remember the ids of the one before.
        if let Value::Map(members) = &mut root.value {
            members.retain(|(key, _)| key.name != "seed");
        }
        Row { scenario, root }
    };
    Ok(scenarios.into_iter().zip(expand(text, library)).map(row).collect())
}

/// Where the smallest scenario is written unless the user says: into the working directory.
fn named_after(file: &Path, seed: Seed) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{stem}.explored-{seed}.yaml"))
}

/// What is looked for, and with what.
struct Search<'a> {
    args: &'a ExploreArgs,
    theatre: &'a Theatre,
    jobs: usize,
    begun: WallTime,
    /// How many runs there have been: each has a number of its own, which its seed follows from.
    runs: u32,
}

/// The smallest case that fails, as far as is known.
struct Smallest {
    case: Case,
    runs: usize,
    /// Whether nothing more can be left out.
    complete: bool,
}

impl Search<'_> {
    async fn run(mut self, rows: Vec<Row>, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let answers = match self.args.also {
            Some(Also::Reset) => Answers::MayBeLost,
            None => Answers::Arrive,
        };
        let mut outcomes = Vec::new();
        let mut ways: Vec<(Case, Vec<Chance>)> = Vec::new();
        let mut signals = Signals::listen()?;
        for row in rows {
            let (case, played) = tokio::select! {
                played = self.unmodified(row) => played,
                () = signals.next() => {
                    terminal.remark("interrupted before anything was explored")?;
                    return Ok(Exit::CouldNotRun);
                }
            };
            if played.mark.is_some() {
                match self.args.format {
                    Format::Human => terminal.data(&played.shown)?,
                    Format::Json => terminal.remark(&played.shown)?,
                }
                terminal.remark("the scenario fails as it is; explore it once it passes")?;
                return Ok(Exit::of(&[played.outcome]));
            }
            outcomes.push(played.outcome);
            ways.push((case, played.chances));
        }
        ways.retain(|(_, chances)| is_possible(chances, answers));
        if ways.is_empty() {
            terminal.remark("nothing to explore: no webhook and no call could have gone another way")?;
            return Ok(Exit::NothingTested);
        }
        let variant = |number: u32| {
            let (case, chances) = &ways[number as usize % ways.len()];
            Case { root: case.root.clone(), faults: draw(self.theatre.seed, number, chances, answers) }
        };
        let variants: Arc<[Case]> = (0..self.args.budget).map(variant).collect();
        let (played, interrupted) = self.play_all(&variants, &mut signals, terminal).await?;
        let (explored, first) = self.sorted(&variants, played, &mut outcomes);
        if self.args.format == Format::Human {
            terminal.data(&explored::summary(&explored, terminal.paint))?;
        }
        let mut exit = Exit::of(&outcomes);
        let mut shrunk = None;
        if let Some((first, mark)) = first.filter(|_| !interrupted) {
            let steps = first.steps();
            let smallest = self.shrink(first, &mark, &mut signals, terminal).await?;
            let known = self.play_again(&smallest, steps, &mark, terminal).await?;
            exit = exit.max(self.write(&smallest.case, &known, terminal)?);
            shrunk = Some(known);
        }
        match (self.args.format, &shrunk) {
            (Format::Human, None) => {}
            (Format::Human, Some(shrunk)) => terminal.data(&explored::shrunk(shrunk, terminal.paint))?,
            (Format::Json, shrunk) => terminal.data(&explored::document(&explored, shrunk.as_ref(), exit))?,
        }
        Ok(exit)
    }

    /// Plays a scenario as it is: as it was written, and if that passes, as the tree that variants are made of.
    async fn unmodified(&mut self, row: Row) -> (Case, Played) {
        let case = Case { root: row.root, faults: Vec::new() };
        let nth = self.next();
        let played = self.theatre.perform(&row.scenario, &self.theatre.file, nth, |_| Vec::new()).await;
        if played.mark.is_some() {
            return (case, played);
        }
        let again = self.theatre.play(&case, nth).await;
        (case, again.unwrap_or(played))
    }

    fn next(&mut self) -> u32 {
        self.runs += 1;
        self.runs - 1
    }

    /// Plays all variants. Also tells whether an interrupt ended it early.
    async fn play_all(
        &mut self,
        variants: &Arc<[Case]>,
        signals: &mut Signals,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<(Vec<Option<Played>>, bool)> {
        let (theatre, before) = (self.theatre.clone(), self.runs);
        self.runs += self.args.budget;
        let (mut workers, mut finished) =
            performance::side_by_side(self.jobs, variants, move |variants, index, tell| {
                let theatre = theatre.clone();
                let nth = before.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
                async move {
                    // Nobody receives any more only if the search was interrupted.
                    let _ = tell.send((index, theatre.play(&variants[index], nth).await));
                }
            });
        let mut results: Vec<Option<Played>> = variants.iter().map(|_| None).collect();
        loop {
            tokio::select! {
                next = finished.recv() => match next {
                    Some((index, played)) => results[index] = played,
                    None => break,
                },
                () = signals.next() => {
                    terminal.remark("interrupted; this is what is known so far")?;
                    workers.shutdown().await;
                    return Ok((results, true));
                }
            }
        }
        while workers.join_next().await.is_some() {}
        Ok((results, false))
    }

    /// What came of the variants, and the first that failed.
    fn sorted(
        &self,
        variants: &[Case],
        played: Vec<Option<Played>>,
        outcomes: &mut Vec<Outcome>,
    ) -> (Explored, Option<(Case, Mark)>) {
        let mut explored = Explored {
            file: self.theatre.file.clone(),
            seed: self.theatre.seed,
            runs: 0,
            uncounted: 0,
            kinds: Vec::new(),
            wall: ticker::now().since(self.begun),
        };
        let mut first = None;
        for (index, (case, played)) in variants.iter().zip(played).enumerate() {
            let Some(played) = played else { continue };
            explored.runs += 1;
            let Some(mark) = played.mark else { continue };
            if !case.blames_bot(mark.step()) {
                explored.uncounted += 1;
                continue;
            }
            explored.take(index + 1, mark.clone(), &played.outcome);
            outcomes.push(played.outcome);
            first.get_or_insert_with(|| (case.clone(), mark));
        }
        (explored, first)
    }

    /// Leaves out what is not needed for the failure.
    async fn shrink(
        &mut self,
        first: Case,
        mark: &Mark,
        signals: &mut Signals,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Smallest> {
        let before = self.runs;
        if self.failure(&first.without_faults()).await.is_some() {
            terminal.remark("the scenario now fails as it is, too, so it was not shrunk: is the bot still well?")?;
            return Ok(Smallest { case: first, runs: 1, complete: false });
        }
        let mut shrink = Shrink::new(first);
        let complete = loop {
            let Some(candidate) = shrink.candidate() else { break true };
            if self.runs - before >= self.args.budget {
                break false;
            }
            let known = shrink.best().root == candidate.root;
            let fails = tokio::select! {
                fails = self.fails(&candidate, known, mark) => fails,
                () = signals.next() => {
                    terminal.remark("interrupted; this is the smallest so far")?;
                    break false;
                }
            };
            if fails { shrink.keep(candidate) } else { shrink.reject() }
        };
        Ok(Smallest { case: shrink.best().clone(), runs: (self.runs - before) as usize, complete })
    }

    /// Whether a case fails in the same way, and only because of its faults. `known` says that its steps are known to be passed
    /// without them.
    async fn fails(&mut self, case: &Case, known: bool, mark: &Mark) -> bool {
        self.failure(case).await.is_some_and(|found| found == *mark && case.blames_bot(found.step()))
            && (known || self.passes(&case.without_faults()).await)
    }

    /// How a case fails; nothing if it passes or is no scenario.
    async fn failure(&mut self, case: &Case) -> Option<Mark> {
        self.play(case).await?.mark
    }

    async fn passes(&mut self, case: &Case) -> bool {
        self.play(case).await.is_some_and(|played| played.mark.is_none())
    }

    async fn play(&mut self, case: &Case) -> Option<Played> {
        let played = self.theatre.play(case, self.runs).await?;
        self.runs += 1;
        Some(played)
    }

    /// Plays the smallest case some more times, to see whether it always fails, and shows how it does.
    async fn play_again(
        &mut self,
        smallest: &Smallest,
        steps_before: usize,
        mark: &Mark,
        terminal: &mut Terminal<'_>,
    ) -> io::Result<Shrunk> {
        let mut failed = 0;
        for _ in 0..PLAYED_AGAIN {
            let played = self.play(&smallest.case).await;
            let Some(played) = played.filter(|played| played.mark.as_ref() == Some(mark)) else { continue };
            failed += 1;
            if failed == 1 && self.args.format == Format::Human {
                terminal.data(&format!("\n{}", played.shown))?;
            }
        }
        Ok(Shrunk {
            file: self.theatre.output.clone(),
            runs: smallest.runs,
            complete: smallest.complete,
            faults: smallest.case.faults.len(),
            steps: smallest.case.steps(),
            steps_before,
            failed,
            played: PLAYED_AGAIN,
            repeat: self.theatre.repeat(&self.theatre.output),
        })
    }

    /// Writes the smallest case into its file, which must not be there yet.
    fn write(&self, case: &Case, shrunk: &Shrunk, terminal: &mut Terminal<'_>) -> io::Result<Exit> {
        let text = format!("{}{}", self.heading(shrunk), document(&case.document()));
        let path = Path::new(&shrunk.file);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let opened = folder.map_or(Ok(()), std::fs::create_dir_all).and_then(|()| File::create_new(path));
        match opened.and_then(|mut file| file.write_all(text.as_bytes())) {
            Ok(()) => Ok(Exit::Met),
            Err(error) => {
                let told = format!("error: failed to write {}: {error}; this is what it should hold:", path.display());
                terminal.remark(&format!("{told}\n{text}"))?;
                Ok(Exit::CouldNotRun)
            }
        }
    }

    /// The comment at the beginning of the file.
    fn heading(&self, shrunk: &Shrunk) -> String {
        let Theatre { file, seed, flags, .. } = self.theatre;
        let also = self.args.also.map_or("", |Also::Reset| " --also reset");
        let (file, budget) = (quoted(file), self.args.budget);
        let lines = [
            "The bot fails this though the platform does nothing that it may not do.".to_owned(),
            format!("Repeat: {}", shrunk.repeat),
            format!("Found by: rehearsal explore {file} --seed {seed} --budget {budget}{also}{flags}"),
            match shrunk.failed {
                PLAYED_AGAIN => "It failed every time.".to_owned(),
                failed => format!("It is flaky: it failed {failed} of {PLAYED_AGAIN} times."),
            },
        ];
        lines.iter().map(|line| format!("# {}\n", plain(line))).collect()
    }
}

/// A text as it can stand in a comment.
fn plain(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
