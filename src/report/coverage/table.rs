//! Coverage as text for people.

use std::fmt::Write as _;

use super::{Coverage, Covered, Share};
use crate::base::diag::Paint;
use crate::report::text::{COLUMNS, Tone, count, wrap};

/// Where the names of untouched rows begin.
const INDENT: usize = 14;

/// Whether rows are named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Names {
    /// Those that were never touched.
    Untouched,
    /// None.
    None,
}

/// One line for each table, one for each platform, and one for all platforms if there are several.
#[must_use]
pub fn render(coverage: &Coverage, names: Names, paint: Paint) -> String {
    let mut out = format!("{}\n", Tone::Strong.paint("coverage", paint));
    if coverage.tables.is_empty() {
        out.push_str("  nothing was played\n");
    }
    for tables in coverage.platforms() {
        let _ = writeln!(out, "  {}", tables[0].platform);
        for table in tables {
            out.push_str(&line(table.kind.plural(), table.share(), &note(table), paint));
            if names == Names::Untouched {
                out.push_str(&untouched(table, paint));
            }
        }
        out.push_str(&line("all", Share::of(tables), "", paint));
    }
    if coverage.platforms().nth(1).is_some() {
        out.push_str("  all platforms\n");
        out.push_str(&line("all", coverage.share(), "", paint));
    }
    out
}

/// What to say if less than `floor` percent, 0 to 100, was touched, and nothing if it was enough.
#[must_use]
pub fn shortfall(coverage: &Coverage, floor: u8) -> Option<String> {
    let (share, floor) = (coverage.share(), usize::from(floor));
    let (percent, missing) = (share.percent(), share.missing(floor));
    (missing > 0).then(|| {
        format!(
            "coverage is {percent} %, {} of {}: {} % or {} below the {floor} % that were asked for",
            share.touched,
            count(share.all, "row"),
            floor - percent,
            count(missing, "row"),
        )
    })
}

fn line(what: &str, share: Share, note: &str, paint: Paint) -> String {
    let tone = if share.touched == share.all { Tone::Good } else { Tone::Plain };
    let percent = tone.paint(&format!("{:>3} %", share.percent()), paint);
    let line =
        format!("    {what:<8}{:>4} of {:>3}  {percent}  {}", share.touched, share.all, Tone::Faint.paint(note, paint));
    format!("{}\n", line.trim_end())
}

/// Who touched the rows, and whether they count.
fn note(table: &Covered) -> String {
    let by = table.by_bot().map(|bot| {
        let others = table.share().touched - bot;
        match table.kind.counts() {
            true => format!("{bot} by the bot, {others} by scenarios only"),
            false => format!("{bot} by the bot, {others} by others only; not in the percentage"),
        }
    });
    by.unwrap_or_default()
}

fn untouched(table: &Covered, paint: Paint) -> String {
    let names: Vec<&str> = table.untouched().collect();
    if names.is_empty() {
        return String::new();
    }
    let text = format!("{} never touched: {}", count(names.len(), "row"), names.join(", "));
    let lines = wrap(&text, COLUMNS - INDENT);
    lines.iter().map(|line| format!("{:INDENT$}{}\n", "", Tone::Faint.paint(line, paint))).collect()
}
