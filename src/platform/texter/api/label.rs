//! Operations on labels.

use serde_json::json;

use super::super::Texter;
use super::super::codes::{self, Denial};
use super::super::model::{LABEL_COLOR, Label};
use super::super::setup::is_color;
use super::fields::Fields;
use super::{CREATED, Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::route::Reply;

/// How long ids and names may be.
const LONGEST: usize = 100;
const LONGEST_PAGE: u64 = 10_000;
const FURTHEST: u64 = 100_000;

pub(super) fn list(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let (skip, limit) = request.query().page(LONGEST_PAGE, LONGEST_PAGE, FURTHEST)?;
    texter.admit(cx, request)?;
    let page: Vec<&Label> = texter.labels.values().skip(skip).take(limit).collect();
    done(&json!({"total": texter.labels.len(), "labels": page}))
}

pub(super) fn get(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    known(texter, request)?;
    texter.admit(cx, request)?;
    done(&texter.labels.get(&id(request)))
}

/// That what was made is answered with 201 is inferred.
pub(super) fn create(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let fields = request.fields()?;
    let id = fields.sized("id", 1, LONGEST)?.to_owned();
    let name = fields.sized("name", 1, LONGEST)?.to_owned();
    let color = color(&fields)?.unwrap_or(LABEL_COLOR).to_owned();
    if texter.labels.contains_key(&id) {
        return Err(Denial::of(codes::CONFLICT).saying(format!("Label {id} already exists")).into());
    }
    texter.admit(cx, request)?;
    let label = Label { id: id.clone(), name, color, system: false };
    let reply = Reply::json(CREATED, None, &label);
    texter.labels.insert(id, label);
    Ok(reply)
}

pub(super) fn update(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    known(texter, request)?;
    let fields = request.fields()?;
    fields.refuse_nulls(&["name", "color"])?;
    let name = fields.get("name").map(|_| fields.sized("name", 1, LONGEST)).transpose()?;
    let color = color(&fields)?;
    if name.is_none() && color.is_none() {
        return Err(Denial::invalid("body must have name or color").into());
    }
    texter.admit(cx, request)?;
    if let Some(label) = texter.labels.get_mut(&id(request)) {
        if let Some(name) = name {
            name.clone_into(&mut label.name);
        }
        if let Some(color) = color {
            color.clone_into(&mut label.color);
        }
    }
    nothing()
}

/// What becomes of chats that have the label is not published; they lose it, and nobody is told.
pub(super) fn delete(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    if known(texter, request)?.system {
        return Err(Denial::of(codes::FORBIDDEN).saying("System labels cannot be deleted").into());
    }
    texter.admit(cx, request)?;
    let id = id(request);
    texter.labels.shift_remove(&id);
    texter.chats.forget_label(&id);
    nothing()
}

/// The id in the path. Any text can be one, and what is left escaped there is a slash.
fn id(request: &Request<'_>) -> String {
    request.param("labelId").replace("%2F", "/").replace("%2f", "/")
}

fn known<'t>(texter: &'t Texter, request: &Request<'_>) -> Result<&'t Label, Denial> {
    texter.labels.get(&id(request)).ok_or_else(|| Denial::unknown("Label"))
}

fn color<'d>(fields: &Fields<'d>) -> Result<Option<&'d str>, Denial> {
    match fields.text("color")? {
        Some(color) if !is_color(color) => Err(fields.wrong("color", "must match #RRGGBB")),
        color => Ok(color),
    }
}
