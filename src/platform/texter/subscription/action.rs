//! Actions: what a subscription does. All but requests and letters change the tenant itself.

use serde_json::Value as Json;

use super::super::Texter;
use super::super::api::draft;
use super::super::deed::{Hand, Handover};
use super::super::model::{Channel, Contact};
use super::engine::{Datum, Progress, Trigger};
use super::loader::texts;
use super::program::Part;
use super::request;
use crate::base::time::{VirtualSpan, VirtualTime};
use crate::platform::cx::Cx;
use crate::platform::texter::value::resolve;

/// Whether an action is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Done {
    /// It is.
    Now,
    /// It is once its delivery has ended.
    Later,
}

impl Texter {
    /// Does an action.
    ///
    /// # Errors
    /// Why it cannot be done, in words.
    pub(super) fn perform(
        &mut self,
        cx: &mut Cx<'_>,
        progress: &Progress,
        index: usize,
        part: &Part,
    ) -> Result<Done, String> {
        let params = resolve(&part.params, &progress.providers).map_err(|error| error.to_string())?;
        let by = Hand::subscription();
        match part.name.as_str() {
            request::NAME => {
                let outgoing = request::request(self, progress, index, &params)?;
                cx.send(outgoing);
                return Ok(Done::Later);
            }
            "chatUpdateLabels" => {
                let chat = self.chat_in(&params)?;
                let labels = params.get("labels").and_then(Json::as_array).ok_or("`labels` is not a list")?;
                let labels = labels.iter().map(|label| label.as_str().map(str::to_owned));
                let labels = labels.collect::<Option<Vec<_>>>().ok_or("`labels` are not texts")?;
                let mut set = self.chats.get(&chat).map_or_else(Vec::new, |chat| chat.labels.clone());
                match text(&params, "operation")? {
                    "add" => {
                        for label in labels {
                            self.labels.get(&label).ok_or_else(|| format!("there is no label {label:?}"))?;
                            if !set.contains(&label) {
                                set.push(label);
                            }
                        }
                    }
                    "remove" => set.retain(|label| !labels.contains(label)),
                    other => return Err(format!("labels can be added or removed, which {other:?} is not")),
                }
                self.relabel(cx, &chat, &by, set);
            }
            "chatAssign" => {
                let chat = self.chat_in(&params)?;
                let agent = params.get("agent").and_then(Json::as_str);
                let agent = agent.map(|word| self.agent_uid(word).ok_or_else(|| format!("there is no agent {word:?}")));
                let agent = agent.transpose()?;
                let department = params.get("departmentId").and_then(Json::as_str).map(str::to_owned);
                if let Some(unknown) = department.as_ref().filter(|known| !self.tenant.has_department(known)) {
                    return Err(format!("there is no department {unknown:?}"));
                }
                match text(&params, "status")? {
                    "Assigned" => {
                        let agent = agent.ok_or("a chat is assigned to an `agent`")?;
                        if let Some(chat) = self.chats.get_mut(&chat) {
                            chat.department = department.or(chat.department.take());
                        }
                        self.take(cx, &chat, &by, &agent);
                    }
                    "Pending" => self.hand_over(cx, &chat, &by, Handover { agent, department }),
                    other => return Err(format!("a chat becomes Assigned or Pending, which {other:?} is not")),
                }
            }
            "chatUpdateExternalBot" => {
                let chat = self.chat_in(&params)?;
                let on = params.get("externalBot").and_then(Json::as_bool).ok_or("`externalBot` is not a boolean")?;
                self.set_external(cx, &chat, &by, on, Trigger::ExternalBotSet);
            }
            "sendMessage" => {
                let chat = self.contact_in(params.get("chat").unwrap_or(&Json::Null))?;
                let message = params.get("message").unwrap_or(&Json::Null);
                let plan = draft::check(self, &chat, message, cx.now()).map_err(|denial| denial.to_string())?;
                let content = plan.carry_out(self, cx);
                self.send(cx, &chat, &by, content);
            }
            "runBot" => {
                let chat = self.chat_in(&params)?;
                let node = text(&params, "nodeName")?.to_owned();
                self.run_bot(cx, &chat, &by, node);
            }
            "setData" => {
                let key = (text(&params, "collection")?.to_owned(), text(&params, "key")?.to_owned());
                let datum = Datum {
                    value: params.get("data").cloned().unwrap_or_default(),
                    tags: texts(params.get("tags")),
                    until: expiry(&params, cx.now())?,
                };
                self.engine.data.insert(key, datum);
            }
            "deleteData" => {
                let key = (text(&params, "collection")?.to_owned(), text(&params, "key")?.to_owned());
                self.engine.data.shift_remove(&key);
            }
            // Nobody reads letters here; that one was sent stands in the run.
            "sendEmail" => {}
            other => return Err(format!("there is no action `{other}`")),
        }
        Ok(Done::Now)
    }

    /// The chat that `chatId` names.
    fn chat_in(&self, params: &Json) -> Result<String, String> {
        let id = text(params, "chatId")?;
        self.chats.get(id).map(|chat| chat.id.clone()).ok_or_else(|| format!("there is no chat {id:?}"))
    }

    /// The chat with a contact: `{name, accountId, id}`.
    fn contact_in(&self, contact: &Json) -> Result<String, String> {
        let name = text(contact, "name")?;
        let channel = Channel::named(name).ok_or_else(|| format!("there is no channel {name:?}"))?;
        let (id, account) = (text(contact, "id")?.to_owned(), text(contact, "accountId")?.to_owned());
        let chat = self.chats.with(&Contact { channel, id: id.clone(), account });
        chat.map(|chat| chat.id.clone()).ok_or_else(|| format!("there is no chat with {id:?} on {name}"))
    }
}

fn text<'p>(params: &'p Json, key: &str) -> Result<&'p str, String> {
    params.get(key).and_then(Json::as_str).ok_or_else(|| format!("`{key}` is not a text"))
}

/// When data expire: never, unless `expiresIn` says so.
fn expiry(params: &Json, now: VirtualTime) -> Result<Option<VirtualTime>, String> {
    let Some(count) = params.get("expiresIn").filter(|count| !count.is_null()) else { return Ok(None) };
    let count = count.as_u64().ok_or("`expiresIn` is not a whole number")?;
    let minutes = match params.get("expiresInUnit").and_then(Json::as_str) {
        Some("minutes") => 1,
        Some("hours") => 60,
        Some("days") => 24 * 60,
        Some(_) | None => return Err("`expiresInUnit` is none of `minutes`, `hours` and `days`".to_owned()),
    };
    Ok(Some(now + VirtualSpan::from_mins(count.saturating_mul(minutes).min(MOST_MINUTES))))
}

/// How long data are kept at most: a hundred years.
const MOST_MINUTES: u64 = 100 * 366 * 24 * 60;
