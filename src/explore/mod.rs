//! What may happen on the way between a platform and a bot without a mistake of either: webhooks that come late or twice, in
//! another order, or at the second attempt only; answers that take their time.
//!
//! Pure: [`survey`] reads in the journal of one run what there is to disturb, [`variant`] draws what is done to it and writes it
//! into the scenario as `fault` steps, and [`shrink`] makes a scenario that fails smaller. Playing is left to the command line.

pub mod case;
pub mod cut;
pub mod shrink;
pub mod survey;
pub mod variant;
