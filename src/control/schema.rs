//! What the platforms' APIs are, for programs that read OpenAPI.

use super::answer;
use super::problem::Problem;
use crate::platform::Vendor;
use crate::platform::route::Reply;

/// The document of the platform with this name, for clients of this stand-in, whose vendors are at `url`.
pub(super) fn document(vendors: &[Vendor], name: &str, url: &str) -> Result<Reply, Problem> {
    let Some(vendor) = vendors.iter().find(|vendor| vendor.name == name) else {
        let known: Vec<&str> = vendors.iter().map(|vendor| vendor.name).collect();
        return Err(Problem::new(404, format!("there is no platform `{name}`; known: {}", known.join(", "))));
    };
    Ok(answer::document(200, &vendor.document(url)))
}
