//! The nouns of Klingel.
//!
//! This crate does no input or output: it names things and holds the few pure rules that everybody shares.
//!
//! - [`id`]: typed, sortable ids such as `msg_…`, with their text form
//! - [`time`]: instants in microseconds UTC and the [`Clock`] they come from
//! - [`dice`]: the source of randomness
//! - [`retry`]: the schedule by which a failed delivery is tried again
//! - [`latency`]: a histogram of how long requests took
//! - [`secret`]: signing secrets in the Standard Webhooks text form
//! - one file per noun: [`environment`], [`application`], [`event_type`], [`endpoint`], [`message`], [`delivery`],
//!   [`attempt`], [`api_key`], [`pass`], [`operator`], [`audit`]
//!
//! Wire, row and view types are not here: they live at their edges and are converted by hand.

pub mod api_key;
pub mod application;
pub mod attempt;
pub mod audit;
pub mod delivery;
pub mod dice;
pub mod endpoint;
pub mod environment;
pub mod event_type;
pub mod id;
pub mod latency;
pub mod message;
pub mod name;
pub mod operator;
pub mod pass;
pub mod replay;
pub mod retry;
pub mod secret;
pub mod time;

pub use api_key::{ApiKey, KeyDigest, Role};
pub use application::Application;
pub use attempt::{Attempt, AttemptStatus, ErrorClass, Trigger};
pub use audit::{AuditEntry, AuditSeq};
pub use delivery::{Delivery, DeliveryKey, DeliveryState};
pub use dice::Dice;
pub use endpoint::{Endpoint, EndpointHealth, EndpointState};
pub use environment::Environment;
pub use event_type::EventType;
pub use id::{ApiKeyId, AppId, AttemptId, EndpointId, EnvironmentId, EventTypeId, Id, MessageId, ReplayId};
pub use latency::Latency;
pub use message::{Message, MessageSeq};
pub use name::{ChannelName, EventTypeName, InvalidName, Uid};
pub use operator::Operator;
pub use pass::{Pass, PassScope};
pub use replay::{Replay, ReplaySpan, ReplayState, ReplayWhich};
pub use retry::{Jitter, RetrySchedule};
pub use secret::{SecretKey, SigningSecret};
pub use time::{Clock, Micros};
