//! People in a chat.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::model::{self, EVERYBODY, Facebook, MemberKind, Visibility, Whereabouts};
use super::super::version::Version;
use super::View;
use crate::base::time::VirtualTime;

/// The visit that customers are on who tell of none. Nobody browses here, so one page and one place stand for all.
const PAGE: &str = "https://shop.example/pricing";
const TITLE: &str = "Pricing";
/// Where they came to that page from.
const REFERRER: &str = "https://search.example/";
/// The network address that every customer has.
pub(crate) const ADDRESS: &str = "203.0.113.24";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36";

/// Somebody in a chat.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum User {
    /// An agent or a bot; nothing marks bots but the form of their id.
    Agent(Agent),
    /// A customer.
    Customer(Box<Customer>),
}

/// An agent or a bot in a chat.
#[derive(Serialize, JsonSchema)]
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
#[derive(Serialize, JsonSchema)]
pub(crate) struct Customer {
    id: String,
    r#type: &'static str,
    /// Absent where nobody has given one.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// Absent where nobody has given one.
    #[serde(skip_serializing_if = "String::is_empty")]
    email: String,
    email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    present: Option<bool>,
    created_at: VirtualTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    events_seen_up_to: Option<VirtualTime>,
    agent_last_event_created_at: VirtualTime,
    customer_last_event_created_at: VirtualTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    visit: Option<Visit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_visit: Option<Visit>,
    session_fields: Vec<Map<String, Value>>,
    statistics: Statistics,
    followed: bool,
    online: bool,
    state: &'static str,
    group_ids: [u64; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    omnichannel: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_ids: Option<Vec<String>>,
}

#[derive(Serialize, JsonSchema)]
struct Statistics {
    chats_count: usize,
    threads_count: usize,
    visits_count: u64,
    page_views_count: u64,
    greetings_shown_count: usize,
    greetings_accepted_count: usize,
    tickets_count: usize,
}

/// A visit to the site, as a customer or a thread shows it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Visit {
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<VirtualTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<String>,
    ip: &'static str,
    user_agent: &'static str,
    geolocation: Geolocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    last_pages: Vec<Page>,
}

#[derive(Serialize, JsonSchema)]
struct Page {
    opened_at: VirtualTime,
    url: String,
    title: String,
}

#[derive(Serialize, JsonSchema)]
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

/// Where those customers are, for rules that ask.
pub(crate) const WHEREABOUTS: Whereabouts<'static> = Whereabouts {
    url: PAGE,
    country: PLACE.country,
    country_code: PLACE.country_code,
    region: PLACE.region,
    city: PLACE.city,
};

/// Where a customer is, for rules that ask.
pub(crate) fn whereabouts(patron: Option<&model::Patron>) -> Whereabouts<'_> {
    Whereabouts { url: page(patron).unwrap_or_default(), ..WHEREABOUTS }
}

/// The address of the page that a customer is on, if they have told.
pub(crate) fn page(patron: Option<&model::Patron>) -> Option<&str> {
    match patron.and_then(|patron| patron.visits.latest()) {
        Some(visit) => visit.page.as_ref().map(|page| page.url.as_str()),
        None => Some(PAGE),
    }
}

/// Where a customer came to the site from, if they have told.
pub(crate) fn referrer(patron: Option<&model::Patron>) -> Option<&str> {
    match patron.and_then(|patron| patron.visits.latest()) {
        Some(visit) => visit.referrer.as_deref(),
        None => Some(REFERRER),
    }
}

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

    fn of_customer(since: VirtualTime, latest: Option<&model::Visit>) -> Self {
        let (since, referrer, page) = match latest {
            Some(visit) => (visit.since, visit.referrer.clone(), visit.page.clone()),
            None => (since, Some(REFERRER.to_owned()), Some(sample(since))),
        };
        let shown = |page: model::Page| Page { opened_at: page.opened_at, url: page.url, title: page.title };
        let last_pages = page.map(shown).into_iter().collect();
        Self { started_at: Some(since), referrer, last_pages, ..Self::of_thread() }
    }
}

/// The page of those who say nothing about theirs.
fn sample(opened_at: VirtualTime) -> model::Page {
    model::Page { url: PAGE.to_owned(), title: TITLE.to_owned(), opened_at }
}

impl View<'_> {
    /// Somebody in a chat.
    pub(crate) fn user(&self, chat: &model::Chat, member: &model::Member) -> User {
        match member.kind {
            MemberKind::Agent => User::Agent(self.agent(member)),
            MemberKind::Customer => User::Customer(Box::new(self.customer(&member.id, Some(chat), Some(member)))),
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

    /// A customer as `get_customer` answers them: not as a member of a chat, but with the chats they have.
    pub(crate) fn patron(&self, id: &str) -> Customer {
        let chat = self.chats.of_customer(id);
        let mut customer = self.customer(id, chat, None);
        customer.chat_ids = Some(chat.map(|chat| chat.id.clone()).into_iter().collect());
        customer
    }

    /// A customer who has just come.
    pub(crate) fn visitor(&self, id: &str) -> Customer {
        Customer { present: Some(true), ..self.customer(id, self.chats.of_customer(id), None) }
    }

    fn customer(&self, id: &str, chat: Option<&model::Chat>, member: Option<&model::Member>) -> Customer {
        let patron = self.chats.patron(id);
        let since = patron.map(|patron| patron.created_at).or_else(|| member.map(|member| member.seen_up_to));
        let since = since.unwrap_or(VirtualTime::OPENING);
        let visits = patron.map(|patron| patron.visits.clone()).unwrap_or_default();
        // Whoever has neither a chat nor a socket has never logged in.
        let logged_in = chat.is_some() || visits.latest().is_some();
        let visit = logged_in.then(|| Visit::of_customer(since, visits.latest()));
        let profile = patron.map(|patron| patron.profile.clone()).unwrap_or_default();
        let omnichannel = omnichannel(profile.facebook.as_ref(), profile.twilio.as_deref());
        let (visit, last_visit, newer) = match self.version {
            Version::V3_4 | Version::V3_5 => (None, visit, None),
            Version::V3_6 | Version::V3_7 => (visit, None, Some((profile.phone_number, omnichannel, profile.address))),
        };
        let (phone_number, omnichannel, address) = newer.unwrap_or_default();
        Customer {
            id: id.to_owned(),
            r#type: "customer",
            name: patron.map(|patron| patron.name.clone()).unwrap_or_default(),
            email: patron.map(|patron| patron.email.clone()).unwrap_or_default(),
            email_verified: false,
            phone_number,
            avatar: profile.avatar,
            present: member.map(|member| member.present),
            created_at: since,
            events_seen_up_to: member.map(|member| member.seen_up_to),
            // Clients drop customers without these two, so where nobody has spoken yet the acquaintance counts.
            agent_last_event_created_at: patron.and_then(|patron| patron.agent_spoke_at).unwrap_or(since),
            customer_last_event_created_at: patron.and_then(|patron| patron.spoke_at).unwrap_or(since),
            visit,
            last_visit,
            session_fields: profile.session_fields.unwrap_or_default(),
            statistics: Statistics {
                chats_count: usize::from(chat.is_some()),
                threads_count: chat.map_or(0, |chat| chat.threads().len()),
                // Those who are played are there, on a page.
                visits_count: visits.count().max(1),
                page_views_count: visits.views().max(u64::from(visits.latest().is_none())),
                greetings_shown_count: 0,
                greetings_accepted_count: 0,
                tickets_count: 0,
            },
            followed: false,
            online: patron.is_none_or(model::Patron::is_here),
            // Only `browsing` is documented; what customers in a chat are called is not.
            state: if chat.is_some_and(|chat| chat.active().is_some()) { "chatting" } else { "browsing" },
            group_ids: [EVERYBODY],
            omnichannel,
            address,
            chat_ids: None,
        }
    }
}

/// A customer's accounts elsewhere, under the names of the answers, which are not those of the requests.
fn omnichannel(facebook: Option<&Facebook>, twilio: Option<&str>) -> Option<Value> {
    let mut channels = Map::new();
    if let Some(account) = facebook {
        let members = [
            ("ID", Some(json!(account.id))),
            ("Name", account.name.as_ref().map(|text| json!(text))),
            ("FirstName", account.first_name.as_ref().map(|text| json!(text))),
            ("LastName", account.last_name.as_ref().map(|text| json!(text))),
            ("ProfilePicURL", account.profile_pic.as_ref().map(|text| json!(text))),
            ("Gender", account.gender.as_ref().map(|text| json!(text))),
            ("Locale", account.locale.as_ref().map(|text| json!(text))),
            ("IsVerifiedUser", account.is_verified_user.map(|flag| json!(flag))),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        channels.insert("fb_messenger".to_owned(), json!([members.collect::<Map<_, _>>()]));
    }
    if let Some(number) = twilio {
        let mut numbers = Map::new();
        numbers.insert(number.to_owned(), json!({"phone_number": number}));
        channels.insert("twilio".to_owned(), json!([numbers]));
    }
    (!channels.is_empty()).then_some(Value::Object(channels))
}
