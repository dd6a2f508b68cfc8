//! A program with a store and a scene, set up once and measured once or several times.

use std::time::Duration;

use serde_json::json;

use super::figures::Figures;
use super::measure::{Outcome, Scene};
use super::programs::Programs;
use super::receiver::Receiver;
use super::reckoning;
use super::server::{Home, Program, Server};
use super::shape::Shape;
use super::target::Target;
use crate::failure::Failure;
use crate::stopwatch::Stopwatch;

/// What every measurement uses.
pub struct Bench {
    pub programs: Programs,
    pub runtime: tokio::runtime::Runtime,
}

/// What is measured next.
pub struct Stage<'a> {
    bench: &'a Bench,
    program: Program,
    shape: Shape,
    scene: Scene,
    /// Running from the set-up on, unless the store had to be filled.
    server: Option<Server>,
    home: Option<Home>,
}

impl Bench {
    /// With the builds that there are, and one thread for driver and receiver.
    pub fn new(dist: bool) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::while_doing("start the driver's runtime"))?;
        Ok(Self { programs: Programs::find(dist)?, runtime })
    }

    /// Starts the program on an empty store, makes applications and endpoints, and fills the store.
    pub fn set_up(&self, program: Program, shape: &Shape) -> Result<Stage<'_>, Failure> {
        let server = Server::start(&program, self.programs.home()?)?;
        let (applications, manners) = shape.cast()?;
        let scene = self.runtime.block_on(Scene::set_up(&server.target, applications, manners))?;
        let mut stage = Stage { bench: self, program, shape: shape.clone(), scene, server: None, home: None };
        if shape.needs_seed() {
            if shape.backlog > 0 {
                self.runtime.block_on(set_up_dead(&server.target))?;
            }
            let home = server.stop()?;
            let arguments = [
                ("backlog", shape.backlog),
                ("attempts", shape.attempts_in_store),
                ("payload-bytes", shape.payload_bytes),
            ];
            self.programs.seed(&home, &arguments)?;
            stage.home = Some(home);
        } else {
            stage.server = Some(server);
        }
        Ok(stage)
    }

    /// Measures once, with a store of its own.
    pub fn once(&self, program: Program, shape: &Shape) -> Result<Figures, Failure> {
        self.set_up(program, shape)?.measure()
    }

    /// Measures a server that somebody else has started.
    pub fn against(&self, url: &str, key: &str, pids: &[u32], shape: &Shape) -> Result<Figures, Failure> {
        let target = Target::new(url, key)?;
        let (applications, manners) = shape.cast()?;
        let load = shape.load()?;
        let outcome = self.runtime.block_on(async {
            let scene = Scene::set_up(&target, applications, manners).await?;
            scene.measure(&target, pids, load).await
        });
        Ok(join(&[outcome?]))
    }

    /// From the start of the program on an empty store to the answer to the first message, the making of key,
    /// application and endpoint included.
    pub fn first_message(&self, program: &Program) -> Result<Duration, Failure> {
        let home = self.programs.home()?;
        let stopwatch = Stopwatch::start();
        let server = Server::start(program, home)?;
        let accepted_in = self.runtime.block_on(async {
            let applications = server.target.set_up(vec![vec![Receiver::dead_url()]]).await?;
            let path = format!("/app/{}/msg/", applications[0]);
            server.target.create(&path, &json!({ "eventType": "bench.event", "payload": {} })).await?;
            Ok(stopwatch.elapsed())
        });
        server.stop()?;
        accepted_in
    }
}

impl Stage<'_> {
    /// Measures, and stops the program. Again, it is started anew on the same store.
    pub fn measure(&mut self) -> Result<Figures, Failure> {
        self.start()?;
        let measured = self.slice(self.shape.seconds);
        self.stop()?;
        Ok(join(&[measured?]))
    }

    /// Starts the program, unless it runs.
    pub fn start(&mut self) -> Result<(), Failure> {
        if self.server.is_none() {
            let Some(home) = self.home.take() else {
                return Err(Failure::new("the store is gone, because the last measurement failed"));
            };
            self.server = Some(Server::start(&self.program, home)?);
        }
        Ok(())
    }

    /// Measures the program that runs for so long, and lets it run on.
    pub fn slice(&self, seconds: u64) -> Result<Outcome, Failure> {
        let Some(server) = &self.server else {
            return Err(Failure::new("nothing can be measured before the program is started"));
        };
        let load = Shape { seconds, ..self.shape.clone() }.load()?;
        let pids = [server.pid()];
        let measured = self.bench.runtime.block_on(self.scene.measure(&server.target, &pids, load));
        let mut outcome = measured?;
        let started_ms = server.started_in.as_secs_f64() * 1e3;
        outcome.figures.add("start_ms", "start to accepting requests, ms", started_ms, 1);
        Ok(outcome)
    }

    /// Stops the program.
    pub fn stop(&mut self) -> Result<(), Failure> {
        if let Some(server) = self.server.take() {
            self.home = Some(server.stop()?);
        }
        Ok(())
    }
}

/// What measurements of the same program, one or several, found together.
pub fn join(slices: &[Outcome]) -> Figures {
    if let Some(error) = slices.iter().find_map(|slice| slice.first_error.as_ref()) {
        println!("first publish call that failed: {error}");
    }
    reckoning::join(slices)
}

/// An application of its own with an endpoint that nobody answers for; the program that fills the store knows it by
/// its uid.
async fn set_up_dead(target: &Target) -> Result<(), Failure> {
    let application = target.create("/app/", &json!({ "name": "dead" })).await?;
    let endpoint = json!({ "url": Receiver::dead_url(), "uid": "dead" });
    target.create(&format!("/app/{application}/endpoint/"), &endpoint).await?;
    Ok(())
}
