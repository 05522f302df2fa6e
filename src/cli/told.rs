//! What is told of a scenario, in the forms that are wanted: made from its journal, whether that was just played or read.

use super::TellArgs;
use super::value::{Format, ReportTo};
use crate::base::diag::Paint;
use crate::journal::entry::Fate;
use crate::journal::file::Heading;
use crate::journal::{Entry, Journal, What};
use crate::report::coverage::Touched;
use crate::report::{Detail, Outcome, console, html};

/// Which forms are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    detail: Detail,
    paint: Paint,
    /// Whether the console shows scenarios.
    console: bool,
    /// Whether a page of the run is wanted.
    page: bool,
    /// Whether anybody wants to know what was touched.
    coverage: bool,
}

impl Manner {
    /// What a command line wants, where the console has colours or not.
    pub(super) fn of(args: &TellArgs, paint: Paint) -> Self {
        let page = args.reports.iter().any(ReportTo::is_page);
        let reported = args.reports.iter().any(ReportTo::shows_coverage);
        let coverage = reported || args.coverage.is_some() || args.coverage_fail_under.is_some();
        Self { detail: args.detail.into(), paint, console: args.format == Format::Human, page, coverage }
    }
}

/// A scenario in the forms that are wanted; the others are empty.
pub(super) struct Told {
    /// What came of it.
    pub(super) outcome: Outcome,
    /// On the console.
    pub(super) shown: String,
    /// Its timeline.
    pub(super) transcript: String,
    /// Its section of the page.
    pub(super) section: String,
    /// What it touched of the platforms, if that is wanted.
    pub(super) touched: Touched,
    /// Whether the bot acknowledged any webhook.
    pub(super) acknowledged: bool,
}

impl Told {
    /// Tells of a scenario.
    pub(super) fn of(heading: &Heading, journal: &Journal, manner: Manner) -> Self {
        let outcome = Outcome::of(journal, heading);
        let is_acknowledged = |entry: &Entry| matches!(entry.what, What::Settled { fate: Fate::Delivered, .. });
        let wanted = |wanted: bool, form: &dyn Fn() -> String| if wanted { form() } else { String::new() };
        Self {
            shown: wanted(manner.console, &|| console::scenario(&outcome, journal, manner.detail, manner.paint)),
            transcript: console::transcript(journal),
            touched: if manner.coverage { Touched::of(&heading.platform, journal) } else { Touched::default() },
            section: wanted(manner.page, &|| html::section(&outcome, journal)),
            acknowledged: journal.iter().any(is_acknowledged),
            outcome,
        }
    }
}
