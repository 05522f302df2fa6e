//! Erases a typed [`Platform`] into a [`Vendor`] and an [`Instance`], and finds the operation that a call is for.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};

use super::cx::{Credential, Cx, Refusal, Replaced, WakeKey};
use super::host::Host;
use super::outgoing::{Ended, Outgoing};
use super::route::{Body, Call, Destination, Reply, Request, Route, Unrouted, pairs};
use super::socket::{Action, Asked, Inbound, Push, Surface, Trouble};
use super::{Code, Event, Missing, Platform, Shape};
use crate::base::doc_ref::DocRef;
use crate::base::id::SocketId;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::openapi::parameters;
use crate::scenario::act::Act;
use crate::scenario::decode::{KeyTable, Problems};
use crate::scenario::node::Node;
use crate::scenario::{Staff, Vocabulary};

/// A vendor as the engine and the rim see it.
#[derive(Clone, Copy)]
pub struct Vendor {
    /// Its name.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// What its paths begin with: one segment or several.
    pub roots: &'static [&'static str],
    /// The hosts at which clients find it who were told of no other.
    pub hosts: &'static [Host],
    /// Its codes.
    pub codes: &'static [Code],
    /// Its webhooks.
    pub events: &'static [Event],
    /// The event by which a chat comes to a bot.
    pub prompt: &'static str,
    /// Where sockets can be opened.
    pub surfaces: &'static [Surface],
    /// What sockets alone are told.
    pub pushes: &'static [Push],
    /// What it documents and is not played.
    pub missing: &'static [Missing],
    /// The types of its bodies, where they have one.
    pub shapes: &'static [Shape],
    /// The bodies that were seen, as JSON.
    pub seen: &'static str,
    /// The keys of `setup:`, mapping by mapping.
    pub setup: &'static [KeyTable],
    /// The words it adds to the scenario language.
    pub vocabulary: Vocabulary,
    /// Its operations, for lists and documentation.
    pub routes: fn() -> Vec<RouteDoc>,
    /// The operations that sockets alone have, for lists and documentation.
    pub actions: fn() -> Vec<ActionDoc>,
    /// The credential a call carries.
    pub credential: fn(&Call) -> Option<Credential>,
    /// The credential a frame carries.
    pub frame_credential: fn(&Inbound) -> Option<Credential>,
    /// Opens a tenant from a `setup:` block that was checked before.
    pub open: fn(&mut Cx<'_>, &Node) -> Option<Box<dyn Instance>>,
}

/// One operation, for lists and documentation.
#[derive(Clone, Debug)]
pub struct RouteDoc {
    /// The vendor's name for it.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
}

/// One operation of sockets, for lists and documentation.
#[derive(Clone, Debug)]
pub struct ActionDoc {
    /// The vendor's name for it.
    pub name: &'static str,
    /// The path of the surface.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
}

/// One tenant of one vendor, its type erased.
pub trait Instance: Send {
    /// Answers a call, and names the operation it was for.
    fn call(&mut self, cx: &mut Cx<'_>, call: Call) -> Handled;

    /// Somebody has opened a socket with this request.
    fn connected(&mut self, cx: &mut Cx<'_>, socket: SocketId, handshake: &Call);

    /// A frame came, while so many operations are unanswered on its socket. Gives the operation that it asks for.
    fn hear(&mut self, cx: &mut Cx<'_>, socket: SocketId, frame: Inbound, unanswered: usize) -> Option<Asked>;

    /// Answers what a frame asks for: the operation of this name that sockets alone have, or else a call like any other.
    fn ask(&mut self, cx: &mut Cx<'_>, action: Option<&'static str>, call: Call) -> Handled;

    /// Something is wrong with a socket.
    fn trouble(&mut self, cx: &mut Cx<'_>, socket: SocketId, trouble: Trouble);

    /// A socket is closed, by whomever.
    fn disconnected(&mut self, cx: &mut Cx<'_>, socket: SocketId);

    /// Does what an act means here.
    ///
    /// # Errors
    /// If the act is impossible in the present state.
    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal>;

    /// A timer is due.
    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey);

    /// Makes a whole call, at this instant, of what is peculiar about it.
    ///
    /// # Errors
    /// If there is no such operation, or a part of its path is not given.
    fn compose(&self, now: VirtualTime, request: Request<'_>) -> Result<Call, Refusal>;

    /// The members of bodies that hold secrets.
    fn secrets(&self) -> &'static [&'static str];

    /// The parameters of queries that hold secrets.
    fn secret_parameters(&self) -> &'static [&'static str];

    /// An attempt to deliver a webhook has ended, or will not be made.
    fn attempted(&mut self, cx: &mut Cx<'_>, webhook: &Outgoing, ended: Ended<'_>);

    /// Replaces all credentials with ones of its own, and gives each with the one in its place.
    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced>;

    /// The events that webhooks are set up for at present, whether they are switched on or not; nothing if it cannot be told.
    fn hooked(&self) -> Option<Vec<String>>;

    /// What a client of this tenant must know, under the names of environment variables.
    fn exports(&self) -> Vec<(&'static str, Secret)>;

    /// The same tenant a second time.
    fn copy(&self) -> Box<dyn Instance>;
}

impl Clone for Box<dyn Instance> {
    fn clone(&self) -> Self {
        self.as_ref().copy()
    }
}

/// A call that was answered.
pub struct Handled {
    /// The operation, if the path and method are known.
    pub route: Option<&'static str>,
    /// Who called, as far as the credential tells.
    pub caller: Option<String>,
    /// The answer.
    pub reply: Reply,
}

impl Vendor {
    /// Erases a platform.
    #[must_use]
    pub const fn of<P: Platform>() -> Self {
        Self {
            name: P::NAME,
            about: P::ABOUT,
            roots: P::ROOTS,
            hosts: P::HOSTS,
            codes: P::CODES,
            events: P::EVENTS,
            prompt: P::PROMPT,
            surfaces: P::SURFACES,
            pushes: P::PUSHES,
            missing: P::MISSING,
            shapes: P::SHAPES,
            seen: P::SEEN,
            setup: P::SETUP,
            vocabulary: Vocabulary {
                platform: P::NAME,
                lacks: P::LACKS,
                routes: || operations::<P>().collect(),
                params: |name| Some(parameters(P::ROUTES.iter().find(|route| route.name == name)?.path).collect()),
                events: || P::EVENTS.iter().map(|event| event.name).collect(),
                pushes: || {
                    let told = P::EVENTS.iter().filter(|event| !event.pushed.is_empty()).map(|event| event.name);
                    told.chain(P::PUSHES.iter().map(|push| push.name)).collect()
                },
                reasons: || P::REASONS.concat(),
                codes: || P::CODES.iter().map(|code| code.code).collect(),
                secrets: P::SECRETS,
                setup: staff::<P>,
                tokens_expire: P::TOKENS_EXPIRE,
                setup_schema: P::setup_schema,
            },
            routes: route_docs::<P>,
            actions: action_docs::<P>,
            credential: P::credential,
            frame_credential: P::frame_credential,
            open: open::<P>,
        }
    }

    /// Where in `path` this vendor's own part begins, if it has one. Any prefix may stand before it, because clients are
    /// often configured with a base address that has a path. A version before a root that has none belongs to it, whether there
    /// is such a version or not.
    #[must_use]
    pub fn serves(&self, path: &str) -> Option<usize> {
        let mut offset = 0_usize;
        let mut version = None;
        for segment in path.split('/') {
            let rest = &path[offset..];
            if let Some(root) = self.roots.iter().find(|root| is_below(rest, root)) {
                let begin = version.filter(|_| !is_version(root)).unwrap_or(offset);
                return Some(begin.saturating_sub(1));
            }
            version = is_version(segment).then_some(offset);
            offset += segment.len() + 1;
        }
        None
    }
}

/// Whether the name of a version comes first.
fn is_version(path: &str) -> bool {
    path.strip_prefix('v').is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
}

/// Whether a path, without the slash before it, is this root or stands below it.
fn is_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn staff<P: Platform>(node: &Node, problems: &mut Problems) -> Staff {
    P::setup(node, problems).map(|setup| P::staff(&setup)).unwrap_or_default()
}

fn route_docs<P: Platform>() -> Vec<RouteDoc> {
    let doc = |route: &super::Route<P>| RouteDoc {
        name: route.name,
        method: route.method.clone(),
        path: route.path,
        summary: route.summary,
        doc: route.doc,
    };
    P::ROUTES.iter().map(doc).collect()
}

fn action_docs<P: Platform>() -> Vec<ActionDoc> {
    let doc = |action: &Action<P>| ActionDoc {
        name: action.name,
        path: action.path,
        summary: action.summary,
        doc: action.doc,
    };
    P::ACTIONS.iter().map(doc).collect()
}

/// The names of all operations, however they are asked for.
fn operations<P: Platform>() -> impl Iterator<Item = &'static str> {
    let routes = P::ROUTES.iter().map(|route| route.name);
    routes.chain(P::ACTIONS.iter().map(|action| action.name))
}

fn open<P: Platform>(cx: &mut Cx<'_>, node: &Node) -> Option<Box<dyn Instance>> {
    let setup = P::setup(node, &mut Problems::new())?;
    let platform = P::open(cx, setup);
    Some(Box::new(Mounted(platform)))
}

/// The operations of one vendor by path and method.
pub struct Table(matchit::Router<Vec<usize>>);

impl Table {
    /// The table of a vendor's operations.
    ///
    /// # Panics
    /// If two paths of the vendor conflict, which a test of each vendor rules out.
    #[must_use]
    pub fn of<P: Platform>() -> Self {
        let mut rows: indexmap::IndexMap<&str, Vec<usize>> = indexmap::IndexMap::new();
        for (index, route) in P::ROUTES.iter().enumerate() {
            rows.entry(route.path).or_default().push(index);
        }
        let mut router = matchit::Router::new();
        for (path, indices) in rows {
            router.insert(path, indices).expect("the paths of one vendor do not conflict");
        }
        Self(router)
    }

    fn find<P: Platform>(&'static self, call: &mut Call) -> Result<&'static Route<P>, Unrouted> {
        // The version is a parameter of most paths, but there are only so many versions.
        let path = call.path.trim_start_matches('/');
        if !P::ROOTS.iter().any(|root| is_below(path, root)) {
            return Err(Unrouted::Path);
        }
        let found = self.0.at(&call.path).map_err(|_| Unrouted::Path)?;
        let mut rows = found.value.iter().map(|index| &P::ROUTES[*index]);
        let route = rows.find(|route| route.method == call.method).ok_or(Unrouted::Method)?;
        // The router borrows the values from the path but the names from the table, which is static.
        let names = parameters(route.path);
        let values = found.params.iter().map(|(_, value)| value.to_owned());
        call.params = names.zip(values).collect();
        Ok(route)
    }
}

/// A path with the first value of each parameter in its place.
fn filled(path: &str, values: &[(&str, &str)]) -> Result<String, Refusal> {
    let mut out = String::new();
    // Names and what stands between them alternate.
    for (index, part) in path.split(['{', '}']).enumerate() {
        if index % 2 == 0 {
            out.push_str(part);
            continue;
        }
        let value = values.iter().find(|(known, _)| *known == part).map(|(_, value)| *value);
        let value = value.ok_or_else(|| Refusal::new(format!("the path {path} needs `{part}` under `params`")))?;
        // As the rim has paths: decoded, but for slashes that separate nothing.
        out.push_str(&value.replace('/', "%2F"));
    }
    Ok(out)
}

/// A query with those of the usual parameters that it does not give itself.
fn joined(usual: &[(&str, String)], given: String) -> String {
    let lacking = usual.iter().filter(|(name, _)| pairs(&given).all(|(known, _)| known != *name));
    let lacking: Vec<String> = lacking.map(|(name, value)| format!("{name}={value}")).collect();
    lacking.into_iter().chain(Some(given).filter(|given| !given.is_empty())).collect::<Vec<_>>().join("&")
}

/// Notes the refusal that a call asks for, as in `Prefer: code=4108` (RFC 7240).
fn prefer<P: Platform>(cx: &mut Cx<'_>, call: &Call) {
    let values = call.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let preferences =
        values.flat_map(|value| value.split(',')).filter_map(|one| one.split(';').next()?.split_once('='));
    let code = preferences.filter(|(name, _)| name.trim().eq_ignore_ascii_case("code")).map(|(_, code)| code);
    let Some(word) = code.map(|code| code.trim().trim_matches('"')).next() else { return };
    match P::CODES.iter().find(|row| row.code == word) {
        Some(row) if row.is_refusal() => cx.prefer(row.code),
        Some(_) => cx.violation(format!("prefer asks for {word}, which is no refusal; it is ignored")),
        None => cx.violation(format!("prefer asks for {word}, which is no code of {}; it is ignored", P::NAME)),
    }
}

#[derive(Clone)]
struct Mounted<P>(P);

impl<P: Platform> Instance for Mounted<P> {
    fn call(&mut self, cx: &mut Cx<'_>, mut call: Call) -> Handled {
        let platform = &mut self.0;
        P::arrange(&mut call);
        let found = P::table().find::<P>(&mut call);
        if cx.allows_prefer() {
            prefer::<P>(cx, &call);
        }
        if cx.has_faults() {
            let chat = if cx.tells_chats_apart() { platform.chat_of(&call) } else { None };
            cx.about(chat, platform.expiry(&call));
        }
        let caller = platform.caller(&call);
        let (route, answer) = match found {
            Ok(route) => (Some(route.name), (route.handle)(platform, cx, &call)),
            Err(why) => (None, platform.unrouted(cx, &call, why)),
        };
        let mut reply = answer.unwrap_or_else(|refused| refused);
        if cx.has_expired() {
            platform.expire(cx.now(), &call);
        }
        platform.finish(cx, &mut reply);
        Handled { route, caller, reply }
    }

    fn connected(&mut self, cx: &mut Cx<'_>, socket: SocketId, handshake: &Call) {
        self.0.connected(cx, socket, handshake);
    }

    fn hear(&mut self, cx: &mut Cx<'_>, socket: SocketId, frame: Inbound, unanswered: usize) -> Option<Asked> {
        self.0.hear(cx, socket, frame, unanswered)
    }

    fn ask(&mut self, cx: &mut Cx<'_>, action: Option<&'static str>, call: Call) -> Handled {
        let action = action.and_then(|name| P::ACTIONS.iter().find(|action| action.name == name));
        let Some(action) = action else { return self.call(cx, call) };
        let caller = self.0.caller(&call);
        let reply = (action.handle)(&mut self.0, cx, &call).unwrap_or_else(|refused| refused);
        Handled { route: Some(action.name), caller, reply }
    }

    fn trouble(&mut self, cx: &mut Cx<'_>, socket: SocketId, trouble: Trouble) {
        self.0.trouble(cx, socket, trouble);
    }

    fn disconnected(&mut self, cx: &mut Cx<'_>, socket: SocketId) {
        self.0.disconnected(cx, socket);
    }

    fn compose(&self, now: VirtualTime, request: Request<'_>) -> Result<Call, Refusal> {
        let route = match request.target {
            Destination::Route(name) if P::ACTIONS.iter().any(|action| action.name == name) => {
                return Err(Refusal::new(format!("`{name}` is asked for on a socket, and this step opens none")));
            }
            Destination::Path(_) => None,
            Destination::Route(name) => {
                let route = P::ROUTES.iter().find(|route| route.name == name);
                Some(route.ok_or_else(|| Refusal::new(format!("`{name}` is no operation of {}", P::NAME)))?)
            }
        };
        let client = self.0.client(now, route.map(|route| route.name));
        let path = match (request.target, route) {
            (Destination::Path(path), _) => path,
            (Destination::Route(_), route) => {
                let template = route.map_or("", |route| route.path);
                let usual = client.params.iter().map(|(name, value)| (*name, value.as_str()));
                let given = request.params.iter().map(|(name, value)| (*name, value.as_str()));
                filled(template, &given.chain(usual).collect::<Vec<_>>())?
            }
        };
        let mut headers = HeaderMap::new();
        let usual = client.headers.iter().map(|(name, value)| (name, Some(value.expose())));
        let given = request.headers.iter().map(|(name, value)| (name, value.as_deref()));
        for (name, value) in usual.chain(given) {
            let value = value.map(HeaderValue::from_str).transpose();
            match value.map_err(|_| Refusal::new(format!("the header `{name}` cannot have this value")))? {
                Some(value) => headers.insert(name, value),
                None => headers.remove(name),
            };
        }
        if !request.body.is_empty() {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        Ok(Call {
            method: request.method.or_else(|| route.map(|route| route.method.clone())).unwrap_or(Method::GET),
            path,
            query: joined(&client.query, request.query),
            headers,
            body: Body::Whole(request.body),
            params: Vec::new(),
        })
    }

    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal> {
        self.0.act(cx, act)
    }

    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey) {
        self.0.wake(cx, key);
    }

    fn secrets(&self) -> &'static [&'static str] {
        P::SECRETS
    }

    fn secret_parameters(&self) -> &'static [&'static str] {
        P::SECRET_PARAMETERS
    }

    fn attempted(&mut self, cx: &mut Cx<'_>, webhook: &Outgoing, ended: Ended<'_>) {
        self.0.attempted(cx, webhook, ended);
    }

    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced> {
        self.0.reissue(cx)
    }

    fn hooked(&self) -> Option<Vec<String>> {
        self.0.hooked()
    }

    fn exports(&self) -> Vec<(&'static str, Secret)> {
        self.0.exports()
    }

    fn copy(&self) -> Box<dyn Instance> {
        Box::new(self.clone())
    }
}
