//! `include`: steps that stand in a file of their own.
//!
//! Knows which paths may be included, how deep and how often; reading them is left to a [`Library`].

use std::sync::Arc;

use super::check::Checker;
use super::compose::{NOTE, Steps};
use super::decode::{Decode as _, Located, Unread};
use super::node::{self, Node};
use super::{Step, codes, examples};
use crate::base::diag::{Diagnostic, Place, Source};
use crate::record;

/// How deep files may include each other.
pub(super) const MOST_LEVELS: usize = 8;
/// How many files a scenario may include, one that is included twice counted twice.
const MOST_FILES: usize = 200;

/// Why a file cannot be included; reads after "because".
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// The path is absolute, or not written as paths are here.
    #[error("it is not a path from here, with `/` between its parts")]
    Path,
    /// The path has no name in it.
    #[error("it names no file")]
    Nameless,
    /// The path has `..` in it.
    #[error("it leads out of its folder")]
    Outside,
    /// A link on the way leads elsewhere.
    #[error("a link leads out of the folder")]
    Link,
    /// It is being read already.
    #[error("it includes itself")]
    Circle,
    /// Too many files include each other.
    #[error("files include each other more than {MOST_LEVELS} levels deep")]
    Depth,
    /// Too many files are included.
    #[error("more than {MOST_FILES} files are included")]
    Number,
    /// The scenario did not come out of a file.
    #[error("the scenario stands in no folder")]
    Nowhere,
    /// A folder, a pipe, or something else that is not read.
    #[error("it is not a file")]
    NoFile,
    /// Its bytes are no text.
    #[error("it is not UTF-8")]
    NoText,
    /// Reading failed, for this reason.
    #[error("of this: {0}")]
    Unreadable(String),
}

/// Where the files that a scenario includes are kept.
pub trait Library {
    /// Reads a file that may be included.
    ///
    /// `folder` is that of the including file, from the folder of the scenario on, and empty for that one; `path` goes on from
    /// there. Neither has `..` in it. The file must not be outside of the folder, wherever links lead.
    ///
    /// # Errors
    /// Why it cannot be included.
    fn read(&self, folder: &str, path: &str) -> Result<Source, Refusal>;
}

/// The library of a scenario that stands in no file.
#[derive(Clone, Copy, Debug)]
pub struct Nowhere;

impl Library for Nowhere {
    fn read(&self, _: &str, _: &str) -> Result<Source, Refusal> {
        Err(Refusal::Nowhere)
    }
}

/// Files that are being read, each included by the one before.
#[derive(Debug, Default)]
pub(super) struct Included {
    /// Their paths from the folder of the scenario on.
    open: Vec<String>,
    /// Where the scenario itself includes the first of them.
    from: Place,
    /// How many there have been so far.
    files: usize,
}

impl Included {
    /// Where a step stands in the scenario itself, and what is told of it besides: the file that it comes from.
    pub(super) fn place(&self, place: Place, source: String) -> (Place, String) {
        match self.open.last() {
            Some(path) => (self.from, format!("{source}{NOTE}{path}:{}", place.line)),
            None => (place, source),
        }
    }
}

record! {
    /// A file that others include.
    struct Part {
        /// What happens, in order.
        steps: Steps,
    }
}

impl Checker<'_, '_> {
    /// The steps of a file.
    pub(super) fn include(&mut self, step: Place, node: &Node) -> Vec<Step> {
        let Some(written) = Located::<String>::decode(node, self.problems) else {
            return Vec::new();
        };
        match self.find(&written.value) {
            Ok((path, source)) => {
                if self.included.open.is_empty() {
                    self.included.from = step;
                }
                self.included.open.push(path);
                let before = self.problems.len();
                let steps = self.part(&source.text);
                let source = Arc::new(source);
                for problem in &mut self.problems[before..] {
                    if problem.within.is_none() && problem.rule == &codes::EMPTY_FILE {
                        problem.help = Some("start with `steps:`".to_owned());
                    }
                    // What a file included further on has been told of is left as it is.
                    problem.within.get_or_insert_with(|| Arc::clone(&source));
                }
                self.included.open.pop();
                steps
            }
            Err(why) => {
                let message = format!("`{}` cannot be included, because {why}", written.value);
                let problem = Diagnostic::new(&codes::INCLUDE, written.place, message);
                self.problems.push(problem.help("name a file of steps by its path from the folder of this one"));
                Vec::new()
            }
        }
    }

    /// A file that may be included here, and its path from the folder of the scenario on.
    fn find(&mut self, written: &str) -> Result<(String, Source), Refusal> {
        let path = plain(written)?;
        let folder = self.included.open.last().and_then(|open| open.rsplit_once('/')).map_or("", |(folder, _)| folder);
        let whole = if folder.is_empty() { path.clone() } else { format!("{folder}/{path}") };
        if self.included.open.contains(&whole) {
            return Err(Refusal::Circle);
        }
        if self.included.open.len() >= MOST_LEVELS {
            return Err(Refusal::Depth);
        }
        if self.included.files >= MOST_FILES {
            return Err(Refusal::Number);
        }
        self.included.files += 1;
        let source = self.library.read(folder, &path)?;
        Ok((whole, source))
    }

    fn part(&mut self, text: &str) -> Vec<Step> {
        let Some(mut root) = node::read(text, self.problems) else { return Vec::new() };
        if let Some(row) = self.row {
            root = examples::filled(&root, &row.values);
        }
        let Some(part) = Part::decode(&root, self.problems) else { return Vec::new() };
        part.steps.0.iter().flat_map(|Unread(node)| self.steps(node)).collect()
    }
}

/// A path without detours, if it may be included.
pub(super) fn plain(written: &str) -> Result<String, Refusal> {
    if written.starts_with('/') || written.contains(['\\', ':', '\0']) {
        return Err(Refusal::Path);
    }
    let parts: Vec<&str> = written.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err(Refusal::Outside);
    }
    if parts.is_empty() {
        return Err(Refusal::Nameless);
    }
    Ok(parts.join("/"))
}
