//! A vendor that does not exist, written against the public trait only: a postbox with one event and one operation.

use std::sync::{Arc, LazyLock};

use http::Method;
use rehearsal::base::doc_ref::{DocRef, Mark};
use rehearsal::base::secret::Secret;
use rehearsal::base::time::{VirtualSpan, VirtualTime, WallLimit};
use rehearsal::journal::entry::{Audience, Change, Party, Said};
use rehearsal::platform::cx::{Credential, Cx, Refusal, Replaced, WakeKey};
use rehearsal::platform::delivery::RawDelivery;
use rehearsal::platform::outgoing::{Acknowledged, Order, Outgoing, Policy};
use rehearsal::platform::recipe::Recipe;
use rehearsal::platform::route::{Answer, Call, Client, Reply, Route, Unrouted};
use rehearsal::platform::signing::Signing;
use rehearsal::platform::{Code, Event, Platform, State, Table, Vendor};
use rehearsal::record;
use rehearsal::scenario::Staff;
use rehearsal::scenario::act::Act;
use rehearsal::scenario::decode::{Decode, KeyTable, Problems, Schema};
use rehearsal::scenario::node::Node;
use rehearsal::signing::STANDARD;
use serde_json::json;

/// What callers of a postbox know of which nothing is said.
const KEY: &str = "toy-key";

const DOC: DocRef = DocRef::new(Mark::Docs, "toy.example/docs");

const ANSWERED: Recipe = Recipe {
    path: "scenarios/toy/ok.yaml",
    text: "platform: toy\nsteps:\n- call: {route: answer, params: {who: bob}, body: Hi, answer: {status: 200, code: ok}}\n",
};
const NO_KEY: Recipe = Recipe {
    path: "scenarios/toy/no_key.yaml",
    text: "platform: toy\nsteps:\n- call: {route: answer, params: {who: bob}, headers: {x-key: ~}, answer: {code: no_key}}\n",
};
const BROKEN: Recipe = Recipe {
    path: "scenarios/toy/broken.yaml",
    text: "platform: toy\nsteps:\n- fault: {on: {route: answer}, do: {code: broken}}\n- call: {route: answer, params: {who: bob}, answer: {code: broken}}\n",
};

pub(crate) const TOY: Vendor = Vendor::of::<Toy>();

record! {
    /// The postbox before anything happens.
    pub struct Setup {
        /// Where notes go.
        url: String = "${bot}/toy".to_owned(),
        /// How long a chat may be idle.
        idle: VirtualSpan = VirtualSpan::from_mins(30),
        /// A note waits until the earlier one is settled, not only tried.
        patient: bool = false,
        /// How notes are delivered.
        delivery: RawDelivery = RawDelivery::default(),
    }
}

/// The pauses before the second and third attempt.
const RETRIES: [VirtualSpan; 2] = [VirtualSpan::from_secs(10), VirtualSpan::from_secs(60)];

#[derive(Clone)]
pub(crate) struct Toy {
    setup: Setup,
    /// What its callers know.
    key: String,
    expired: bool,
    policy: Arc<Policy>,
    notes: u32,
    last: Option<VirtualTime>,
}

impl Toy {
    fn post(&mut self, cx: &mut Cx<'_>, chat: &str, text: &str) {
        self.notes += 1;
        self.last = Some(cx.now());
        cx.send(Outgoing {
            event: "note".into(),
            chat: Some(chat.to_owned()),
            to: None,
            method: Method::POST,
            url: self.setup.url.clone(),
            headers: vec![(http::HeaderName::from_static("x-toy"), Secret::new("toy-key"))],
            body: json!({"n": self.notes, "text": text}).to_string().into(),
            secret_span: None,
            signing: Some(Secret::new("whsec_dG95")),
            policy: Arc::clone(&self.policy),
        });
        cx.wake_at(cx.now() + self.setup.idle, WakeKey("idle".to_owned()));
    }

    fn answer(&mut self, cx: &mut Cx<'_>, call: &Call) -> Answer {
        if call.header("x-key") != Some(self.key.as_str()) || self.expired {
            return Err(Reply::json(401, Some("no_key"), &json!({"error": "no_key"})));
        }
        cx.admit("answer", |code| Reply::json(500, code_named(code), &json!({"error": code})))?;
        let text = String::from_utf8_lossy(&call.bytes()).into_owned();
        cx.said(said("toy", Party::new(cx.caller_role(), "bot", "Bot"), text));
        Ok(Reply::json(200, Some("ok"), &json!({"thanks": call.param("who")})))
    }
}

fn code_named(code: &str) -> Option<&'static str> {
    Toy::CODES.iter().find(|row| row.code == code).map(|row| row.code)
}

fn said(chat: &str, from: Party, text: String) -> Said {
    Said {
        chat: chat.to_owned(),
        id: String::new(),
        from,
        text,
        options: Vec::new(),
        attachment: None,
        audience: Audience::All,
    }
}

impl Platform for Toy {
    const NAME: &'static str = "toy";
    const ABOUT: &'static str = "a postbox";
    const ROOTS: &'static [&'static str] = &["toy"];
    const LACKS: &'static [(&'static str, &'static str)] = &[("hold", "a postbox cannot be held")];
    const ROUTES: &'static [Route<Self>] = &[Route {
        name: "answer",
        method: Method::POST,
        path: "/toy/{who}/answer",
        summary: "answers a note",
        doc: DOC,
        handle: Self::answer,
    }];
    const CODES: &'static [Code] = &[
        Code {
            code: "ok",
            status: 200,
            text: "fine",
            cause: "success",
            doc: DOC,
            recipe: ANSWERED,
            state: State::Recipe,
        },
        Code {
            code: "no_key",
            status: 401,
            text: "no key",
            cause: "no key",
            doc: DOC,
            recipe: NO_KEY,
            state: State::Recipe,
        },
        Code {
            code: "broken",
            status: 500,
            text: "broken",
            cause: "a fault",
            doc: DOC,
            recipe: BROKEN,
            state: State::Nothing("a postbox does not break"),
        },
    ];
    const EVENTS: &'static [Event] =
        &[Event { name: "note", summary: "somebody wrote", doc: DOC, recipe: ANSWERED, pushed: &[] }];

    const PROMPT: &'static str = "note";

    const TOKENS_EXPIRE: bool = true;

    const SETUP: &'static [KeyTable] = &[("", Setup::FIELDS)];

    type Setup = (Setup, Arc<Policy>);

    fn table() -> &'static Table {
        static TABLE: LazyLock<Table> = LazyLock::new(Table::of::<Toy>);
        &TABLE
    }

    fn setup(node: &Node, problems: &mut Problems) -> Option<Self::Setup> {
        let setup = Setup::decode(node, problems)?;
        let retries = RETRIES.to_vec();
        let signing = Signing { scheme: Some(STANDARD), previous: None };
        let usual = Policy::new(Acknowledged::Only200, WallLimit::from_secs(1), retries, signing);
        let order = if setup.patient { Order::Outcome } else { Order::FirstAttempt };
        let policy = setup.delivery.clone().read(Policy { order, ..usual }, problems);
        Some((setup, Arc::new(policy)))
    }

    fn setup_schema() -> Schema {
        Setup::schema()
    }

    fn staff(_: &Self::Setup) -> Staff {
        Staff { agents: vec!["bot".to_owned()], retries_after: Some(RETRIES[0]), ..Staff::default() }
    }

    fn open(cx: &mut Cx<'_>, (setup, policy): Self::Setup) -> Self {
        cx.claim(Credential(KEY.to_owned()));
        Self { setup, key: KEY.to_owned(), expired: false, policy, notes: 0, last: None }
    }

    fn credential(call: &Call) -> Option<Credential> {
        call.header("x-key").map(|key| Credential(key.to_owned()))
    }

    fn caller(&self, call: &Call) -> Option<String> {
        call.header("x-key").map(|_| "bot".to_owned())
    }

    fn chat_of(&self, _: &Call) -> Option<String> {
        Some("toy".to_owned())
    }

    fn expiry(&self, call: &Call) -> Option<&'static str> {
        call.header("x-key").map(|_| "no_key")
    }

    fn expire(&mut self, _: VirtualTime, _: &Call) {
        self.expired = true;
    }

    fn client(&self, _: VirtualTime, _: Option<&'static str>) -> Client {
        Client {
            headers: vec![(http::HeaderName::from_static("x-key"), Secret::new(self.key.as_str()))],
            ..Client::default()
        }
    }

    fn unrouted(&mut self, cx: &mut Cx<'_>, call: &Call, why: Unrouted) -> Answer {
        cx.violation(format!("{} {}: {why:?}", call.method, call.path));
        Err(Reply::json(404, None, &json!({})))
    }

    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
        match act {
            Act::StartChat(start) => {
                let customer = cx.customer(&start.r#as.value).cloned().ok_or_else(|| Refusal::new("nobody"))?;
                cx.name_chat(&customer.key, "toy");
                cx.changed("toy", customer.party(), Change::Started { name: Some(customer.key.clone()) });
                if let Some(text) = &start.text {
                    let text = cx.fill(text);
                    self.post(cx, "toy", &text);
                }
                Ok(())
            }
            Act::Say(say) => {
                let chat = cx.chat_of(say.chat.as_ref(), Some(&say.r#as.value))?;
                let text = cx.fill(&say.text);
                self.post(cx, &chat, &text);
                Ok(())
            }
            other => Err(Refusal::new(format!("a postbox knows no {}", other.name()))),
        }
    }

    fn wake(&mut self, cx: &mut Cx<'_>, _: &WakeKey) {
        if self.last.is_some_and(|last| cx.now() >= last + self.setup.idle) {
            self.last = None;
            cx.changed("toy", Party::system(), Change::Closed { outcome: "idle".to_owned() });
        }
    }

    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        let old = std::mem::replace(&mut self.key, cx.draw("toy/key").guid());
        cx.claim(Credential(self.key.clone()));
        vec![Replaced::new(old, self.key.as_str())]
    }

    fn exports(&self) -> Vec<(&'static str, Secret)> {
        vec![("TOY_KEY", Secret::new(self.key.as_str()))]
    }
}
