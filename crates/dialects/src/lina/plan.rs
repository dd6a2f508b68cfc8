//! What a store can book, and what a key may do with it.

/// An endpoint of the vendor's interface, by its part of the path: `/extern/{endpoint}/…`.
pub const ENDPOINTS: [&str; 6] =
    ["personal", "bwa", "revenuejournal", "webcashregister", "merchandiseman", "taxonomie_import"];

/// A kind of hook: which endpoint must be booked for it.
#[derive(Debug, Clone, Copy)]
pub struct HookKind {
    /// Its `hookKey`.
    pub key: &'static str,
    /// The endpoint that the store must have booked and the key must have a right to.
    pub endpoint: &'static str,
}

/// The hook that sends what a user releases to an operator.
pub const PERSONAL_DATA: HookKind = HookKind { key: "personalData", endpoint: "personal" };

/// Every hook there is.
pub const HOOKS: [HookKind; 1] = [PERSONAL_DATA];

/// Whether `scope` is a right that exists: `{endpoint}_read` or `{endpoint}_write`.
pub fn is_scope(scope: &str) -> bool {
    ENDPOINTS.iter().any(|endpoint| {
        let right = scope.strip_prefix(endpoint);
        right == Some("_read") || right == Some("_write")
    })
}

/// Whether these scopes let their holder read at this endpoint; the right to write holds that to read.
pub fn may_read(scopes: &[String], endpoint: &str) -> bool {
    scopes.iter().any(|scope| {
        let right = scope.strip_prefix(endpoint);
        right == Some("_read") || right == Some("_write")
    })
}

/// All scopes, for texts that name them.
pub fn scopes() -> Vec<String> {
    ENDPOINTS.iter().flat_map(|endpoint| [format!("{endpoint}_read"), format!("{endpoint}_write")]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_holds_reading_and_nothing_holds_another_endpoint() {
        let held = |scope: &str| may_read(&[scope.to_owned()], "personal");
        assert!(held("personal_read") && held("personal_write"));
        assert!(!held("bwa_write") && !held("personal") && !held("personal_delete"));
        assert!(scopes().iter().all(|scope| is_scope(scope)));
        assert!(!is_scope("personal") && !is_scope("tokenapi_read") && !is_scope(""));
    }
}
