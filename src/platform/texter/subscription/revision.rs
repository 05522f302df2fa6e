//! The versions of a subscription.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::program::Program;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;

/// What becomes of a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::platform::texter) enum RevisionStatus {
    /// It runs.
    Active,
    /// It does not run.
    Inactive,
    /// It is being written.
    Draft,
}

impl RevisionStatus {
    /// All of them, by their names.
    pub(in crate::platform::texter) const ALL: [(&'static str, Self); 3] =
        [("active", Self::Active), ("inactive", Self::Inactive), ("draft", Self::Draft)];

    /// The status with this name.
    pub(in crate::platform::texter) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, status)| *status)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Draft => "draft",
        }
    }
}

/// What is imported: a program that was read, and the document it was read from.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Import {
    /// The document, as it is shown.
    pub(in crate::platform::texter) data: Json,
    /// What it does.
    pub(in crate::platform::texter) program: Arc<Program>,
    /// What becomes of it.
    pub(in crate::platform::texter) status: RevisionStatus,
    /// Who imports it: an agent's uid.
    pub(in crate::platform::texter) author: Option<String>,
}

impl Import {
    /// The events that its requests name, as far as they spell them out.
    pub(in crate::platform::texter) fn events(&self) -> impl Iterator<Item = &str> {
        let actions = self.program.actions.iter();
        actions.filter_map(|action| action.params.pointer("/data/eventName")?.as_str())
    }
}

/// One version.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Revision {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// Its number, from 1; drafts have none.
    pub(in crate::platform::texter) version: Option<u64>,
    /// The number of the version that it was made from.
    pub(in crate::platform::texter) parent: Option<u64>,
    /// What its author says about it.
    pub(in crate::platform::texter) comment: Option<String>,
    /// The document, as it is shown.
    pub(in crate::platform::texter) data: Json,
    /// What it does.
    pub(in crate::platform::texter) program: Arc<Program>,
    /// Who wrote it: an agent's uid.
    pub(in crate::platform::texter) author: String,
    /// When it was written.
    pub(in crate::platform::texter) created: VirtualTime,
    /// When it was last changed.
    pub(in crate::platform::texter) modified: Option<VirtualTime>,
    /// When it was activated, each time with who did it.
    pub(in crate::platform::texter) activations: Vec<(VirtualTime, String)>,
}

/// A subscription with all its versions.
#[derive(Clone, Debug)]
pub(in crate::platform::texter) struct Subscription {
    /// The id.
    pub(in crate::platform::texter) id: String,
    /// The version that runs.
    pub(in crate::platform::texter) active: Option<Revision>,
    /// Versions that do not.
    pub(in crate::platform::texter) inactive: Vec<Revision>,
    /// What is being written.
    pub(in crate::platform::texter) drafts: Vec<Revision>,
    /// How many versions it has ever had. That the number of a deleted one is not given again is inferred: records of runs
    /// name versions by their numbers.
    numbered: u64,
    /// A secret to sign its requests with.
    pub(in crate::platform::texter) secret: Option<Secret>,
}

impl Subscription {
    /// A subscription with its first version, which has no number if it is a draft.
    pub(in crate::platform::texter) fn new(
        id: String,
        first: Revision,
        status: RevisionStatus,
        secret: Option<Secret>,
    ) -> Self {
        let (mut active, mut inactive, mut drafts) = (None, Vec::new(), Vec::new());
        let numbered = first.version.unwrap_or(0);
        match status {
            RevisionStatus::Active => active = Some(first),
            RevisionStatus::Inactive => inactive.push(first),
            RevisionStatus::Draft => drafts.push(first),
        }
        Self { id, active, inactive, drafts, numbered, secret }
    }

    /// Makes a version of the draft, if there is one, which then rests until it is activated.
    pub(in crate::platform::texter) fn finish_draft(&mut self, comment: Option<String>, now: VirtualTime) {
        if let Some(draft) = self.drafts.pop() {
            self.numbered += 1;
            let version = Some(self.numbered);
            self.inactive.push(Revision { version, comment, created: now, modified: None, ..draft });
        }
    }

    /// The version with the highest number.
    pub(in crate::platform::texter) fn latest(&self) -> Option<&Revision> {
        self.active.iter().chain(&self.inactive).max_by_key(|revision| revision.version)
    }

    /// All versions that have a number, and drafts.
    pub(in crate::platform::texter) fn revisions(&self) -> impl Iterator<Item = &Revision> {
        self.active.iter().chain(&self.inactive).chain(&self.drafts)
    }

    /// The version with this number.
    pub(in crate::platform::texter) fn version(&self, number: u64) -> Option<&Revision> {
        self.revisions().find(|revision| revision.version == Some(number))
    }

    /// Lets the version that runs rest.
    pub(in crate::platform::texter) fn inactivate(&mut self) {
        self.inactive.extend(self.active.take());
    }

    /// Lets the version with this number, if there is one, run instead of the one that does.
    pub(in crate::platform::texter) fn activate(&mut self, version: u64, now: VirtualTime, by: &str) {
        if self.version(version).is_some() {
            self.inactivate();
        }
        if let Some(at) = self.inactive.iter().position(|revision| revision.version == Some(version)) {
            let mut revision = self.inactive.remove(at);
            revision.activations.push((now, by.to_owned()));
            self.active = Some(revision);
        }
    }

    /// As it is shown.
    pub(in crate::platform::texter) fn shown(&self) -> Json {
        let show = |revisions: &[Revision], status: RevisionStatus| {
            revisions.iter().map(|revision| self.show(revision, status)).collect::<Vec<_>>()
        };
        let mut shown = Map::new();
        shown.insert("_id".to_owned(), json!(self.id));
        shown.insert("drafts".to_owned(), json!(show(&self.drafts, RevisionStatus::Draft)));
        shown.insert("inactiveRevisions".to_owned(), json!(show(&self.inactive, RevisionStatus::Inactive)));
        if let Some(active) = &self.active {
            shown.insert("activeRevision".to_owned(), self.show(active, RevisionStatus::Active));
        }
        Json::Object(shown)
    }

    fn show(&self, revision: &Revision, status: RevisionStatus) -> Json {
        let mut shown = Map::new();
        let mut put = |key: &str, value: Json| shown.insert(key.to_owned(), value);
        put("_id", json!(revision.id));
        put("scenarioId", json!(self.id));
        let data = |key: &str| revision.data.get(key).filter(|value| !value.is_null()).cloned();
        for key in ["name", "description"] {
            if let Some(value) = data(key) {
                put(key, value);
            }
        }
        put("status", json!(status.name()));
        if let Some(version) = revision.version {
            put("version", json!(version));
        }
        if let Some(parent) = revision.parent {
            put("parentVersion", json!(parent));
        }
        if let Some(comment) = &revision.comment {
            put("revisionComment", json!(comment));
        }
        for (key, usual) in [
            ("triggerEvents", json!([])),
            ("conditions", json!([])),
            ("loaders", json!({})),
            ("actions", json!([])),
            ("loops", Json::Null),
            ("tags", Json::Null),
            ("attachedData", Json::Null),
            ("options", json!({"unorderedActions": false})),
        ] {
            let mut value = data(key).unwrap_or(usual);
            if !value.is_null() {
                conceal(&mut value);
                put(key, value);
            }
        }
        let mut metadata = json!({"authorUid": revision.author, "created": revision.created.as_millis()});
        if let Some(modified) = revision.modified {
            metadata["modified"] = json!(modified.as_millis());
        }
        if let Some((activated, _)) = revision.activations.last() {
            metadata["activated"] = json!(activated.as_millis());
            let row = |(at, by): &(VirtualTime, String)| json!({"timestamp": at.as_millis(), "userUid": by});
            metadata["activations"] = revision.activations.iter().map(row).collect();
        }
        put("metadata", metadata);
        Json::Object(shown)
    }
}

/// Leaves out the params of all parts whose data is confidential. That they are left out is inferred from the name.
fn conceal(document: &mut Json) {
    match document {
        Json::Object(members) => {
            if members.get("confidentialData") == Some(&Json::Bool(true)) && members.contains_key("params") {
                members.insert("params".to_owned(), json!({}));
            }
            members.values_mut().for_each(conceal);
        }
        Json::Array(items) => items.iter_mut().for_each(conceal),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
