//! Forms as browsers send them: with the hidden fields of their page.

use crate::house::{Browser, Page};

impl Page {
    /// The value of a hidden field, if the page has one.
    pub(crate) fn hidden(&self, name: &str) -> Option<String> {
        let (_, rest) = self.html.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split('"').next().map(str::to_owned)
    }

    /// The hidden fields that forms of the portal carry.
    pub(crate) fn carried(&self) -> Vec<(String, String)> {
        ["csrf", "version", "once"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.hidden(name)?)))
            .collect()
    }
}

impl Browser {
    /// Opens `from` and sends what its form carries with these fields to `path`.
    pub(crate) async fn submit(&mut self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(from).await;
        assert_eq!(page.status, 200, "{from}: {}", page.html);
        let carried = page.carried();
        let carried = carried.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = carried.chain(fields.iter().copied()).collect();
        self.post_raw(path, &all).await
    }
}
