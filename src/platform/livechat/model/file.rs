//! Files that were uploaded.

use bytes::Bytes;
use indexmap::IndexMap;

use crate::base::time::{VirtualSpan, VirtualTime};

/// How long a file stays that was in no event.
const UNUSED: VirtualSpan = VirtualSpan::from_mins(24 * 60);

/// A file that was uploaded.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its name, safe within a path and a header.
    pub(crate) name: String,
    /// Its media type.
    pub(crate) content_type: String,
    /// What is in it.
    pub(crate) bytes: Bytes,
    /// When it was uploaded.
    pub(crate) at: VirtualTime,
    /// Whether an event had it, so that it stays for good.
    pub(crate) used: bool,
}

/// All files of a license by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files(IndexMap<String, File>);

impl Files {
    /// Keeps a file.
    pub(crate) fn add(&mut self, hash: String, file: File) {
        self.0.insert(hash, file);
    }

    /// The file with this hash and name, unless it has gone unused for too long.
    pub(crate) fn get(&self, hash: &str, name: &str, now: VirtualTime) -> Option<&File> {
        self.0.get(hash).filter(|file| file.name == name && (file.used || now < file.at + UNUSED))
    }

    /// The file at an address, the end of which has the hash and the name.
    pub(crate) fn at(&self, url: &str, now: VirtualTime) -> Option<&File> {
        let (hash, name) = ends(url)?;
        self.get(hash, name, now)
    }

    /// Keeps the file at an address for good.
    pub(crate) fn keep(&mut self, url: &str) {
        if let Some(file) = ends(url).and_then(|(hash, _)| self.0.get_mut(hash)) {
            file.used = true;
        }
    }
}

fn ends(url: &str) -> Option<(&str, &str)> {
    let (rest, name) = url.rsplit_once('/')?;
    Some((rest.rsplit_once('/')?.1, name))
}
