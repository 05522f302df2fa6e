//! The journals of a run as one file of JSON lines, which holds all that its reports are made of.
//!
//! ```text
//! {"kind":"run","format":"rehearsal journal","version":1,…}   once, first
//! {"kind":"scenario","name":…,"file":…,"played":"whole",…}    for each scenario, in the order of the run
//! {"seq":0,"at":…,"wall_ms":0.0,"kind":"opened",…}            its entries
//! {"kind":"scenario_end","entries":12}
//! {"kind":"run_end","wall_ms":412.0}                          once, last
//! ```
//!
//! A file is written and read scenario by scenario. Nothing here opens one.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Error, Value};

use super::{Bounds, Entry, Journal, lines};
use crate::base::rng::Seed;

/// What the first line says that the file is.
const FORMAT: &str = "rehearsal journal";
/// The version of the lines' shapes. New members may be added within it.
const VERSION: u64 = 1;
/// The longest line that is read, in bytes: no journal keeps an entry that is longer.
pub const LONGEST: usize = Bounds::DEFAULT.bytes;

/// What is known of a run before it begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// The version of the program that played it.
    pub program: String,
    /// The bot, as the command line names it.
    pub bot: String,
    /// How virtual time goes.
    pub clock: String,
    /// How many scenarios there are to play.
    pub scenarios: usize,
}

/// What the journal of a scenario does not say about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Heading {
    /// What it is about; empty where nobody says.
    pub name: String,
    /// Its file, as the user named it.
    pub file: String,
    /// The platform that it is played on.
    pub platform: String,
    /// The seed of all chance in it.
    pub seed: Seed,
    /// The row of its examples, if it has any.
    pub row: Option<usize>,
    /// Which time it is, from 0, that it is played.
    pub round: u32,
    /// The command that repeats it.
    pub repeat: String,
    /// How far it was played.
    pub played: Played,
}

/// How far a scenario was played.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Played {
    /// As far as its journal says.
    Whole,
    /// Something outside of it got in the way, for this reason.
    Cut(String),
    /// It never began, for this reason: the run ended before.
    Never(String),
    /// It was not to be played, for this reason.
    Skipped(String),
}

/// A scenario and its journal.
#[derive(Debug)]
pub struct Scene {
    /// What its journal does not say.
    pub heading: Heading,
    /// Its journal.
    pub journal: Journal,
}

/// A line that is no entry.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Frame<H> {
    Run {
        format: String,
        version: u64,
        #[serde(flatten)]
        facts: Facts,
    },
    Scenario(H),
    ScenarioEnd {
        entries: usize,
    },
    RunEnd {
        wall_ms: f64,
    },
}

impl Frame<&Heading> {
    fn line(&self) -> String {
        serde_json::to_string(self).expect("a line has only string keys and finite numbers") + "\n"
    }
}

/// The first line of a file.
#[must_use]
pub fn begin(facts: &Facts) -> String {
    Frame::Run { format: FORMAT.to_owned(), version: VERSION, facts: facts.clone() }.line()
}

/// The lines of one scenario.
#[must_use]
pub fn scene(heading: &Heading, journal: &Journal) -> String {
    let entries = lines::lines(journal, lines::Wall::Shown);
    let end = Frame::ScenarioEnd { entries: journal.iter().count() };
    Frame::Scenario(heading).line() + &entries + &end.line()
}

/// The last line of a file, after a run that really took so long.
#[must_use]
pub fn end(wall: Duration) -> String {
    Frame::RunEnd { wall_ms: lines::millis(wall) }.line()
}

/// Why a file is not read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It has no line.
    #[error("it is empty")]
    Empty,
    /// Its first line is not that of a journal.
    #[error("line 1 does not say that it is a journal, as what `rehearsal run --journal FILE` writes does")]
    NoJournal,
    /// It is a journal of another time.
    #[error("line 1: it is a journal of version {0}, and this program reads version {VERSION}")]
    Version(Value),
    /// A line is not JSON.
    #[error("line {line} is not JSON: {source}")]
    NoJson {
        /// Which, from 1.
        line: usize,
        /// What the reader of JSON says.
        source: Error,
    },
    /// A line is longer than any.
    #[error("line {line} has more than {LONGEST} bytes")]
    TooLong {
        /// Which, from 1.
        line: usize,
    },
    /// A line has not the shape of a journal's.
    #[error("line {line} is no line of a journal: {source}")]
    Malformed {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        source: Error,
    },
    /// A line stands where another one belongs.
    #[error("line {line} is out of order: {found} stands where {expected} belongs")]
    Disorder {
        /// Which, from 1.
        line: usize,
        /// What it is.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// Scenarios are missing, though the end is there.
    #[error("{read} of {scenarios} scenarios are in it")]
    Holes {
        /// How many were read.
        read: usize,
        /// How many the run had to play.
        scenarios: usize,
    },
    /// The end is missing.
    #[error("it breaks off after line {line}; {read} of {scenarios} scenarios are whole")]
    Truncated {
        /// The last whole line, from 1.
        line: usize,
        /// How many scenarios were read.
        read: usize,
        /// How many the run had to play.
        scenarios: usize,
    },
}

/// Reads a file line by line.
#[derive(Debug)]
pub struct Reader {
    /// How many lines were read.
    line: usize,
    read: usize,
    scenarios: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Between scenarios.
    Run,
    /// In a scenario, which gets its journal with its first entry.
    Scenario(Box<Heading>, Option<Box<Journal>>),
    /// The last line was read; the run took so long.
    End(Duration),
}

/// What a line was.
enum Line {
    Frame(Frame<Heading>),
    Entry(Entry),
}

impl Reader {
    /// Begins to read a file with its first line, which is empty if the file is.
    ///
    /// # Errors
    /// If it is not that of a journal that this program reads.
    pub fn begin(line: &[u8]) -> Result<Self, FileError> {
        if line.is_empty() {
            return Err(FileError::Empty);
        }
        let value: Value = serde_json::from_slice(line).map_err(|source| FileError::NoJson { line: 1, source })?;
        if value["format"] != FORMAT {
            return Err(FileError::NoJournal);
        }
        if value["version"] != VERSION {
            return Err(FileError::Version(value["version"].clone()));
        }
        let facts: Facts = serde_json::from_value(value).map_err(|source| FileError::Malformed { line: 1, source })?;
        Ok(Self { line: 1, read: 0, scenarios: facts.scenarios, state: State::Run })
    }

    /// Reads the next line, with the line feed at its end, and gives the scenario that it ends.
    ///
    /// # Errors
    /// If it is not the line that belongs there. What follows cannot be read then.
    pub fn take(&mut self, line: &[u8]) -> Result<Option<Scene>, FileError> {
        let parsed = self.parse(line)?;
        self.line += 1;
        let here = self.line;
        let disorder = |found: &str, expected: &str| {
            Err(FileError::Disorder { line: here, found: found.to_owned(), expected: expected.to_owned() })
        };
        match (&mut self.state, parsed) {
            (State::Run, Line::Frame(Frame::Scenario(heading))) => {
                self.state = State::Scenario(Box::new(heading), None);
                Ok(None)
            }
            (State::Run, Line::Frame(Frame::RunEnd { wall_ms })) => {
                self.state = State::End(Duration::from_nanos(lines::nanos(wall_ms)));
                Ok(None)
            }
            (State::Scenario(_, journal), Line::Entry(Entry { seq, at, wall, what })) => {
                let journal = journal.get_or_insert_with(|| Box::new(Journal::from(seq, Bounds::DEFAULT)));
                if seq != journal.end() {
                    return disorder(&format!("entry {seq}"), &format!("entry {}", journal.end()));
                }
                journal.append(at, wall, what);
                Ok(None)
            }
            (State::Scenario(heading, journal), Line::Frame(Frame::ScenarioEnd { entries })) => {
                let journal = journal.take().map_or_else(|| Journal::new(Bounds::DEFAULT), |journal| *journal);
                let count = journal.iter().count();
                if count != entries {
                    return disorder(&format!("the end of {entries} entries"), &format!("that of {count}"));
                }
                let scene = Scene { heading: Heading::clone(heading), journal };
                self.state = State::Run;
                self.read += 1;
                Ok(Some(scene))
            }
            (State::Run, found) => disorder(found.name(), "a scenario or the end of the run"),
            (State::Scenario(..), found) => disorder(found.name(), "an entry or the end of the scenario"),
            (State::End(_), found) => disorder(found.name(), "nothing more"),
        }
    }

    /// Ends the reading where the file ends, or where a line could not be read: gives the scenario that is not whole, if
    /// there is one, and how long the run took.
    pub fn finish(self) -> (Option<Scene>, Result<Duration, FileError>) {
        let Self { line, read, scenarios, state } = self;
        let truncated = Err(FileError::Truncated { line, read, scenarios });
        match state {
            State::End(_) if read != scenarios => (None, Err(FileError::Holes { read, scenarios })),
            State::End(wall) => (None, Ok(wall)),
            State::Run => (None, truncated),
            State::Scenario(mut heading, journal) => {
                heading.played = Played::Cut(format!("its journal breaks off after line {line}"));
                let journal = journal.map_or_else(|| Journal::new(Bounds::DEFAULT), |journal| *journal);
                (Some(Scene { heading: *heading, journal }), truncated)
            }
        }
    }

    fn parse(&self, text: &[u8]) -> Result<Line, FileError> {
        let Self { line, read, scenarios, .. } = *self;
        let whole = text.ends_with(b"\n");
        if text.len() > LONGEST {
            return Err(FileError::TooLong { line: line + 1 });
        }
        let value: Value = match serde_json::from_slice(text) {
            Ok(value) => value,
            Err(_) if !whole => return Err(FileError::Truncated { line, read, scenarios }),
            Err(source) => return Err(FileError::NoJson { line: line + 1, source }),
        };
        let parsed = match value["kind"].as_str() {
            Some("run" | "scenario" | "scenario_end" | "run_end") => serde_json::from_value(value).map(Line::Frame),
            Some(_) | None => lines::entry(value).map(Line::Entry),
        };
        parsed.map_err(|source| FileError::Malformed { line: line + 1, source })
    }
}

impl Line {
    fn name(&self) -> &'static str {
        match self {
            Self::Frame(Frame::Run { .. }) => "the beginning of a run",
            Self::Frame(Frame::Scenario(_)) => "a scenario",
            Self::Frame(Frame::ScenarioEnd { .. }) => "the end of a scenario",
            Self::Frame(Frame::RunEnd { .. }) => "the end of the run",
            Self::Entry(_) => "an entry",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::EntrySeq;
    use crate::base::time::{VirtualTime, WallTime};
    use crate::journal::What;

    fn heading() -> Heading {
        Heading {
            name: "It".to_owned(),
            file: "it.yaml".to_owned(),
            platform: "toy".to_owned(),
            seed: Seed(u64::MAX),
            row: Some(2),
            round: 1,
            repeat: "rehearsal run it.yaml".to_owned(),
            played: Played::Cut("the bot\nwent away".to_owned()),
        }
    }

    /// A journal that lost its first three of five entries, between which odd times pass.
    fn journal() -> Journal {
        let mut journal = Journal::new(Bounds { entries: 2, bytes: 1_000 });
        for nth in 0..5_u32 {
            let (at, wall) = (1_767_603_600_000_000_001 + i64::from(nth), 7_000_000_123 * u64::from(nth));
            let what = What::Chosen { branch: 1, of: 2 };
            journal.append(VirtualTime::from_nanos(at), WallTime::from_nanos(wall), what);
        }
        journal
    }

    fn facts() -> Facts {
        Facts { program: "0.1.0".to_owned(), bot: "builtin".to_owned(), clock: "virtual".to_owned(), scenarios: 1 }
    }

    fn text() -> String {
        begin(&facts()) + &scene(&heading(), &journal()) + &end(Duration::from_nanos(412_345_678))
    }

    /// Reads all of a text: how many scenarios are whole, the rest, and why it ends before its time.
    fn read(text: &str) -> (Vec<Scene>, Option<Scene>, Result<Duration, FileError>) {
        let mut lines = text.split_inclusive('\n');
        let mut reader = match Reader::begin(lines.next().unwrap_or_default().as_bytes()) {
            Ok(reader) => reader,
            Err(error) => return (Vec::new(), None, Err(error)),
        };
        let mut scenes = Vec::new();
        for line in lines {
            match reader.take(line.as_bytes()) {
                Ok(scene) => scenes.extend(scene),
                Err(error) => return (scenes, reader.finish().0, Err(error)),
            }
        }
        let (rest, ended) = reader.finish();
        (scenes, rest, ended)
    }

    #[test]
    fn a_file_reads_as_it_was_written() {
        let (scenes, rest, wall) = read(&text());
        assert_eq!((scenes.len(), rest.is_none(), wall.unwrap()), (1, true, Duration::from_nanos(412_345_678)));
        let Scene { heading: read, journal: copy } = &scenes[0];
        assert_eq!((read, copy.dropped()), (&heading(), 3));
        assert_eq!(scene(read, copy), scene(&heading(), &journal()));
        let times: Vec<_> = copy.iter().map(|entry| (entry.seq, entry.at)).collect();
        assert_eq!(times, journal().iter().map(|entry| (entry.seq, entry.at)).collect::<Vec<_>>());
        let taken = |journal: &Journal| journal.iter().last().unwrap().after(journal.iter().next().unwrap().wall);
        assert_eq!(taken(copy), taken(&journal()));
        assert_eq!(copy.end(), EntrySeq(5));
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_line() {
        let whole = text();
        let lines: Vec<&str> = whole.split_inclusive('\n').collect();
        let check = |text: &str, expected: &str, scenes: usize, rest: bool| {
            let (read, open, ended) = read(text);
            let error = ended.expect_err(text).to_string();
            assert!(error.starts_with(expected), "{error}");
            assert_eq!((read.len(), open.is_some()), (scenes, rest), "{error}");
        };
        check("", "it is empty", 0, false);
        check("\n", "line 1 is not JSON: EOF while parsing", 0, false);
        check("{}\n", "line 1 does not say that it is a journal", 0, false);
        check(lines[1], "line 1 does not say that it is a journal", 0, false);
        check(
            &lines[0].replace("\"version\":1", "\"version\":2"),
            "line 1: it is a journal of version 2, and",
            0,
            false,
        );
        check(&lines[0].replace("clock", "cloak"), "line 1 is no line of a journal: missing field `clock`", 0, false);
        check(lines[0], "it breaks off after line 1; 0 of 1 scenarios are whole", 0, false);
        check(&lines[..3].concat(), "it breaks off after line 3; 0 of 1", 0, true);
        check(&lines[..5].concat(), "it breaks off after line 5; 1 of 1", 1, false);
        check(&[lines[0], lines[5]].concat(), "0 of 1 scenarios are in it", 0, false);
        check(&whole[..whole.len() - 4], "it breaks off after line 5; 1 of 1", 1, false);
        let damaged = |nth: usize, line: &str| {
            let mut lines = lines.clone();
            lines[nth - 1] = line;
            lines.concat()
        };
        check(&damaged(3, "nonsense\n"), "line 3 is not JSON: ", 0, true);
        check(&damaged(3, "{\"kind\":\"opened\"}\n"), "line 3 is no line of a journal: missing field `seq`", 0, true);
        let odd = lines[2].replace("chosen", "chased");
        check(&damaged(3, &odd), "line 3 is no line of a journal: unknown variant `chased`", 0, true);
        let odd = lines[2].replace("2026-", "a year ");
        check(&damaged(3, &odd), "line 3 is no line of a journal: `a year 01-05T09:00", 0, true);
        check(&damaged(4, lines[2]), "line 4 is out of order: entry #3 stands where entry #4 belongs", 0, true);
        check(
            &damaged(4, lines[4]),
            "line 4 is out of order: the end of 2 entries stands where that of 1 belongs",
            0,
            true,
        );
        check(&damaged(2, lines[2]), "line 2 is out of order: an entry stands where a scenario or the end", 0, false);
        check(&damaged(4, lines[5]), "line 4 is out of order: the end of the run stands where an entry or", 0, true);
        check(&damaged(4, lines[0]), "line 4 is out of order: the beginning of a run stands where", 0, true);
        let twice = whole.clone() + &whole;
        check(&twice, "line 7 is out of order: the beginning of a run stands where nothing more belongs", 1, false);
        assert!(read(whole.trim_end()).2.is_ok(), "the last line feed may be missing");
    }

    #[test]
    fn a_scenario_that_breaks_off_could_not_be_played_to_its_end() {
        let whole = text();
        let cut = whole.split_inclusive('\n').take(3).collect::<String>();
        let rest = read(&cut).1.unwrap();
        assert_eq!(rest.heading.played, Played::Cut("its journal breaks off after line 3".to_owned()));
        assert_eq!(rest.journal.iter().count(), 1);
    }
}
