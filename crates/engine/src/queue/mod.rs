//! Station 3: wait.
//!
//! [`Lanes`] is a plain state machine without clock, network or store: events go in ([`Lanes::hand_in`],
//! [`Lanes::finished`], …), and [`Lanes::turn`] says what to send and what to read next. A lane holds one endpoint's
//! deliveries; what does not fit in memory stays in the store and is read when its turn comes.

mod app_rates;
mod breaker;
mod bucket;
mod health;
mod lane;
mod lanes;
mod news;
mod reading;
mod shares;
#[cfg(test)]
mod tests;
mod turn;
mod wakes;
mod window;

pub use health::LaneHealth;
pub use lanes::Lanes;
pub use reading::{Read, ReadAnswer};
pub use turn::{Bounds, Launch, Turn};
