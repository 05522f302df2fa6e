//! The tables that coverage is measured against: those that `rehearsal list` prints.

use crate::base::doc_ref::Mark;
use crate::fault::{EXPIRE, FAULTS, FaultDoc, Seam};
use crate::journal::entry::Change;
use crate::platform::Vendor;
use crate::report::coverage::{Coverage, Kind, Table, Touched};
use crate::scenario::act::ACTS;

/// What was touched of the tables of the platforms that were played.
pub(super) fn of<'t>(touched: impl IntoIterator<Item = &'t Touched>, vendors: &[Vendor]) -> Coverage {
    let mut sum = Touched::default();
    for one in touched {
        sum += one;
    }
    Coverage::of(vendors.iter().flat_map(tables), &sum)
}

/// All tables of a vendor.
fn tables(vendor: &Vendor) -> [Table; 6] {
    let expires = vendor.vocabulary.tokens_expire;
    // Nobody has to use sockets, so what only pushes can meet is not missed.
    let possible = |fault: &&FaultDoc| (expires || fault.name != EXPIRE) && fault.seam != Seam::Push;
    let faults = FAULTS.iter().filter(possible).map(|fault| fault.name);
    let lacks = |act: &str| vendor.vocabulary.lacks.iter().any(|(name, _)| *name == act);
    let acts = ACTS.iter().map(|act| act.name).filter(|act| !lacks(act));
    let tables = [
        (Kind::Route, strongest_first((vendor.routes)().iter().map(|route| (route.doc.mark, route.name)))),
        (Kind::Code, strongest_first(vendor.codes.iter().map(|code| (code.doc.mark, code.code)))),
        (Kind::Event, strongest_first(vendor.events.iter().map(|event| (event.doc.mark, event.name)))),
        (Kind::Act, acts.collect()),
        (Kind::Fault, faults.collect()),
        (Kind::Change, Change::NAMES.to_vec()),
    ];
    tables.map(|(kind, names)| Table { platform: vendor.name, kind, names })
}

/// The names of rows, those first that the vendor stands behind: what is inferred is less worth a scenario.
fn strongest_first(rows: impl Iterator<Item = (Mark, &'static str)>) -> Vec<&'static str> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(mark, _)| *mark);
    rows.into_iter().map(|(_, name)| name).collect()
}
