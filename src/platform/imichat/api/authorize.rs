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
    gate::header(cx, call, auth::KEY_HEADER)?;
    let credential = auth::key_credential(call);
    let Some(key) = credential.and_then(|credential| imichat.auth.key(&credential)) else {
        let why = "the Authorization header must be base64 of APIKey@DomainName of this tenant";
        cx.violation(why);
        return Err(codes::explain(codes::INVALID, why));
    };
    imichat.spend(cx)?;
    cx.admit(AUTHORIZE, codes::planned)?;
    let token = imichat.auth.issue(cx, key);
    let reply = codes::reply(codes::AUTHORIZE_SUCCESS, &NOTHING);
    Ok(reply.header(HeaderName::from_static(TOKEN_HEADER), &token))
}
