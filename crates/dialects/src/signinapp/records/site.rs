//! Sites: an office, an event. The document is the site object of the event body.

use klingel_model::Micros;

use super::{Document, Numbered, by_number};
use crate::signinapp::event::{SiteOut, read_site};
use crate::signinapp::fields::Fields;

/// Sites of an account.
const SITES_MAX: usize = 1000;

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

impl Numbered for SiteOut {
    const MAX: usize = SITES_MAX;

    fn read(id: i64, fields: &mut Fields) -> Option<Self> {
        read_site(fields, Some(id))
    }
}
