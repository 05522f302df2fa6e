//! What users are told about a run, read from journals that are written by hand: the timeline, the failures, the summary,
//! and the forms for machines.

mod book;
mod form;
mod outcome;
