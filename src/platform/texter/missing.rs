//! What the vendor documents and is not played here.

use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::Missing;

const SCENARIOS: &str = "github.com/whatsper/texterdocs, src/data/scenarios.ts";

const TEMPLATE: &str = "help.texterchat.com/api-reference/objects/template";
const CHAT: &str = "help.texterchat.com/api-reference/objects/chat";

/// All of it.
pub(super) const MISSING: &[Missing] = &[
    row("loops", "kept and shown; a run of a subscription that has some fails and says so", SCENARIOS),
    row("oauth", "this loader finds no service to log in to, so its run fails and says so", SCENARIOS),
    row("files of request", "a request with files fails and says so", SCENARIOS),
    row("sendEmail", "this action stands in the run, and no letter is sent", SCENARIOS),
    row(
        "/system/automations/chats/auto-resolve",
        "chats are not resolved by themselves; let `system` close them",
        "github.com/whatsper/texterdocs, docs/API/Chat Auto-Resolve.md",
    ),
    row(
        "domain.chat.bot.setExternal",
        "deliveries to older external bots, which Google signs; subscribe to externalBotEnabled and externalBotDisabled",
        "github.com/whatsper/texterchat-external-bot-poc",
    ),
    row(
        "unsubscribing by the bot",
        "a contact's word unsubscribes and does no more; the bot's node, which also resolves and confirms, is not played",
        "github.com/whatsper/texterdocs, docs/YAML (Unsubscribe)",
    ),
    row("rejectionReason", "WhatsApp rejects no template; let it approve of none with `template_approval`", TEMPLATE),
    row(
        "attachedFile",
        "templates are shown without a file; one that goes with a call is checked and not shown",
        TEMPLATE,
    ),
    row("replyToTemplateFile", "shown with its chat, and nothing is sent", CHAT),
    row("resolveTime", "shown with its chat, and nothing is resolved by it", CHAT),
    row("List Components", "its page is known by name only", "help.texterchat.com/llms.txt"),
];

const fn row(name: &'static str, reason: &'static str, page: &'static str) -> Missing {
    Missing { name, reason, doc: DocRef::new(Mark::Docs, page) }
}
