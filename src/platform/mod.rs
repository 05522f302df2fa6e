//! What a vendor is, and the list of vendors: one line each.

mod credential;
pub mod cx;
pub mod delivery;
pub mod document;
pub mod host;
pub mod imichat;
pub mod livechat;
pub mod mount;
pub mod outgoing;
pub mod recipe;
pub mod route;
pub mod signing;
pub mod socket;
pub mod texter;
mod verdict;

use self::cx::{Credential, Cx, Refusal, Replaced, WakeKey};
use self::host::Host;
use self::outgoing::{Ended, Outgoing};
use self::recipe::Recipe;
use self::route::{Answer, Call, Client, Reply, Route, Unrouted};
use self::socket::{Action, Asked, Inbound, Push, Surface, Trouble};
use crate::base::doc_ref::DocRef;
use crate::base::id::SocketId;
use crate::base::secret::Secret;
use crate::base::time::VirtualTime;
use crate::openapi::TypeOf;
use crate::scenario::Staff;
use crate::scenario::act::Act;
use crate::scenario::decode::{KeyTable, Problems, Schema};
use crate::scenario::node::Node;

pub use mount::{Instance, Table, Vendor};

/// All vendors.
pub static PLATFORMS: &[Vendor] =
    &[Vendor::of::<imichat::Imichat>(), Vendor::of::<livechat::Livechat>(), Vendor::of::<texter::Texter>()];

/// A vendor: its tables, and one tenant's state, of which a copy is a tenant in the same state.
pub trait Platform: Sized + Clone + Send + 'static {
    /// Its name in `platform:` and in command lines.
    const NAME: &'static str;
    /// What it is, in one line.
    const ABOUT: &'static str;
    /// What its paths begin with: one segment or several, without the slashes around them.
    const ROOTS: &'static [&'static str];
    /// The acts that mean nothing here, each with the reason.
    const LACKS: &'static [(&'static str, &'static str)];
    /// Its operations.
    const ROUTES: &'static [Route<Self>];
    /// Its codes.
    const CODES: &'static [Code];
    /// Its webhooks.
    const EVENTS: &'static [Event];
    /// The event by which a chat comes to a bot, which answers it.
    const PROMPT: &'static str;

    /// The hosts at which clients find the vendor who were told of no other.
    const HOSTS: &'static [Host] = &[];

    /// Where sockets can be opened.
    const SURFACES: &'static [Surface] = &[];
    /// The operations that sockets alone have.
    const ACTIONS: &'static [Action<Self>] = &[];
    /// What sockets alone are told. What webhooks tell as well is among [`Self::EVENTS`].
    const PUSHES: &'static [Push] = &[];

    /// The words for why it closes a socket, by those who are told.
    const REASONS: &'static [&'static [&'static str]] = &[];

    /// What the vendor documents and is not played.
    const MISSING: &'static [Missing] = &[];

    /// The types that bodies are of, where they have one; all others are told about as [`Self::SEEN`] has them.
    const SHAPES: &'static [Shape] = &[];

    /// The bodies that are seen in scenarios and on the vendor's pages, as JSON: see [`document::Seen`].
    const SEEN: &'static str = "{}";

    /// The members of bodies that hold secrets; their texts do not come into the journal.
    const SECRETS: &'static [&'static str] = &[];

    /// The parameters of queries that hold secrets; their values do not come into the journal.
    const SECRET_PARAMETERS: &'static [&'static str] = &[];

    /// Whether a token that a call carries can expire; then [`expiry`](Self::expiry) and [`expire`](Self::expire) are there.
    const TOKENS_EXPIRE: bool = false;

    /// The keys of `setup:`, mapping by mapping.
    const SETUP: &'static [KeyTable];

    /// The `setup:` block, checked.
    type Setup;

    /// [`Self::ROUTES`] made ready for look-up, built once for the process.
    fn table() -> &'static Table;

    /// Reads and checks `setup:`, reporting all its problems. An empty mapping is the well-known test tenant.
    fn setup(node: &Node, problems: &mut Problems) -> Option<Self::Setup>;

    /// What may stand under `setup:`.
    fn setup_schema() -> Schema;

    /// Whom and what steps may refer to.
    fn staff(setup: &Self::Setup) -> Staff;

    /// Opens a tenant.
    fn open(cx: &mut Cx<'_>, setup: Self::Setup) -> Self;

    /// The credential a call carries, by which its world is found.
    fn credential(call: &Call) -> Option<Credential>;

    /// Who calls, for the journal; nothing if the credential is unknown.
    fn caller(&self, call: &Call) -> Option<String>;

    /// The vendor's id of the chat that a call is about, if it is about one that is there.
    fn chat_of(&self, call: &Call) -> Option<String> {
        let _ = call;
        None
    }

    /// The code that a call would be refused with if its token had expired; nothing if it carries no token of this tenant.
    fn expiry(&self, call: &Call) -> Option<&'static str> {
        let _ = call;
        None
    }

    /// The token of a call expires at this instant.
    fn expire(&mut self, now: VirtualTime, call: &Call) {
        let _ = (now, call);
    }

    /// What a well-behaved client of this tenant puts on a call of this operation, or on one of none, at this instant.
    fn client(&self, now: VirtualTime, route: Option<&'static str>) -> Client;

    /// Gives a call the path of its operation where the vendor has more than one way to write it.
    fn arrange(call: &mut Call) {
        let _ = call;
    }

    /// Answers a call that no operation takes.
    fn unrouted(&mut self, cx: &mut Cx<'_>, call: &Call, why: Unrouted) -> Answer;

    /// Puts on what every answer of this vendor carries.
    fn finish(&mut self, cx: &mut Cx<'_>, reply: &mut Reply) {
        let _ = (cx, reply);
    }

    /// Does what an act means here.
    ///
    /// # Errors
    /// If the act is impossible in the present state.
    fn act(&mut self, cx: &mut Cx<'_>, act: &Act) -> Result<(), Refusal>;

    /// A timer set with [`Cx::wake_at`] is due.
    fn wake(&mut self, cx: &mut Cx<'_>, key: &WakeKey);

    /// The credential that a frame carries, by which the world of its socket is found.
    fn frame_credential(frame: &Inbound) -> Option<Credential> {
        let _ = frame;
        None
    }

    /// Somebody has opened a socket with this request.
    fn connected(&mut self, cx: &mut Cx<'_>, socket: SocketId, handshake: &Call) {
        let _ = (cx, socket, handshake);
    }

    /// A frame came, while so many operations are unanswered that were asked for on its socket. Gives the operation that it
    /// asks for; what asks for none was dealt with.
    fn hear(&mut self, cx: &mut Cx<'_>, socket: SocketId, frame: Inbound, unanswered: usize) -> Option<Asked> {
        let _ = (cx, socket, frame, unanswered);
        None
    }

    /// Something is wrong with a socket.
    fn trouble(&mut self, cx: &mut Cx<'_>, socket: SocketId, trouble: Trouble) {
        let _ = (cx, socket, trouble);
    }

    /// A socket is closed, by whomever.
    fn disconnected(&mut self, cx: &mut Cx<'_>, socket: SocketId) {
        let _ = (cx, socket);
    }

    /// An attempt to deliver one of its webhooks has ended, or will not be made.
    fn attempted(&mut self, cx: &mut Cx<'_>, webhook: &Outgoing, ended: Ended<'_>) {
        let _ = (cx, webhook, ended);
    }

    /// Replaces all credentials by which callers of this tenant are known with ones of its own, draws and claims those, and
    /// gives each with the one in its place. All else stays as it is: a copy of a tenant becomes one that others can tell
    /// from it.
    fn reissue(&mut self, cx: &mut Cx<'_>) -> Vec<Replaced>;

    /// The events that webhooks are set up for at present, whether they are switched on or not; nothing if it cannot be told.
    fn hooked(&self) -> Option<Vec<String>> {
        None
    }

    /// What a client of this tenant must know, under the names of environment variables, such as `IMICHAT_API_KEY`.
    fn exports(&self) -> Vec<(&'static str, Secret)>;
}

/// One row of a vendor's table of codes.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The code, as scenarios write it.
    pub code: &'static str,
    /// The HTTP status it travels with.
    pub status: u16,
    /// The vendor's text for it.
    pub text: &'static str,
    /// What makes the vendor answer so.
    pub cause: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
    /// A scenario in which it is answered.
    pub recipe: Recipe,
    /// How it is reached without a plan.
    pub state: State,
}

/// What leads to a code when neither a fault nor the call itself asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// What the recipe does: something wrong, or the clock, or the set-up.
    Recipe,
    /// A body larger than what is read, which no scenario can send.
    LargeBody,
    /// A body that does not end in time, which no scenario can send.
    SlowBody,
    /// Nothing, for this reason; the recipe plans it.
    Nothing(&'static str),
}

impl Code {
    /// Whether it tells that something was not done.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.status >= 300
    }
}

/// Something that a vendor documents and that is not played.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The vendor's name for it.
    pub name: &'static str,
    /// Why it is not played, and what happens instead.
    pub reason: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
}

/// The type of a body.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Which body.
    pub of: Part,
    /// Its schema.
    pub schema: TypeOf,
}

/// A body that travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// That of any refusal.
    Refusal,
    /// That of what this operation grants.
    Answer(&'static str),
    /// That of this webhook.
    Event(&'static str),
}

/// One row of a vendor's table of webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// The vendor's name for it.
    pub name: &'static str,
    /// When it is sent.
    pub summary: &'static str,
    /// Where it is documented.
    pub doc: DocRef,
    /// A scenario in which it is sent, whatever the bot does.
    pub recipe: Recipe,
    /// The surfaces whose sockets are told the same.
    pub pushed: &'static [&'static str],
}
