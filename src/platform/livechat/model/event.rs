//! What is said or noted in a thread.

use serde_json::{Map, Value};

use super::property::Properties;
use crate::base::time::VirtualTime;

/// The note that nothing has happened for a while.
pub(crate) const IDLE: &str = "routing.idle";
/// What the notes of the router begin with.
pub(crate) const ROUTER: &str = "routing.";

/// Who can see an event or a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Visibility {
    /// Everybody in the chat.
    All,
    /// Agents and bots only.
    Agents,
}

/// Something in a thread.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its number within the thread, from 1.
    pub(crate) number: u32,
    /// When it was added.
    pub(crate) at: VirtualTime,
    /// Whose it is; nobody's for what the system writes.
    pub(crate) author: Option<String>,
    /// Everything else.
    pub(crate) draft: Draft,
    /// Whether it still stands.
    pub(crate) standing: Validity,
}

/// Whether an event still stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Validity {
    /// It does.
    Kept,
    /// Its author took it back; only its place is left.
    Deleted,
}

/// An event before it has a place in a thread.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// What it holds.
    pub(crate) content: Content,
    /// Who can see it.
    pub(crate) visibility: Visibility,
    /// The sender's own id for it.
    pub(crate) custom_id: Option<String>,
    /// Its properties.
    pub(crate) properties: Properties,
}

impl Draft {
    /// A public event with nothing but its content.
    pub(crate) fn plain(content: Content) -> Self {
        Self { content, visibility: Visibility::All, custom_id: None, properties: Properties::new() }
    }
}

/// What an event holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Text.
    Message {
        /// The text.
        text: String,
        /// The button it came from.
        postback: Option<Postback>,
    },
    /// A file that lies elsewhere.
    File {
        /// Its address.
        url: String,
        /// Its media type.
        content_type: String,
        /// How many bytes it has, if it was uploaded here.
        size: Option<u32>,
        /// What it shows, for those who cannot see it.
        alternative_text: Option<String>,
    },
    /// Cards, quick replies and the like.
    RichMessage {
        /// Which kind.
        template: &'static str,
        /// Its parts.
        elements: Vec<Element>,
    },
    /// A form to fill in, or one that was.
    Form {
        /// Whether it has been filled in.
        stage: FormStage,
        /// Its id.
        form_id: String,
        /// Its fields, as they were sent.
        fields: Value,
    },
    /// Whatever an integration likes.
    Custom {
        /// It.
        content: Option<Value>,
    },
    /// A note about what happened.
    System {
        /// Which note.
        kind: String,
        /// It in words, where the vendor has words for it.
        text: Option<String>,
        /// The names in the words.
        vars: Map<String, Value>,
    },
    /// What another part of the vendor's software did. Only the vendor writes it, since 3.6.
    Activity {
        /// Which part.
        source: &'static str,
        /// What.
        subtype: &'static str,
        /// More about it, a JSON document as text.
        details: String,
    },
}

/// Whether a form has been filled in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FormStage {
    /// It is yet to be filled in.
    Blank,
    /// It has been.
    Filled,
}

/// The button that a message came from.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Postback {
    /// The button's id.
    pub(crate) id: String,
    /// The thread of the rich message.
    pub(crate) thread_id: String,
    /// The rich message.
    pub(crate) event_id: String,
    /// The button's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) r#type: Option<String>,
    /// The button's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
    /// What is bought with it, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ecommerce: Option<Value>,
}

/// A press of a button, or its release.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Press {
    /// The button's id.
    pub(crate) id: String,
    /// Whether the button is pressed now.
    pub(crate) toggled: bool,
    /// The button's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) button_type: Option<String>,
    /// The button's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) button_value: Option<String>,
    /// What is bought with it, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ecommerce: Option<Value>,
}

/// A part of a rich message. Its fields are in the order in which the vendor sends them.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Element {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// The subtitle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subtitle: Option<String>,
    /// The image, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<Value>,
    /// The buttons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) buttons: Vec<Button>,
    /// What can be bought, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ecommerce: Option<Value>,
}

/// A button of a rich message.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub(crate) struct Button {
    /// The label.
    pub(crate) text: String,
    /// What a press does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) r#type: Option<String>,
    /// With what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
    /// Its id.
    pub(crate) postback_id: String,
    /// Who has it pressed.
    pub(crate) user_ids: Vec<String>,
    /// How tall the page it opens is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) webview_height: Option<String>,
    /// Where the page it opens goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// How much it stands out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
}

impl Content {
    /// A plain message.
    pub(crate) fn message(text: impl Into<String>) -> Self {
        Self::Message { text: text.into(), postback: None }
    }

    /// Presses or releases a button for somebody; tells whether that changed anything.
    pub(crate) fn press(&mut self, user: &str, press: &Press) -> bool {
        let Self::RichMessage { elements, .. } = self else { return false };
        let mut buttons = elements.iter_mut().flat_map(|element| &mut element.buttons);
        let Some(button) = buttons.find(|button| button.postback_id == press.id) else { return false };
        let place = button.user_ids.iter().position(|id| id == user);
        match (place, press.toggled) {
            (None, true) => button.user_ids.push(user.to_owned()),
            (Some(place), false) => {
                button.user_ids.remove(place);
            }
            (Some(_), true) | (None, false) => return false,
        }
        true
    }

    /// The buttons it offers.
    pub(crate) fn buttons(&self) -> impl Iterator<Item = &Button> {
        let elements: &[Element] = match self {
            Self::RichMessage { elements, .. } => elements,
            Self::Message { .. }
            | Self::File { .. }
            | Self::Form { .. }
            | Self::Custom { .. }
            | Self::System { .. }
            | Self::Activity { .. } => &[],
        };
        elements.iter().flat_map(|element| &element.buttons)
    }

    /// The vendor's name for this kind of event.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Message { .. } => "message",
            Self::File { .. } => "file",
            Self::RichMessage { .. } => "rich_message",
            Self::Form { stage: FormStage::Blank, .. } => "form",
            Self::Form { stage: FormStage::Filled, .. } => "filled_form",
            Self::Custom { .. } => "custom",
            Self::System { .. } => "system_message",
            Self::Activity { .. } => "system",
        }
    }
}
