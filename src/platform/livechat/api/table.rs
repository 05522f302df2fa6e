//! How tables of operations are written, and how they become routes. All paths follow from the names of operations.

use http::Method;

use super::super::Livechat;
use crate::base::doc_ref::{DocRef, Mark};
use crate::platform::cx::Cx;
use crate::platform::route::{Answer, Call, Route};

/// In which form an operation takes its request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Form {
    /// One request by a known caller.
    Plain,
    /// One request, whoever calls.
    Open,
    /// Many requests by a known caller.
    Batch,
    /// One request by a customer, to an organization.
    Customer,
    /// One request to an organization, whoever calls.
    Visitor,
}

/// With which HTTP method an operation is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verb {
    /// With a JSON object in the body.
    Post,
    /// With a query, or a body all the same.
    Get,
    /// With nothing but headers.
    Delete,
}

/// An operation before it is a [`Route`], which cannot be copied from one constant to another.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// The vendor's name for it.
    pub(super) name: &'static str,
    /// The path.
    pub(super) path: &'static str,
    /// What it does, in a few words.
    pub(super) summary: &'static str,
    /// Where it is documented.
    pub(super) doc: DocRef,
    /// With which HTTP method it is called.
    pub(super) verb: Verb,
    /// Does it.
    pub(super) handle: fn(&mut Livechat, &mut Cx<'_>, &Call) -> Answer,
}

/// Writes `const ROWS` of an API: `"name" => handler : "what it does";`. Before the name stands the form in brackets where
/// it is not plain, and then the verb where it is not `Post`; after it the vendor's own name where that is taken here.
macro_rules! rows {
    ($area:literal, $page:literal; $( $( [$form:ident] )? $( $verb:ident )? $name:literal $( at $action:literal )? => $handler:path : $summary:literal; )*) => {
        /// All operations of this API.
        pub(super) const ROWS: &[$crate::platform::livechat::api::table::Row] = &[ $(
            $crate::platform::livechat::api::table::Row {
                name: $name,
                path: concat!("/{version}/", $area, "/action/", $crate::platform::livechat::api::table::rows!(@action $name $( $action )?)),
                summary: $summary,
                doc: $crate::base::doc_ref::DocRef::new(
                    $crate::base::doc_ref::Mark::Docs,
                    concat!("platform.text.com/docs/", $page, "#", $crate::platform::livechat::api::table::rows!(@action $name $( $action )?)),
                ),
                verb: $crate::platform::livechat::api::table::rows!(@verb $( $verb )?),
                handle: |platform, cx, call| {
                    let form = $crate::platform::livechat::api::table::rows!(@form $( $form )?);
                    $crate::platform::livechat::api::serve(platform, cx, call, $name, form, $handler)
                },
            }
        ),* ];
    };
    (@action $name:literal) => { $name };
    (@action $name:literal $action:literal) => { $action };
    (@form) => { $crate::platform::livechat::api::table::Form::Plain };
    (@form $form:ident) => { $crate::platform::livechat::api::table::Form::$form };
    (@verb) => { $crate::platform::livechat::api::table::Verb::Post };
    (@verb $verb:ident) => { $crate::platform::livechat::api::table::Verb::$verb };
}
pub(super) use rows;

/// The rows of several tables as routes.
pub(super) const fn routes<const N: usize>(tables: &[&[Row]]) -> [Route<Livechat>; N] {
    let mut routes = [const { route(&EMPTY) }; N];
    let (mut at, mut table, mut row) = (0, 0, 0);
    while at < N {
        if row == tables[table].len() {
            (table, row) = (table + 1, 0);
            continue;
        }
        // Constants run no destructors, and a placeholder needs none.
        std::mem::forget(std::mem::replace(&mut routes[at], route(&tables[table][row])));
        at += 1;
        row += 1;
    }
    routes
}

/// Stands where a row is about to be written.
const EMPTY: Row = Row {
    name: "",
    path: "",
    summary: "",
    doc: DocRef::new(Mark::Inferred, ""),
    verb: Verb::Post,
    handle: |platform, _, _| Err(platform.refuse(&super::Denial::of(super::codes::INTERNAL))),
};

const fn route(row: &Row) -> Route<Livechat> {
    Route {
        name: row.name,
        method: match row.verb {
            Verb::Post => Method::POST,
            Verb::Get => Method::GET,
            Verb::Delete => Method::DELETE,
        },
        path: row.path,
        summary: row.summary,
        doc: row.doc,
        handle: row.handle,
    }
}
