//! Events as callers send them, with their limits.

use serde_json::Value;

use super::super::Livechat;
use super::super::codes::Denial;
use super::super::deed::source;
use super::super::events::Cause;
use super::super::model::registry::Side;
use super::super::model::{Button, Content, Draft, Element, FormStage, Postback, Visibility};
use super::Request;
use super::document::Fields;
use super::property::{Level, begun_with};
use crate::platform::cx::Cx;

/// The longest text, in bytes.
const LONGEST_TEXT: usize = 16 * 1024;
/// The most elements of a rich message.
const MOST_ELEMENTS: usize = 10;
/// The most buttons of an element.
const MOST_BUTTONS: usize = 13;
/// Where files must lie.
pub(super) const CDN: &str = "https://cdn.livechat-files.com/";

const KINDS: &[&str] = &["message", "file", "rich_message", "form", "filled_form", "custom", "system_message"];
/// The last two are known from the vendor's own clients only.
const FORM_FIELDS: &[&str] = &[
    "checkbox",
    "email",
    "name",
    "question",
    "subject",
    "textarea",
    "group_chooser",
    "radio",
    "select",
    "header",
    "rating",
    "checkbox_for_email",
];
const TEMPLATES: &[&str] = &["cards", "sticker", "quick_replies", "ecommerce"];
const BUTTONS: &[&str] = &["message", "url", "phone", "webview", "cancel"];
const HEIGHTS: &[&str] = &["compact", "full", "tall"];
const TARGETS: &[&str] = &["new", "current"];
/// Known from the vendor's own clients only.
const ROLES: &[&str] = &["default", "primary", "danger"];
const VIEWS: &[&str] = &["tags", "swatch", "images", "select"];

/// Reads an event.
pub(super) fn draft(
    platform: &Livechat,
    cx: &Cx<'_>,
    request: &Request,
    event: &Fields<'_>,
    cause: &Cause,
) -> Result<Draft, Denial> {
    let kind = event.word("type", KINDS)?.ok_or_else(|| event.missing("type"))?;
    let content = match kind {
        "message" => Content::Message { text: text(event)?, postback: postback(event)? },
        "file" => file(platform, cx, event)?,
        "rich_message" => rich_message(event)?,
        "form" => form(event, FormStage::Blank)?,
        "filled_form" => form(event, FormStage::Filled)?,
        "system_message" => Content::System {
            kind: event.required("system_message_type")?.to_owned(),
            text: event.text("text")?.map(str::to_owned),
            vars: event
                .object("text_vars")?
                .and(event.get("text_vars"))
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
        },
        _ => Content::Custom { content: event.object("content")?.and(event.get("content")).cloned() },
    };
    let mut draft = Draft {
        content,
        visibility: match request.caller.side {
            Side::Agent => event.visibility("visibility")?.unwrap_or(Visibility::All),
            // Clients send it, or `recipients`, and nobody looks: what customers write is for everybody.
            Side::Customer => Visibility::All,
        },
        custom_id: event.text("custom_id")?.map(str::to_owned),
        properties: begun_with(platform, request, Level::Event, event)?,
    };
    source(&mut draft.properties, cause);
    Ok(draft)
}

fn text(event: &Fields<'_>) -> Result<String, Denial> {
    let text = event.required("text")?;
    match text.len() {
        0..=LONGEST_TEXT => Ok(text.to_owned()),
        _ => Err(Denial::validation(format!("`{}` must not exceed 16 KB", event.name("text")))),
    }
}

fn postback(event: &Fields<'_>) -> Result<Option<Postback>, Denial> {
    let Some(postback) = event.object("postback")? else { return Ok(None) };
    let read = Postback {
        id: postback.required("id")?.to_owned(),
        thread_id: postback.required("thread_id")?.to_owned(),
        event_id: postback.required("event_id")?.to_owned(),
        r#type: postback.text("type")?.map(str::to_owned),
        value: postback.text("value")?.map(str::to_owned),
        ecommerce: purchase(&postback)?,
    };
    match (&read.r#type, &read.value) {
        (Some(_), None) => Err(postback.missing("value")),
        (None, Some(_)) => Err(postback.missing("type")),
        (Some(_), Some(_)) | (None, None) => Ok(Some(read)),
    }
}

/// What is bought with a button, if anything is.
pub(super) fn purchase(postback: &Fields<'_>) -> Result<Option<Value>, Denial> {
    let Some(ecommerce) = postback.object("ecommerce")? else { return Ok(None) };
    ecommerce.required("product_id")?;
    ecommerce.text("option_id")?;
    ecommerce.number("quantity")?;
    Ok(postback.get("ecommerce").cloned())
}

fn file(platform: &Livechat, cx: &Cx<'_>, event: &Fields<'_>) -> Result<Content, Denial> {
    let url = event.required("url")?;
    let (content_type, size) = match platform.files.at(url, cx.now()) {
        Some(uploaded) => (uploaded.content_type.clone(), u32::try_from(uploaded.bytes.len()).ok()),
        None if url.starts_with(CDN) => (content_type(url).to_owned(), None),
        None => return Err(Denial::validation(format!("`{}` must point to the LiveChat CDN", event.name("url")))),
    };
    let alternative_text = event.text("alternative_text")?.map(str::to_owned);
    Ok(Content::File { url: url.to_owned(), content_type, size, alternative_text })
}

/// What a file is, by its name: callers do not say.
pub(super) fn content_type(url: &str) -> &'static str {
    match url.rsplit('.').next() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}

fn form(event: &Fields<'_>, stage: FormStage) -> Result<Content, Denial> {
    let form_id = event.required("form_id")?.to_owned();
    let fields = event.list("fields")?.ok_or_else(|| event.missing("fields"))?;
    for (index, field) in fields.iter().enumerate() {
        form_field(&Fields::of(field, &format!("{}.{index}", event.name("fields")))?, stage)?;
    }
    Ok(Content::Form { stage, form_id, fields: Value::Array(fields.clone()) })
}

/// Checks a field of a form. That headers do without an id is inferred, since they are no questions.
fn form_field(field: &Fields<'_>, stage: FormStage) -> Result<(), Denial> {
    let kind = field.word("type", FORM_FIELDS)?.ok_or_else(|| field.missing("type"))?;
    if kind == "header" {
        field.text("id")?;
    } else {
        field.required("id")?;
    }
    field.text("label")?.ok_or_else(|| field.missing("label"))?;
    match stage {
        FormStage::Blank => {
            field.flag("required")?;
            field.list("options")?;
        }
        FormStage::Filled => {
            field.list("answers")?;
            let answer = field.get("answer");
            if answer.is_some_and(|answer| !(answer.is_string() || answer.is_object())) {
                return Err(Denial::validation(format!("`{}` must be a string or an object", field.name("answer"))));
            }
        }
    }
    Ok(())
}

fn rich_message(event: &Fields<'_>) -> Result<Content, Denial> {
    let template = event.word("template_id", TEMPLATES)?.ok_or_else(|| event.missing("template_id"))?;
    let elements = event.list("elements")?.map(Vec::as_slice).unwrap_or_default();
    if elements.len() > MOST_ELEMENTS {
        let name = event.name("elements");
        return Err(Denial::validation(format!("`{name}` must not have more than {MOST_ELEMENTS} items")));
    }
    let read = |(index, value)| element(&Fields::of(value, &format!("{}.{index}", event.name("elements")))?);
    Ok(Content::RichMessage { template, elements: elements.iter().enumerate().map(read).collect::<Result<_, _>>()? })
}

fn element(element: &Fields<'_>) -> Result<Element, Denial> {
    let buttons = element.list("buttons")?.map(Vec::as_slice).unwrap_or_default();
    if buttons.len() > MOST_BUTTONS {
        let name = element.name("buttons");
        return Err(Denial::validation(format!("`{name}` must not have more than {MOST_BUTTONS} items")));
    }
    let image = element.object("image")?;
    if let Some(image) = &image {
        image.required("url")?;
    }
    let read = |(index, value)| button(&Fields::of(value, &format!("{}.{index}", element.name("buttons")))?);
    Ok(Element {
        title: element.text("title")?.map(str::to_owned),
        subtitle: element.text("subtitle")?.map(str::to_owned),
        image: element.get("image").cloned(),
        buttons: buttons.iter().enumerate().map(read).collect::<Result<_, _>>()?,
        ecommerce: offer(element)?,
    })
}

/// What can be bought, if anything can.
fn offer(element: &Fields<'_>) -> Result<Option<Value>, Denial> {
    let Some(ecommerce) = element.object("ecommerce")? else { return Ok(None) };
    ecommerce.word("view_type", VIEWS)?.ok_or_else(|| ecommerce.missing("view_type"))?;
    ecommerce.required("product_id")?;
    ecommerce.text("label")?;
    for (index, option) in ecommerce.list("options")?.into_iter().flatten().enumerate() {
        let option = Fields::of(option, &format!("{}.{index}", ecommerce.name("options")))?;
        option.required("option_id")?;
        option.required("label")?;
    }
    ecommerce.list("addons")?;
    Ok(element.get("ecommerce").cloned())
}

fn button(button: &Fields<'_>) -> Result<Button, Denial> {
    let kind = button.word("type", BUTTONS)?;
    let value = button.text("value")?;
    if kind.is_some_and(|kind| kind != "cancel") && value.is_none() {
        return Err(button.missing("value"));
    }
    let height = button.word("webview_height", HEIGHTS)?;
    if height.is_some() && kind != Some("webview") {
        return Err(Denial::validation(format!("`{}` is for webviews only", button.name("webview_height"))));
    }
    Ok(Button {
        text: button.required("text")?.to_owned(),
        r#type: kind.map(str::to_owned),
        value: value.map(str::to_owned),
        postback_id: button.required("postback_id")?.to_owned(),
        user_ids: button.texts("user_ids")?.unwrap_or_default(),
        webview_height: height.map(str::to_owned),
        target: button.word("target", TARGETS)?.map(str::to_owned),
        role: button.word("role", ROLES)?.map(str::to_owned),
    })
}
