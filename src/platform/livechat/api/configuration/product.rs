//! What a license is made of: the ways customers reach it, what its plan allows, and whom the vendor sends bills and mail.

use serde_json::json;

use super::super::{Outcome, Request, done, nothing};
use crate::base::time::VirtualTime;
use crate::platform::cx::Cx;
use crate::platform::livechat::Livechat;
use crate::platform::livechat::codes::{self, Denial};
use crate::platform::livechat::missing::reason;
use crate::platform::livechat::model::Staffer;

/// `list_channels`: the website, once a customer has used it. There are no other channels here.
pub(super) fn list_channels(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    let threads = platform.chats.all().filter_map(|chat| chat.threads().first());
    let first: Option<VirtualTime> = threads.map(|thread| thread.created_at).min();
    let channel = |at: VirtualTime| json!({"channel_type": "code", "channel_subtype": "", "first_activity_timestamp": at.micros()});
    done(&first.map(channel).into_iter().collect::<Vec<_>>())
}

const PLANS: [&str; 4] = ["starter", "team", "enterprise", "enterpriseplus"];

/// What each plan allows, plan by plan. The vendor's page of limits only points to its prices now; these are in a remark in
/// the page's source, which calls the last two plans business and enterprise.
const LIMITS: [(&str, [i64; 4]); 8] = [
    ("agents", [400, 400, 400, 400]),
    ("groups", [1, 20, 40, 80]),
    ("banned", [50, 200, 400, 400]),
    ("queue", [10, 50, 100, 100]),
    ("queue_continuous", [150, 150, 150, 150]),
    ("groups_per_agent", [1, 10, 20, 40]),
    ("access_rules", [0, 200, 200, 200]),
    ("group_chooser_groups", [1, 25, 25, 25]),
];

/// `check_product_limits_for_plan`: what would be left of each resource under a plan. Inferred: that a negative balance is
/// what there is too much of, and that `id` names the agent whose groups are counted.
pub(super) fn check_product_limits_for_plan(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let plan = fields.word("plan", &PLANS)?.ok_or_else(|| fields.missing("plan"))?;
    platform.admit(cx, request)?;
    let column = PLANS.iter().position(|word| *word == plan).unwrap_or_default();
    let mut balances = Vec::new();
    for (resource, limits) in LIMITS {
        let limit = limits[column];
        for (id, used) in platform.used(cx.now(), resource) {
            balances.push(match id {
                Some(id) => json!({"resource": resource, "limit_balance": limit - used, "id": id}),
                None => json!({"resource": resource, "limit_balance": limit - used}),
            });
        }
    }
    done(&balances)
}

/// A method that is missing here, such as `get_product_source`, and says so. Of the vendor's error types only this one
/// blames neither the call nor its token.
pub(in super::super) fn unplayed(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    platform.admit(cx, request)?;
    let reason = reason(request.route).unwrap_or("this is not played");
    let text = format!("Service unavailable: simulator: {reason}");
    Err(Denial::of(codes::SERVICE_UNAVAILABLE).saying(text).blaming(reason).into())
}

/// `reactivate_email`. No mail is sent here, so there is nothing to be seen of it.
pub(super) fn reactivate_email(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    let agent = platform.organization.staffer(fields.required("agent_id")?);
    if agent.is_none_or(Staffer::is_bot) {
        return Err(Denial::of(codes::NOT_FOUND).into());
    }
    platform.admit(cx, request)?;
    nothing()
}

const DETAILS: [&str; 15] = [
    "audience",
    "chat_purpose",
    "city",
    "company",
    "company_size",
    "country",
    "invoice_email",
    "invoice_name",
    "nip",
    "postal_code",
    "state",
    "street",
    "phone",
    "province",
    "url",
];

/// `update_company_details`. The API has no method that would give them back, so they are checked and not kept.
pub(super) fn update_company_details(platform: &mut Livechat, cx: &mut Cx<'_>, request: &Request) -> Outcome {
    let fields = request.fields()?;
    fields.flag("enrich")?.ok_or_else(|| fields.missing("enrich"))?;
    for key in DETAILS {
        fields.text(key)?;
    }
    platform.admit(cx, request)?;
    nothing()
}

impl Livechat {
    /// How much of a resource is used: once, or once for each agent.
    fn used(&self, now: VirtualTime, resource: &str) -> Vec<(Option<String>, i64)> {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let agents = || self.organization.staff().filter(|staffer| !staffer.is_bot());
        let used = match resource {
            "agents" => agents().count(),
            "groups" => self.organization.groups().count(),
            "access_rules" => self.organization.rules().len(),
            "banned" => self.bans.in_force(now).count(),
            "queue" | "queue_continuous" => self.chats.queue().len(),
            "groups_per_agent" => {
                return agents().map(|agent| (Some(agent.id.clone()), count(agent.groups.len()))).collect();
            }
            _ => 0,
        };
        vec![(None, count(used))]
    }
}
