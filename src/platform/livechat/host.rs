//! The hosts of LiveChat. Which of them serves what nobody checks: paths tell it well enough.

use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::host::Host;

const fn host(name: &'static str, serves: &'static str, mark: Mark, source: &'static str) -> Host {
    Host { name, serves, doc: DocRef::new(mark, source) }
}

/// Where the vendor's clients and pages go.
pub(super) const HOSTS: &[Host] = &[
    host("api.livechatinc.com", "all APIs", Mark::Docs, "platform.text.com/docs/messaging/agent-chat-api"),
    host("api-*.livechatinc.com", "all APIs in one region", Mark::Sdk, "npm @livechat/customer-sdk 4.0.2"),
    host("api.labs.livechatinc.com", "all APIs, for tests", Mark::Sdk, "the vendor's SDKs, lc-sdk-*"),
    host("api.staging.livechatinc.com", "all APIs, for tests", Mark::Sdk, "the vendor's SDKs, lc-sdk-*"),
    host("accounts.livechat.com", "tokens", Mark::Docs, "platform.text.com/docs/authorization"),
    host("accounts.livechatinc.com", "tokens of customers", Mark::Run, "npm @livechat/customer-auth 1.0.0"),
    host(
        "cdn.livechat-files.com",
        "files that were sent",
        Mark::Docs,
        "platform.text.com/docs/messaging/agent-chat-api",
    ),
    host("queue.livechatinc.com", "what is told of chats that begin", Mark::Run, "npm @livechat/customer-sdk 4.0.2"),
];
