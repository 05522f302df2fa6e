//! Data centres: a call that belongs into another one is sent there.
//!
//! Tokens begin with their region and a colon, and the vendor's Go and JavaScript clients repeat it in a header. Inferred:
//! that the token goes before the header, that an empty header says nothing, and that nobody asks whether a token is good
//! before it is in the right region. Off unless `setup: {region: …}` says where this tenant is.

use super::codes::Denial;
use crate::platform::route::Call;

/// Where tenants are that do not say. Their calls are never sent elsewhere.
pub(super) const USUAL: &str = "dal";
/// The region that a client thinks its token is from.
const HEADER: &str = "x-region";

/// Checks that a call is in its region.
pub(super) fn check(region: Option<&str>, secret: Option<&str>, call: &Call) -> Result<(), Denial> {
    let Some(region) = region else { return Ok(()) };
    let of_token = secret.and_then(|secret| secret.split_once(':')).map(|(region, _)| region);
    let of_header = call.header(HEADER).map(str::trim);
    let elsewhere = [of_token, of_header].into_iter().flatten().find(|word| !word.is_empty() && *word != region);
    elsewhere.map_or(Ok(()), |right| Err(Denial::misdirected(right)))
}
