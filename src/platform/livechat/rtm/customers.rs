//! What agents are told of customers, and of which.

use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::model::Patron;
use super::super::version::Version;
use super::{Level, Member};
use crate::platform::cx::Cx;

impl Livechat {
    /// Whether an agent hears of a customer.
    fn minds(&self, member: &Member, customer: &str) -> bool {
        let chat = self.chats.of_customer(customer);
        let watched = match member.level {
            Level::My => chat.is_some_and(|chat| chat.present(&member.agent).is_some()),
            Level::Chatting | Level::Invited => chat.is_some_and(|chat| chat.active().is_some()),
            Level::Online | Level::Highest => true,
        };
        watched
            || member.subscriptions.iter().any(|one| self.subscribed(&one.groups, one.limit).any(|id| id == customer))
    }

    /// The customers of these groups, at most so many.
    fn subscribed(&self, groups: &[u64], limit: usize) -> impl Iterator<Item = &str> {
        let groups = groups.to_vec();
        let within = move |id: &&str| {
            let access = self.chats.of_customer(id).map(|chat| chat.access.as_slice());
            groups.is_empty() || access.is_none_or(|access| access.iter().any(|group| groups.contains(group)))
        };
        self.chats.patrons().map(|patron| patron.id.as_str()).filter(within).take(limit)
    }

    /// Those of whom a subscription tells, as they are shown.
    pub(in super::super) fn customers_of(&self, groups: &[u64], limit: usize, version: Version) -> Vec<Value> {
        let here = self.subscribed(groups, limit).filter(|id| self.chats.patron(id).is_some_and(Patron::is_here));
        here.map(|id| json!(self.view(version).visitor(id))).collect()
    }

    /// Shows a session the customers of whom it hears, right after its login.
    pub(in super::super) fn push_customers(&self, cx: &mut Cx<'_>) {
        let here = cx.socket();
        let own = |member: &Member| {
            here.and_then(|socket| self.rtm.sessions.get(&socket)?.login.as_ref()?.who.agent())
                .is_some_and(|own| std::ptr::eq(own, member))
        };
        self.push(cx, "incoming_customers", own, |viewer| {
            let here = self.chats.patrons().filter(|patron| patron.is_here());
            let minded = here.filter(|patron| self.minds(viewer.member, &patron.id));
            let shown: Vec<Value> = minded.map(|patron| json!(self.view(viewer.version).visitor(&patron.id))).collect();
            Some(json!({"customer_monitoring_level": viewer.member.level.word(), "customers": shown}))
        });
    }

    /// Tells of a customer who has come, and of how many there are where that is more than was asked for.
    pub(in super::super) fn push_visitor(&self, cx: &mut Cx<'_>, customer: &str) {
        let minds = |member: &Member| self.minds(member, customer);
        self.push(cx, "incoming_customer", minds, |viewer| Some(json!(self.view(viewer.version).visitor(customer))));
        let totals = |member: &Member| {
            let more = member.subscriptions.iter().filter_map(|one| {
                let all = self.subscribed(&one.groups, usize::MAX).count();
                (all > one.limit).then(|| (one.id.clone(), json!(all)))
            });
            more.collect::<Map<_, _>>()
        };
        let exceeded = |member: &Member| !totals(member).is_empty();
        self.push(cx, "subscribed_customers_totals_updated", exceeded, |viewer| {
            Some(Value::Object(totals(viewer.member)))
        });
    }

    /// Tells of the page that a customer has opened.
    pub(in super::super) fn push_page(&self, cx: &mut Cx<'_>, customer: &str) {
        let visit = self.chats.patron(customer).and_then(|patron| patron.visits.latest());
        let Some((visit, page)) = visit.and_then(|visit| Some((visit, visit.page.as_ref()?))) else { return };
        let payload = json!({
            "customer_id": customer,
            "visit_id": visit.number,
            "opened_at": page.opened_at,
            "url": page.url,
            "title": page.title,
        });
        let minds = |member: &Member| self.minds(member, customer);
        self.push(cx, "customer_page_updated", minds, |_| Some(payload.clone()));
    }

    /// Tells of a customer who has gone.
    pub(in super::super) fn push_left(&self, cx: &mut Cx<'_>, customer: &str) {
        let payload = json!({"id": customer, "left_at": cx.now()});
        let minds = |member: &Member| self.minds(member, customer);
        self.push(cx, "customer_left", minds, |_| Some(payload.clone()));
    }

    /// Tells of a customer who is kept out.
    pub(in super::super) fn push_banned(&self, cx: &mut Cx<'_>, customer: &str, days: u64) {
        let payload = json!({"customer_id": customer, "ban": {"days": days}});
        let minds = |member: &Member| self.minds(member, customer);
        self.push(cx, "customer_banned", minds, |_| Some(payload.clone()));
    }

    /// Tells of a customer who has another chat or thread.
    pub(super) fn push_statistics(&self, cx: &mut Cx<'_>, customer: &str) {
        let minds = |member: &Member| self.minds(member, customer);
        self.push(cx, "customer_statistics_updated", minds, |viewer| {
            let mut shown = json!(self.view(viewer.version).visitor(customer));
            Some(json!({"customer_id": customer, "statistics": shown["statistics"].take()}))
        });
    }

    /// A customer as all versions show them, to find out what has changed.
    pub(in super::super) fn customer_as_known(&self, customer: &str) -> Value {
        json!(self.view(Version::STABLE).visitor(customer))
    }

    /// Tells what else is known about a customer since they were known as this.
    pub(in super::super) fn push_revised(&self, cx: &mut Cx<'_>, customer: &str, before: &Value) {
        let Value::Object(mut changed) = self.customer_as_known(customer) else { return };
        changed.retain(|key, value| before.get(key.as_str()) != Some(value));
        let minds = |member: &Member| self.minds(member, customer);
        self.push(cx, "customer_updated", minds, |_| {
            let Value::Object(mut now) = self.customer_as_known(customer) else { return None };
            now.retain(|key, _| matches!(key.as_str(), "id" | "type") || changed.contains_key(key));
            let shown: Map<String, Value> =
                now.into_iter().map(|(key, value)| (key.clone(), told(&key, value))).collect();
            (shown.len() > 2).then_some(Value::Object(shown))
        });
        self.push_customer_out(cx, customer, &changed);
    }
}

/// A member as pushes show it: accounts elsewhere have other names there than in answers.
fn told(key: &str, value: Value) -> Value {
    let (Value::Object(channels), "omnichannel") = (&value, key) else { return value };
    let mut shown = Map::new();
    if let Some(accounts) = channels.get("fb_messenger").and_then(Value::as_array) {
        let one = |account: &Value| {
            let members = [("id", account.get("ID")), ("name", account.get("Name"))];
            members
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?.clone())))
                .collect::<Map<_, _>>()
        };
        shown.insert("fb_messenger".to_owned(), accounts.iter().map(one).collect());
    }
    if let Some(numbers) = channels.get("twilio").and_then(Value::as_array) {
        let inner = numbers.iter().filter_map(Value::as_object).flat_map(|number| number.values().cloned());
        shown.insert("twilio".to_owned(), inner.collect());
    }
    Value::Object(shown)
}
