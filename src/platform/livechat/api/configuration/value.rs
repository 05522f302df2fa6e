//! Values of properties in the license and in its groups.
//!
//! Scopes tell one's own namespaces from those of others. A token's own namespace is that of its app; a personal access
//! token belongs to no app, and those of the organization count as its own, which is inferred.

use serde_json::{Map, Value, json};

use super::super::document::Fields;
use super::super::{Outcome, Request, done, nothing};
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::model::registry::{Asker, Filter, Holder, Reach};
use crate::platform::livechat::scope;

/// `update_license_properties`.
pub(super) fn update_license_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    update(platform, cx, request, Holder::License)
}

/// `delete_license_properties`.
pub(super) fn delete_license_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    delete(platform, cx, request, Holder::License)
}

/// `update_group_properties`.
pub(super) fn update_group_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let group = group(platform, &request.fields()?, "group_id")?;
    update(platform, cx, request, group)
}

/// `delete_group_properties`, which calls the group `id` where its sibling says `group_id`.
pub(super) fn delete_group_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let group = group(platform, &request.fields()?, "id")?;
    delete(platform, cx, request, group)
}

fn update(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, holder: Holder) -> Outcome {
    let fields = request.fields()?;
    fields.required_object("properties")?;
    let wanted = fields.properties("properties")?;
    let checked =
        platform.asking(request, |asker| platform.properties.check(holder, asker, &wanted)).map_err(Denial::from)?;
    platform.admit(cx, request)?;
    platform.properties.set(holder, checked);
    tell(platform, cx, holder, wanted.into());
    platform.serve_queue(cx);
    nothing()
}

fn delete(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request, holder: Holder) -> Outcome {
    let wanted = request.fields()?.required_object("properties")?.names()?;
    let checked = platform
        .asking(request, |asker| platform.properties.check_names(holder, asker, &wanted))
        .map_err(Denial::from)?;
    platform.admit(cx, request)?;
    platform.properties.delete(holder, &checked);
    // That what is gone is told as `null` is inferred: there is no push for it alone.
    let gone = |names: Vec<String>| Value::Object(names.into_iter().map(|name| (name, Value::Null)).collect());
    let gone: Map<_, _> = wanted.into_iter().map(|(space, names)| (space, gone(names))).collect();
    tell(platform, cx, holder, gone.into());
    platform.serve_queue(cx);
    nothing()
}

fn tell(platform: &Livechat, cx: &mut Cx<'_>, holder: Holder, properties: Value) {
    let group = match holder {
        Holder::License => None,
        Holder::Group(group) => Some(group),
    };
    platform.push_values(cx, group, &properties);
}

/// `list_license_properties`.
pub(super) fn list_license_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let filter = filter(&fields)?;
    platform.admit(cx, request)?;
    done(&platform.asking(request, |asker| platform.properties.list(Holder::License, asker, &filter)))
}

/// `list_groups_properties`: of these groups, or of all if none is named.
pub(super) fn list_groups_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let filter = filter(&fields)?;
    let wanted = fields.numbers("group_ids")?.ok_or_else(|| fields.missing("group_ids"))?;
    let groups: Vec<u64> = match wanted.is_empty() {
        true => platform.organization.groups().map(|(id, _)| id).collect(),
        false => wanted,
    };
    if groups.iter().any(|group| platform.organization.group(*group).is_none()) {
        return Err(Denial::of(codes::GROUP_NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    let list = |group: &u64| {
        let properties =
            platform.asking(request, |asker| platform.properties.list(Holder::Group(*group), asker, &filter));
        json!({"id": group, "properties": properties})
    };
    done(&groups.iter().map(list).collect::<Vec<_>>())
}

/// `list_group_properties`, the older form for one group.
pub(super) fn list_group_properties(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let (filter, group) = (filter(&fields)?, group(platform, &fields, "id")?);
    platform.admit(cx, request)?;
    done(&platform.asking(request, |asker| platform.properties.list(group, asker, &filter)))
}

/// Which values are wanted. Clients of the vendor send the second name for the prefix.
fn filter<'f>(fields: &Fields<'f>) -> Result<Filter<'f>, Denial> {
    let prefix = fields.text("name_prefix")?.or(fields.text("namespace_prefix")?);
    let namespace = fields.text("namespace")?.filter(|namespace| !namespace.is_empty());
    Ok(Filter { namespace, name_prefix: prefix.unwrap_or_default() })
}

/// A group that exists. Queries know no numbers, so digits will do.
fn group(platform: &Livechat, fields: &Fields<'_>, key: &str) -> Result<Holder, Denial> {
    let digits = fields.get(key).and_then(Value::as_str).and_then(|digits| digits.parse().ok());
    let id = match digits {
        Some(id) => id,
        None => fields.number(key)?.ok_or_else(|| fields.missing(key))?,
    };
    match platform.organization.group(id) {
        Some(_) => Ok(Holder::Group(id)),
        None => Err(Denial::of(codes::GROUP_NOT_FOUND)),
    }
}

impl Livechat {
    /// Asks about values in the name of a caller.
    fn asking<T>(&self, request: &Request, ask: impl FnOnce(&Asker<'_>) -> T) -> T {
        let owns = |namespace: &str| self.owns(request, namespace);
        let reach = match request.caller.grant.is_wide(scope::need(request.route)) {
            true => Reach::Published,
            false => Reach::Own,
        };
        ask(&Asker { owns: &owns, reach, side: request.caller.side })
    }

    /// Whether an app is the caller's own.
    pub(in super::super) fn owns(&self, request: &Request, app: &str) -> bool {
        match &request.caller.client {
            Some(client) => client == app,
            None => self.is_app(app),
        }
    }

    /// Checks that an app is the caller's own, or that the caller's scopes are for others, too.
    pub(super) fn mine(&self, request: &Request, app: &str) -> Result<(), Denial> {
        if self.owns(request, app) { Ok(()) } else { request.reaches_others() }
    }

    /// Whether an app belongs to this organization.
    pub(super) fn is_app(&self, client: &str) -> bool {
        self.organization.webhooks.knows(client)
    }
}
