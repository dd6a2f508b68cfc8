//! Endpoints of all applications.

use std::collections::BTreeMap;

use klingel_model::{AppId, Application, Endpoint, EndpointId, EndpointState, EnvironmentId};
use klingel_store::sealing::Sealer;
use klingel_store::{EndpointFilter, EndpointMarks, Page, Scan};
use rusqlite::{Connection, Row, params};

use crate::fault::Fault;
use crate::reader::bounds::{Bounds, word};
use crate::reader::catalog;
use crate::rows::{endpoint, id, instant_or_null};

pub(super) fn list(
    db: &Connection,
    sealer: &Sealer,
    environment_id: EnvironmentId,
    page: &Page<EndpointId>,
    filter: &EndpointFilter,
) -> Result<Scan<(Application, Endpoint), EndpointId>, Fault> {
    let Bounds { low, high } = Bounds::of(page);
    let sql = format!(
        "SELECT {} FROM endpoint WHERE id > ?1 AND id < ?2 ORDER BY id {}",
        endpoint::COLUMNS,
        word(page.order)
    );
    let mut statement = db.prepare_cached(&sql)?;
    let mut applications = Applications { db, environment_id, known: BTreeMap::new() };
    let rows = statement.query_and_then(params![low, high], |row| {
        let key = id(row, 0)?;
        if !passes(row, filter)? {
            return Ok((key, None));
        }
        let item = match applications.of(id(row, 1)?)? {
            Some(application) => Some((application.clone(), endpoint::read(row, sealer)?)),
            None => None,
        };
        Ok::<_, Fault>((key, item))
    })?;
    Scan::collect(rows, page.limit)
}

/// Whether the row passes; its secrets are not opened for that.
fn passes(row: &Row<'_>, filter: &EndpointFilter) -> Result<bool, Fault> {
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    Ok(filter.passes(&EndpointMarks {
        app_id: id(row, 1)?,
        state: EndpointState::of(row.get(5)?, instant_or_null(row, 13)?),
        url: text(3)?,
        description: text(4)?,
        uid: row.get_ref(2)?.as_str_or_null().map_err(rusqlite::Error::from)?,
    }))
}

/// Applications of the environment, each read once a page.
struct Applications<'db> {
    db: &'db Connection,
    environment_id: EnvironmentId,
    known: BTreeMap<AppId, Option<Application>>,
}

impl Applications<'_> {
    /// `None` when it is another environment's.
    fn of(&mut self, id: AppId) -> Result<Option<&Application>, Fault> {
        if !self.known.contains_key(&id) {
            let found = catalog::application_by_id(self.db, id)?;
            let inside = found.filter(|application| application.environment_id == self.environment_id);
            self.known.insert(id, inside);
        }
        Ok(self.known.get(&id).and_then(Option::as_ref))
    }
}
