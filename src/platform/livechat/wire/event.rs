//! Events of a thread.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::model::{self, Content, Element, FormStage, Postback, Properties, Validity, Visibility};
use crate::base::time::VirtualTime;

/// What is said about images: nobody here looks into files, so width and height are those of the vendor's sample, and so
/// is the size of what was not uploaded here.
const IMAGE: (u32, u32, u32) = (123_444, 640, 480);

/// The version of the details of what the vendor's software did; there is no other.
const DETAILS_VERSION: u32 = 1;

/// How much is shown of events that were taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Erased {
    /// That there was one.
    Place,
    /// All of it, and that it was taken back.
    Whole,
}

/// An event. One struct for all kinds, because the vendor keeps one order of members throughout.
#[derive(Serialize, Default, JsonSchema)]
pub(crate) struct Event {
    id: String,
    created_at: Option<VirtualTime>,
    visibility: &'static str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postback: Option<Postback>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbnail2x_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alternative_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elements: Option<Vec<Element>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    form_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_message_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_vars: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtype: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
}

impl Event {
    /// An event of a thread.
    pub(crate) fn new(thread: &model::Thread, event: &model::Event, erased: Erased) -> Self {
        let draft = &event.draft;
        let mut out = Self {
            id: thread.event_id(event),
            created_at: Some(event.at),
            visibility: match draft.visibility {
                Visibility::All => "all",
                Visibility::Agents => "agents",
            },
            r#type: draft.content.kind(),
            author_id: event.author.clone(),
            custom_id: draft.custom_id.clone(),
            ..Self::default()
        };
        let (filled, deleted) = match (event.standing, erased) {
            (Validity::Kept, Erased::Place | Erased::Whole) => (true, None),
            (Validity::Deleted, Erased::Place) => (false, Some(true)),
            (Validity::Deleted, Erased::Whole) => (true, Some(true)),
        };
        if filled {
            // Samples of what the system writes have no properties.
            out.properties = event.author.is_some().then(|| draft.properties.clone());
            out.fill(&draft.content);
            out.form_type = out.form_id.as_ref().and_then(|_| form_type(&draft.properties));
        }
        out.deleted = deleted;
        out
    }

    fn fill(&mut self, content: &Content) {
        match content {
            Content::Message { text, postback } => {
                self.text = Some(text.clone());
                self.postback.clone_from(postback);
            }
            Content::File { url, content_type, size: known, alternative_text } => {
                let path = url.split(['?', '#']).next().unwrap_or_default();
                self.name = Some(path.rsplit('/').next().unwrap_or_default().to_owned());
                if content_type.starts_with("image/") {
                    let (size, width, height) = IMAGE;
                    self.thumbnail_url = Some(url.clone());
                    self.thumbnail2x_url = Some(url.clone());
                    (self.size, self.width, self.height) = (known.or(Some(size)), Some(width), Some(height));
                }
                self.url = Some(url.clone());
                self.content_type = Some(content_type.clone());
                self.alternative_text.clone_from(alternative_text);
            }
            Content::RichMessage { template, elements } => {
                self.template_id = Some(template);
                self.elements = Some(elements.clone());
            }
            Content::Form { stage: FormStage::Blank | FormStage::Filled, form_id, fields } => {
                self.form_id = Some(form_id.clone());
                self.fields = Some(fields.clone());
            }
            Content::Custom { content } => self.content.clone_from(content),
            Content::System { kind, text, vars } => {
                self.text.clone_from(text);
                self.system_message_type = Some(kind.clone());
                self.text_vars = (!vars.is_empty()).then(|| vars.clone());
            }
            Content::Activity { source, subtype, details } => {
                (self.source, self.subtype) = (Some(*source), Some(*subtype));
                self.version = Some(DETAILS_VERSION);
                self.details = Some(details.clone());
            }
        }
    }
}

/// Which form it is. Requests have no member for it; that it is what the property says is inferred from the vendor's
/// sample, which has both.
fn form_type(properties: &Properties) -> Option<String> {
    Some(properties.get("lc2")?.get("form_type")?.as_str()?.to_owned())
}
