//! How the example bot inside the program is configured: with what a client of each platform must know.

use http::HeaderName;

use crate::base::secret::Secret;
use crate::bot::{
    Config, IMICHAT_HANDOVER_TEAM, ImichatAccount, ImichatHandover, LIVECHAT_HANDOVER_GROUP, LivechatAccount, Manners,
    TEXTER_HANDOVER_DEPARTMENT, TexterAccount,
};

/// The header that the scenarios' virtual agents are set up with.
const WEBHOOK_HEADER: HeaderName = HeaderName::from_static("x-bot-key");

/// The bot's configuration out of what tenants export.
pub(super) fn config(stand_in: String, manners: Manners, exports: Vec<(&'static str, Secret)>) -> Config {
    let get = |name: &str| exports.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    let imichat = get("IMICHAT_API_KEY").map(|api_key| ImichatAccount {
        api_key,
        domain: get("IMICHAT_DOMAIN").map(|domain| domain.expose().to_owned()).unwrap_or_default(),
        webhook_header: get("IMICHAT_WEBHOOK_KEY").map(|key| (WEBHOOK_HEADER, key)),
        handover: ImichatHandover::Team(IMICHAT_HANDOVER_TEAM),
    });
    let livechat = get("LIVECHAT_TOKEN").zip(get("LIVECHAT_SECRET_KEY")).map(|(token, secret_key)| LivechatAccount {
        token,
        bot_id: get("LIVECHAT_BOT_ID").map(|id| id.expose().to_owned()),
        secret_key,
        handover_group: LIVECHAT_HANDOVER_GROUP,
    });
    // Which secret signs its webhooks, if one does, each subscription says for itself.
    let texter = get("TEXTER_TOKEN").map(|token| TexterAccount {
        token,
        secret: None,
        department: TEXTER_HANDOVER_DEPARTMENT.to_owned(),
    });
    Config { stand_in, manners, imichat, livechat, texter }
}
