//! `authorize`: an API key for an access token.

use http::HeaderName;

use super::gate;
use crate::platform::cx::Cx;
use crate::platform::imichat::auth::{self, TOKEN_HEADER};
use crate::platform::imichat::wire::reply::NOTHING;
use crate::platform::imichat::{Imichat, codes};
use crate::platform::route::{Answer, Call};

/// The name of the operation.
pub(in crate::platform::imichat) const AUTHORIZE: &str = "authorize";

/// Issues a token. It is in a header of the answer, so bots need not look at the body.
pub(super) fn authorize(imichat: &mut Imichat, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let name = imichat.auth.key_header().clone();
    gate::header(call, name.as_str())?;
    let credential = auth::key_credential(call, &name);
    let Some(key) = credential.and_then(|credential| imichat.auth.key(&credential)) else {
        let why = format!("the header {name} must be base64 of APIKey@DomainName of this tenant");
        cx.violation(why.as_str());
        return Err(codes::explain(codes::INVALID, &why));
    };
    imichat.spend(cx)?;
    cx.admit(AUTHORIZE, codes::planned)?;
    let token = imichat.auth.issue(cx, key);
    let reply = imichat.tenant.success.authorize.reply(&NOTHING);
    Ok(reply.header(HeaderName::from_static(TOKEN_HEADER), &token))
}
