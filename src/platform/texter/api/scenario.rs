//! Operations on subscriptions and the records of what they did.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::Texter;
use super::super::codes::Denial;
use super::super::subscription::{Import, Program, Revision, RevisionStatus, Run, Subscription, edit};
use super::fields::Fields;
use super::{CREATED, OK, Outcome, Request, done, nothing};
use crate::base::secret::Secret;
use crate::platform::cx::Cx;
use crate::platform::route::Reply;

const USUAL_PAGE: u64 = 30;
const LONGEST_PAGE: u64 = 10_000;
const FURTHEST: u64 = 100_000;
const LONGEST_NAME: usize = 255;

impl Texter {
    /// Takes in a subscription. Its id.
    pub(in super::super) fn import(&mut self, cx: &mut Cx<'_>, import: Import, secret: Option<Secret>) -> String {
        let author = import.author.clone().unwrap_or_else(|| self.usual_author());
        let id = cx.draw("texter/scenario").hex(24);
        let status = import.status;
        let mut revision = Revision {
            id: cx.draw("texter/scenario").hex(24),
            version: (status != RevisionStatus::Draft).then_some(1),
            parent: None,
            comment: None,
            data: import.data,
            program: import.program,
            author: author.clone(),
            created: cx.now(),
            modified: None,
            activations: Vec::new(),
        };
        if status == RevisionStatus::Active {
            revision.activations.push((cx.now(), author));
        }
        self.engine.subscriptions.add(Subscription::new(id.clone(), revision, status, secret));
        id
    }

    /// Who writes subscriptions where nobody is named: a token belongs to no user.
    fn usual_author(&self) -> String {
        self.tenant.agents.first().map(|agent| agent.uid.clone()).unwrap_or_default()
    }

    fn author(&self, fields: &Fields<'_>) -> Result<String, Denial> {
        Ok(fields.text("authorUid")?.map_or_else(|| self.usual_author(), str::to_owned))
    }

    fn subscription_of(&self, request: &Request<'_>) -> Result<&Subscription, Denial> {
        let found = self.engine.subscriptions.get(request.param("scenarioId"));
        found.ok_or_else(|| Denial::unknown("Scenario"))
    }

    fn show(&self, status: u16, id: &str) -> Outcome {
        let shown = self.engine.subscriptions.get(id).map(Subscription::shown);
        Ok(Reply::json(status, None, &shown))
    }
}

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    let (skip, limit) = query.page(USUAL_PAGE, LONGEST_PAGE, FURTHEST)?;
    query.flag("includeSystem")?;
    texter.admit(cx, request)?;
    let all = &texter.engine.subscriptions;
    let page: Vec<Json> = all.iter().skip(skip).take(limit).map(Subscription::shown).collect();
    done(&json!({"total": all.len(), "scenarios": page}))
}

pub(super) fn import(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let fields = request.fields()?;
    let data = fields.need("data", Ok(fields.get("data")))?;
    let program = Program::read(data).map_err(|problem| Denial::invalid(format!("body.data: {problem}")))?;
    let status = fields.need("asStatus", fields.text("asStatus"))?;
    let status = RevisionStatus::named(status)
        .ok_or_else(|| fields.wrong("asStatus", "must be one of active, inactive, draft"))?;
    let author = fields.text("authorUid")?.map(str::to_owned);
    texter.admit(cx, request)?;
    for doubt in program.doubts() {
        cx.violation(format!("{}: {doubt}", request.route));
    }
    let id = texter.import(cx, Import { data: data.clone(), program: Arc::new(program), status, author }, None);
    texter.show(CREATED, &id)
}

pub(super) fn create(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let fields = request.fields()?;
    let name = fields.sized("name", 1, LONGEST_NAME)?;
    let trigger = fields.need("triggerEvent", fields.text("triggerEvent"))?;
    let author = texter.author(&fields)?;
    let data = json!({"name": name, "triggerEvents": [trigger], "loaders": {}, "conditions": [], "actions": []});
    let program = Program::read(&data).map_err(Denial::invalid)?;
    texter.admit(cx, request)?;
    let (program, status) = (Arc::new(program), RevisionStatus::Draft);
    let id = texter.import(cx, Import { data, program, status, author: Some(author) }, None);
    texter.show(CREATED, &id)
}

pub(super) fn copy(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let source = texter.subscription_of(request)?;
    let fields = request.fields()?;
    let version = fields.need("fromVersion", fields.number("fromVersion", 1, u64::MAX))?;
    let name = fields.sized("newName", 1, LONGEST_NAME)?;
    let author = texter.author(&fields)?;
    let revision = source.version(version).ok_or_else(|| Denial::unknown("Version"))?;
    let mut data = revision.data.clone();
    data["name"] = json!(name);
    let program = Program::read(&data).map_err(Denial::invalid)?;
    texter.admit(cx, request)?;
    // A copy is there to be changed, so it begins as a draft; that is inferred.
    let (program, status) = (Arc::new(program), RevisionStatus::Draft);
    let id = texter.import(cx, Import { data, program, status, author: Some(author) }, None);
    texter.show(CREATED, &id)
}

pub(super) fn activate(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let subscription = texter.subscription_of(request)?;
    let id = subscription.id.clone();
    let fields = request.fields_if_any()?;
    let version = fields.number("version", 1, u64::MAX)?;
    let author = texter.author(&fields)?;
    let wanted = match version {
        Some(version) => subscription.version(version),
        None => subscription.latest(),
    };
    let wanted = wanted.and_then(|revision| revision.version).ok_or_else(|| Denial::unknown("Version"))?;
    texter.admit(cx, request)?;
    if let Some(subscription) = texter.engine.subscriptions.get_mut(&id) {
        subscription.activate(wanted, cx.now(), &author);
    }
    texter.show(OK, &id)
}

pub(super) fn inactivate(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.subscription_of(request)?.id.clone();
    request.fields_if_any()?.text("authorUid")?;
    texter.admit(cx, request)?;
    if let Some(subscription) = texter.engine.subscriptions.get_mut(&id) {
        subscription.inactivate();
    }
    texter.show(OK, &id)
}

pub(super) fn delete(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = texter.subscription_of(request)?.id.clone();
    texter.admit(cx, request)?;
    texter.engine.subscriptions.remove(&id);
    nothing()
}

/// Goes on with the draft. Where there is none, one is made of the latest version; that is inferred.
pub(super) fn update_draft(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let subscription = texter.subscription_of(request)?;
    let id = subscription.id.clone();
    let operations = request.document.as_array().filter(|operations| !operations.is_empty());
    let operations = operations.ok_or_else(|| Denial::invalid("body must be array with at least 1 item"))?;
    let base = subscription.drafts.first().or(subscription.latest()).ok_or_else(|| Denial::unknown("Draft"))?;
    let (data, parent) = (edit(&base.data, operations).map_err(Denial::invalid)?, base.version.or(base.parent));
    let program = Program::read(&data).map_err(Denial::invalid)?;
    texter.admit(cx, request)?;
    let (revision, author, now) = (cx.draw("texter/scenario").hex(24), texter.usual_author(), cx.now());
    if let Some(subscription) = texter.engine.subscriptions.get_mut(&id) {
        let draft = match subscription.drafts.pop() {
            Some(draft) => Revision { data, program: Arc::new(program), modified: Some(now), ..draft },
            None => Revision {
                id: revision,
                version: None,
                parent,
                comment: None,
                data,
                program: Arc::new(program),
                author,
                created: now,
                modified: None,
                activations: Vec::new(),
            },
        };
        subscription.drafts.push(draft);
    }
    texter.show(OK, &id)
}

/// Makes a version of the draft; the fields are inferred from the object.
pub(super) fn create_revision(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let subscription = texter.subscription_of(request)?;
    let id = subscription.id.clone();
    let fields = request.fields_if_any()?;
    let comment = fields.text("revisionComment")?.map(str::to_owned);
    if subscription.drafts.is_empty() {
        return Err(Denial::unknown("Draft").into());
    }
    texter.admit(cx, request)?;
    let now = cx.now();
    if let Some(subscription) = texter.engine.subscriptions.get_mut(&id) {
        subscription.finish_draft(comment, now);
    }
    texter.show(CREATED, &id)
}

pub(super) fn delete_revision(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let subscription = texter.subscription_of(request)?;
    let id = subscription.id.clone();
    let version = request.param("version");
    if !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Denial::invalid("params.version must match ^[0-9]+$").into());
    }
    // There is no version whose number is too large.
    let version = version.parse::<u64>().map_err(|_| Denial::unknown("Version"))?;
    subscription.version(version).ok_or_else(|| Denial::unknown("Version"))?;
    if subscription.active.as_ref().is_some_and(|active| active.version == Some(version)) {
        return Err(Denial::invalid("The active revision cannot be deleted").into());
    }
    texter.admit(cx, request)?;
    if let Some(subscription) = texter.engine.subscriptions.get_mut(&id) {
        subscription.inactive.retain(|revision| revision.version != Some(version));
    }
    texter.show(OK, &id)
}

pub(super) fn runs(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let query = request.query();
    let (skip, limit) = query.page(USUAL_PAGE, LONGEST_PAGE, FURTHEST)?;
    let success = query.get("success").map(|_| query.flag("success")).transpose()?;
    let from = query.number("from", 0, u64::MAX)?;
    let to = query.number("to", 0, u64::MAX)?;
    texter.admit(cx, request)?;
    let wanted = |run: &&Run| {
        let started = u64::try_from(run.started.as_millis()).unwrap_or(0);
        query.get("scenarioId").is_none_or(|scenario| run.scenario_id == scenario)
            && success.is_none_or(|success| run.success == success)
            && from.is_none_or(|from| started >= from)
            && to.is_none_or(|to| started <= to)
    };
    let found: Vec<&Run> = texter.engine.runs().filter(wanted).collect();
    let page: Vec<&&Run> = found.iter().skip(skip).take(limit).collect();
    done(&json!({"total": found.len(), "runs": page}))
}
