//! Who looks, and what he may see.
//!
//! A handler's signature says whom it serves: [`Looking`] everybody, [`Operator`] an operator, [`Tenant`] an operator
//! or the customer of the application in the path, [`Subject`] the person whose data it is. A form arrives as
//! [`Posted`] of one of them, after its token was compared.

mod boundary;
pub(crate) mod cookies;
pub(crate) mod knocks;
pub(crate) mod posted;
mod seats;
mod session;
mod things;
mod visit;

pub(crate) use boundary::{boundary, unknown_method, unknown_path};
pub(crate) use posted::{Posted, comes_from_here};
pub(crate) use seats::{Looking, Operator, Seat, Subject, Tenant, base_of};
pub(crate) use session::{begin, end};
pub(crate) use things::{AtAttempt, AtEndpoint, AtMessage, named};
pub(crate) use visit::{Theme, Visit};
