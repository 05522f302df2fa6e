//! Chats, messages and the like, as they go out.

mod chat;
mod message;
mod problem;
mod quick_reply;
mod template;

pub(super) use self::chat::{account, contact, public, row, whole, with_person};
pub(super) use self::message::message;
pub(super) use self::problem::problem;
pub(super) use self::quick_reply::quick_reply;
pub(super) use self::template::{answer, template};

use serde_json::{Value as Json, json};

use super::model::Agent;

/// An agent, as programs that are told of one get it.
pub(super) fn agent(agent: &Agent) -> Json {
    json!({
        "_id": agent.uid,
        "crmId": agent.crm_id,
        "email": agent.email,
        "displayName": agent.name,
        "roles": agent.roles,
    })
}
