//! What a template says in one language: it is written, and handed in to WhatsApp for approval.

use serde_json::Value as Json;

use super::super::super::Texter;
use super::super::super::codes::Denial;
use super::super::super::deed::REVIEW_TIMER;
use super::super::super::model::{LocalizationStatus, Wording};
use super::super::fields::Fields;
use super::super::{Outcome, Request};
use crate::platform::cx::{Cx, WakeKey};

/// A header, a body, a footer, and buttons.
const MOST_COMPONENTS: usize = 4;
/// How many buttons there are at most, if contacts answer with them.
const MOST_QUICK_REPLIES: usize = 3;
/// How many there are at most, if they lead elsewhere.
const MOST_LINKS: usize = 2;
/// What can stand above a body. The kinds are WhatsApp's own; the vendor's page was not read that far.
const HEADERS: [&str; 4] = ["TEXT", "IMAGE", "VIDEO", "DOCUMENT"];
/// How long texts may be; nothing is published but for messages.
const LONGEST_TEXT: usize = 4_096;
const LONGEST_LANGUAGE: usize = 20;

pub(in super::super) fn put(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let template = texter.template_of(request)?;
    let id = template.id.clone();
    let fields = request.fields()?;
    let language = fields.sized("language", 1, LONGEST_LANGUAGE)?.to_owned();
    if !is_language(&language) {
        return Err(fields.wrong("language", "must be a language such as he or en_US").into());
    }
    let wording = components(&fields)?;
    let defaults = fields.object("defaults")?.map(|defaults| defaults.texts("body")).transpose()?.flatten();
    if template.localization(&language).is_some_and(|localization| localization.status.is_submitted()) {
        return Err(Denial::invalid(format!("Localization {language} is submitted already")).into());
    }
    texter.admit(cx, request)?;
    let now = cx.now();
    texter.changed_template(&id, |template| {
        template.updated = now;
        if let Some(defaults) = defaults {
            template.defaults.insert(language.clone(), defaults);
        }
        template.drafts.insert(language, wording);
    })
}

pub(in super::super) fn submit(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let template = texter.template_of(request)?;
    let id = template.id.clone();
    let language = request.param("language").to_owned();
    if !template.drafts.contains_key(&language) {
        return Err(match template.localization(&language) {
            Some(_) => Denial::invalid(format!("Localization {language} is submitted already")),
            None => Denial::unknown("Localization"),
        }
        .into());
    }
    texter.admit(cx, request)?;
    let now = cx.now();
    let approval = &texter.tenant.approval;
    for (status, after) in
        [(LocalizationStatus::Pending, approval.pending), (LocalizationStatus::Approved, approval.approved)]
    {
        if let Some(after) = after {
            cx.wake_at(now + after, WakeKey(format!("{REVIEW_TIMER}{id}/{language}/{}", status.name())));
        }
    }
    texter.changed_template(&id, |template| {
        template.submit(&language, now);
    })
}

/// Whether a text can be a language: it stands in paths.
pub(in super::super::super) fn is_language(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The components of a localization.
fn components(fields: &Fields<'_>) -> Result<Wording, Denial> {
    let components = fields.objects("components", 1, MOST_COMPONENTS)?;
    let mut seen = Vec::new();
    for component in &components {
        let kind = component.need("type", component.text("type"))?;
        if seen.contains(&kind) {
            return Err(component.wrong("type", &format!("must not be {kind} for the second time")));
        }
        seen.push(kind);
        match kind {
            "BODY" | "FOOTER" => {
                component.sized("text", 1, LONGEST_TEXT)?;
            }
            "HEADER" => {
                let format = component.text("format")?.unwrap_or("TEXT");
                if !HEADERS.contains(&format) {
                    return Err(component.wrong("format", &format!("must be one of {}", HEADERS.join(", "))));
                }
                if format == "TEXT" {
                    component.sized("text", 1, LONGEST_TEXT)?;
                }
            }
            "BUTTONS" => buttons(component)?,
            _ => return Err(component.wrong("type", "must be one of HEADER, BODY, FOOTER, BUTTONS")),
        }
    }
    Ok(Wording(components.iter().map(|component| component.members().clone()).collect()))
}

/// Either contacts answer with all of the buttons, or all of them lead elsewhere.
fn buttons(component: &Fields<'_>) -> Result<(), Denial> {
    let buttons = component.objects("buttons", 1, MOST_QUICK_REPLIES)?;
    let mut answers = 0;
    for button in &buttons {
        match button.need("type", button.text("type"))? {
            "QUICK_REPLY" => answers += 1,
            "URL" | "PHONE_NUMBER" | "FLOW" => {}
            _ => return Err(button.wrong("type", "must be one of QUICK_REPLY, URL, PHONE_NUMBER, FLOW")),
        }
        if button.get("text").and_then(Json::as_str).is_none_or(str::is_empty) {
            return Err(button.wrong("text", "is required"));
        }
    }
    match (answers, buttons.len()) {
        (answers, count) if answers == count => Ok(()),
        (0, ..=MOST_LINKS) => Ok(()),
        (0, _) => Err(component.wrong("buttons", &format!("must have at most {MOST_LINKS} that lead elsewhere"))),
        _ => Err(component.wrong("buttons", "must be QUICK_REPLY all of them or none")),
    }
}
