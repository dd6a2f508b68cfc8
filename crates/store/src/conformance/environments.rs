//! Environments and keys, and whether the store works at all.

use klingel_model::{ApiKey, Environment, KeyDigest, Role};

use super::calls::together;
use super::cases;
use super::scene::{ALL, Scene, at, page};

cases![
    an_environment_is_made_once,
    of_many_who_want_an_environment_all_get_the_same,
    a_key_is_found_by_its_digest,
    a_key_is_revoked_once,
    keys_are_listed_with_revoked_ones,
    a_working_store_is_told_so,
];

fn key(scene: &Scene, environment: &Environment, digest: u8, role: Role) -> ApiKey {
    ApiKey {
        id: scene.id(),
        environment_id: environment.id,
        role,
        digest: KeyDigest([digest; 32]),
        label: "the shop's server".to_owned(),
        created_at: scene.now(),
        revoked_at: None,
    }
}

async fn an_environment_is_made_once(scene: Scene) {
    let made = scene.environment("production").await;
    assert_eq!(scene.environment("production").await, made);
    assert_ne!(scene.environment("staging").await, made);
    assert_eq!(scene.store.environment_by_name("production").await, Ok(Some(made)));
    assert_eq!(scene.store.environment_by_name("Production").await, Ok(None));
}

async fn of_many_who_want_an_environment_all_get_the_same(scene: Scene) {
    let wishes = (0..10).map(|_| Environment {
        id: scene.id(),
        name: "production".to_owned(),
        created_at: scene.now(),
    });
    let results = together(wishes.map(|wish| scene.store.ensure_environment(wish))).await;
    let found = scene.store.environment_by_name("production").await.expect("a read");
    let found = found.expect("it was made");
    assert!(results.iter().all(|result| result.as_ref() == Ok(&found)), "{results:?}");
}

async fn a_key_is_found_by_its_digest(scene: Scene) {
    let environment = scene.environment("production").await;
    for (digest, role) in [(1, Role::Admin), (2, Role::Publish), (3, Role::Read)] {
        let key = key(&scene, &environment, digest, role);
        assert_eq!(scene.store.add_key(key.clone()).await, Ok(()));
        assert_eq!(scene.store.key_by_digest(key.digest).await, Ok(Some(key)));
    }
    assert_eq!(scene.store.key_by_digest(KeyDigest([9; 32])).await, Ok(None));
}

async fn a_key_is_revoked_once(scene: Scene) {
    let environment = scene.environment("production").await;
    let key = key(&scene, &environment, 1, Role::Admin);
    scene.store.add_key(key.clone()).await.expect("it is new");
    assert_eq!(scene.store.revoke_key(key.id, at(5)).await, Ok(true));
    assert_eq!(scene.store.revoke_key(key.id, at(6)).await, Ok(false));
    assert_eq!(scene.store.revoke_key(scene.id(), at(6)).await, Ok(false));
    let revoked = ApiKey { revoked_at: Some(at(5)), ..key };
    assert_eq!(scene.store.key_by_digest(revoked.digest).await, Ok(Some(revoked)));
}

async fn keys_are_listed_with_revoked_ones(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let (first, second) = (key(&scene, &here, 1, Role::Admin), key(&scene, &here, 2, Role::Read));
    let foreign = key(&scene, &there, 3, Role::Admin);
    for key in [&first, &second, &foreign] {
        scene.store.add_key(key.clone()).await.expect("it is new");
    }
    assert_eq!(scene.store.revoke_key(first.id, at(5)).await, Ok(true));
    let listed = scene.store.keys(here.id, page(ALL)).await.expect("a read");
    assert_eq!(listed.items, [ApiKey { revoked_at: Some(at(5)), ..first }, second]);
}

async fn a_working_store_is_told_so(scene: Scene) {
    for second in [1, 1, 2] {
        assert_eq!(scene.store.probe(at(second)).await, Ok(()));
    }
}
