//! The `setup:` block as it is written, with the value of everything that is left out.

use crate::base::secret::Secret;
use crate::base::time::{VirtualSpan, WallLimit};
use crate::record;
use crate::scenario::decode::Located;

/// About ten seconds, says the vendor.
const TIMEOUT: WallLimit = WallLimit::from_secs(10);
/// The vendor's default.
const ARCHIVE_AFTER: VirtualSpan = VirtualSpan::from_mins(30);
/// The vendor's default.
const MAX_CHATS: u64 = 6;

record! {
    /// A LiveChat license. What is left out is as in the well-known test license.
    pub(super) struct Block {
        /// The organization's id.
        pub(super) organization_id: Option<String>,
        /// The license's number.
        pub(super) license_id: u64 = 104_130_623,
        /// The client id of the app under test.
        pub(super) client_id: String = "0805e283233042b37f460ed8fbf22160".to_owned(),
        /// The people; two by default.
        pub(super) agents: Option<Vec<AgentBlock>>,
        /// The groups besides 0, which is everybody.
        pub(super) groups: Vec<GroupBlock>,
        /// The bots; they are asked before people.
        pub(super) bots: Vec<BotBlock>,
        /// Webhooks, one action each.
        pub(super) webhooks: Vec<WebhookBlock>,
        /// How webhooks are delivered.
        pub(super) delivery: DeliveryBlock = DeliveryBlock { timeout: TIMEOUT, retries: None },
        /// After how long without events a chat is closed, in virtual time.
        pub(super) archive_after: VirtualSpan = ARCHIVE_AFTER,
    }
}

record! {
    /// A person who works here.
    pub(super) struct AgentBlock {
        /// The e-mail address, which is the id.
        pub(super) id: Located<String>,
        /// The name; the id by default.
        pub(super) name: Option<String>,
        /// The numbers of the groups; 0 by default.
        pub(super) groups: Option<Vec<Located<u64>>>,
        /// The access token.
        pub(super) token: Option<Located<Secret>>,
        /// How many chats at once.
        pub(super) max_chats: u64 = MAX_CHATS,
    }
}

record! {
    /// A group.
    pub(super) struct GroupBlock {
        /// Its number.
        pub(super) id: Located<u64>,
        /// Its name.
        pub(super) name: String,
    }
}

record! {
    /// A bot.
    pub(super) struct BotBlock {
        /// The id, 32 hexadecimal digits; drawn by default.
        pub(super) id: Option<Located<String>>,
        /// The name.
        pub(super) name: String = "Bot".to_owned(),
        /// The numbers of the groups; 0 by default.
        pub(super) groups: Option<Vec<Located<u64>>>,
        /// The client id of the app it belongs to; the one under test by default.
        pub(super) client_id: Option<String>,
        /// The bot token.
        pub(super) token: Option<Located<Secret>>,
        /// How many chats at once.
        pub(super) max_chats: u64 = MAX_CHATS,
        /// Its webhooks.
        pub(super) webhooks: Option<BotWebhooksBlock>,
    }
}

record! {
    /// The webhooks of a bot, all to one address.
    pub(super) struct BotWebhooksBlock {
        /// The address, usually `${bot}/…`.
        pub(super) url: Located<String>,
        /// The actions.
        pub(super) actions: Vec<Located<String>>,
        /// What every webhook carries to show that it is true.
        pub(super) secret_key: Option<Secret>,
        /// Which occasions are told; `author_type` is for events only.
        pub(super) filters: Option<FiltersBlock>,
    }
}

record! {
    /// A webhook.
    pub(super) struct WebhookBlock {
        /// The action.
        pub(super) action: Located<String>,
        /// The address, usually `${bot}/…`.
        pub(super) url: Located<String>,
        /// What every webhook carries to show that it is true.
        pub(super) secret_key: Option<Secret>,
        /// Which occasions are told.
        pub(super) filters: Option<FiltersBlock>,
        /// `license` or `bot`.
        pub(super) r#type: Option<Located<String>>,
        /// `chat_properties`, `chat_presence_user_ids` or both.
        pub(super) additional_data: Vec<Located<String>>,
    }
}

record! {
    /// Which occasions are told; all conditions must hold.
    pub(super) struct FiltersBlock {
        /// `customer` or `agent`; for `incoming_event` only.
        pub(super) author_type: Option<Located<String>>,
        /// Only chats that the app began.
        pub(super) only_my_chats: bool = false,
        /// Who must or must not be in the chat.
        pub(super) chat_presence: Option<PresenceBlock>,
        /// `my_client`, `other_clients`, `system`: who caused it.
        pub(super) source_type: Vec<Located<String>>,
    }
}

record! {
    /// Who must or must not be in a chat.
    pub(super) struct PresenceBlock {
        /// Certain users.
        pub(super) user_ids: Option<UserIdsBlock>,
        /// A bot of the app must be in the chat.
        pub(super) my_bots: bool = false,
    }
}

record! {
    /// Certain users; one of the two lists.
    pub(super) struct UserIdsBlock {
        /// One of them must be in the chat.
        pub(super) values: Vec<String>,
        /// None of them may be in the chat.
        pub(super) exclude_values: Located<Vec<String>>,
    }
}

record! {
    /// How webhooks are delivered.
    pub(super) struct DeliveryBlock {
        /// How long the receiver may take for one attempt, in real time.
        pub(super) timeout: WallLimit = TIMEOUT,
        /// The pauses before the second, third … attempt, in virtual time.
        pub(super) retries: Option<Vec<VirtualSpan>>,
    }
}
