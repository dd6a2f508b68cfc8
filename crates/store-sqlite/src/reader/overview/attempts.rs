//! Attempts of all applications, each list by the index that has its order.

use std::collections::BTreeMap;

use klingel_model::{AppId, Attempt, AttemptId, AttemptStatus, EndpointId, EnvironmentId, MessageId};
use klingel_store::{AttemptFilter, AttemptPlace, MessageFilter, Order, Page, Scan};
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Params, Row, params};

use super::super::attempts::{MARKS, marks_of, passes_message};
use crate::fault::Fault;
use crate::reader::bounds::{Bounds, word};
use crate::reader::places::{Places, RowAt};
use crate::rows::{attempt, id};

/// Which index gives the list of all attempts but those of one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// Failed attempts, by attempt.
    Failed,
    /// Attempts of the messages of one application.
    Application(AppId),
    /// All, by message and attempt.
    All,
}

impl Walk {
    fn of(app_id: Option<AppId>, filter: &AttemptFilter) -> Self {
        match (filter.status, app_id) {
            (Some(AttemptStatus::Fail), _) => Self::Failed,
            (_, Some(app_id)) => Self::Application(app_id),
            (_, None) => Self::All,
        }
    }

    /// The rows of a page. By attempt: `?1` and `?2` are exclusive bounds on the id. By message: `?1`, `?2` are the
    /// lower place, `?3`, `?4` the upper one. Then comes the owner, if the walk has one.
    pub(super) fn sql(self, order: Order) -> String {
        let (columns, order) = (attempt::COLUMNS, word(order));
        match self {
            Self::Failed => format!(
                "SELECT {columns} FROM attempt INDEXED BY attempt_failed
                 WHERE success = 0 AND id > ?1 AND id < ?2 ORDER BY id {order}"
            ),
            // Messages without an attempt are rows, too, so that they count towards what a page may look at.
            Self::Application(_) => {
                let columns: Vec<_> = columns.split(", ").map(|name| format!("t.{name}")).collect();
                format!(
                    "SELECT {}, m.id FROM message m LEFT JOIN attempt t ON t.message_id = m.id
                     WHERE m.app_id = ?5 AND m.id >= ?1 AND m.id <= ?3
                         AND (m.id > ?1 OR t.id > ?2) AND (m.id < ?3 OR t.id < ?4)
                     ORDER BY m.id {order}, t.id {order}",
                    columns.join(", ")
                )
            }
            Self::All => format!(
                "SELECT {columns} FROM attempt WHERE (message_id, id) > (?1, ?2) AND (message_id, id) < (?3, ?4)
                 ORDER BY message_id {order}, id {order}"
            ),
        }
    }
}

pub(super) fn list(
    db: &Connection,
    environment_id: EnvironmentId,
    app_id: Option<AppId>,
    page: &Page<AttemptPlace>,
    filter: &AttemptFilter,
) -> Result<Scan<Attempt, AttemptPlace>, Fault> {
    let by_attempt = Page { limit: page.limit, after: page.after.map(|place| place.1), order: page.order };
    let bounds = Bounds::between(&by_attempt, filter.after, filter.before);
    let mut seen = Seen::new(db, environment_id, app_id, filter)?;
    if let Some(endpoint_id) = filter.endpoint_id {
        return seen.page_of_endpoint(db, endpoint_id, bounds, page);
    }
    let Bounds { low, high } = bounds;
    let Span { lower, upper } = Span::of(page, filter);
    let walk = Walk::of(app_id, filter);
    match walk {
        Walk::Failed => seen.page(db, walk, page, params![low, high]),
        Walk::Application(app_id) => {
            let inside = "SELECT 1 FROM application WHERE id = ?1 AND environment_id = ?2";
            let owner = params![app_id.to_bytes(), environment_id.to_bytes()];
            if !db.prepare_cached(inside)?.exists(owner)? {
                return Ok(Scan { items: Vec::new(), resume: None });
            }
            seen.page(db, walk, page, params![lower.0, lower.1, upper.0, upper.1, app_id.to_bytes()])
        }
        Walk::All => seen.page(db, walk, page, params![lower.0, lower.1, upper.0, upper.1]),
    }
}

/// Exclusive bounds on message and attempt.
struct Span {
    lower: (Vec<u8>, Vec<u8>),
    upper: (Vec<u8>, Vec<u8>),
}

impl Span {
    /// An attempt is later than its message, so that its time bounds the messages from above only.
    fn of(page: &Page<AttemptPlace>, filter: &AttemptFilter) -> Self {
        let by_message = Page::<MessageId> { limit: page.limit, after: None, order: page.order };
        let mut lower = (Vec::new(), Vec::new());
        let mut upper = (Bounds::between(&by_message, None, filter.before).high, Vec::new());
        if let Some((message_id, id)) = page.after {
            let cursor = (message_id.to_bytes().to_vec(), id.to_bytes().to_vec());
            match page.order {
                Order::Ascending => lower = cursor,
                Order::Descending => upper = upper.min(cursor),
            }
        }
        Self { lower, upper }
    }
}

/// What is looked at to see whether a row is wanted.
struct Seen<'db> {
    filter: &'db AttemptFilter,
    environment_id: EnvironmentId,
    app_id: Option<AppId>,
    owner: CachedStatement<'db>,
    /// Whose endpoint it is; `None`: of nobody that is wanted.
    owners: BTreeMap<EndpointId, Option<AppId>>,
    marks: MessageFilter,
    message: CachedStatement<'db>,
}

impl<'db> Seen<'db> {
    fn new(
        db: &'db Connection,
        environment_id: EnvironmentId,
        app_id: Option<AppId>,
        filter: &'db AttemptFilter,
    ) -> rusqlite::Result<Self> {
        let owner = "SELECT e.app_id FROM endpoint e JOIN application a ON a.id = e.app_id
             WHERE e.id = ?1 AND a.environment_id = ?2";
        Ok(Self {
            filter,
            environment_id,
            app_id,
            owner: db.prepare_cached(owner)?,
            owners: BTreeMap::new(),
            marks: marks_of(filter),
            message: db.prepare_cached(MARKS)?,
        })
    }

    fn page(
        &mut self,
        db: &Connection,
        walk: Walk,
        page: &Page<AttemptPlace>,
        params: impl Params,
    ) -> Result<Scan<Attempt, AttemptPlace>, Fault> {
        let mut statement = db.prepare_cached(&walk.sql(page.order))?;
        let rows = statement.query_and_then(params, |row| {
            let Some(bytes) = row.get::<_, Option<[u8; 16]>>(0)? else {
                // A message without an attempt: whatever is behind it is behind its first possible attempt.
                return Ok(((id(row, attempt::COLUMNS_COUNT)?, AttemptId::from_u128(0)), None));
            };
            let place = (id(row, 1)?, AttemptId::from_bytes(bytes));
            Ok::<_, Fault>((place, self.item(db, row)?))
        })?;
        Scan::collect(rows, page.limit)
    }

    fn page_of_endpoint(
        &mut self,
        db: &Connection,
        endpoint_id: EndpointId,
        bounds: Bounds,
        page: &Page<AttemptPlace>,
    ) -> Result<Scan<Attempt, AttemptPlace>, Fault> {
        let mut places = Places::of(db, endpoint_id, bounds, page.order)?;
        let mut row_at = RowAt::new(db)?;
        let rows = places.walk()?.map(|place| {
            let place = place?;
            let item = row_at.read(place, |row| self.item(db, row))?;
            Ok::<_, Fault>(((place.message_id(), place.id()), item))
        });
        Scan::collect(rows, page.limit)
    }

    /// The attempt of a row, if it is wanted.
    fn item(&mut self, db: &Connection, row: &Row<'_>) -> Result<Option<Attempt>, Fault> {
        if !attempt::passes(row, self.filter)? {
            return Ok(None);
        }
        let owner = self.owner_of(id(row, 2)?, id(row, 1)?)?;
        owner.map(|app_id| attempt::read(db, row, app_id)).transpose()
    }

    /// The application, if this attempt of its is wanted.
    fn owner_of(&mut self, endpoint_id: EndpointId, message_id: MessageId) -> Result<Option<AppId>, Fault> {
        let owner = if let Some(owner) = self.owners.get(&endpoint_id) {
            *owner
        } else {
            let wanted = params![endpoint_id.to_bytes(), self.environment_id.to_bytes()];
            let found = self.owner.query_row(wanted, |row| id(row, 0)).optional()?;
            let found = found.filter(|found| self.app_id.is_none_or(|wanted| wanted == *found));
            self.owners.insert(endpoint_id, found);
            found
        };
        let Some(app_id) = owner else { return Ok(None) };
        let passes = self.marks == MessageFilter::default()
            || passes_message(&mut self.message, app_id, message_id, &self.marks)?;
        Ok(passes.then_some(app_id))
    }
}
