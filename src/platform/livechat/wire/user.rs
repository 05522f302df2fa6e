//! People in a chat.

use serde::Serialize;
use serde_json::Value;

use super::super::model::{self, EVERYBODY, MemberKind, Visibility, Whereabouts};
use super::super::version::Version;
use super::View;
use crate::base::time::VirtualTime;

/// The visit that every customer is on. Nobody browses here, so one page and one place stand for all.
const PAGE: &str = "https://shop.example/pricing";
const TITLE: &str = "Pricing";
const REFERRER: &str = "https://search.example/";
const ADDRESS: &str = "203.0.113.24";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36";

/// Somebody in a chat.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum User {
    /// An agent or a bot; nothing marks bots but the form of their id.
    Agent(Agent),
    /// A customer.
    Customer(Box<Customer>),
}

/// An agent or a bot in a chat.
#[derive(Serialize)]
pub(crate) struct Agent {
    id: String,
    r#type: &'static str,
    name: String,
    email: String,
    present: bool,
    events_seen_up_to: VirtualTime,
    visibility: &'static str,
}

/// A customer in a chat, with all that clients insist on.
#[derive(Serialize)]
pub(crate) struct Customer {
    id: String,
    r#type: &'static str,
    name: String,
    email: String,
    email_verified: bool,
    present: bool,
    created_at: VirtualTime,
    events_seen_up_to: VirtualTime,
    agent_last_event_created_at: VirtualTime,
    customer_last_event_created_at: VirtualTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    visit: Option<Visit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_visit: Option<Visit>,
    session_fields: [Value; 0],
    statistics: Statistics,
    followed: bool,
    online: bool,
    state: &'static str,
    group_ids: [u64; 1],
}

#[derive(Serialize)]
struct Statistics {
    chats_count: usize,
    threads_count: usize,
    visits_count: usize,
    page_views_count: usize,
    greetings_shown_count: usize,
    greetings_accepted_count: usize,
    tickets_count: usize,
}

/// A visit to the site, as a customer or a thread shows it.
#[derive(Serialize)]
pub(crate) struct Visit {
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<VirtualTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<&'static str>,
    ip: &'static str,
    user_agent: &'static str,
    geolocation: Geolocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    last_pages: Vec<Page>,
}

#[derive(Serialize)]
struct Page {
    opened_at: VirtualTime,
    url: &'static str,
    title: &'static str,
}

#[derive(Serialize)]
struct Geolocation {
    country: &'static str,
    country_code: &'static str,
    region: &'static str,
    city: &'static str,
    timezone: &'static str,
    latitude: &'static str,
    longitude: &'static str,
}

/// The place of the vendor's own sample.
const PLACE: Geolocation = Geolocation {
    country: "Poland",
    country_code: "PL",
    region: "Dolnoslaskie",
    city: "Wroclaw",
    timezone: "Europe/Warsaw",
    latitude: "51.1043",
    longitude: "17.0335",
};

/// Where all customers are, for rules that ask.
pub(crate) const WHEREABOUTS: Whereabouts<'static> = Whereabouts {
    url: PAGE,
    country: PLACE.country,
    country_code: PLACE.country_code,
    region: PLACE.region,
    city: PLACE.city,
};

impl Visit {
    /// As a thread shows it.
    pub(crate) fn of_thread() -> Self {
        Self {
            started_at: None,
            referrer: None,
            ip: ADDRESS,
            user_agent: BROWSER,
            geolocation: PLACE,
            last_pages: Vec::new(),
        }
    }

    fn of_customer(since: VirtualTime) -> Self {
        Self {
            started_at: Some(since),
            referrer: Some(REFERRER),
            last_pages: vec![Page { opened_at: since, url: PAGE, title: TITLE }],
            ..Self::of_thread()
        }
    }
}

impl View<'_> {
    /// Somebody in a chat.
    pub(crate) fn user(&self, chat: &model::Chat, member: &model::Member) -> User {
        match member.kind {
            MemberKind::Agent => User::Agent(self.agent(member)),
            MemberKind::Customer => User::Customer(Box::new(self.customer(chat, member))),
        }
    }

    fn agent(&self, member: &model::Member) -> Agent {
        let staffer = self.organization.staffer(&member.id);
        Agent {
            id: member.id.clone(),
            r#type: "agent",
            name: staffer.map(|staffer| staffer.name.clone()).unwrap_or_default(),
            email: staffer.map(|staffer| staffer.email().to_owned()).unwrap_or_default(),
            present: member.present,
            events_seen_up_to: member.seen_up_to,
            visibility: match member.visibility {
                Visibility::All => "all",
                Visibility::Agents => "agents",
            },
        }
    }

    fn customer(&self, chat: &model::Chat, member: &model::Member) -> Customer {
        let patron = self.chats.patron(&member.id);
        let since = patron.map_or(member.seen_up_to, |patron| patron.created_at);
        let visit = Visit::of_customer(since);
        let (visit, last_visit) = match self.version {
            Version::V3_4 | Version::V3_5 => (None, Some(visit)),
            Version::V3_6 | Version::V3_7 => (Some(visit), None),
        };
        Customer {
            id: member.id.clone(),
            r#type: "customer",
            name: patron.map(|patron| patron.name.clone()).unwrap_or_default(),
            email: patron.map(|patron| patron.email.clone()).unwrap_or_default(),
            email_verified: false,
            present: member.present,
            created_at: since,
            events_seen_up_to: member.seen_up_to,
            // Clients drop customers without these two, so where nobody has spoken yet the acquaintance counts.
            agent_last_event_created_at: patron.and_then(|patron| patron.agent_spoke_at).unwrap_or(since),
            customer_last_event_created_at: patron.and_then(|patron| patron.spoke_at).unwrap_or(since),
            visit,
            last_visit,
            session_fields: [],
            statistics: Statistics {
                chats_count: 1,
                threads_count: chat.threads().len(),
                visits_count: 1,
                page_views_count: 1,
                greetings_shown_count: 0,
                greetings_accepted_count: 0,
                tickets_count: 0,
            },
            followed: false,
            online: true,
            // Only `browsing` is documented; what customers in a chat are called is not.
            state: if chat.active().is_some() { "chatting" } else { "browsing" },
            group_ids: [EVERYBODY],
        }
    }
}
