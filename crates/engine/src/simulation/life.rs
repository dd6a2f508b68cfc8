//! One life of the engine: from its start to a crash, or to the end.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use klingel_model::{Clock as _, Dice, EventTypeName, Micros, RetrySchedule, SecretKey};
use klingel_store::{AppRef, Error, Reader as _};

use super::planted;
use super::watch::Bounds;
use super::world::{APP, ENDPOINTS, ENV, Fate, HEALTHY, MAX_IN_FLIGHT, Mood, SimWorld};
use crate::deliver::{
    Dialect, Failure, Headers, OutboundRequest, Response, Sending, UnfitSecret, Unsendable, Verdict,
};
use crate::{Limits, Publish, Refusal, Settings, World, start};

/// Longest time after which everything must be settled once all is well: the longest wait, what the clock was set back
/// by, and time to work it off.
const HEALED_FOR: Duration = Duration::from_hours(1);
const PAYLOAD: &[u8] = b"{}";
/// How far the wall clock jumps.
const JUMP_US: i64 = 200_000_000;

/// Lives until a crash, or, in the last life, until everything has had time to settle.
pub(super) fn live(world: &SimWorld, last: bool) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        world.clock.begin();
        let settings = settings(&world.fate);
        world.watch.begun_life(bounds(&settings));
        let running = start(engine_world(world), settings);
        let engine = running.engine();
        for _ in 0..8 + world.fate.below(40) {
            step(world, &engine).await;
        }
        if last {
            world.store.fail_with(None);
            world.receivers.heal();
            world.watch.disturbed("all is well", world.clock.monotonic());
            let mut waited = Duration::ZERO;
            while waited < HEALED_FOR && unsettled(world).await > 0 {
                tokio::time::sleep(Duration::from_mins(1)).await;
                waited += Duration::from_mins(1);
            }
        }
    });
    world.clock.end(Duration::from_secs(world.fate.below(30)));
    // Everything that was under way ends here, between any two of its steps.
    drop(runtime);
    let (deliveries, waiting) = planted::take_held();
    world.watch.held(deliveries, waiting);
    world.watch.crashed();
    world.store.fail_with(None);
}

/// What the settings promise, with payloads of two bytes. Every lane may hold one delivery, whatever the others hold.
fn bounds(settings: &Settings) -> Bounds {
    let bytes = settings.waiting_bytes_max.max(4 * settings.limits.body_bytes_max);
    Bounds {
        in_flight_max: settings.in_flight_max,
        // Those that hang may use up a number smaller than what all of them allow.
        prompt: settings.in_flight_max >= MAX_IN_FLIGHT * usize::try_from(ENDPOINTS).unwrap(),
        lane_waiting_max: settings.lane_waiting_max,
        held_max: bytes / PAYLOAD.len() + usize::try_from(ENDPOINTS).unwrap(),
    }
}

async fn unsettled(world: &SimWorld) -> u64 {
    let depth = world.store.depth().await.unwrap();
    depth.first_attempts + depth.retries
}

async fn step(world: &SimWorld, engine: &crate::Engine) {
    let fate = &world.fate;
    match fate.below(20) {
        0 => {
            world.store.fail_with(Some(Error::Unavailable("the simulation says so".to_owned())));
            world.watch.disturbed("the store fails", world.clock.monotonic());
        }
        1 | 2 => {
            world.store.fail_with(None);
            world.watch.disturbed("the store works", world.clock.monotonic());
        }
        3 if fate.one_in(4) => {
            world.clock.jump(if fate.one_in(2) { JUMP_US } else { -JUMP_US });
            world.watch.disturbed("the wall clock jumps", world.clock.monotonic());
        }
        4..=8 => world.receivers.change(HEALTHY + 1 + fate.below(ENDPOINTS - 1), mood(fate)),
        _ => {
            for _ in 0..=fate.below(6) {
                publish(world, engine).await;
            }
        }
    }
    tokio::time::sleep(Duration::from_millis(fate.below(4000))).await;
}

fn mood(fate: &Fate) -> Mood {
    [Mood::Fine, Mood::Failing, Mood::Hanging, Mood::Refusing, Mood::Slow, Mood::Overloaded]
        [usize::try_from(fate.below(6)).unwrap()]
}

async fn publish(world: &SimWorld, engine: &crate::Engine) {
    let publish = Publish {
        event_type: EventTypeName::new("sim").unwrap(),
        payload: Bytes::from_static(PAYLOAD),
        channels: Vec::new(),
        event_id: None,
        payload_until: None,
        once: None,
        records: Vec::new(),
    };
    let at = world.clock.monotonic();
    match engine.publish(ENV, &AppRef::Id(APP), publish).await {
        Ok(accepted) => world.watch.accepted(accepted.message.id, at),
        Err(Refusal::Unavailable(_)) => {}
        Err(other) => panic!("{other}"),
    }
}

fn engine_world(world: &SimWorld) -> World {
    World {
        store: Arc::clone(&world.store) as _,
        transport: Arc::clone(&world.receivers) as _,
        dialects: vec![Arc::new(SimDialect)],
        clock: Arc::clone(&world.clock) as _,
        dice: Arc::new(Fate::new(world.fate.below(u64::MAX))),
    }
}

/// Small bounds, so that they are met.
fn settings(fate: &Fate) -> Settings {
    Settings {
        limits: Limits { body_bytes_max: PAYLOAD.len(), ..Limits::default() },
        nudges_max: if fate.one_in(2) { 2 } else { 1000 },
        lane_waiting_max: if fate.one_in(2) { 3 } else { 100 },
        in_flight_max: if fate.one_in(2) { 3 } else { 50 },
        waiting_bytes_max: if fate.one_in(2) { 10 } else { 10_000 },
        settle_batch_max: 4,
        sweep_every: Duration::from_secs(if fate.one_in(2) { 30 } else { 100_000 }),
        endpoint_failing_max: Duration::from_hours(10_000),
        ..Settings::default()
    }
}

/// Names the message in a header, and reads answers in the plainest way.
struct SimDialect;

impl Dialect for SimDialect {
    fn name(&self) -> &'static str {
        "sim"
    }
    fn write(&self, sending: &Sending<'_>) -> Result<OutboundRequest, Unsendable> {
        let mut headers = Headers::new();
        headers.append("message", sending.message.id.to_string()).unwrap();
        Ok(OutboundRequest {
            url: Arc::clone(&sending.endpoint.url),
            headers,
            body: Bytes::new(),
            timeout: Duration::from_secs(15),
        })
    }
    fn read(&self, outcome: &Result<Response, Failure>, _: Micros) -> Verdict {
        match outcome {
            Ok(response) if response.status == 200 => Verdict::Delivered,
            Ok(response) => Verdict::Retry { not_before: None, slow_down: response.status == 429 },
            Err(_) => Verdict::Retry { not_before: None, slow_down: false },
        }
    }
    fn retry_schedule(&self) -> RetrySchedule {
        super::world::schedule()
    }
    fn new_secret(&self, _: &dyn Dice) -> Option<SecretKey> {
        None
    }
    fn parse_secret(&self, _: &str) -> Result<SecretKey, UnfitSecret> {
        Err(UnfitSecret("none".to_owned()))
    }
}
