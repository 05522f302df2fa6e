//! What sockets of customers alone can be asked for: coming to the site and looking around there.
//!
//! Page: platform.text.com/docs/messaging/customer-chat-api/rtm-reference.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::codes::{self, Denial};
use super::super::deed::Entrance;
use super::super::model::registry::Side;
use super::super::model::{Chat, Dossier, EVERYBODY, Event, Revision, Status, Validity, Visibility};
use super::super::rtm::{Login, Reason, Visitor, Who};
use super::super::version::Version;
use super::super::wire::{ADDRESS, availability, whereabouts};
use super::customer::{postal, session_fields};
use super::document::Fields;
use super::session::{on, wanted};
use super::{Outcome, Request, done, nothing};
use crate::base::secret::Secret;
use crate::platform::cx::Cx;
use crate::platform::socket::Patience;

/// Where clients find the configuration, as the vendor's own do.
const HOST: &str = "https://api.livechatinc.com";

/// `login`.
pub(in super::super) fn login(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let token = fields.required("token")?;
    let group = fields.number("group_id")?;
    let entrance = entrance(&fields)?;
    let storage = storage(&fields)?;
    let revision = fields.object("customer")?.map(|customer| revision(&customer)).transpose()?;
    fields.flag("is_mobile")?;
    fields.text("tab_id")?;
    if let Some(application) = fields.object("application")? {
        for key in ["name", "version", "channel_type"] {
            application.text(key)?;
        }
    }
    let session = platform.rtm.sessions.get(&socket).ok_or_else(|| Denial::of(codes::INTERNAL))?;
    let wanted = wanted(&fields, session.version)?;
    let credential = super::auth::read(token).ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
    let caller = platform.auth.of(&credential).filter(|caller| caller.side == Side::Customer);
    let caller = caller.ok_or_else(|| Denial::of(codes::AUTHENTICATION))?;
    let (customer, client) = (caller.id.clone(), caller.client.clone());
    if group.is_some_and(|group| platform.organization.group(group).is_none()) {
        return Err(Denial::of(codes::GROUP_NOT_FOUND).into());
    }
    if platform.bans.of(&customer, ADDRESS, cx.now()).is_some() {
        // They are told so twice, as clients look at the one or at the other.
        platform.cut(cx, socket, Reason::BANNED, None);
        return Err(Denial::of(codes::CUSTOMER_BANNED).into());
    }
    platform.admit(cx, request)?;
    platform.visit(cx, &customer, client.as_deref(), entrance);
    if let Some(revision) = revision {
        let cause = platform.customers_cause(cx, &customer, client.as_deref());
        platform.revise(cx, &cause, &customer, revision);
    }
    let chosen = group.is_some();
    let group = group.unwrap_or_else(|| platform.monitor_of(&customer));
    let who = Who::Customer(Visitor { id: customer.clone(), group, chosen, stirred_at: cx.now() });
    let login = Login { credential, header: Secret::new(token), wanted, who };
    let before = platform.rtm.sessions.get_mut(&socket).and_then(|session| session.login.replace(login));
    match before.map(|before| before.who) {
        None => platform.watch_activity(cx, socket),
        Some(Who::Customer(before)) if !platform.rtm.has_visitor(&before.id) => {
            platform.depart_from_site(cx, &before.id);
        }
        Some(Who::Customer(_) | Who::Agent(_)) => {}
    }
    let terms = platform.tenant.rtm;
    cx.wait_for(socket, Patience::Pinging { every: terms.ping_every, limit: terms.ping_within });
    platform.push_storage(cx, socket, storage);
    done(&welcome(platform, request.version, &customer, group))
}

/// Where a customer comes from, and where they are.
fn entrance(fields: &Fields<'_>) -> Result<Entrance, Denial> {
    let page = fields.object("customer_page")?.map(|page| self::page(&page)).transpose()?;
    Ok(Entrance { page, referrer: fields.text("referrer")?.map(str::to_owned) })
}

/// The address and the title of a page.
fn page(fields: &Fields<'_>) -> Result<(String, String), Denial> {
    Ok((fields.required("url")?.to_owned(), fields.text("title")?.unwrap_or_default().to_owned()))
}

/// What the browser keeps for the server: texts by name.
fn storage(fields: &Fields<'_>) -> Result<Map<String, Value>, Denial> {
    let Some(storage) = fields.object("customer_side_storage")? else { return Ok(Map::new()) };
    storage.keys().map(|key| Ok((key.clone(), storage.text(key)?.unwrap_or_default().into()))).collect()
}

/// What customers say about themselves as they come.
fn revision(customer: &Fields<'_>) -> Result<Revision, Denial> {
    let text = |key| customer.text(key).map(|text| text.map(str::to_owned));
    Ok(Revision {
        name: text("name")?,
        email: text("email")?,
        profile: Dossier {
            avatar: text("avatar")?,
            session_fields: session_fields(customer)?,
            address: postal(customer)?,
            ..Dossier::default()
        },
    })
}

/// What a login is answered: all that clients insist on.
fn welcome(platform: &Livechat, version: Version, customer: &str, group: u64) -> Value {
    let chat = platform.chats.of_customer(customer);
    let chats: Vec<Value> = chat.iter().map(|chat| listed(chat, customer)).collect();
    let config = |method: &str| {
        let (version, organization) = (version.segment(), &platform.auth.organization_id);
        format!("{HOST}/{version}/customer/action/{method}?organization_id={organization}&group_id={group}")
    };
    let mut dynamic = Map::new();
    let organization = &platform.organization;
    let online: Vec<u64> = organization
        .groups()
        .map(|(id, _)| id)
        .filter(|id| organization.group_status(*id) == Status::Accepting)
        .collect();
    if !online.is_empty() {
        dynamic.insert("online_groups_ids".to_owned(), json!(online));
    }
    let monitoring = json!({
        "id": group,
        "static_config_url": config("get_configuration"),
        "language_config_url": config("get_localization"),
    });
    dynamic.insert("customer_groups".to_owned(), json!({ "monitoring": monitoring }));
    json!({
        "customer": platform.customers_view(version).customer(customer),
        "has_active_thread": chat.is_some_and(|chat| chat.active().is_some()),
        "chats": chats,
        "__priv_dynamic_config": dynamic,
    })
}

/// A chat as a login lists it. Newer clients look for the thread here, older ones besides the list.
fn listed(chat: &Chat, customer: &str) -> Value {
    let seen = chat.customer().map(|member| member.seen_up_to);
    // Inferred: that notes of the system, which are nobody's, need no reading.
    let said = |event: &&Event| {
        let others = event.author.as_deref().is_some_and(|author| author != customer);
        others && event.draft.visibility == Visibility::All && event.standing == Validity::Kept
    };
    let unread = chat
        .latest()
        .is_some_and(|thread| thread.events().iter().filter(said).any(|event| seen.is_none_or(|seen| event.at > seen)));
    json!({"chat_id": chat.id, "has_unread_events": unread, "has_active_thread": chat.active().is_some()})
}

/// `update_customer_page`.
pub(in super::super) fn update_customer_page(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let (socket, fields) = (on(cx)?, request.fields()?);
    let page = page(&fields)?;
    platform.admit(cx, request)?;
    platform.turn_to(cx, &request.caller.id, page);
    platform.stir_visitor(cx, socket);
    let group = platform.monitor_of(&request.caller.id);
    let moves = platform.rtm.visitor_mut(socket).filter(|visitor| !visitor.chosen).is_some_and(|visitor| {
        let before = std::mem::replace(&mut visitor.group, group);
        before != group
    });
    match moves {
        // Older versions answer nothing.
        true if request.version >= Version::V3_6 => {
            let status = availability(platform.organization.group_status(group));
            done(&json!({"groups": [{"id": group, "status": status}]}))
        }
        true | false => nothing(),
    }
}

/// `activate_customer_page` and `deactivate_customer_page`, which clients have and no page documents. Nobody is told, but
/// somebody sits there.
pub(in super::super) fn show_page(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let socket = on(cx)?;
    platform.admit(cx, request)?;
    platform.stir_visitor(cx, socket);
    nothing()
}

impl Livechat {
    /// The group that watches a customer: the first of those whose rule they meet.
    fn monitor_of(&self, customer: &str) -> u64 {
        let groups = self.organization.groups_for(&whereabouts(self.chats.patron(customer)));
        groups.first().copied().unwrap_or(EVERYBODY)
    }
}
