//! Customer Accounts: how customers come by their tokens.
//!
//! Bodies are JSON whatever their headers say, since the vendor's own library sends them as plain text. Not documented, and
//! decided here: which refusal is for what; that the cookies of a group's identity are for its path alone; what `/info`
//! says; that a transfer is bound by the hash of RFC 7636, method S256, and can be taken over once.
//!
//! Pages: platform.text.com/docs/authorization/customer-authorization, …/customer-accounts-api.

use bytes::Bytes;
use http::header::{HOST, ORIGIN, SET_COOKIE};
use serde_json::{Map, Value, json};

use super::super::Livechat;
use super::super::auth::{self, Caller};
use super::super::codes::{self, Denial};
use super::super::model::registry::Side;
use super::super::pass::{self, ACCOUNTS, ID_COOKIE, Pass, SECRET_COOKIE, SECRET_LENGTH, Transfer};
use super::super::region;
use super::super::scope::OWN_CUSTOMERS;
use super::document::Fields;
use super::table::{Row, Verb};
use super::{OK, Outcome, Stop, done, settle};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::percent::decoded;
use crate::base::time::VirtualSpan;
use crate::platform::cx::Cx;
use crate::platform::route::{Body, Call, Reply};

/// How long tokens are good for unless callers say so, in seconds.
const TOKEN_LIFE: u64 = 28_800;
/// How long they can be good for: a century, since the world's clock has an end. None is documented.
const LONGEST_LIFE: u64 = 100 * 365 * 24 * 60 * 60;
/// How long a transfer of an identity can be taken over, in seconds.
const TRANSFER_LIFE: u64 = 3600;
/// How long cookies are kept, in seconds: two years.
const COOKIE_LIFE: u64 = 63_072_000;
/// How long ids of apps are, in hexadecimal digits, and what is drawn of tokens.
const DIGITS: usize = 32;
/// Where accounts are at the vendor: pages name the one, its client library calls the other.
const VENDORS_HOSTS: [&str; 2] = ["accounts.livechat.com", "accounts.livechatinc.com"];
/// The only type of response.
const RESPONSE: &str = "token";

const PAGE: &str = "platform.text.com/docs/authorization/customer-accounts-api";

macro_rules! rows {
    ($( $verb:ident $name:literal $path:literal => $handler:path : $summary:literal; )*) => {
        /// The operations on customers' accounts.
        pub(super) const ROWS: &[Row] = &[ $( Row {
            name: $name,
            path: $path,
            summary: $summary,
            doc: DocRef::new(Mark::Docs, PAGE),
            verb: Verb::$verb,
            handle: |platform, cx, call| {
                let outcome = Asked::read(call, $name).map_err(Stop::from).and_then(|asked| $handler(platform, cx, &asked));
                settle(platform, cx, call, $name, outcome)
            },
        } ),* ];
    };
}

rows! {
    Post "customer/token" "/v2/customer/token" => issue: "gives a customer a token";
    Post "customer/group_token" "/v2/customer/{organization_id}/{group_id}/token" => issue:
        "gives a customer a token for an identity that they have in one group only";
    Delete "customer/revoke_token" "/v2/customer/token" => revoke: "makes a customer's token worthless";
    Get "customer/token_info" "/v2/customer/info" => info: "tells what a customer's token is";
    Post "customer/identity_transfer" "/v2/customer/identity_transfer" => transfer_identity:
        "lets another device have the same customer";
}

/// The operations that a customer's own token is for.
pub(super) const FOR_CUSTOMERS: &[&str] =
    &["customer/revoke_token", "customer/token_info", "customer/identity_transfer"];

/// A call whose body is an object, or which has none.
struct Asked<'c> {
    call: &'c Call,
    route: &'static str,
    document: Value,
}

impl<'c> Asked<'c> {
    fn read(call: &'c Call, route: &'static str) -> Result<Self, Denial> {
        let bytes = match &call.body {
            Body::Whole(bytes) => bytes,
            Body::TooLarge(_) | Body::TooSlow => return Err(Denial::of(codes::BAD_REQUEST)),
        };
        let document = match bytes.is_empty() {
            true => Value::Object(Map::new()),
            false => serde_json::from_slice(bytes).map_err(|_| Denial::of(codes::INVALID_REQUEST))?,
        };
        match document.is_object() {
            true => Ok(Self { call, route, document }),
            false => Err(Denial::of(codes::INVALID_REQUEST)),
        }
    }

    fn fields(&self) -> Result<Fields<'_>, Denial> {
        Fields::of(&self.document, "").map_err(wrong)
    }

    fn admit(&self, platform: &Livechat, cx: &mut Cx<'_>) -> Result<(), Stop> {
        cx.admit(self.route, |code| platform.refuse(&Denial::of(code))).map_err(Stop::Planned)
    }
}

/// A malformed body, as accounts call it.
fn wrong(denial: Denial) -> Denial {
    Denial::of(codes::INVALID_REQUEST).saying(denial.message().to_owned())
}

/// Who a token is for, and how they are known.
struct Whom {
    /// The customer; nobody yet if there is to be a new one.
    customer: Option<String>,
    /// Whether they keep cookies.
    cookies: bool,
    /// The transfer by which they come.
    code: Option<String>,
}

/// `POST /token`, and the same for one group.
fn issue(platform: &mut Livechat, cx: &mut Cx<'_>, asked: &Asked<'_>) -> Outcome {
    let fields = asked.fields()?;
    let kind = fields.required("grant_type").map_err(wrong)?;
    if fields.text("response_type").map_err(wrong)?.is_some_and(|kind| kind != RESPONSE) {
        return Err(Denial::of(codes::INVALID_REQUEST).saying("`response_type` must be token").into());
    }
    let client = client(&fields)?;
    let seconds = fields.number("expires_in").map_err(wrong)?.unwrap_or(TOKEN_LIFE);
    if !(1..=LONGEST_LIFE).contains(&seconds) {
        let message = format!("`expires_in` must be between 1 and {LONGEST_LIFE}");
        return Err(Denial::of(codes::INVALID_REQUEST).saying(message).into());
    }
    let whom = match kind {
        "cookie" => by_cookie(platform, asked, &fields)?,
        "agent_token" => by_agent(platform, cx, asked, &fields)?,
        "identity_token" => by_transfer(platform, cx, &fields, client)?,
        _ => return Err(Denial::of(codes::UNSUPPORTED_GRANT_TYPE).into()),
    };
    in_group(platform, asked.call)?;
    asked.admit(platform, cx)?;
    let customer = whom.customer.unwrap_or_else(|| cx.draw("livechat/customer").guid());
    if let Some(code) = whom.code {
        platform.auth.passes.arrived(&code);
    }
    let region = platform.tenant.region.as_deref().unwrap_or(region::USUAL);
    let token = format!("{region}:{}", cx.draw("livechat/customer-token").hex(DIGITS));
    let life = VirtualSpan::from_secs(seconds);
    platform.auth.passes.add(&token, Pass { until: cx.now() + life });
    platform.auth.admit_for(cx, &token, (&customer, client), life);
    platform.arrive(cx, &customer, Some(client));
    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), json!(token));
    if !whom.cookies {
        answer.insert("client_id".to_owned(), json!(client));
    }
    answer.extend(shape(platform, &customer, seconds));
    let reply = Reply::json(OK, None, &answer);
    Ok(if whom.cookies { with_cookies(platform, cx, asked.call, &customer, reply) } else { reply })
}

/// What every description of a token ends with.
fn shape(platform: &Livechat, customer: &str, seconds: u64) -> [(String, Value); 4] {
    [
        ("entity_id", json!(customer)),
        ("expires_in", json!(seconds)),
        ("token_type", json!("Bearer")),
        ("organization_id", json!(platform.auth.organization_id)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
}

fn client<'d>(fields: &Fields<'d>) -> Result<&'d str, Denial> {
    let client = fields.required("client_id").map_err(wrong)?;
    let known = client.len() == DIGITS && client.bytes().all(|byte| byte.is_ascii_hexdigit());
    if known { Ok(client) } else { Err(Denial::of(codes::INVALID_CLIENT)) }
}

/// Whoever comes again has cookies; anybody else is new.
fn by_cookie(platform: &Livechat, asked: &Asked<'_>, fields: &Fields<'_>) -> Result<Whom, Denial> {
    let named = pass::organization(asked.call).ok_or_else(|| wrong(fields.missing("organization_id")))?;
    if named != platform.auth.organization_id {
        return Err(Denial::of(codes::RESOURCE_NOT_FOUND).saying("There is no such organization"));
    }
    let uri = fields.text("redirect_uri").map_err(wrong)?.or_else(|| asked.call.header(ORIGIN.as_str()));
    if uri.is_some_and(|uri| !["http://", "https://"].iter().any(|scheme| uri.starts_with(scheme))) {
        return Err(Denial::of(codes::INVALID_REQUEST).saying("`redirect_uri` must be a URL"));
    }
    let cookies = (pass::cookie(asked.call, ID_COOKIE), pass::cookie(asked.call, SECRET_COOKIE));
    let customer = match cookies {
        (Some(id), Some(secret)) if platform.auth.passes.vouches(id, secret) => Some(id.to_owned()),
        (Some(_) | None, Some(_) | None) => None,
    };
    Ok(Whom { customer, cookies: true, code: None })
}

/// Agents vouch for customers: for those they name, or for new ones.
fn by_agent(platform: &Livechat, cx: &Cx<'_>, asked: &Asked<'_>, fields: &Fields<'_>) -> Result<Whom, Denial> {
    vouching(platform, asked.call)?;
    let named = pass::organization(asked.call).filter(|named| *named != platform.auth.organization_id);
    if named.is_some() {
        return Err(Denial::of(codes::RESOURCE_NOT_FOUND).saying("There is no such organization"));
    }
    let customer = fields.text("entity_id").map_err(wrong)?;
    if let Some(customer) = customer {
        exists(platform, cx, customer)?;
    }
    Ok(Whom { customer: customer.map(str::to_owned), cookies: false, code: None })
}

/// Whoever has the transfer has the identity.
fn by_transfer(platform: &Livechat, cx: &Cx<'_>, fields: &Fields<'_>, client: &str) -> Result<Whom, Denial> {
    let code = fields.required("code").map_err(wrong)?;
    let verifier = fields.text("code_verifier").map_err(wrong)?;
    let transfer = platform.auth.passes.arriving(code, client, verifier, cx.now());
    let transfer = transfer.ok_or_else(|| Denial::of(codes::INVALID_GRANT))?;
    Ok(Whom { customer: Some(transfer.customer.clone()), cookies: false, code: Some(code.to_owned()) })
}

/// The agent who answers for customers with their token.
fn vouching<'p>(platform: &'p Livechat, call: &Call) -> Result<&'p Caller, Denial> {
    let holder = platform.auth.holder(call).filter(|holder| holder.side == Side::Agent);
    let agent = holder.ok_or_else(|| Denial::of(codes::INVALID_GRANT))?;
    if agent.client.is_none() {
        let denial = Denial::of(codes::UNAUTHORIZED_CLIENT);
        return Err(denial.saying("Personal access tokens are not accepted"));
    }
    match agent.grant.covers(OWN_CUSTOMERS) {
        true => Ok(agent),
        false => Err(Denial::of(codes::ACCESS_DENIED).saying(format!("Missing scope `{OWN_CUSTOMERS}`."))),
    }
}

fn exists(platform: &Livechat, cx: &Cx<'_>, customer: &str) -> Result<(), Denial> {
    match platform.chats.patron(customer).is_some() || cx.customer_with_id(customer).is_some() {
        true => Ok(()),
        false => Err(Denial::of(codes::RESOURCE_NOT_FOUND).saying("There is no such customer")),
    }
}

/// Checks that the group in a path is there.
fn in_group(platform: &Livechat, call: &Call) -> Result<(), Denial> {
    let Some(word) = call.params.iter().find(|(name, _)| *name == "group_id").map(|(_, word)| word) else {
        return Ok(());
    };
    let known = word.parse().ok().is_some_and(|group| platform.organization.group(group).is_some());
    if known { Ok(()) } else { Err(Denial::of(codes::RESOURCE_NOT_FOUND).saying("There is no such group")) }
}

/// Has the browser remember who the customer is. Cookies of another host than the vendor's can be neither for its domain
/// nor, as that host may speak plain HTTP, for secure connections only.
fn with_cookies(platform: &mut Livechat, cx: &mut Cx<'_>, call: &Call, customer: &str, reply: Reply) -> Reply {
    let passes = &mut platform.auth.passes;
    let shown = pass::cookie(call, SECRET_COOKIE)
        .filter(|secret| pass::cookie(call, ID_COOKIE) == Some(customer) && passes.vouches(customer, secret));
    let secret = match passes.secret(customer).cloned().or_else(|| shown.map(str::to_owned)) {
        Some(secret) => secret,
        None => cx.draw("livechat/customer-secret").hex(SECRET_LENGTH),
    };
    passes.entrust(customer, secret.clone());
    let group = call.path.strip_prefix(ACCOUNTS).and_then(|rest| rest.strip_suffix("/token"));
    let path = match group {
        Some(group) => format!("{ACCOUNTS}{group}"),
        None => ACCOUNTS.trim_end_matches('/').to_owned(),
    };
    let host = call.header(HOST.as_str()).and_then(|host| host.split(':').next()).unwrap_or_default();
    let place = match VENDORS_HOSTS.contains(&host) {
        true => format!("; Domain={host}; Secure; SameSite=None"),
        false => String::new(),
    };
    [(ID_COOKIE, customer), (SECRET_COOKIE, &secret)].into_iter().fold(reply, |reply, (name, value)| {
        let cookie = format!("{name}={value}; Path={path}; Max-Age={COOKIE_LIFE}; HttpOnly{place}");
        reply.header(SET_COOKIE, &cookie)
    })
}

/// `DELETE /token`.
fn revoke(platform: &mut Livechat, cx: &mut Cx<'_>, asked: &Asked<'_>) -> Outcome {
    platform.auth.customer(asked.call).map_err(|_| Denial::of(codes::INVALID_GRANT))?;
    let token = auth::secret(asked.call).unwrap_or_default();
    asked.admit(platform, cx)?;
    platform.auth.passes.remove(&token);
    platform.auth.expire(&token);
    platform.cut_revoked(cx);
    Ok(Reply { status: OK, headers: Vec::new(), body: Bytes::new(), code: None })
}

/// `GET /info`.
fn info(platform: &mut Livechat, cx: &mut Cx<'_>, asked: &Asked<'_>) -> Outcome {
    let token = asked.call.query("code").map(decoded).or_else(|| auth::secret(asked.call));
    let token = token.ok_or_else(|| Denial::of(codes::INVALID_REQUEST))?;
    let caller = platform.auth.of(&auth::bearer(&token)).filter(|caller| caller.side == Side::Customer);
    let caller = caller.ok_or_else(|| Denial::of(codes::INVALID_GRANT))?;
    // The one that the tenant's own client has does not expire.
    let noted = platform.auth.passes.get(&token, cx.now());
    let seconds =
        noted.map_or(TOKEN_LIFE, |pass| u64::try_from(pass.until.as_secs() - cx.now().as_secs()).unwrap_or(0));
    let mut answer = Map::new();
    answer.insert("access_token".to_owned(), json!(token));
    answer.insert("client_id".to_owned(), json!(caller.client));
    answer.extend(shape(platform, &caller.id, seconds));
    asked.admit(platform, cx)?;
    done(&answer)
}

/// `POST /identity_transfer`.
fn transfer_identity(platform: &mut Livechat, cx: &mut Cx<'_>, asked: &Asked<'_>) -> Outcome {
    let fields = asked.fields()?;
    let bearer = fields.word("bearer_type", &["agent", "customer"]).map_err(wrong)?;
    let bearer = bearer.ok_or_else(|| wrong(fields.missing("bearer_type")))?;
    let client = client(&fields)?;
    let challenge = fields.text("code_challenge").map_err(wrong)?;
    let customer = match bearer {
        "agent" => {
            vouching(platform, asked.call)?;
            let customer = fields.required("customer_id").map_err(wrong)?;
            exists(platform, cx, customer)?;
            customer.to_owned()
        }
        _ => platform.auth.customer(asked.call).map_err(|_| Denial::of(codes::INVALID_GRANT))?.id,
    };
    asked.admit(platform, cx)?;
    let region = platform.tenant.region.as_deref().unwrap_or(region::USUAL);
    let code = format!("{region}:{}", cx.draw("livechat/identity-transfer").hex(DIGITS));
    cx.claim(pass::transfer(&code));
    let until = cx.now() + VirtualSpan::from_secs(TRANSFER_LIFE);
    let challenge = challenge.map(str::to_owned);
    platform.auth.passes.send(&code, Transfer { customer, client: client.to_owned(), challenge, until });
    done(&json!({"identity_transfer_token": code, "expires_in": TRANSFER_LIFE}))
}
