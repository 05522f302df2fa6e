//! Customers who come to the site, look around there, and go.

use super::super::Livechat;
use super::super::model::Page;
use crate::platform::cx::Cx;

/// How a customer comes to the site.
#[derive(Clone, Debug)]
pub(crate) struct Entrance {
    /// The address and the title of the page where they are, if they say so.
    pub(crate) page: Option<(String, String)>,
    /// Where they came from, if they say so.
    pub(crate) referrer: Option<String>,
}

impl Livechat {
    /// Somebody comes to the site, be they known or not, or opens one more of its pages in another tab. Agents are told of
    /// those who come, and of those who were there before, too.
    pub(crate) fn visit(&mut self, cx: &mut Cx<'_>, customer: &str, client: Option<&str>, entrance: Entrance) {
        let is_new = self.acquaint(cx, customer);
        let page = entrance.page.map(|(url, title)| Page { url, title, opened_at: cx.now() });
        let Some(patron) = self.chats.patron_mut(customer) else { return };
        let (begins, turns) = (patron.visits.begin(cx.now(), entrance.referrer), page.is_some());
        if let Some(page) = page {
            patron.visits.open(page);
        }
        match (is_new, begins) {
            (true, _) => self.announce_visitor(cx, &self.customers_cause(cx, customer, client), customer),
            (false, true) => self.push_visitor(cx, customer),
            (false, false) if turns => self.push_page(cx, customer),
            (false, false) => {}
        }
    }

    /// A customer who is on the site opens another page.
    pub(crate) fn turn_to(&mut self, cx: &mut Cx<'_>, customer: &str, (url, title): (String, String)) {
        let page = Page { url, title, opened_at: cx.now() };
        if let Some(patron) = self.chats.patron_mut(customer) {
            patron.visits.open(page);
            self.push_page(cx, customer);
        }
    }

    /// A customer has gone from the site. Their chat stays as it is.
    pub(crate) fn depart_from_site(&mut self, cx: &mut Cx<'_>, customer: &str) {
        let patron = self.chats.patron_mut(customer).filter(|patron| patron.visits.is_on());
        if let Some(patron) = patron {
            patron.visits.end();
            self.push_left(cx, customer);
        }
    }
}
