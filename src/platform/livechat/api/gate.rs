//! The checks that methods share: version, credential, body; then the chat, and whether the caller may act in it.

use serde_json::Value;

use super::body::Fields;
use crate::journal::entry::{Party, Role};
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::deed::Actor;
use crate::platform::livechat::model::Chat;
use crate::platform::livechat::tenant::Kind;
use crate::platform::livechat::version::Version;
use crate::platform::route::{Body, Call, Reply};

/// Who calls, and in which version.
pub(super) struct Caller {
    /// Their id.
    pub(super) id: String,
    /// As they act.
    pub(super) actor: Actor,
    /// The version.
    pub(super) version: Version,
}

/// Whether the caller must be in the chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    /// They must.
    Wanted,
    /// It is enough if they may see the chat.
    Ignored,
}

impl Presence {
    /// As the request says: `ignore_requester_presence`.
    pub(super) fn asked(body: &Fields<'_>) -> Result<Self, Denial> {
        Ok(if body.flag("ignore_requester_presence")? { Self::Ignored } else { Self::Wanted })
    }
}

impl Livechat {
    /// Lets a call in: its version is served, and its credential known.
    pub(super) fn gate(&self, call: &Call) -> Result<Caller, Denial> {
        let version = Version::named(call.param("version")).ok_or_else(|| Denial::of(codes::UNSUPPORTED_VERSION))?;
        let id = self.auth.speaker(&self.tenant, call, version)?;
        let worker = self.tenant.worker(&id);
        let client = match worker.map(|worker| &worker.kind) {
            Some(Kind::Bot { client, .. }) => client.clone(),
            Some(Kind::Human) | None => self.tenant.client.clone(),
        };
        let name = worker.map_or(id.as_str(), |worker| worker.name.as_str());
        // Whatever uses the API is the software under test, whosever token it has.
        let party = Party::new(Role::Bot, id.as_str(), name);
        let actor = Actor { party, id: Some(id.clone()), client: Some(client) };
        Ok(Caller { id, actor, version })
    }

    /// A chat that the caller may see.
    pub(super) fn visible(&self, caller: &Caller, id: &str) -> Result<&Chat, Denial> {
        let chat = self.chats.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
        let access = self.tenant.worker(&caller.id).is_some_and(|worker| worker.may_see(&chat.access));
        if access || chat.present(&caller.id).is_some() { Ok(chat) } else { Err(Denial::of(codes::MISSING_ACCESS)) }
    }

    /// An active chat in which the caller may act.
    pub(super) fn workable(&self, caller: &Caller, id: &str, presence: Presence) -> Result<&Chat, Denial> {
        let chat = self.chats.get(id).ok_or_else(|| Denial::of(codes::NOT_FOUND))?;
        // A closed chat has nobody in it, so whether it is closed comes first.
        crate::platform::livechat::deed::active(chat)?;
        match presence {
            Presence::Wanted if chat.present(&caller.id).is_none() => Err(Denial::absent()),
            Presence::Wanted | Presence::Ignored => self.visible(caller, id),
        }
    }
}

/// Reads a body, and records what is wrong with it.
pub(super) fn read<T>(
    cx: &mut Cx<'_>,
    call: &Call,
    reader: impl FnOnce(&Fields<'_>) -> Result<T, Denial>,
) -> Result<T, Reply> {
    let bytes = match &call.body {
        Body::Whole(bytes) => bytes,
        Body::TooLarge(_) => return Err(Denial::of(codes::ENTITY_TOO_LARGE).into()),
        Body::TooSlow => return Err(Denial::of(codes::REQUEST_TIMEOUT).into()),
    };
    let read = match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(members)) => reader(&Fields::root(&members)),
        Ok(_) => Err(Denial::validation("Wrong format of request: the body must be a JSON object")),
        Err(_) => Err(Denial::validation("Wrong format of request: the body is not JSON")),
    };
    read.map_err(|denial| {
        cx.violation(format!("{}: {}", call.path, denial.message()));
        denial.into()
    })
}

/// The answer of methods that have nothing to tell.
pub(super) fn nothing() -> Reply {
    Reply::json(200, None, &serde_json::json!({}))
}

/// An answer with something to tell.
pub(super) fn answer(document: &Value) -> Reply {
    Reply::json(200, None, document)
}
