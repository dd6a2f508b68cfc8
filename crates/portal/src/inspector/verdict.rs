//! Whose signature a request bears.
//!
//! The endpoints of the application that point at the receiving address are asked, each with the secrets that it signs
//! with now, by the rule of the application's dialect; the best of what they say counts.

use std::time::Duration;

use klingel_engine::deliver::{Dialect, Received, Verification};
use klingel_model::{AppId, Endpoint, Micros};
use klingel_store::{Error, Order, Page};

use super::{Inspector, PATH};

/// Endpoints of an application that are looked at.
const ENDPOINTS_MAX: usize = 1000;
/// Endpoints that are read at once.
const PAGE_ROWS: usize = 250;

/// What there is to say of a request's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Made with the secret of this endpoint, just now.
    Genuine(String),
    /// Made with the secret of this endpoint, this long ago or ahead.
    Stale(String, Duration),
    /// There is a signature, and it is of none of the endpoints that point here.
    Wrong,
    /// An endpoint that points here would have signed; this request bears no signature.
    Missing,
    /// The endpoints that point here have no secret, so they sign nothing.
    NoSecret,
    /// The application's dialect does not sign.
    Unsigned,
    /// No endpoint of the application points here.
    NoEndpoint,
    /// Not judged: the body was longer than is read.
    TooLong,
    /// Not judged: the store did not answer.
    Unavailable,
}

impl Inspector {
    /// Judges a request to the address with this token.
    pub(super) async fn judge(
        &self,
        app_id: AppId,
        token: &str,
        received: &Received<'_>,
        now: Micros,
    ) -> Verdict {
        match self.best(app_id, token, received, now).await {
            Ok(verdict) => verdict,
            Err(error) => {
                tracing::warn!(%error, "the inspector could not look for the endpoints that point at it");
                Verdict::Unavailable
            }
        }
    }

    async fn best(
        &self,
        app_id: AppId,
        token: &str,
        received: &Received<'_>,
        now: Micros,
    ) -> Result<Verdict, Error> {
        let world = &self.inner.world;
        let Some(application) = world.store.application_by_id(app_id).await? else {
            return Ok(Verdict::NoEndpoint);
        };
        let dialect = world.dialects.iter().find(|dialect| dialect.name() == application.dialect);
        let Some(dialect) = dialect else { return Ok(Verdict::Unsigned) };
        let pointing = self.pointing_at(app_id, token).await?;
        if pointing.is_empty() {
            return Ok(Verdict::NoEndpoint);
        }
        if !dialect.description().signs {
            return Ok(Verdict::Unsigned);
        }
        let verdicts = pointing.iter().flat_map(|endpoint| of_endpoint(&**dialect, endpoint, received, now));
        Ok(verdicts.min_by_key(rank).unwrap_or(Verdict::NoSecret))
    }

    /// Endpoints of the application that point at the address with this token.
    pub(crate) async fn pointing_at(&self, app_id: AppId, token: &str) -> Result<Vec<Endpoint>, Error> {
        let (mut found, mut looked_at, mut after) = (Vec::new(), 0, None);
        while looked_at < ENDPOINTS_MAX {
            let page = Page { limit: PAGE_ROWS, after, order: Order::Descending };
            let scan = self.inner.world.store.endpoints(app_id, page).await?;
            looked_at += scan.items.len();
            found.extend(scan.items.into_iter().filter(|endpoint| points_at(&endpoint.url, token)));
            let Some(resume) = scan.resume else { break };
            after = Some(resume);
        }
        Ok(found)
    }
}

/// Whether a URL has this token's path, on whichever host: a proxy may give this server several names.
fn points_at(url: &str, token: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.path().strip_prefix(PATH) == Some(token))
}

fn of_endpoint(
    dialect: &dyn Dialect,
    endpoint: &Endpoint,
    received: &Received<'_>,
    now: Micros,
) -> Vec<Verdict> {
    let name =
        if endpoint.description.is_empty() { endpoint.id.to_string() } else { endpoint.description.clone() };
    let verdict = |verification| match verification {
        Verification::Genuine => Verdict::Genuine(name.clone()),
        Verification::Stale(distance) => Verdict::Stale(name.clone(), distance),
        Verification::Wrong => Verdict::Wrong,
        Verification::Missing => Verdict::Missing,
        Verification::Unsigned => Verdict::Unsigned,
    };
    let secrets = dialect.signing_secrets(endpoint, now);
    secrets.into_iter().map(|secret| verdict(dialect.verify(received, &secret.key, now))).collect()
}

/// The best comes first.
fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Genuine(_) => 0,
        Verdict::Stale(..) => 1,
        Verdict::Wrong => 2,
        Verdict::Missing => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::points_at;

    #[test]
    fn an_endpoint_points_here_by_its_path() {
        for (url, points) in [
            ("https://klingel.example/inspect/abc", true),
            ("http://127.0.0.1:8080/inspect/abc?x=1", true),
            ("https://klingel.example/inspect/abcd", false),
            ("https://klingel.example/inspect/abc/d", false),
            ("https://klingel.example/hook?to=/inspect/abc", false),
            ("not a url", false),
        ] {
            assert_eq!(points_at(url, "abc"), points, "{url}");
        }
    }
}
