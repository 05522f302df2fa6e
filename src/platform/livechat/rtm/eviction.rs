//! Sockets that the platform closes because the scenario wants it so.

use super::super::Livechat;
use super::Reason;
use crate::base::id::SocketId;
use crate::platform::cx::{Cx, Refusal};

impl Livechat {
    /// Closes all sockets on which somebody, whom the scenario calls `who`, has logged in.
    ///
    /// # Errors
    /// If there are none, if their side is not told such a reason, or if it needs a region and the license has none.
    pub(in super::super) fn cut_off(
        &mut self,
        cx: &mut Cx<'_>,
        (who, id): (&str, &str),
        word: Option<&str>,
    ) -> Result<(), Refusal> {
        let own = self.rtm.logins().filter(|(_, _, login)| login.who.id() == id);
        let (sockets, sides): (Vec<SocketId>, Vec<_>) = own.map(|(socket, session, _)| (socket, session.side)).unzip();
        // Nobody is an agent and a customer.
        let side = *sides.first().ok_or_else(|| Refusal::new(format!("`{who}` has no socket")))?;
        let reason = match word {
            None => side.by_server,
            Some(word) => Reason::among(side.reasons, word)
                .ok_or_else(|| Refusal::new(format!("`{who}` cannot be told `{word}`, which is for the other side")))?,
        };
        let region = self.tenant.region.clone().filter(|_| reason == Reason::MISDIRECTED);
        if reason == Reason::MISDIRECTED && region.is_none() {
            let why = "whoever is told `misdirected_connection` is told a region, too; set `region` under `setup`";
            return Err(Refusal::new(why));
        }
        for socket in sockets {
            self.cut(cx, socket, reason, region.as_deref());
        }
        Ok(())
    }
}
