//! The scenes that the dialects bring, each played with an application of its own.

use http::Method;
use klingel_dialects::Vendor;
use klingel_dialects::demo::{Arrival, Call, Demo, Playing, Stage};
use klingel_model::Micros;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

use super::PATIENCE;
use super::caller::Caller;
use crate::failure::Failure;
use crate::output;
use crate::wiring::Machine;

/// What all scenes are played with.
#[derive(Debug)]
pub struct Theatre {
    /// Calls the server.
    pub caller: Caller,
    /// Where the receiver listens.
    pub receiver: String,
    /// What it gets at the scenes' paths.
    pub arrivals: mpsc::Receiver<Arrival>,
    /// Clock and dice.
    pub machine: Machine,
}

/// A scene under way.
struct Scene<'a> {
    caller: &'a Caller,
    application: String,
    receiver: String,
    arrivals: Mutex<&'a mut mpsc::Receiver<Arrival>>,
    machine: &'a Machine,
}

/// Plays every scene. Gives how many deliveries were verified; `Err` at the first that is not as it should be.
pub async fn play(mut theatre: Theatre) -> Result<usize, Failure> {
    let mut verified = 0;
    for vendor in klingel_dialects::vendors() {
        if let Some(demo) = vendor.demo {
            verified += play_one(&mut theatre, &vendor, demo).await?;
        }
    }
    Ok(verified)
}

async fn play_one(theatre: &mut Theatre, vendor: &Vendor, demo: Demo) -> Result<usize, Failure> {
    output::line(format_args!("{}", demo.title))?;
    let failed = |why: String| Failure::new(format!("{}: {why}", demo.title));
    let create = Call {
        method: Method::POST,
        path: "/api/v1/app".to_owned(),
        authorization: None,
        body: Some(json!({"name": demo.title, "dialect": vendor.name()})),
    };
    let (_, application) = theatre.caller.call(&create).await.map_err(failed)?;
    let id = application["id"].as_str().ok_or_else(|| failed("the API gave no application id".to_owned()))?;
    let scene = Scene {
        caller: &theatre.caller,
        application: format!("/api/v1/app/{id}"),
        receiver: format!("{}{}{}", theatre.receiver, super::SCENES, vendor.name()),
        arrivals: Mutex::new(&mut theatre.arrivals),
        machine: &theatre.machine,
    };
    let verified = (demo.play)(&scene).await.map_err(failed)?;
    output::line(format_args!(""))?;
    Ok(verified)
}

impl Stage for Scene<'_> {
    fn application(&self) -> &str {
        &self.application
    }

    fn receiver(&self) -> &str {
        &self.receiver
    }

    fn now(&self) -> Micros {
        self.machine.clock.now()
    }

    fn call(&self, call: Call) -> Playing<'_, Value> {
        Box::pin(async move {
            let (status, answer) = self.caller.call(&call).await?;
            let path = call.path.replace(&self.application, "/api/v1/app/{app}");
            show(format_args!("    {:<6} {path}  {status}", call.method.as_str()))?;
            if (200..300).contains(&status) {
                Ok(answer)
            } else {
                Err(format!("{} {path} was answered {status}: {answer}", call.method))
            }
        })
    }

    fn arrival(&self) -> Playing<'_, Arrival> {
        Box::pin(async move {
            let mut arrivals = self.arrivals.lock().await;
            let next = tokio::time::timeout(PATIENCE, arrivals.recv()).await;
            next.ok().flatten().ok_or_else(|| format!("nothing came for {} s", PATIENCE.as_secs()))
        })
    }

    fn tell(&self, sentence: &str) -> Result<(), String> {
        show(format_args!("  {sentence}"))
    }
}

fn show(line: std::fmt::Arguments<'_>) -> Result<(), String> {
    output::line(line).map_err(|failure| failure.to_string())
}
