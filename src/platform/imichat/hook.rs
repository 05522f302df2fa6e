//! The webhooks of virtual agents while a tenant is open: how an admin changes them, and when they go off.
//!
//! That they go off is not documented for this product. Its sister product switches a bot's webhook off after five failed
//! attempts in a row, so there is a setting for it, which is off by default. Events that are on their way stay on their way.

use super::Imichat;
use super::tenant::{Health, Subscription, Webhook};
use crate::base::address::is_address;
use crate::platform::cx::{Cx, Refusal};
use crate::platform::outgoing::Outgoing;
use crate::scenario::act::Subscribe;
use crate::scenario::decode::Located;

impl Imichat {
    /// Takes note of how an attempt to deliver ended, and switches a webhook off that failed too often.
    ///
    /// What went to an address that is not in force any more, or with other headers, says nothing about the webhook as it is.
    pub(super) fn note_attempt(&mut self, cx: &mut Cx<'_>, sent: &Outgoing, acknowledged: bool) {
        let Some(most) = self.tenant.off_after else { return };
        for bot in &mut self.tenant.virtual_agents {
            let same = |webhook: &&mut Webhook| webhook.url == sent.url && webhook.headers == sent.headers;
            let is_its = sent.to.as_deref() == Some(bot.login.as_str());
            let Some(webhook) = bot.webhook.as_mut().filter(|_| is_its).filter(same) else { continue };
            webhook.health = match (webhook.health, acknowledged) {
                (Health::Off, _) => Health::Off,
                (Health::On { .. }, true) => Health::GOOD,
                (Health::On { failed }, false) if failed + 1 < most => Health::On { failed: failed + 1 },
                (Health::On { .. }, false) => {
                    let login = bot.login.as_str();
                    cx.violation(format!(
                        "{most} attempts in a row to reach {login} failed, so its webhook is switched off"
                    ));
                    Health::Off
                }
            };
        }
    }

    /// Sets up, changes or switches on the webhook of a virtual agent, as an admin would on the vendor's pages. What is left
    /// out stays as it was. From then on a team that does not say whether it assigns by itself does so with the chats that come
    /// to it; nothing says that the vendor would hand out those that wait already, so they go on waiting.
    pub(super) fn subscribe(&mut self, cx: &mut Cx<'_>, act: &Subscribe) -> Result<(), Refusal> {
        let login = act.agent.value.as_str();
        let usual = &self.tenant.usual_events;
        let Some(bot) = self.tenant.virtual_agents.iter_mut().find(|bot| bot.login.as_str() == login) else {
            return Err(Refusal::new(format!("`{login}` is no virtual agent, and only those have webhooks")));
        };
        if let Some(url) = act.url.as_ref().filter(|url| !is_address(&url.value)) {
            return Err(Refusal::new(format!("`{}` is not an address that webhooks can go to", url.value)));
        }
        let named = |name: &Located<String>| {
            let unknown = || Refusal::new(format!("`{}` is no event of imi.chat", name.value));
            Subscription::named(&name.value).ok_or_else(unknown)
        };
        let events = act.events.as_ref().map(|names| names.iter().map(named).collect::<Result<Vec<_>, _>>());
        let (events, url) = (events.transpose()?, act.url.as_ref().map(|url| url.value.clone()));
        match (&mut bot.webhook, url) {
            (Some(webhook), url) => {
                webhook.url = url.unwrap_or_else(|| std::mem::take(&mut webhook.url));
                webhook.events = events.unwrap_or_else(|| std::mem::take(&mut webhook.events));
                webhook.health = Health::GOOD;
            }
            (none @ None, Some(url)) => {
                let events = events.unwrap_or_else(|| usual.clone());
                *none = Some(Webhook { url, headers: Vec::new(), events, signing: None, health: Health::GOOD });
            }
            (None, None) => {
                return Err(Refusal::new(format!("`{login}` has no webhook yet, so it takes a `url` to set one up")));
            }
        }
        if let Some(webhook) = &bot.webhook {
            cx.set_up(&webhook.url);
        }
        Ok(())
    }
}
