//! `rehearsal schema`: the scenario language as a JSON Schema, or what travels at a platform.

use std::io;

use super::list::{pretty, unknown};
use super::{SchemaArgs, Terminal};
use crate::platform::Vendor;
use crate::report::Exit;
use crate::scenario::schema::document;
use crate::server::DEFAULT_ADDRESS;

/// Prints one schema.
///
/// # Errors
/// If a stream fails.
pub fn run(args: &SchemaArgs, vendors: &[Vendor], terminal: &mut Terminal<'_>) -> io::Result<Exit> {
    let Some(name) = &args.platform else {
        let words: Vec<_> = vendors.iter().map(|vendor| vendor.vocabulary).collect();
        terminal.data(&pretty(&document(&words)))?;
        return Ok(Exit::Met);
    };
    match of_platform(name, args.event.as_deref(), vendors) {
        Ok(schema) => {
            terminal.data(&pretty(&schema))?;
            Ok(Exit::Met)
        }
        Err(message) => {
            terminal.remark(&message)?;
            Ok(Exit::Invalid)
        }
    }
}

fn of_platform(name: &str, event: Option<&str>, vendors: &[Vendor]) -> Result<serde_json::Value, String> {
    let vendor = vendors.iter().find(|vendor| vendor.name == name);
    let vendor = vendor.ok_or_else(|| unknown("platform", name, vendors.iter().map(|vendor| vendor.name)))?;
    let Some(event) = event else { return Ok(vendor.document(&format!("http://{DEFAULT_ADDRESS}"))) };
    let events = vendor.events.iter().map(|row| row.name);
    vendor.event_schema(event).ok_or_else(|| unknown(&format!("webhook of {name}"), event, events))
}
