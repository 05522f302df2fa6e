//! Files that everybody can read who has an address of theirs.

use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use serde_json::json;

use super::super::Texter;
use super::super::codes::Denial;
use super::super::model::Share;
use super::{OK, Outcome, Request, done};
use crate::base::time::VirtualSpan;
use crate::platform::Platform as _;
use crate::platform::cx::{Credential, Cx};
use crate::platform::route::{Answer, Call, Reply};

const SHORTEST_LIFE: u64 = 10;
const LONGEST_LIFE: u64 = 630_720_000;
/// What stands before the token of a shared file.
const SHARED: &str = "/server/files/shared/";

pub(super) fn share(texter: &mut Texter, cx: &mut Cx<'_>, request: &Request<'_>) -> Outcome {
    let id = request.param("fileId");
    if !texter.files.contains_key(id) {
        return Err(Denial::unknown("File").into());
    }
    let life = request.fields_if_any()?.number("ttl", SHORTEST_LIFE, LONGEST_LIFE)?;
    texter.admit(cx, request)?;
    let token = cx.draw("texter/share").hex(96);
    // Whoever has the address has nothing else to be known by.
    cx.claim(credential_of(&token));
    let url = texter.address(request.call, &format!("{SHARED}{id}/{token}"));
    if let Some(file) = texter.files.get_mut(id) {
        let until = life.map(|seconds| cx.now() + VirtualSpan::from_secs(seconds));
        file.shares.push(Share { token: token.clone(), until });
    }
    done(&json!({"token": token, "url": url}))
}

/// Gives some bytes in the place of a file whose bytes are elsewhere, and says so.
pub(super) fn read_shared(texter: &mut Texter, cx: &mut Cx<'_>, call: &Call) -> Answer {
    let now = cx.now();
    let lasts = |share: &Share| share.token == call.param("token") && share.until.is_none_or(|until| now < until);
    let file = texter.files.get(call.param("fileId")).filter(|file| file.shares.iter().any(lasts));
    let Some(file) = file else { return Err(Denial::unknown("File").reply()) };
    let header = |name: HeaderName, value: &str| HeaderValue::from_str(value).ok().map(|value| (name, value));
    let disposition = format!("inline; filename=\"{}\"", file.name.replace(['"', '\\'], "_"));
    let content_type = header(CONTENT_TYPE, &file.content_type);
    let headers = content_type.into_iter().chain(header(CONTENT_DISPOSITION, &disposition)).collect();
    let body = format!("The file {} is at {}\n", file.name, file.url);
    cx.admit("read_shared_file", |code| Denial::of(code).reply())?;
    Ok(Reply { status: OK, headers, body: body.into(), code: None })
}

/// The credential in the address of a shared file.
pub(in super::super) fn credential(call: &Call) -> Option<Credential> {
    let (_, token) = call.path.strip_prefix(SHARED)?.split_once('/')?;
    Some(credential_of(token))
}

fn credential_of(token: &str) -> Credential {
    Credential(format!("Share {token}"))
}

impl Texter {
    /// The address of a path, as the caller reaches this tenant; the vendor's own if that cannot be told.
    fn address(&self, call: &Call, path: &str) -> String {
        match call.origin(Self::HOSTS) {
            Some(origin) => format!("{origin}{path}"),
            None => format!("https://{}.texterchat.com{path}", self.tenant.project),
        }
    }
}
