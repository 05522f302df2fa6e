//! What may never happen, whatever is done to a tenant, in which order, and however much time passes between.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use crate::base::time::{VirtualSpan, VirtualTime};
use crate::journal::What;
use crate::journal::entry::{Change, Role};
use crate::platform::imichat::stage::Stage;
use crate::platform::outgoing::Outgoing;

/// The virtual agents. The addresses of their webhooks begin with their login, which is how events are told apart.
const BOTS: [&str; 2] = ["support_bot", "gold_bot"];

/// One thing that may happen.
#[derive(Clone, Debug)]
enum Happening {
    /// Somebody does something in a chat of this customer's.
    Act(Value),
    /// The bot calls; the number chooses among all chats there are.
    Call(Method, &'static str, Value, usize),
    /// Time passes.
    Pass(VirtualSpan),
    /// An attempt to deliver the latest webhook ends, acknowledged or not.
    Attempted(bool),
}

/// What is set up differently from case to case.
#[derive(Clone, Debug)]
struct Rules {
    /// How many chats the two virtual agents and a person may hold.
    limits: [Option<u32>; 3],
    /// Whether silent people, and silent virtual agents as well, lose their chats.
    idle: Option<bool>,
    /// Whether closes through the API are told.
    closed_by_api: bool,
    /// After how many failed attempts webhooks go off.
    off_after: Option<u32>,
}

const IDLE: VirtualSpan = VirtualSpan::from_mins(10);

impl Rules {
    fn tenant(&self) -> Value {
        let [support, gold, noa] = self.limits;
        let webhook = |login: &str| {
            let events = ["chat.assigned", "message.received", "chat.closed"];
            json!({"url": format!("${{bot}}/{login}/a"), "events": events})
        };
        json!({
            "teams": [{"id": 672, "name": "Team BOT"}, {"id": 673, "name": "People", "skills": ["Gold"]}],
            "virtual_agents": [
                {"login": "support_bot", "max_chats": support, "webhook": webhook("support_bot")},
                {"login": "gold_bot", "team": 673, "skills": ["Gold"], "max_chats": gold, "webhook": webhook("gold_bot")},
            ],
            "agents": [{"login": "noa", "max_chats": noa}, {"login": "dan", "team": 673}],
            "assets": [{"channel": "livechat", "id": "w"}, {"channel": "whatsapp", "id": "k"}, {"channel": "sms", "id": 447}],
            "routing": [
                {"when": {"text": "human"}, "to": {"assignee": "noa"}},
                {"when": {"route_params": {"tier": "gold"}}, "to": {"team": 673, "skill": "Gold"}},
                {"when": {"text": {"contains": "bot"}}, "to": {"assignee": "gold_bot"}},
            ],
            "release_idle": self.idle.map(|virtual_agents| json!({"after": "10m", "virtual_agents": virtual_agents})),
            "events": {"closed_by_api": self.closed_by_api},
            "delivery": {"off_after": self.off_after},
        })
    }

    fn limit(&self, login: &str) -> Option<usize> {
        let place = ["support_bot", "gold_bot", "noa"].iter().position(|limited| *limited == login)?;
        self.limits[place].map(|limit| limit as usize)
    }

    /// How long this owner may be silent.
    fn patience(&self, login: &str) -> Option<VirtualSpan> {
        self.idle.filter(|virtual_agents| *virtual_agents || !BOTS.contains(&login)).map(|_| IDLE)
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let limits = prop::array::uniform3(prop::option::of(0_u32..3));
    (limits, prop::option::of(any::<bool>()), any::<bool>(), prop::option::of(1_u32..3))
        .prop_map(|(limits, idle, closed_by_api, off_after)| Rules { limits, idle, closed_by_api, off_after })
}

fn act() -> impl Strategy<Value = Value> {
    let one_of = |words: &'static [&'static str]| prop::sample::select(words);
    let customer = move || one_of(&["ada", "bob"]);
    let login = move || one_of(&["support_bot", "gold_bot", "noa", "dan"]);
    let text = move || one_of(&["Hi", "human", "a bot"]);
    let started =
        (customer(), prop::option::of(text()), one_of(&["livechat", "whatsapp", "sms"]), one_of(&["672", "673"]));
    let moved = (one_of(&["672", "673", "noa", "gold_bot"]), prop::option::of(Just("Gold")), customer());
    let speaker = one_of(&["ada", "bob", "noa", "dan", "support_bot"]);
    let subscribed = (one_of(&["support_bot", "gold_bot", "noa"]), any::<bool>(), prop::option::of(any::<bool>()));
    prop_oneof![
        4 => started.prop_map(|(who, text, channel, to)| {
            json!({"start_chat": {"as": who, "text": text, "channel": channel, "to": to}})
        }),
        4 => (speaker, text(), customer()).prop_map(|(who, text, chat)| {
            json!({"say": {"as": who, "text": text, "chat": chat}})
        }),
        1 => customer().prop_map(|who| json!({"choose": {"as": who, "option": "Yes"}})),
        1 => customer().prop_map(|who| json!({"attach": {"as": who, "url": "http://x/a.png"}})),
        3 => (login(), customer()).prop_map(|(to, chat)| json!({"assign": {"to": to, "chat": chat}})),
        2 => moved.prop_map(|(to, skill, chat)| json!({"transfer": {"to": to, "skill": skill, "chat": chat}})),
        2 => customer().prop_map(|chat| json!({"hold": {"chat": chat}})),
        2 => customer().prop_map(|chat| json!({"resume": {"chat": chat}})),
        1 => customer().prop_map(|chat| json!({"tag": {"add": ["a"], "chat": chat}})),
        2 => (one_of(&["system", "noa", "support_bot"]), customer()).prop_map(|(by, chat)| {
            json!({"close": {"by": by, "chat": chat}})
        }),
        1 => subscribed.prop_map(|(agent, url, fewer)| {
            let url = url.then(|| format!("${{bot}}/{agent}/b"));
            let events = fewer.map(|none| if none { vec![] } else { vec!["chat.assigned", "message.received"] });
            json!({"subscribe": {"agent": agent, "url": url, "events": events}})
        }),
    ]
}

fn call() -> impl Strategy<Value = Happening> {
    let one_of = |words: &'static [&'static str]| prop::sample::select(words);
    let login = move || prop::option::of(one_of(&["support_bot", "gold_bot", "noa", "nobody"]));
    let message = move || {
        (one_of(&["inbound", "outbound", "announcement", "sideways"]), one_of(&["Hi", "human", "a bot", ""]))
            .prop_map(|(direction, text)| super::message(direction, text))
    };
    let create =
        (one_of(&["livechat", "whatsapp", "email"]), login(), any::<bool>(), prop::collection::vec(message(), 0..3));
    let status = prop::option::of(one_of(&["queued", "picked", "onhold", "closed", "open"]));
    let kind = prop_oneof![
        3 => create.prop_map(|(channel, assignee, gold, messages)| {
            let params = if gold { json!({"tier": "gold"}) } else { json!({}) };
            let more = json!({"assignee": assignee, "route_params": params, "messages": messages});
            (Method::POST, "/v3.1/chats", super::chat(channel, &more))
        }),
        5 => (status, login()).prop_map(|(status, assignee)| {
            let patch = json!({"status": status, "assignee": assignee, "tags": ["b"], "outcome": "Done"});
            (Method::PATCH, "/v3.1/chats/{}", patch)
        }),
        4 => prop::collection::vec(message(), 1..3)
            .prop_map(|messages| (Method::POST, "/v3.1/chats/{}/messages", json!(messages))),
        2 => (prop::sample::select(vec![672, 673, 1]), prop::option::of(one_of(&["Gold", "Tax"]))).prop_map(|(team, skill)| {
            let transfer = json!({"teamid": team, "skill_name": skill});
            (Method::PATCH, "/v3.1/internal/chats/{}", json!({"transfer": transfer}))
        }),
        1 => Just((Method::GET, "/v3.1/authorize", json!({}))),
    ];
    (kind, any::<prop::sample::Index>())
        .prop_map(|((method, path, body), which)| Happening::Call(method, path, body, which.index(1 << 16)))
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        8 => act().prop_map(Happening::Act),
        8 => call(),
        3 => (1_u64..900).prop_map(|seconds| Happening::Pass(VirtualSpan::from_secs(seconds))),
        2 => any::<bool>().prop_map(Happening::Attempted),
    ]
}

/// What an event may be about: its name, its chat, and whoever had the chat then.
type Cause = (&'static str, String, Option<String>);

/// Somebody has a chat.
#[derive(Debug)]
struct Held {
    login: String,
    silent_since: VirtualTime,
    on_hold: bool,
}

/// What an observer knows who sees the journal and nothing else.
struct Observer {
    rules: Rules,
    /// All chats, as they were shown last.
    shown: BTreeMap<String, Value>,
    /// Who has which chat.
    held: BTreeMap<String, Held>,
    /// The virtual agents whose webhooks are off.
    off: BTreeSet<String>,
    /// The events that virtual agents want.
    wanted: BTreeMap<String, Vec<String>>,
    /// The latest webhook.
    last: Option<Outgoing>,
}

impl Observer {
    /// Looks at what one thing has led to. `named` is whom a supervisor gave which chat, if that was it.
    fn observe(&mut self, stage: &mut Stage, named: Option<(&str, &str)>) -> Result<Vec<What>, TestCaseError> {
        let facts = std::mem::take(&mut stage.desk.facts);
        let mut causes: Vec<Cause> = Vec::new();
        for fact in &facts {
            match fact {
                What::Said(said) => {
                    let owner = self.held.get(&said.chat).map(|held| held.login.clone());
                    if said.from.role == Role::Customer {
                        causes.push(("message.received", said.chat.clone(), owner));
                    } else if owner.as_ref() == Some(&said.from.id) {
                        self.edit(&said.chat, |held| held.silent_since = stage.now);
                    }
                }
                What::Changed { chat, by, change } => {
                    causes.extend(self.follow(stage.now, chat, by.role, change, named)?);
                }
                What::Violated { detail, .. } => {
                    let off = |login: &&str| detail.contains(&format!("to reach {login} failed"));
                    self.off.extend(BOTS.iter().find(|login| off(login)).map(|login| (*login).to_owned()));
                }
                other => panic!("{other:?} is no fact of a tenant"),
            }
        }
        self.check_events(stage, causes)?;
        self.check_chats(stage)?;
        Ok(facts)
    }

    /// Follows a change, and gives the event it may be told by.
    fn follow(
        &mut self,
        now: VirtualTime,
        chat: &str,
        by: Role,
        change: &Change,
        named: Option<(&str, &str)>,
    ) -> Result<Option<Cause>, TestCaseError> {
        match change {
            Change::Assigned { to } => {
                let held = Held { login: to.clone(), silent_since: now, on_hold: false };
                self.held.insert(chat.to_owned(), held);
                let count = self.held.values().filter(|held| held.login == *to).count();
                if by == Role::System
                    && named != Some((chat, to))
                    && let Some(limit) = self.rules.limit(to)
                {
                    prop_assert!(count <= limit, "{to} is given {count} chats of {limit}");
                }
                return Ok(Some(("chat.assigned", chat.to_owned(), Some(to.clone()))));
            }
            Change::Closed { .. } => {
                let owner = self.held.remove(chat).map(|held| held.login);
                return Ok(Some(("chat.closed", chat.to_owned(), owner)));
            }
            Change::Queued | Change::Transferred { .. } => {
                self.held.remove(chat);
            }
            Change::Held => self.edit(chat, |held| held.on_hold = true),
            Change::Resumed => self.edit(chat, |held| (held.silent_since, held.on_hold) = (now, false)),
            Change::Started { .. }
            | Change::Joined { .. }
            | Change::Left { .. }
            | Change::Tagged { .. }
            | Change::Untagged { .. }
            | Change::Updated { .. } => {}
        }
        Ok(None)
    }

    fn edit(&mut self, chat: &str, change: impl FnOnce(&mut Held)) {
        change(self.held.get_mut(chat).expect("somebody has it"));
    }

    /// Each event has a cause of its own at the same instant, and goes to whoever had the chat then.
    fn check_events(&mut self, stage: &mut Stage, mut causes: Vec<Cause>) -> Result<(), TestCaseError> {
        for outgoing in std::mem::take(&mut stage.desk.outgoing) {
            let body: Value = serde_json::from_slice(&outgoing.body).unwrap();
            let chat = body["chat_id"].as_str().unwrap();
            prop_assert_eq!(outgoing.chat.as_deref(), Some(chat));
            prop_assert_eq!(VirtualTime::parse(body["posted_on"].as_str().unwrap()), Some(stage.now));
            let owner = outgoing.url.split('/').nth(1).unwrap().to_owned();
            prop_assert!(!self.off.contains(&owner), "the webhook of {owner} is off");
            let cause = (outgoing.event.clone(), chat.to_owned(), Some(owner));
            let place =
                causes.iter().position(|known| (known.0, &known.1, &known.2) == (&*cause.0, &cause.1, &cause.2));
            prop_assert!(place.is_some(), "{cause:?} is not among {causes:?}");
            causes.remove(place.unwrap_or_default());
            self.last = Some(outgoing);
        }
        // And whoever wants to hear of a cause does. Closing is told or not by whose hand it was, which is no cause's matter.
        let heard = |(event, _, owner): &&Cause| {
            let wanted =
                owner.as_ref().filter(|owner| !self.off.contains(*owner)).and_then(|owner| self.wanted.get(owner));
            *event != "chat.closed" && wanted.is_some_and(|events| events.iter().any(|wanted| wanted == event))
        };
        prop_assert_eq!(causes.iter().find(heard), None, "nobody was told");
        Ok(())
    }

    /// Each chat is as the journal says, and as a chat can be.
    fn check_chats(&mut self, stage: &mut Stage) -> Result<(), TestCaseError> {
        for (id, before) in std::mem::take(&mut self.shown) {
            let after = stage.show(&id);
            let text = |member: &str| after[member].as_str().unwrap();
            let (status, assignee) = (text("status"), text("assignee"));
            let status_of = |held: &Held| if held.on_hold { "onhold" } else { "picked" };
            let held = self.held.get(&id).map(|held| (status_of(held), held.login.as_str()));
            match held {
                Some(held) => prop_assert_eq!((status, assignee), held),
                None => prop_assert!(status == "closed" || (status == "queued" && assignee.is_empty())),
            }
            let updated = |chat: &Value| VirtualTime::parse(chat["updated_at"].as_str().unwrap());
            prop_assert!(updated(&before) <= updated(&after) && updated(&after) <= Some(stage.now));
            prop_assert!(before == after || updated(&after) == Some(stage.now), "a change is dated");
            prop_assert!(before["status"] != "closed" || before == after, "closed chats stay as they are");
            self.shown.insert(id, after);
        }
        Ok(())
    }

    /// Lets time pass, timer by timer: only chats whose owners were silent for long enough go back, and all of them do.
    fn pass(&mut self, stage: &mut Stage, span: VirtualSpan) -> Result<(), TestCaseError> {
        let until = stage.now + span;
        while stage.fire_next(until) {
            let due: BTreeSet<String> = self
                .held
                .iter()
                .filter(|(_, held)| self.due(held) == Some(stage.now))
                .map(|(chat, _)| chat.clone())
                .collect();
            for fact in self.observe(stage, None)? {
                if let What::Changed { chat, change: Change::Queued, .. } = fact {
                    prop_assert!(due.contains(&chat), "a chat went back that was not due");
                }
            }
        }
        stage.now = until;
        for (chat, held) in &self.held {
            prop_assert!(self.due(held).is_none_or(|due| due > stage.now), "{chat} should have gone back");
        }
        Ok(())
    }

    /// When a chat goes back if its owner stays silent.
    fn due(&self, held: &Held) -> Option<VirtualTime> {
        let patience = self.rules.patience(&held.login).filter(|_| !held.on_hold);
        patience.map(|patience| held.silent_since + patience)
    }

    /// Lets one thing happen.
    fn happen(&mut self, stage: &mut Stage, happening: &Happening) -> Result<(), TestCaseError> {
        // An act takes a second, and a call comes a little later than what was before.
        self.pass(stage, VirtualSpan::from_secs(1))?;
        let before = self.shown.clone();
        let (mut named, mut touched) = (None, None);
        let done = match happening {
            Happening::Pass(span) => return self.pass(stage, *span),
            Happening::Attempted(acknowledged) => {
                if let Some(webhook) = self.last.take() {
                    stage.attempted(&webhook, *acknowledged);
                }
                true
            }
            Happening::Act(act) => {
                // The stage's clock moves with each act, but time has passed for this one already.
                let now = stage.now;
                let done = stage.act_at(act.clone(), now).is_ok();
                let given = act.get("assign").or_else(|| act.get("transfer"));
                let chat = given.and_then(|given| stage.desk.chat(given["chat"].as_str()?)).map(str::to_owned);
                named = chat.zip(given.and_then(|given| given["to"].as_str()));
                if let Some(login) = act["subscribe"]["agent"].as_str().filter(|_| done) {
                    self.off.remove(login);
                    if let Some(events) = act["subscribe"]["events"].as_array() {
                        let events = events.iter().map(|event| event.as_str().unwrap().to_owned()).collect();
                        self.wanted.insert(login.to_owned(), events);
                    }
                }
                done
            }
            Happening::Call(method, path, body, which) => {
                let ids: Vec<&String> = self.shown.keys().collect();
                let id = ids.get(which % ids.len().max(1)).map_or("none", |id| id.as_str());
                let (reply, _) = stage.call(method.clone(), &path.replace("{}", id), body);
                let done = (200..300).contains(&reply.status);
                touched = Some(id.to_owned()).filter(|_| done && path.contains("{}"));
                done
            }
        };
        for fact in &stage.desk.facts {
            if let What::Changed { chat, change: Change::Started { .. }, .. } = fact {
                self.shown.insert(chat.clone(), json!({"updated_at": "2026-01-05T09:00:00Z"}));
            }
        }
        let named = named.as_ref().map(|(chat, to)| (chat.as_str(), *to));
        let facts = self.observe(stage, named)?;
        if let Some(id) = touched {
            let updated = self.shown[&id]["updated_at"].as_str().and_then(VirtualTime::parse);
            prop_assert_eq!(updated, Some(stage.now), "a call that is done dates the chat, whatever it changed");
        }
        if !done {
            prop_assert_eq!(&before, &self.shown, "what is refused changes nothing");
            prop_assert!(facts.iter().all(|fact| matches!(fact, What::Violated { .. })), "{:?}", facts);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_happens_chats_stay_sound_and_the_journal_says_all(
        rules in rules(),
        happenings in prop::collection::vec(happening(), 1..40),
    ) {
        let mut stage = Stage::open(rules.tenant());
        let (shown, held, off) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let all = || ["chat.assigned", "message.received", "chat.closed"].map(str::to_owned).to_vec();
        let wanted = BOTS.map(|login| (login.to_owned(), all())).into();
        let mut observer = Observer { rules, shown, held, off, wanted, last: None };
        for happening in happenings {
            observer.happen(&mut stage, &happening)?;
        }
    }
}
