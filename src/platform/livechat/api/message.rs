//! Reading an event that somebody wants to send, within the vendor's limits.

use serde_json::{Map, Value};

use super::body::Fields;
use crate::platform::livechat::codes::Denial;
use crate::platform::livechat::model::{Button, Content, Draft, Element, FormStage, Postback, Visibility};

/// 16 KB of UTF-8.
const LONGEST_TEXT: usize = 16 * 1024;
const MOST_ELEMENTS: usize = 10;
const MOST_BUTTONS: usize = 13;
/// Where files must lie.
const FILES: &str = "https://cdn.livechat-files.com/";

/// The words for who can see something.
pub(super) const VISIBILITIES: [(&str, Visibility); 2] = [("all", Visibility::All), ("agents", Visibility::Agents)];

/// Reads an event.
pub(super) fn draft(event: &Fields<'_>) -> Result<Draft, Denial> {
    let content = match event.text("type")? {
        "message" => message(event)?,
        "file" => file(event)?,
        "rich_message" => rich_message(event)?,
        "form" => form(event, FormStage::Blank)?,
        "filled_form" => form(event, FormStage::Filled)?,
        "custom" => Content::Custom { content: event.raw("content").cloned() },
        "system_message" => Content::System {
            kind: event.text("system_message_type")?.to_owned(),
            text: event.maybe_text("text")?.map(str::to_owned),
            vars: event.maybe_object("text_vars")?.map_or_else(Map::new, |vars| vars.all().clone()),
        },
        _ => {
            let known =
                "must be `message`, `file`, `rich_message`, `form`, `filled_form`, `custom` or `system_message`";
            return Err(event.wrong("type", known));
        }
    };
    Ok(Draft {
        content,
        visibility: event.word("visibility", &VISIBILITIES)?.unwrap_or(Visibility::All),
        custom_id: event.maybe_text("custom_id")?.map(str::to_owned),
        properties: event.properties("properties")?,
    })
}

fn message(event: &Fields<'_>) -> Result<Content, Denial> {
    let text = event.text("text")?;
    if text.len() > LONGEST_TEXT {
        return Err(event.wrong("text", "must not be longer than 16 KB"));
    }
    let postback = event.maybe_object("postback")?.map(|postback| {
        let (r#type, value) = (postback.maybe_text("type")?, postback.maybe_text("value")?);
        if r#type.is_some() != value.is_some() {
            return Err(postback.wrong("value", "goes with `type`, and neither without the other"));
        }
        Ok(Postback {
            id: postback.text("id")?.to_owned(),
            thread_id: postback.text("thread_id")?.to_owned(),
            event_id: postback.text("event_id")?.to_owned(),
            r#type: r#type.map(str::to_owned),
            value: value.map(str::to_owned),
        })
    });
    Ok(Content::Message { text: text.to_owned(), postback: postback.transpose()? })
}

fn file(event: &Fields<'_>) -> Result<Content, Denial> {
    let url = event.text("url")?;
    if !url.starts_with(FILES) {
        return Err(event.wrong("url", &format!("must begin with {FILES}")));
    }
    let alternative_text = event.maybe_text("alternative_text")?.map(str::to_owned);
    Ok(Content::File { url: url.to_owned(), content_type: content_type(url).to_owned(), alternative_text })
}

/// The media type that the end of a file's name stands for.
fn content_type(url: &str) -> &'static str {
    let end = url.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match end.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

fn form(event: &Fields<'_>, stage: FormStage) -> Result<Content, Denial> {
    let form_id = event.text("form_id")?.to_owned();
    event.raw("fields").ok_or_else(|| event.wrong("fields", "is required"))?;
    let fields = Value::Array(event.list("fields")?.to_vec());
    Ok(Content::Form { stage, form_id, fields })
}

fn rich_message(event: &Fields<'_>) -> Result<Content, Denial> {
    let templates = ["cards", "sticker", "quick_replies", "ecommerce"].map(|name| (name, name));
    let template = event.chosen("template_id", &templates)?;
    let elements = event.objects("elements")?;
    if elements.len() > MOST_ELEMENTS {
        return Err(event.wrong("elements", &format!("must not have more than {MOST_ELEMENTS} items")));
    }
    Ok(Content::RichMessage { template, elements: elements.iter().map(element).collect::<Result<_, _>>()? })
}

fn element(element: &Fields<'_>) -> Result<Element, Denial> {
    let buttons = element.objects("buttons")?;
    if buttons.len() > MOST_BUTTONS {
        return Err(element.wrong("buttons", &format!("must not have more than {MOST_BUTTONS} items")));
    }
    if let Some(image) = element.maybe_object("image")? {
        image.text("url")?;
    }
    Ok(Element {
        title: element.maybe_text("title")?.map(str::to_owned),
        subtitle: element.maybe_text("subtitle")?.map(str::to_owned),
        image: element.raw("image").cloned(),
        buttons: buttons.iter().map(button).collect::<Result<_, _>>()?,
    })
}

fn button(button: &Fields<'_>) -> Result<Button, Denial> {
    let kinds = ["message", "url", "phone", "webview", "cancel"].map(|name| (name, name));
    let kind = button.word("type", &kinds)?;
    let value = button.maybe_text("value")?;
    if kind.is_some_and(|kind| kind != "cancel") && value.is_none() {
        return Err(button.wrong("value", "is required with `type`"));
    }
    let heights = ["compact", "full", "tall"].map(|name| (name, name));
    let targets = ["new", "current"].map(|name| (name, name));
    Ok(Button {
        text: button.text("text")?.to_owned(),
        r#type: kind.map(str::to_owned),
        value: value.map(str::to_owned),
        postback_id: button.text("postback_id")?.to_owned(),
        user_ids: button.texts("user_ids")?,
        webview_height: button.word("webview_height", &heights)?.map(str::to_owned),
        target: button.word("target", &targets)?.map(str::to_owned),
    })
}
