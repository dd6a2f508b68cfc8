//! Station 6: chores, a file each. A chore goes in short steps and is turned by hand in tests. Dialects bring chores of
//! their own; they take their turns behind those of the house.

use std::future::Future;
use std::pin::Pin;

use klingel_store::Error;

use crate::World;
use crate::settings::Settings;

mod answers;
mod applications;
mod audit;
mod erasure;
mod passes;
mod payloads;
mod replays;
mod retention;
mod statistics;

pub use applications::{Applications, retire_messages_of};

/// Rows that one step may touch, so that no publisher waits long behind it.
pub const STEP_ROWS: usize = 500;
/// Steps of one turn; the rest is for the next turn.
pub const STEPS_MAX: usize = 10_000;

/// A turn of a chore. Gives how much it did.
pub type ChoreTurn<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

/// A chore.
#[derive(Debug, Clone, Copy)]
pub struct Chore {
    /// Its name in the log.
    pub name: &'static str,
    /// Does it once.
    pub turn: for<'a> fn(&'a World, &'a Settings) -> ChoreTurn<'a>,
}

/// All chores, in the order of their turns: those of the house, then those of its dialects.
pub fn all(world: &World) -> Vec<Chore> {
    let dialects = world.dialects.iter().flat_map(|dialect| dialect.chores());
    house().into_iter().chain(dialects.copied()).collect()
}

fn house() -> [Chore; 8] {
    [
        Chore { name: "erasure", turn: |world, settings| Box::pin(erasure::turn(world, settings)) },
        Chore { name: "payloads", turn: |world, settings| Box::pin(payloads::turn(world, settings)) },
        Chore { name: "retention", turn: |world, settings| Box::pin(retention::turn(world, settings)) },
        Chore { name: "replays", turn: |world, settings| Box::pin(replays::turn(world, settings)) },
        Chore { name: "answers", turn: |world, settings| Box::pin(answers::turn(world, settings)) },
        Chore { name: "passes", turn: |world, settings| Box::pin(passes::turn(world, settings)) },
        Chore { name: "audit", turn: |world, settings| Box::pin(audit::turn(world, settings)) },
        Chore { name: "statistics", turn: |world, settings| Box::pin(statistics::turn(world, settings)) },
    ]
}
