//! Sites: an office, an event. The document is the site object of the event body.

use klingel_model::Micros;

use super::{Document, by_number};
use crate::signinapp::event::SiteOut;

/// Sites of an account.
pub(in crate::signinapp) const SITES_MAX: usize = 1000;

impl Document for SiteOut {
    const KIND: &'static str = "signinapp.site";
    const WHAT: &'static str = "site";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn at(&self) -> Micros {
        by_number(self.id)
    }
}
