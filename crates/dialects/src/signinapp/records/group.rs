//! Visitor groups.

use klingel_model::Micros;
use serde::{Deserialize, Serialize};

use super::{Document, Numbered, by_number};
use crate::signinapp::fields::{self, Fields};

/// Groups of an account, as the vendor says.
pub(in crate::signinapp) const GROUPS_MAX: usize = 20;
const KINDS: [&str; 3] = ["non-returning", "returning", "delivery"];

/// A group as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::signinapp) struct Group {
    /// Its number.
    pub(in crate::signinapp) id: i64,
    /// Its name.
    pub(in crate::signinapp) name: String,
    /// `non-returning`, `returning` or `delivery`.
    #[serde(rename = "type")]
    pub(in crate::signinapp) kind: String,
}

impl Document for Group {
    const KIND: &'static str = "signinapp.group";
    const WHAT: &'static str = "group";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn at(&self) -> Micros {
        by_number(self.id)
    }
}

impl Numbered for Group {
    const MAX: usize = GROUPS_MAX;

    fn read(id: i64, fields: &mut Fields) -> Option<Self> {
        fields.known_id(id);
        let name = fields.required("name", fields::name(200));
        let kind = fields.required("type", |kind: &String| {
            let known = KINDS.contains(&kind.as_str());
            if known { Ok(()) } else { Err(format!("The type must be one of {}.", KINDS.join(", "))) }
        });
        Some(Self { id, name: name?, kind: kind? })
    }
}
