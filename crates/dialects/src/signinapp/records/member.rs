//! Members of a group: people who come again.

use klingel_model::Micros;
use serde::{Deserialize, Serialize};

use super::{Document, by_number};
use crate::signinapp::answers::Answers;
use crate::signinapp::fields::{self, Fields};

/// A member as it is kept. The vendor's names beyond `id` and `group_id` are not public.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::signinapp) struct Member {
    /// The person's number: `returning_visitor_id` of the visits.
    pub(in crate::signinapp) id: i64,
    /// The group.
    pub(in crate::signinapp) group_id: i64,
    /// The name.
    pub(in crate::signinapp) name: String,
    /// What is known of the person, by label.
    pub(in crate::signinapp) personal_fields: Answers,
    /// When the person last came.
    pub(in crate::signinapp) last_in_datetime: Option<String>,
    /// When the person last went.
    pub(in crate::signinapp) last_out_datetime: Option<String>,
}

impl Document for Member {
    const KIND: &'static str = "signinapp.member";
    const WHAT: &'static str = "member";

    fn key(&self) -> String {
        self.id.to_string()
    }

    fn partition(&self) -> String {
        self.group_id.to_string()
    }

    fn at(&self) -> Micros {
        by_number(self.id)
    }
}

impl Member {
    /// Reads name and personal fields.
    pub(in crate::signinapp) fn read(group_id: i64, id: i64, fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name", fields::name(500));
        let personal_fields = fields.optional("personal_fields", fields::any).unwrap_or_default();
        Some(Self {
            id,
            group_id,
            name: name?,
            personal_fields,
            last_in_datetime: None,
            last_out_datetime: None,
        })
    }
}
