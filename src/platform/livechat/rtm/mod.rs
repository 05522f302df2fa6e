//! Sockets: the Agent Chat RTM API and the Customer Chat RTM API.
//!
//! A frame that asks for something becomes a call of the method of that name, so there is one handler for both APIs of a
//! side; what sockets alone can be asked for is in [`ACTIONS`]. Pushes are made where webhooks are made, of the same facts.
//! Both sides have the same sessions; what differs is a row of data, [`Side`].
//!
//! Not documented, and decided here: what a frame is answered that is no request; that a failed login may be tried again
//! until the deadline; that an agent whom a login has brought here goes with the last of their sockets, while those who
//! are here by the set-up stay; which version of a push is sent where several were asked for; and that a socket without
//! pings is kept, since browsers cannot ping (`setup: {rtm: {ping_within: …}}` for the vendor's rule). Of customers: that a
//! visit goes from the first of their sockets to the last; that they are pinged as often as other clients are to ping
//! (`ping_every`); whose status of a group they are told; and the reason for what is wrong with one connection.
//!
//! Pages: platform.text.com/docs/messaging/agent-chat-api/rtm-reference, …/rtm-pushes, and the same below
//! …/customer-chat-api.

mod audience;
mod customers;
mod eviction;
mod frame;
pub(super) mod notice;
mod push;
mod reason;
mod session;
mod side;
mod visitor;
mod widget;

use self::frame::Request;
pub(super) use self::frame::credential;
pub(super) use self::push::PUSHES;
pub(super) use self::reason::Reason;
pub(super) use self::session::{Level, Login, Member, Rtm, Session, Subscription, Visitor, Wanted, Who};
pub(super) use self::side::{AGENTS, BOTH, Side};
pub(super) use self::visitor::ACTIVITY_TIMER;
use super::codes::{self, Denial};
use super::events::Cause;
use super::model::{Organization, Staffer, Standing, Status};
use super::pass;
use super::version::Version;
use super::{Livechat, api};
use crate::base::doc_ref::{DocRef, Mark};
use crate::base::id::SocketId;
use crate::platform::cx::Cx;
use crate::platform::route::{Call, Reply};
use crate::platform::socket::{Action, Asked, Farewell, Inbound, Message, Patience, Pushed, Surface, Trouble, close};

/// How many requests of a socket may be unanswered.
const MOST_PENDING: usize = 10;

/// What brings somebody in, on both sides.
const LOGIN: &str = "login";

/// The places where sockets can be opened.
pub(super) const SURFACES: &[Surface] = &[
    Surface {
        name: "agents",
        path: Side::AGENTS.path,
        summary: "agents: every method of the Agent Chat API as an action, and pushes",
        doc: DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/agent-chat-api/rtm-reference"),
    },
    Surface {
        name: "customers",
        path: Side::CUSTOMERS.path,
        summary: "customers: the methods of the Customer Chat API as actions, and pushes",
        doc: DocRef::new(Mark::Docs, "platform.text.com/docs/messaging/customer-chat-api/rtm-reference"),
    },
];

macro_rules! actions {
    ($( $side:ident $form:ident $name:literal => $handler:path : $summary:literal; )*) => {
        /// What sockets alone can be asked for. Where both sides have an action of one name, that of customers is called as
        /// their methods are.
        pub(super) const ACTIONS: &[Action<Livechat>] = &[ $( Action {
            name: $name,
            path: Side::$side.path,
            summary: $summary,
            doc: DocRef::new(Mark::Docs, concat!("platform.text.com/docs/messaging/", actions!(@page $side $name))),
            handle: |platform, cx, call| api::serve_action(platform, cx, call, $name, api::Form::$form, $handler),
        } ),* ];
    };
    (@page AGENTS $name:literal) => { concat!("agent-chat-api/rtm-reference#", $name) };
    (@page CUSTOMERS $name:literal) => { "customer-chat-api/rtm-reference" };
}

actions! {
    AGENTS Open "login" => api::session::login: "tells who is there, and begins to push";
    AGENTS Open "ping" => api::session::ping: "shows that the client is still there";
    AGENTS Plain "logout" => api::session::logout: "ends all sessions of the agent";
    AGENTS Plain "set_away_status" => api::session::set_away_status: "tells whether somebody sits at this connection";
    AGENTS Plain "update_session" => api::session::update_session: "goes on with another token";
    AGENTS Plain "subscribe_customers" => api::session::subscribe_customers: "asks to hear of more customers";
    AGENTS Plain "unsubscribe_customers" => api::session::unsubscribe_customers: "asks to hear of them no longer";
    CUSTOMERS Visitor "customer/login" => api::visit::login: "tells which customer is there, and begins to push";
    CUSTOMERS Visitor "customer/ping" => api::session::ping: "shows that the client is still there";
    CUSTOMERS Customer "customer/update_customer_page" => api::visit::update_customer_page: "tells on which page the customer is";
    CUSTOMERS Customer "customer/activate_customer_page" => api::visit::show_page: "tells that the customer looks at the page";
    CUSTOMERS Customer "customer/deactivate_customer_page" => api::visit::show_page: "tells that the customer looks elsewhere";
}

/// What frames call an operation.
fn word(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

impl Livechat {
    /// Begins a session, which waits for a login.
    pub(super) fn begin_session(&mut self, cx: &mut Cx<'_>, socket: SocketId, handshake: &Call) {
        let segment = handshake.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let (side, version) = (Side::at(&handshake.path), api::version(segment));
        let organization = handshake.query("organization_id").map(str::to_owned);
        let session = Session::new(side, *version.as_ref().unwrap_or(&Version::STABLE), organization);
        self.rtm.sessions.insert(socket, session);
        if version.is_err() {
            self.cut(cx, socket, Reason::UNSUPPORTED, None);
            return;
        }
        if side.needs_organization && pass::organization(handshake).as_ref() != Some(&self.auth.organization_id) {
            self.cut(cx, socket, Reason::NO_LICENSE, None);
            return;
        }
        cx.wait_for(socket, Patience::Until(self.tenant.rtm.login_within));
    }

    /// Takes a frame in: what it asks for, unless it was answered at once.
    pub(super) fn take_frame(
        &mut self,
        cx: &mut Cx<'_>,
        socket: SocketId,
        frame: &Inbound,
        unanswered: usize,
    ) -> Option<Asked> {
        let session = self.rtm.sessions.get(&socket)?;
        let request = match Request::read(frame) {
            Ok(request) => request,
            Err(denial) => {
                cx.violation(format!("a frame is no request: {}", denial.message()));
                let text = frame::response(None, None, false, &self.refuse(&denial).body);
                cx.say(socket, Message { text, push: None });
                return None;
            }
        };
        match self.admit_frame(session, &request, unanswered) {
            Ok(asked) => {
                if let Some(region) = self.right_region(&request).map(str::to_owned) {
                    self.cut(cx, socket, Reason::MISDIRECTED, Some(&region));
                    return None;
                }
                session.ask(request.id, &request.action);
                Some(asked)
            }
            Err(denial) => {
                if let Some(mistake) = denial.mistake() {
                    cx.violation(format!("{}: {mistake}", request.action));
                }
                let text =
                    frame::response(request.id.as_deref(), Some(&request.action), false, &self.refuse(&denial).body);
                cx.say(socket, Message { text, push: None });
                None
            }
        }
    }

    /// The region that a login belongs into, if that is another one: sockets are sent there before anybody looks at the token.
    fn right_region<'r>(&self, request: &'r Request) -> Option<&'r str> {
        let own = self.tenant.region.as_deref()?;
        let (_, token) = request.token().filter(|_| request.action == LOGIN)?.split_once(' ')?;
        token.split_once(':').map(|(region, _)| region).filter(|region| *region != own)
    }

    /// The operation that a request is for.
    fn admit_frame(&self, session: &Session, request: &Request, unanswered: usize) -> Result<Asked, Denial> {
        if unanswered >= MOST_PENDING {
            return Err(Denial::of(codes::PENDING_REQUESTS_LIMIT_REACHED));
        }
        let version = request.version_on(session)?;
        let own = ACTIONS.iter().filter(|action| action.path == session.side.path);
        let action = own.map(|action| action.name).find(|name| word(name) == request.action);
        let path = action.map(|_| session.side.path).or_else(|| (session.side.method)(&request.action));
        let path = path.ok_or_else(|| Denial::of(codes::NOT_FOUND).blaming("there is no such action"))?;
        let header = match request.action.as_str() {
            LOGIN => request.token(),
            _ => session.login.as_ref().map(|login| login.header.expose()),
        };
        let call = request.call(version, path, session.organization.as_deref(), header);
        let (id, name) = (request.id.clone(), request.action.clone());
        let respond =
            Box::new(move |reply: &Reply| frame::response(id.as_deref(), Some(&name), !is_refusal(reply), &reply.body));
        Ok(Asked { action, call, respond })
    }

    /// Does what the vendor does with a client who is silent for too long, or sends what nobody can read.
    pub(super) fn meet_trouble(&mut self, cx: &mut Cx<'_>, socket: SocketId, trouble: Trouble) {
        let Some(by_server) = self.rtm.sessions.get(&socket).map(|session| session.side.by_server) else { return };
        let (reason, code) = match trouble {
            Trouble::Overdue => (Reason::TIMEOUT, close::NORMAL),
            // No reason is documented for these; that it is the server's decision is inferred, and so are the codes, which are
            // those of the protocol.
            Trouble::TooLarge(_) => (by_server, close::TOO_BIG),
            Trouble::Garbled => (by_server, close::PROTOCOL),
            Trouble::Behind => (by_server, close::NORMAL),
        };
        self.part(cx, socket, reason, None, code);
    }

    /// Tells a client why its socket is closed, and closes it.
    pub(super) fn cut(&mut self, cx: &mut Cx<'_>, socket: SocketId, reason: Reason, region: Option<&str>) {
        self.part(cx, socket, reason, region, close::NORMAL);
    }

    /// Closes a socket whose client has asked for it, and needs no push to know.
    pub(super) fn dismiss(&mut self, cx: &mut Cx<'_>, socket: SocketId) {
        if let Some(session) = self.rtm.sessions.get_mut(&socket) {
            session.parting = true;
            cx.hang_up(socket, Reason::LOGGED_OUT.farewell());
        }
    }

    fn part(&mut self, cx: &mut Cx<'_>, socket: SocketId, reason: Reason, region: Option<&str>, code: u16) {
        let session = self.rtm.sessions.get_mut(&socket).filter(|session| !session.parting);
        let Some(session) = session else { return };
        session.parting = true;
        let push = session.side.disconnected;
        let text = frame::push(session.version, None, push, &reason.payload(region));
        let pushed = Pushed { name: push, chat: None, to: session.holder().map(Into::into) };
        cx.say(socket, Message { text, push: Some(pushed) });
        cx.hang_up(socket, Farewell { code, ..reason.farewell() });
    }

    /// Closes the sockets of sessions for which this reason holds.
    pub(super) fn cut_where(
        &mut self,
        cx: &mut Cx<'_>,
        reason: Reason,
        holds: impl Fn(&Self, &Session, &Login) -> bool,
    ) {
        let found = self.rtm.logins().filter(|(_, session, login)| holds(self, session, login));
        for socket in found.map(|(socket, ..)| socket).collect::<Vec<_>>() {
            self.cut(cx, socket, reason, None);
        }
    }

    /// Closes the sockets of those whose token is worth nothing any more.
    pub(super) fn cut_expired(&mut self, cx: &mut Cx<'_>) {
        self.cut_where(cx, Reason::EXPIRED, |platform, _, login| !platform.auth.knows(&login.credential));
    }

    /// Closes the sockets of those whose token was given back.
    pub(super) fn cut_revoked(&mut self, cx: &mut Cx<'_>) {
        self.cut_where(cx, Reason::REVOKED, |platform, _, login| !platform.auth.knows(&login.credential));
    }

    /// Closes the sockets of somebody who is gone, may not work for now, or may do other things than before.
    pub(super) fn cut_amended(&mut self, cx: &mut Cx<'_>, before: &Organization) {
        self.cut_agents(cx, Reason::REVOKED, |platform, _, agent| platform.organization.staffer(agent).is_none());
        self.cut_agents(cx, Reason::BY_SERVER, |platform, _, agent| {
            platform.organization.staffer(agent).is_some_and(|now| now.standing() == Standing::Suspended)
        });
        self.cut_agents(cx, Reason::ROLE_CHANGED, |platform, session, agent| {
            let role = |organization: &Organization| organization.staffer(agent).and_then(Staffer::role);
            // Older versions know no such reason.
            session.version >= Version::V3_6 && role(before) != role(&platform.organization)
        });
    }

    fn cut_agents(&mut self, cx: &mut Cx<'_>, reason: Reason, holds: impl Fn(&Self, &Session, &str) -> bool) {
        self.cut_where(cx, reason, |platform, session, login| {
            login.who.agent().is_some_and(|member| holds(platform, session, &member.agent))
        });
    }

    /// Forgets a session whose socket is closed. Whom a login has brought goes with the last of their sockets.
    pub(super) fn end_session(&mut self, cx: &mut Cx<'_>, socket: SocketId) {
        let Some(Session { login: Some(login), .. }) = self.rtm.sessions.remove(&socket) else { return };
        match login.who {
            Who::Agent(member) => self.sign_off(cx, member.agent),
            Who::Customer(visitor) if self.rtm.has_visitor(&visitor.id) => {}
            Who::Customer(visitor) => self.depart_from_site(cx, &visitor.id),
        }
    }

    /// An agent has closed a socket.
    fn sign_off(&mut self, cx: &mut Cx<'_>, agent: String) {
        if self.rtm.of_agent(&agent).next().is_some() {
            self.weigh_presence(cx, &Cause::system(), &agent);
            return;
        }
        if let Some(staffer) = self.organization.staffer(&agent) {
            self.rtm.resting.insert(agent.clone(), staffer.status);
        }
        self.rtm.absent.remove(&agent);
        if self.rtm.brought.remove(&agent) {
            self.set_status(cx, &Cause::system(), &agent, Status::Offline);
        }
    }

    /// Has an agent take no chats while nobody sits at any of their connections.
    pub(super) fn weigh_presence(&mut self, cx: &mut Cx<'_>, cause: &Cause, agent: &str) {
        let away = self.rtm.of_agent(agent).all(|(_, member)| member.away);
        let status = self.organization.staffer(agent).map(|staffer| staffer.status);
        match (away, status) {
            (true, Some(Status::Accepting)) => {
                self.rtm.absent.insert(agent.to_owned());
                self.set_status(cx, cause, agent, Status::NotAccepting);
            }
            (false, Some(Status::NotAccepting)) if self.rtm.absent.remove(agent) => {
                self.set_status(cx, cause, agent, Status::Accepting);
            }
            (true | false, _) => {}
        }
    }
}

/// Whether an answer says that something was not done.
fn is_refusal(reply: &Reply) -> bool {
    reply.code.is_some()
}
