//! Coverage as one JSON document. Keys are stable: new ones may be added, none is renamed or removed within a version.
//!
//! ```text
//! version       1
//! percent       of all rows that count, rounded down; 0 to 100
//! touched, all  how many rows that count were touched, and how many there are
//! platforms[]   those that were played, sorted by name: name, percent, touched, all
//!   tables[]    kind (route | code | event | act | fault | change), counts (whether its rows are in the percentage),
//!               touched, all; for route, code and change: by_bot (rows that the bot touched)
//!     rows[]    sorted by name: name, times; for route, code and change: by_bot (times that it was the bot)
//! ```

use serde::Serialize;

use super::{Coverage, Covered, Kind, Share, Times};

/// The version of the document's shape.
const VERSION: u32 = 1;

/// The document of this coverage.
///
/// # Panics
/// Never: the document has string keys and whole numbers only.
#[must_use]
pub fn document(coverage: &Coverage) -> String {
    let mut platforms: Vec<Platform> = coverage.platforms().map(Platform::of).collect();
    platforms.sort_unstable_by_key(|platform| platform.name);
    let document = Document { version: VERSION, sum: Sum::of(coverage.share()), platforms };
    let mut text = serde_json::to_string_pretty(&document).expect("string keys and whole numbers only");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document {
    version: u32,
    #[serde(flatten)]
    sum: Sum,
    platforms: Vec<Platform>,
}

#[derive(Serialize)]
struct Sum {
    percent: usize,
    touched: usize,
    all: usize,
}

#[derive(Serialize)]
struct Platform {
    name: &'static str,
    #[serde(flatten)]
    sum: Sum,
    tables: Vec<Table>,
}

#[derive(Serialize)]
struct Table {
    kind: Kind,
    counts: bool,
    touched: usize,
    all: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_bot: Option<usize>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    times: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_bot: Option<usize>,
}

impl Sum {
    fn of(share: Share) -> Self {
        Self { percent: share.percent(), touched: share.touched, all: share.all }
    }
}

impl Platform {
    fn of(tables: &[Covered]) -> Self {
        Self {
            name: tables[0].platform,
            sum: Sum::of(Share::of(tables)),
            tables: tables.iter().map(Table::of).collect(),
        }
    }
}

impl Table {
    fn of(table: &Covered) -> Self {
        let row = |(name, times): &(&'static str, Times)| Row {
            name,
            times: times.all,
            by_bot: table.kind.is_told_apart().then_some(times.by_bot),
        };
        let mut rows: Vec<Row> = table.rows.iter().map(row).collect();
        rows.sort_unstable_by_key(|row| row.name);
        let Share { touched, all } = table.share();
        Self { kind: table.kind, counts: table.kind.counts(), touched, all, by_bot: table.by_bot(), rows }
    }
}
