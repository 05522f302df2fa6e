//! The `setup:` block: what an author writes, with its defaults. [`check`] turns it into a tenant.

mod check;
mod template;

use indexmap::IndexMap;
use serde_json::Value as Json;

pub(super) use self::check::{is_color, read};
use self::template::{RawLocalization, RawTemplate};
use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::platform::delivery::RawDelivery;
use crate::platform::signing::RawSigning;
use crate::record;
use crate::scenario::decode::{Decode as _, KeyTable, Located, Schema};

/// All keys of `setup:`.
pub(super) const KEYS: &[KeyTable] = &[
    ("", RawTenant::FIELDS),
    ("accounts", RawAccount::FIELDS),
    ("agents", RawAgent::FIELDS),
    ("labels", RawLabel::FIELDS),
    ("tokens", RawToken::FIELDS),
    ("subscriptions", RawSubscription::FIELDS),
    ("bot", RawFlow::FIELDS),
    ("receipts", RawReceipts::FIELDS),
    ("templates", RawTemplate::FIELDS),
    ("localizations", RawLocalization::FIELDS),
    ("template_approval", RawApproval::FIELDS),
    ("crons", RawCron::FIELDS),
    ("delivery", RawDelivery::FIELDS),
    ("signing", RawSigning::FIELDS),
];

/// What may stand under `setup:`.
pub(super) fn schema() -> Schema {
    RawTenant::schema()
}

/// The tenant's account on WhatsApp where none is set up.
const ACCOUNT: &str = "972509998877";
/// How long the vendor waits for an answer. Nothing is documented.
const TIMEOUT: WallLimit = WallLimit::from_secs(30);
/// By which word contacts say that they want no templates: "remove".
const UNSUBSCRIBE: &str = "הסר";

/// When channels report what became of messages. That they do is documented, not when.
const ACCEPTED: Option<VirtualSpan> = Some(VirtualSpan::from_secs(1));
const DELIVERED: Option<VirtualSpan> = Some(VirtualSpan::from_secs(2));
const SEEN: Option<VirtualSpan> = Some(VirtualSpan::from_secs(10));

/// How fast WhatsApp approves of templates. That it does is documented, not when; really it takes a day or less.
const PENDING: Option<VirtualSpan> = Some(VirtualSpan::from_secs(1));
const APPROVED: Option<VirtualSpan> = Some(VirtualSpan::from_mins(1));

record! {
    /// A project.
    struct RawTenant {
        /// The name of the project.
        project: String = "acme".to_owned(),
        /// The accounts on channels; one on WhatsApp by default.
        accounts: Option<Vec<RawAccount>>,
        /// Who works there; `noa@example.com` and `dan@example.com` by default.
        agents: Option<Vec<RawAgent>>,
        /// The departments.
        departments: Vec<String> = ["support", "sales"].map(str::to_owned).to_vec(),
        /// The labels, besides the vendor's own.
        labels: Vec<RawLabel>,
        /// The tokens of callers; one with all scopes by default.
        tokens: Option<Vec<RawToken>>,
        /// The subscriptions.
        subscriptions: Vec<Located<RawSubscription>>,
        /// The tenant's own bot, as far as chats show it.
        bot: RawFlow = RawFlow { identifier: "main-bot".to_owned(), version: 3, node: "main_menu".to_owned() },
        /// Whether new chats are left to an external bot.
        external_bot: bool = false,
        /// Whether free messages reach only those who have written within a day, on channels where that is so.
        session_window: bool = true,
        /// How long after a message has been sent its channel reports what became of it.
        receipts: RawReceipts = RawReceipts { accepted: ACCEPTED, delivered: DELIVERED, seen: SEEN },
        /// The templates of WhatsApp; `inbox_marketing_95` and `order_ready` by default, approved in Hebrew and English.
        templates: Option<Vec<RawTemplate>>,
        /// How long after a template was handed in WhatsApp comes to something.
        template_approval: RawApproval = RawApproval { pending: PENDING, approved: APPROVED },
        /// The words by which contacts say that they want no templates.
        unsubscribe_words: Vec<String> = vec![UNSUBSCRIBE.to_owned()],
        /// Whether every template makes its chat one of the status BULK.
        templates_make_bulk: bool = true,
        /// How expressions are read: `loose` as by version 2 of the library, or `strict` as by version 3.
        filtrex: Option<Located<String>>,
        /// Whether changes of status are noted among the messages of a chat.
        system_messages: bool = true,
        /// What the clock sets off again and again.
        crons: Vec<RawCron>,
        /// How webhooks are delivered.
        delivery: RawDelivery = RawDelivery::default(),
        /// How requests of subscriptions with a secret are signed.
        signing: RawSigning = RawSigning::default(),
    }
}

record! {
    /// An account on a channel.
    struct RawAccount {
        /// The channel.
        channel: Located<String>,
        /// The account's id there.
        id: String,
    }
}

record! {
    /// Somebody who works there.
    struct RawAgent {
        /// The e-mail address.
        email: Located<String>,
        /// The name; what stands before the `@` by default.
        name: Option<String>,
        /// The id: a UUID; well known or made up by default.
        uid: Option<String>,
        /// The id in the tenant's own system.
        crm_id: Option<String>,
        /// What they may do.
        roles: Vec<String> = vec!["agent".to_owned()],
    }
}

record! {
    /// A label.
    struct RawLabel {
        /// The id.
        id: Located<String>,
        /// What people read; the id by default.
        name: Option<String>,
        /// The colour: `#RRGGBB`.
        color: Option<Located<String>>,
    }
}

record! {
    /// A token of a caller.
    struct RawToken {
        /// The token; well known or made up by default.
        token: Option<Secret>,
        /// Its scopes, by their published names; all by default.
        scopes: Option<Vec<Located<String>>>,
    }
}

record! {
    /// A subscription: one of the published templates by its event, or a whole one of your own.
    struct RawSubscription {
        /// The event, as `rehearsal list events` names it.
        event: Option<Located<String>>,
        /// Where it goes; usually `${bot}/…`.
        url: Option<Located<String>>,
        /// The two texts of `newMatchedMessage`.
        words: Option<Located<Vec<String>>>,
        /// The label of `chatSpecificLabelAdded`.
        label: Option<String>,
        /// Headers that go with every request.
        headers: IndexMap<String, String>,
        /// A secret to sign its requests with.
        secret: Option<Located<Secret>>,
        /// A whole subscription instead, as it stands under `data` of the body that imports it.
        data: Option<Located<Json>>,
        /// `active`, `inactive` or `draft`.
        status: Option<Located<String>>,
    }
}

record! {
    /// The tenant's own bot.
    struct RawFlow {
        /// Its name.
        identifier: String = "main-bot".to_owned(),
        /// Its version.
        version: u64 = 3,
        /// Where its conversations begin.
        node: String = "main_menu".to_owned(),
    }
}

record! {
    /// When channels report what became of messages.
    struct RawReceipts {
        /// That the channel has it; `null` for never.
        accepted: Option<VirtualSpan> = ACCEPTED,
        /// That the contact has it; `null` for never.
        delivered: Option<VirtualSpan> = DELIVERED,
        /// That the contact has seen it; `null` for never.
        seen: Option<VirtualSpan> = SEEN,
    }
}

record! {
    /// How fast WhatsApp approves of templates.
    struct RawApproval {
        /// That it looks at one; `null` for never.
        pending: Option<VirtualSpan> = PENDING,
        /// That it approves of it; `null` for never.
        approved: Option<VirtualSpan> = APPROVED,
    }
}

record! {
    /// Something that the clock sets off.
    struct RawCron {
        /// Its name.
        name: String,
        /// How often.
        every: Located<VirtualSpan>,
    }
}
