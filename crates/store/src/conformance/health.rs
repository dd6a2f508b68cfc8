//! What settlements say of their endpoints.

use std::sync::Arc;

use klingel_model::{Endpoint, EndpointHealth};

use super::cases;
use super::scene::{Scene, at, scheduled};
use crate::{Error, HealthChange, Outcome, Settlement, Written};

cases![
    an_endpoint_fails_and_recovers,
    an_endpoint_is_switched_off_with_time_and_reason,
    switching_off_is_noticed_by_somebody_who_edits,
    editing_leaves_health_alone,
    switching_on_again_forgets_health,
    the_health_of_a_settled_delivery_changes_nothing,
];

/// Admits a message to the endpoint and settles it as a failure that says this of the endpoint.
async fn fail(scene: &Scene, application: &klingel_model::Application, to: &Endpoint, health: HealthChange) {
    let (message, seq) = scene.admit(application, &[to]).await;
    let failed = scene.settlement(&message, scheduled(to, seq), 1, Outcome::GivenUp);
    scene
        .store
        .settle(Arc::new(vec![Settlement { health: Some(health), ..failed }]))
        .await
        .expect("it is taken");
}

fn switched_off() -> HealthChange {
    HealthChange::Disabled { failing_since: at(1), at: at(90), reason: "it has only failed".to_owned() }
}

async fn an_endpoint_fails_and_recovers(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    fail(&scene, &application, &endpoint, HealthChange::FailingSince(at(4))).await;
    let failing = scene.stored_endpoint(&endpoint).await;
    assert_eq!(failing.health, EndpointHealth { failing_since: Some(at(4)), ..EndpointHealth::default() });
    assert_eq!(failing.updated_at, endpoint.updated_at, "its settings are as they were");
    fail(&scene, &application, &endpoint, HealthChange::Recovered).await;
    assert_eq!(scene.stored_endpoint(&endpoint).await, endpoint);
}

async fn an_endpoint_is_switched_off_with_time_and_reason(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    fail(&scene, &application, &endpoint, switched_off()).await;
    let off = scene.stored_endpoint(&endpoint).await;
    assert!(off.disabled);
    assert_eq!(
        off.health,
        EndpointHealth {
            failing_since: Some(at(1)),
            disabled_at: Some(at(90)),
            disabled_reason: Some("it has only failed".to_owned()),
        }
    );
    assert_eq!((off.headers, off.secrets), (endpoint.headers, endpoint.secrets));
}

async fn switching_off_is_noticed_by_somebody_who_edits(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    fail(&scene, &application, &endpoint, switched_off()).await;
    let off = scene.stored_endpoint(&endpoint).await;
    assert!(off.updated_at > endpoint.updated_at);
    let edited = scene.store.replace_endpoint(endpoint.clone(), endpoint.updated_at, None).await;
    assert_eq!(edited, Err(Error::Changed));
    assert!(scene.stored_endpoint(&endpoint).await.disabled);
}

async fn editing_leaves_health_alone(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    fail(&scene, &application, &endpoint, HealthChange::FailingSince(at(4))).await;
    let edited = Endpoint { url: "https://example.com/new".into(), updated_at: scene.now(), ..endpoint };
    let written = scene.store.replace_endpoint(edited.clone(), endpoint.updated_at, None).await;
    assert_eq!(written, Ok(Written::Fresh));
    let stored = scene.stored_endpoint(&edited).await;
    assert_eq!(stored.url, edited.url);
    assert_eq!(stored.health.failing_since, Some(at(4)));
}

async fn switching_on_again_forgets_health(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    fail(&scene, &application, &endpoint, switched_off()).await;
    let off = scene.stored_endpoint(&endpoint).await;
    let still_off = Endpoint { description: "later".to_owned(), updated_at: at(95), ..off.clone() };
    let written = scene.store.replace_endpoint(still_off.clone(), off.updated_at, None).await;
    assert_eq!(written, Ok(Written::Fresh));
    assert_eq!(scene.stored_endpoint(&endpoint).await.health, off.health);
    let on = Endpoint { disabled: false, updated_at: at(96), ..still_off };
    let written = scene.store.replace_endpoint(on.clone(), at(95), None).await;
    assert_eq!(written, Ok(Written::Fresh));
    assert_eq!(scene.stored_endpoint(&endpoint).await.health, EndpointHealth::default());
}

async fn the_health_of_a_settled_delivery_changes_nothing(scene: Scene) {
    let (application, endpoint) = scene.pair().await;
    let (message, seq) = scene.admit(&application, &[&endpoint]).await;
    scene.settle(&message, scheduled(&endpoint, seq), 1, Outcome::Delivered).await;
    let late = scene.settlement(&message, scheduled(&endpoint, seq), 2, Outcome::GivenUp);
    let late = Settlement { health: Some(switched_off()), ..late };
    scene.store.settle(Arc::new(vec![late])).await.expect("it is taken");
    assert_eq!(scene.stored_endpoint(&endpoint).await, endpoint);
}
