//! What acts mean here: customers, agents and the router at play.

mod opening;

use self::opening::{resume, start};
use super::Livechat;
use super::deed::{Availability, Closing, Departure, Destination, Pressing, Unable, source};
use super::events::Cause;
use super::model::{Chat, Content, Dossier, Draft, Event, Patron, Postback, Press, Status, Thread, Validity, Visits};
use super::tenant::Overflow;
use crate::platform::cx::{Customer, Cx, Refusal};
use crate::scenario::act::{
    Act, Assign, Attach, Choose, Close, Delete, Disconnect, Leave, Read, Say, SetStatus, Tag, Transfer,
};
use crate::scenario::decode::Located;

/// The app of the chat widget that customers use. The vendor's own id is not published.
pub(super) const WIDGET: &str = "9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e";
/// The app that agents work with. The vendor's own id is not published.
pub(super) const AGENT_APP: &str = "5d4c3b2a1f0e9d8c7b6a5f4e3d2c1b0a";

/// What the system is called in `close: {by: …}`.
const SYSTEM: &str = "system";

const OPT: &str = "customers get no messages that they have not asked for";
const PROBLEM: &str = "nothing is documented about channels that do not work";

/// The acts that mean nothing here.
pub(super) const LACKS: &[(&str, &str)] = &[
    ("hold", "a chat cannot be put on hold; it is active or closed"),
    ("opt_in", OPT),
    ("opt_out", OPT),
    ("pick", "there are no pickers of lists or times; what a rich message offers is chosen with `choose`"),
    ("receipt", "the chat widget is no channel of somebody else's, so there are no receipts; see `read`"),
    ("report_problem", PROBLEM),
    ("resolve_problem", PROBLEM),
    ("subscribe", "the API itself registers webhooks, so let the bot do it, or name them under `setup`"),
];

/// Does an act.
pub(super) fn act(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
    match act {
        Act::StartChat(act) => start(platform, cx, act),
        Act::Say(act) => say(platform, cx, act),
        Act::Choose(act) => choose(platform, cx, act),
        Act::Attach(act) => attach(platform, cx, act),
        Act::Read(act) => read(platform, cx, act),
        Act::Delete(act) => delete(platform, cx, act),
        Act::Leave(act) => leave(platform, cx, act),
        Act::SetStatus(act) => set_status(platform, cx, act),
        Act::Assign(act) => assign(platform, cx, act),
        Act::Transfer(act) => transfer(platform, cx, act),
        Act::Resume(act) => resume(platform, cx, act),
        Act::Tag(act) => tag(platform, cx, act),
        Act::Close(act) => close(platform, cx, act),
        Act::Disconnect(act) => disconnect(platform, cx, act),
        Act::Receipt(_) => Err(Refusal::new("there are no receipts but `read`")),
        Act::OptOut(_) | Act::OptIn(_) => Err(Refusal::new(OPT)),
        Act::ReportProblem(_) | Act::ResolveProblem(_) => Err(Refusal::new(PROBLEM)),
        Act::Hold(_) => Err(Refusal::new("a chat cannot be put on hold")),
        Act::Pick(_) => Err(Refusal::new("there are no pickers")),
        Act::Subscribe(_) => Err(Refusal::new("the API itself registers webhooks")),
    }
}

impl Livechat {
    /// Gets to know a customer of the scenario by their id.
    pub(super) fn meet_id(&mut self, cx: &Cx<'_>, id: &str) {
        if let Some(customer) = cx.customer_with_id(id).cloned() {
            self.meet(cx, &customer);
        }
    }

    /// Gets to know a customer; whether they were not known.
    pub(super) fn meet(&mut self, cx: &Cx<'_>, customer: &Customer) -> bool {
        self.chats.meet(Patron {
            key: customer.key.clone(),
            id: customer.id.clone(),
            name: customer.name.clone(),
            email: customer.email.clone(),
            profile: Dossier::default(),
            created_at: cx.now(),
            agent_spoke_at: None,
            spoke_at: None,
            visits: Visits::default(),
        })
    }
}

/// Somebody who acts: their vendor id, and what they cause.
struct Actor {
    id: String,
    cause: Cause,
}

fn customer(cx: &Cx<'_>, key: &str) -> Result<Customer, Refusal> {
    cx.customer(key).cloned().ok_or_else(|| Refusal::new(format!("`{key}` is no customer of this scenario")))
}

fn as_customer(customer: &Customer) -> Actor {
    let cause = Cause { by: customer.party(), client: Some(WIDGET.to_owned()) };
    Actor { id: customer.id.clone(), cause }
}

fn as_staff(platform: &Livechat, word: &str) -> Result<Actor, Refusal> {
    let staffer = platform.organization.staffer_called(word);
    let staffer = staffer.ok_or_else(|| Refusal::new(format!("`{word}` is no agent or bot of this tenant")))?;
    let cause = Cause { by: staffer.party(), client: Some(AGENT_APP.to_owned()) };
    Ok(Actor { id: staffer.id.clone(), cause })
}

/// The chat an act is about, with its active thread.
fn active<'p>(platform: &'p Livechat, id: &str) -> Result<(&'p Chat, &'p Thread), Refusal> {
    let chat = platform.chats.get(id).ok_or_else(|| Refusal::new("there is no such chat"))?;
    let thread = chat.active().ok_or_else(|| Refusal::new("the chat is closed; start or resume it first"))?;
    Ok((chat, thread))
}

/// Whoever speaks in a chat: a customer in their own, or an agent who is in it.
fn speaker(
    platform: &Livechat,
    cx: &Cx<'_>,
    word: &Located<String>,
    chat: Option<&Located<String>>,
) -> Result<(String, Actor), Refusal> {
    let id = cx.chat_of(chat, Some(&word.value))?;
    let actor = match cx.customer(&word.value) {
        Some(customer) => as_customer(customer),
        None => as_staff(platform, &word.value)?,
    };
    let (chat, _) = active(platform, &id)?;
    match chat.present(&actor.id) {
        Some(_) => Ok((id, actor)),
        None => Err(Refusal::new(format!("`{}` is not in the chat", word.value))),
    }
}

/// Whoever an agent's act is done by: the one named, or the one who has the chat.
fn doer(platform: &Livechat, id: &str, by: Option<&Located<String>>) -> Result<Actor, Refusal> {
    match by {
        Some(by) => as_staff(platform, &by.value),
        None => {
            let holder = platform.chats.get(id).and_then(Chat::holder);
            let holder = holder.ok_or_else(|| Refusal::new("nobody has the chat; say who does it with `by`"))?;
            as_staff(platform, &holder.id)
        }
    }
}

/// An event as somebody's app sends it.
fn sent(content: Content, cause: &Cause) -> Draft {
    let mut draft = Draft::plain(content);
    source(&mut draft.properties, cause);
    draft
}

fn group(platform: &Livechat, word: &str) -> Result<u64, Refusal> {
    platform.organization.group_called(word).ok_or_else(|| Refusal::new(format!("there is no group `{word}`")))
}

fn say(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Say) -> Result<(), Refusal> {
    let (chat, actor) = speaker(platform, cx, &act.r#as, act.chat.as_ref())?;
    let draft = sent(Content::message(cx.fill(&act.text)), &actor.cause);
    platform.append(cx, &actor.cause, &chat, Some(&actor.id), draft);
    Ok(())
}

fn choose(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Choose) -> Result<(), Refusal> {
    let (chat, actor) = speaker(platform, cx, &act.r#as, act.chat.as_ref())?;
    let label = cx.fill(&act.option);
    let (_, thread) = active(platform, &chat)?;
    let offers = |event: &&Event| event.standing == Validity::Kept && event.draft.content.buttons().next().is_some();
    let offer = thread.events().iter().rev().find(offers);
    let offer = offer.ok_or_else(|| Refusal::new("no quick replies have been offered in this thread"))?;
    let Some(button) = offer.draft.content.buttons().find(|button| button.text == label) else {
        let labels: Vec<&str> = offer.draft.content.buttons().map(|button| button.text.as_str()).collect();
        return Err(Refusal::new(format!("`{label}` was not offered; offered were: {}", labels.join(", "))));
    };
    // Type and value stand together or not at all.
    let (kind, value) = button.r#type.clone().zip(button.value.clone()).unzip();
    let pressing = Pressing {
        user: actor.id.clone(),
        thread: thread.id.clone(),
        event: thread.event_id(offer),
        press: Press {
            id: button.postback_id.clone(),
            toggled: true,
            button_type: kind.clone(),
            button_value: value.clone(),
            ecommerce: None,
        },
    };
    let postback = Postback {
        id: button.postback_id.clone(),
        thread_id: thread.id.clone(),
        event_id: thread.event_id(offer),
        r#type: kind,
        value,
        ecommerce: None,
    };
    // A button of the type `message` sends its value; others have nothing to send but their label.
    let text = match (button.r#type.as_deref(), &button.value) {
        (Some("message"), Some(value)) => value.clone(),
        _ => button.text.clone(),
    };
    // The widget tells of the tap first and sends the message after that.
    platform.press(cx, &actor.cause, &chat, pressing);
    let draft = sent(Content::Message { text, postback: Some(postback) }, &actor.cause);
    platform.append(cx, &actor.cause, &chat, Some(&actor.id), draft);
    Ok(())
}

fn attach(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Attach) -> Result<(), Refusal> {
    if act.text.is_some() {
        return Err(Refusal::new("a file comes without text on LiveChat; write it with `say`"));
    }
    let (chat, actor) = speaker(platform, cx, &act.r#as, act.chat.as_ref())?;
    let content_type = act.content_type.clone();
    let content = Content::File { url: cx.fill(&act.url), content_type, size: None, alternative_text: None };
    platform.append(cx, &actor.cause, &chat, Some(&actor.id), sent(content, &actor.cause));
    Ok(())
}

fn read(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Read) -> Result<(), Refusal> {
    let (chat, actor) = speaker(platform, cx, &act.r#as, act.chat.as_ref())?;
    let now = cx.now();
    platform.see(cx, &actor.cause, &chat, &actor.id, now);
    Ok(())
}

fn delete(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Delete) -> Result<(), Refusal> {
    let (chat, actor) = speaker(platform, cx, &act.r#as, act.chat.as_ref())?;
    let (_, thread) = active(platform, &chat)?;
    let own = |event: &&Event| event.author.as_ref() == Some(&actor.id) && event.standing == Validity::Kept;
    let mut own: Vec<&Event> = thread.events().iter().filter(own).collect();
    let wanted = match act.nth {
        None => own.pop(),
        Some(nth) => usize::try_from(nth).ok().and_then(|nth| own.get(nth.checked_sub(1)?).copied()),
    };
    let event = wanted.ok_or_else(|| Refusal::new(format!("`{}` has no such message to delete", act.r#as.value)))?;
    let (event, thread) = (thread.event_id(event), thread.id.clone());
    platform.erase(cx, &actor.cause, &chat, thread, event);
    Ok(())
}

fn disconnect(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Disconnect) -> Result<(), Refusal> {
    let who = act.who.value.as_str();
    let id = match cx.customer(who) {
        Some(customer) => customer.id.clone(),
        None => as_staff(platform, who)?.id,
    };
    platform.cut_off(cx, (who, &id), act.reason.as_ref().map(|reason| reason.value.as_str()))
}

fn set_status(platform: &mut Livechat, cx: &mut Cx<'_>, act: &SetStatus) -> Result<(), Refusal> {
    let actor = as_staff(platform, &act.agent.value)?;
    let known = Status::ALL.iter().find(|(word, _)| *word == act.status.value).map(|(_, status)| *status);
    let status = known.ok_or_else(|| {
        let words: Vec<&str> = Status::ALL.iter().map(|(word, _)| *word).collect();
        Refusal::new(format!("`{}` is no status; there are: {}", act.status.value, words.join(", ")))
    })?;
    platform.set_status(cx, &actor.cause, &actor.id, status);
    Ok(())
}

fn leave(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Leave) -> Result<(), Refusal> {
    let (chat, _) = speaker(platform, cx, &act.r#as, act.chat.as_ref())?;
    let customer = platform.chats.get(&chat).and_then(|chat| chat.customer()).map(|member| member.id.clone());
    platform.deactivate(cx, &Cause::system(), &chat, &Closing::Left);
    if let Some(customer) = customer {
        platform.push_left(cx, &customer);
    }
    Ok(())
}

fn assign(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Assign) -> Result<(), Refusal> {
    let id = cx.chat_of(act.chat.as_ref(), None)?;
    let agent = as_staff(platform, &act.to.value)?;
    let (chat, _) = active(platform, &id)?;
    if chat.holder().is_some_and(|holder| holder.id == agent.id) {
        return Err(Refusal::new(format!("`{}` has the chat already", act.to.value)));
    }
    platform.reassign(cx, &id, &agent.id, Departure::Other);
    Ok(())
}

fn transfer(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Transfer) -> Result<(), Refusal> {
    if act.skill.is_some() {
        return Err(Refusal::new("LiveChat has no skills"));
    }
    let id = cx.chat_of(act.chat.as_ref(), None)?;
    active(platform, &id)?;
    let actor = doer(platform, &id, act.by.as_ref())?;
    let to = match platform.organization.staffer_called(&act.to.value) {
        Some(staffer) => Destination::Agents(vec![staffer.id.clone()]),
        None => Destination::Groups(vec![group(platform, &act.to.value)?]),
    };
    let need = match platform.tenant.overflow {
        Overflow::Queue => Availability::Ignored,
        Overflow::Refuse => Availability::Needed,
    };
    let plan = platform.plan_transfer(&id, &to, need).map_err(|why| match why {
        Unable::Offline => Refusal::new(format!("nobody at `{}` can take the chat", act.to.value)),
        Unable::Access => Refusal::new(format!("`{}` may not see the chat", act.to.value)),
    })?;
    platform.transfer(cx, &actor.cause, &id, plan, &actor.id);
    Ok(())
}

fn tag(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Tag) -> Result<(), Refusal> {
    let id = cx.chat_of(act.chat.as_ref(), None)?;
    let actor = doer(platform, &id, act.by.as_ref())?;
    let thread = platform.chats.get(&id).and_then(Chat::latest).map(|thread| thread.id.clone());
    let thread = thread.ok_or_else(|| Refusal::new("the chat has no thread"))?;
    for tag in &act.add {
        platform.tag(cx, &actor.cause, &id, &thread, tag);
    }
    for tag in &act.remove {
        platform.untag(cx, &actor.cause, &id, &thread, tag);
    }
    Ok(())
}

fn close(platform: &mut Livechat, cx: &mut Cx<'_>, act: &Close) -> Result<(), Refusal> {
    if act.outcome.is_some() {
        return Err(Refusal::new("LiveChat has no outcomes; use `tag`"));
    }
    let by = act.by.value.as_str();
    let id = cx.chat_of(act.chat.as_ref(), Some(by))?;
    let (chat, _) = active(platform, &id)?;
    let (cause, closing) = match cx.customer(by) {
        _ if by == SYSTEM => (Cause::system(), Closing::System),
        Some(customer) => {
            let actor = as_customer(customer);
            if chat.present(&actor.id).is_none() {
                return Err(Refusal::new(format!("`{by}` is not in the chat")));
            }
            (actor.cause, Closing::Customer(actor.id))
        }
        None => {
            let actor = as_staff(platform, by)?;
            (actor.cause, Closing::Agent(actor.id))
        }
    };
    platform.deactivate(cx, &cause, &id, &closing);
    Ok(())
}
