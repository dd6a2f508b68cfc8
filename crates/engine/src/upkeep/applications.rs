//! Going through the applications of a dialect, for its chores.

use klingel_model::{AppId, EnvironmentId, Micros};
use klingel_store::{Error, Order, Page, Store};

use super::{STEP_ROWS, STEPS_MAX};
use crate::measure;

/// Applications read at once.
const ROWS: usize = 250;

/// A walk over every application of a dialect, of whatever environment, some at a time.
#[derive(Debug)]
pub struct Applications {
    dialect: &'static str,
    /// The environment that is gone through, and behind which application to go on.
    within: Option<(EnvironmentId, Option<AppId>)>,
    /// The last environment that was begun.
    begun: Option<EnvironmentId>,
}

impl Applications {
    /// From the first one on.
    pub const fn of(dialect: &'static str) -> Self {
        Self { dialect, within: None, begun: None }
    }

    /// Some more of them, never none; `None` at the end.
    pub async fn next(&mut self, store: &dyn Store) -> Result<Option<Vec<AppId>>, Error> {
        loop {
            let Some((environment_id, after)) = self.within else {
                let page = Page { limit: 1, after: self.begun, order: Order::Ascending };
                let Some(environment) = store.environments(page).await?.items.pop() else { return Ok(None) };
                self.within = Some((environment.id, None));
                self.begun = Some(environment.id);
                continue;
            };
            let page = Page { limit: ROWS, after, order: Order::Ascending };
            let part = store.applications(environment_id, page).await?;
            self.within = part.resume.map(|last| (environment_id, Some(last)));
            let own = part.items.iter().filter(|application| application.dialect == self.dialect);
            let ids: Vec<AppId> = own.map(|application| application.id).collect();
            if !ids.is_empty() {
                return Ok(Some(ids));
            }
        }
    }
}

/// Removes messages of one application that were accepted before `before` and are owed to nobody, with their attempts,
/// in short steps. Gives how many messages; what is left after many steps is for the next turn.
pub async fn retire_messages_of(store: &dyn Store, app_id: AppId, before: Micros) -> Result<u64, Error> {
    let (mut messages, mut after) = (0, None);
    for _ in 0..STEPS_MAX {
        let step = store.retire_of(app_id, before, after, STEP_ROWS).await?;
        messages += step.messages;
        measure::retired(step.messages);
        match step.resume {
            Some(resume) => after = Some(resume),
            None => break,
        }
    }
    Ok(messages)
}
