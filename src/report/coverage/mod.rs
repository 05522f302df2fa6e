//! Which rows of the platforms' tables a run touched.
//!
//! [`Touched`] is what the journals say, [`Table`] what there is to touch, and [`Coverage`] one held against the other.
//! Scenarios that failed count like all others. What a tenant names itself, codes and events, is in no table and left out.

mod document;
mod table;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::Serialize;

pub use document::document;
pub use table::{Names, render, shortfall};

use crate::journal::entry::{Role, Source};
use crate::journal::{Journal, What};

/// What the rows of a table are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Operations of the platform; touched by a call, however it was answered.
    Route,
    /// Codes of the platform; touched by an answer.
    Code,
    /// Webhooks of the platform; touched when one is due.
    Event,
    /// What people do in scenarios; touched when it is done.
    Act,
    /// Planned faults; touched when one fires.
    Fault,
    /// How chats change.
    Change,
}

impl Kind {
    /// The word for several.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Route => "routes",
            Self::Code => "codes",
            Self::Event => "events",
            Self::Act => "acts",
            Self::Fault => "faults",
            Self::Change => "changes",
        }
    }

    /// Whether its rows are part of the percentage. Changes are not: no table says which of them a platform knows.
    #[must_use]
    pub const fn counts(self) -> bool {
        match self {
            Self::Route | Self::Code | Self::Event | Self::Act | Self::Fault => true,
            Self::Change => false,
        }
    }

    /// Whether the journal tells the bot's from others'.
    const fn is_told_apart(self) -> bool {
        match self {
            Self::Route | Self::Code | Self::Change => true,
            Self::Event | Self::Act | Self::Fault => false,
        }
    }
}

/// A table of a platform.
#[derive(Clone, Debug)]
pub struct Table {
    /// The platform.
    pub platform: &'static str,
    /// What its rows are.
    pub kind: Kind,
    /// The names of its rows, those first that are most worth touching.
    pub names: Vec<&'static str>,
}

/// How often a row was touched.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Times {
    /// By anybody.
    pub all: usize,
    /// By the bot, where the journal tells the bot's from others'; else 0.
    pub by_bot: usize,
}

/// What journals say was touched, platform by platform.
#[derive(Clone, Default, Debug)]
pub struct Touched(BTreeMap<String, Tally>);

type Tally = BTreeMap<(Kind, Cow<'static, str>), Times>;

impl Touched {
    /// What the journal of a scenario on this platform says. Nothing was played if the journal is empty.
    #[must_use]
    pub fn of(platform: &str, journal: &Journal) -> Self {
        let mut tally = Tally::new();
        let mut touch = |kind: Kind, name: Cow<'static, str>, by_bot: bool| {
            let times = tally.entry((kind, name)).or_default();
            times.all += 1;
            times.by_bot += usize::from(by_bot);
        };
        // The acts that nobody refused.
        let mut done: BTreeMap<usize, &str> = BTreeMap::new();
        for entry in journal.iter() {
            match &entry.what {
                What::Step { index, source, .. } => {
                    done.insert(*index, word(source));
                }
                What::Refused { index, .. } => {
                    index.map(|index| done.remove(&index));
                }
                What::Called(called) => {
                    let by_bot = called.source == Source::Bot;
                    called.route.iter().for_each(|route| touch(Kind::Route, route.clone(), by_bot));
                    called.code.iter().for_each(|code| touch(Kind::Code, code.clone(), by_bot));
                }
                What::Queued { event, .. } => touch(Kind::Event, event.clone(), false),
                What::Faulted { fault, .. } => touch(Kind::Fault, fault.clone(), false),
                What::Changed { by, change, .. } => touch(Kind::Change, change.name().into(), by.role == Role::Bot),
                What::Opened { .. }
                | What::Said(_)
                | What::Violated { .. }
                | What::Connected { .. }
                | What::Framed { .. }
                | What::Disconnected { .. }
                | What::Sent { .. }
                | What::Answered { .. }
                | What::Settled { .. }
                | What::Kept { .. }
                | What::Chosen { .. }
                | What::Judged { .. }
                | What::Remarked { .. }
                | What::Ended => {}
            }
        }
        done.into_values().for_each(|act| touch(Kind::Act, act.to_owned().into(), false));
        let played = journal.iter().next().is_some();
        Self(played.then(|| (platform.to_owned(), tally)).into_iter().collect())
    }
}

/// The key of a step that is written on one line.
fn word(source: &str) -> &str {
    source.split_once(':').map_or(source, |(word, _)| word)
}

impl AddAssign<&Touched> for Touched {
    fn add_assign(&mut self, other: &Self) {
        for (platform, tally) in &other.0 {
            let sums = self.0.entry(platform.clone()).or_default();
            for (row, times) in tally {
                let sum = sums.entry(row.clone()).or_default();
                sum.all += times.all;
                sum.by_bot += times.by_bot;
            }
        }
    }
}

/// The tables of the platforms that were played, and how often each of their rows was touched.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The tables, those of one platform next to each other.
    pub tables: Vec<Covered>,
}

/// One table and how often its rows were touched.
#[derive(Clone, Debug)]
pub struct Covered {
    /// The platform.
    pub platform: &'static str,
    /// What its rows are.
    pub kind: Kind,
    /// Its rows, in the order of the table.
    pub rows: Vec<(&'static str, Times)>,
}

impl Covered {
    /// How many of its rows were touched.
    #[must_use]
    pub fn share(&self) -> Share {
        Share { touched: self.rows.iter().filter(|(_, times)| times.all > 0).count(), all: self.rows.len() }
    }

    /// How many of its rows the bot itself touched, where the journal tells that.
    #[must_use]
    pub fn by_bot(&self) -> Option<usize> {
        self.kind.is_told_apart().then(|| self.rows.iter().filter(|(_, times)| times.by_bot > 0).count())
    }

    /// The names of the rows that were never touched.
    pub fn untouched(&self) -> impl Iterator<Item = &'static str> {
        self.rows.iter().filter(|(_, times)| times.all == 0).map(|(name, _)| *name)
    }
}

impl Coverage {
    /// Holds what was touched against these tables. Tables of platforms that were not played are left out.
    #[must_use]
    pub fn of(tables: impl IntoIterator<Item = Table>, touched: &Touched) -> Self {
        let covered = |table: Table| {
            let tally = touched.0.get(table.platform)?;
            let times = |name| tally.get(&(table.kind, Cow::Borrowed(name))).copied().unwrap_or_default();
            let rows = table.names.iter().map(|name| (*name, times(*name))).collect();
            Some(Covered { platform: table.platform, kind: table.kind, rows })
        };
        Self { tables: tables.into_iter().filter_map(covered).collect() }
    }

    /// The tables of each platform.
    pub fn platforms(&self) -> impl Iterator<Item = &[Covered]> {
        self.tables.chunk_by(|a, b| a.platform == b.platform)
    }

    /// How much of all rows that count was touched.
    #[must_use]
    pub fn share(&self) -> Share {
        Share::of(&self.tables)
    }
}

/// So many of so many rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    /// The rows that were touched.
    pub touched: usize,
    /// All rows.
    pub all: usize,
}

impl Share {
    /// That of all rows of these tables that count.
    #[must_use]
    pub fn of(tables: &[Covered]) -> Self {
        let shares = tables.iter().filter(|table| table.kind.counts()).map(Covered::share);
        shares.fold(Self { touched: 0, all: 0 }, |sum, share| Self {
            touched: sum.touched + share.touched,
            all: sum.all + share.all,
        })
    }

    /// The percentage, 0 to 100, rounded down so that only all of it is 100; 100 of nothing.
    #[must_use]
    pub fn percent(self) -> usize {
        (self.touched * 100).checked_div(self.all).unwrap_or(100)
    }

    /// How many more rows have to be touched to reach this percentage.
    #[must_use]
    pub const fn missing(self, percent: usize) -> usize {
        (self.all * percent).div_ceil(100).saturating_sub(self.touched)
    }
}

#[cfg(test)]
mod tests;
