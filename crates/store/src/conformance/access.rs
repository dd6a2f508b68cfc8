//! Links, sessions and operators of the portal.

use klingel_model::{AppId, EnvironmentId, KeyDigest, Operator, Pass, PassScope};

use super::calls::{together, walk};
use super::cases;
use super::scene::{ALL, Scene, at, newest, page};
use crate::access::{ACCESS_TEXT_BYTES_MAX, PASSES_PER_SCOPE_MAX, PASSWORD_HASH_BYTES_MAX};
use crate::{Error, Order};

cases![
    a_link_opens_once_and_gives_a_session_like_it,
    a_customers_session_ends_with_his_link_and_an_operators_does_not,
    of_many_who_open_a_link_one_gets_in,
    a_late_link_opens_nothing,
    a_link_is_no_session_and_a_session_no_link,
    a_session_ends_by_itself_and_by_hand,
    all_of_a_scope_are_logged_out_and_nobody_else,
    an_applications_people_are_logged_out_with_its_customers,
    a_whole_environment_is_logged_out,
    passes_end_with_their_application,
    a_pass_to_nothing_is_refused,
    who_makes_too_many_passes_loses_his_own,
    sessions_are_listed_by_their_beginning,
    expired_passes_are_forgotten_in_steps,
    an_operator_is_written_over_found_and_removed,
    an_operator_whose_password_changes_is_logged_out,
    operators_are_listed_by_name,
    texts_have_a_bound,
];

fn digest(n: u16) -> KeyDigest {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&n.to_be_bytes());
    KeyDigest(bytes)
}

/// A pass with the digest `n`, made at second 0 and valid for 100 s.
fn pass(environment_id: EnvironmentId, n: u16, scope: PassScope) -> Pass {
    Pass {
        digest: digest(n),
        environment_id,
        scope,
        holder: "link".to_owned(),
        read_only: n.is_multiple_of(2),
        created_at: at(0),
        expires_at: at(100),
    }
}

fn subject(app_id: AppId, subject: &str) -> PassScope {
    PassScope::Subject { app_id, subject: subject.to_owned() }
}

async fn a_link_opens_once_and_gives_a_session_like_it(scene: Scene) {
    let (app, _) = scene.pair().await;
    let scopes = [PassScope::Operator, PassScope::Application(app.id), subject(app.id, "user-1")];
    for (n, scope) in (1..).zip(scopes) {
        let link = pass(app.environment_id, n, scope);
        assert_eq!(scene.store.add_link(link.clone()).await, Ok(()));
        let session = Pass { digest: digest(100 + n), created_at: at(5), expires_at: at(80), ..link.clone() };
        let open = || scene.store.open_link(link.digest, at(5), session.digest, at(80));
        assert_eq!(open().await, Ok(Some(session.clone())));
        assert_eq!(open().await, Ok(None));
        assert_eq!(scene.store.session(session.digest, at(79)).await, Ok(Some(session)));
    }
}

async fn a_customers_session_ends_with_his_link_and_an_operators_does_not(scene: Scene) {
    let (app, _) = scene.pair().await;
    let ends = [
        (PassScope::Operator, at(500)),
        (PassScope::Application(app.id), at(100)),
        (subject(app.id, "user-1"), at(100)),
    ];
    for (n, (scope, end)) in (1..).zip(ends) {
        scene.store.add_link(pass(app.environment_id, n, scope)).await.expect("it is new");
        let opened = scene.store.open_link(digest(n), at(5), digest(100 + n), at(500)).await;
        assert_eq!(opened.expect("a write").map(|session| session.expires_at), Some(end));
    }
}

async fn of_many_who_open_a_link_one_gets_in(scene: Scene) {
    let environment = scene.environment("production").await;
    let link = pass(environment.id, 1, PassScope::Operator);
    scene.store.add_link(link.clone()).await.expect("it is new");
    let tries = (10..20).map(|n| scene.store.open_link(link.digest, at(1), digest(n), at(50)));
    let results = together(tries).await;
    assert_eq!(results.iter().filter(|result| matches!(result, Ok(Some(_)))).count(), 1);
    assert_eq!(results.iter().filter(|result| matches!(result, Ok(None))).count(), 9);
    assert_eq!(scene.store.sessions(environment.id, page(ALL)).await.expect("a read").items.len(), 1);
}

async fn a_late_link_opens_nothing(scene: Scene) {
    let environment = scene.environment("production").await;
    scene.store.add_link(pass(environment.id, 1, PassScope::Operator)).await.expect("it is new");
    assert_eq!(scene.store.open_link(digest(1), at(100), digest(2), at(500)).await, Ok(None));
    assert_eq!(scene.store.session(digest(2), at(100)).await, Ok(None));
    assert_eq!(scene.store.open_link(digest(9), at(1), digest(2), at(500)).await, Ok(None));
}

async fn a_link_is_no_session_and_a_session_no_link(scene: Scene) {
    let environment = scene.environment("production").await;
    scene.store.add_link(pass(environment.id, 1, PassScope::Operator)).await.expect("it is new");
    scene.store.add_session(pass(environment.id, 2, PassScope::Operator)).await.expect("it is new");
    assert_eq!(scene.store.session(digest(1), at(1)).await, Ok(None));
    assert_eq!(scene.store.end_session(digest(1)).await, Ok(false));
    assert_eq!(scene.store.open_link(digest(2), at(1), digest(3), at(50)).await, Ok(None));
    assert!(scene.store.session(digest(2), at(1)).await.expect("a read").is_some());
    assert!(scene.store.open_link(digest(1), at(1), digest(3), at(50)).await.expect("a write").is_some());
}

async fn a_session_ends_by_itself_and_by_hand(scene: Scene) {
    let environment = scene.environment("production").await;
    let session = pass(environment.id, 1, PassScope::Operator);
    scene.store.add_session(session.clone()).await.expect("it is new");
    assert_eq!(scene.store.session(session.digest, at(99)).await, Ok(Some(session.clone())));
    assert_eq!(scene.store.session(session.digest, at(100)).await, Ok(None));
    assert_eq!(scene.store.end_session(session.digest).await, Ok(true));
    assert_eq!(scene.store.end_session(session.digest).await, Ok(false));
    assert_eq!(scene.store.session(session.digest, at(1)).await, Ok(None));
}

async fn all_of_a_scope_are_logged_out_and_nobody_else(scene: Scene) {
    let (here, there) = (scene.application().await, scene.application().await);
    let scopes = [
        (here.environment_id, PassScope::Operator),
        (here.environment_id, subject(here.id, "a")),
        (here.environment_id, subject(here.id, "b")),
        (here.environment_id, PassScope::Application(here.id)),
        (there.environment_id, PassScope::Operator),
        (there.environment_id, PassScope::Application(there.id)),
    ];
    for (n, (environment_id, scope)) in (0..).zip(&scopes) {
        scene.store.add_session(pass(*environment_id, n, scope.clone())).await.expect("it is new");
        scene.store.add_link(pass(*environment_id, 100 + n, scope.clone())).await.expect("it is new");
    }
    for (n, (environment_id, scope)) in (0_u16..).zip(&scopes) {
        let end = || scene.store.end_sessions(*environment_id, Some(scope.clone()));
        assert_eq!((end().await, end().await), (Ok(2), Ok(0)), "{scope:?}");
        for (other, _) in (0..).zip(&scopes) {
            let found = scene.store.session(digest(other), at(1)).await.expect("a read");
            assert_eq!(found.is_some(), other > n, "{scope:?} {other}");
        }
        assert_eq!(scene.store.open_link(digest(100 + n), at(1), digest(999), at(50)).await, Ok(None));
    }
}

async fn an_applications_people_are_logged_out_with_its_customers(scene: Scene) {
    let environment = scene.environment("production").await;
    let (here, there) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let scopes = [
        (PassScope::Application(here.id), false),
        (subject(here.id, "a"), false),
        (subject(here.id, "b"), false),
        (PassScope::Application(there.id), true),
        (subject(there.id, "a"), true),
        (PassScope::Operator, true),
    ];
    for (n, (scope, _)) in (0..).zip(&scopes) {
        scene.store.add_session(pass(environment.id, n, scope.clone())).await.expect("it is new");
        scene.store.add_link(pass(environment.id, 100 + n, scope.clone())).await.expect("it is new");
    }
    let end = || scene.store.end_sessions(environment.id, Some(PassScope::Application(here.id)));
    assert_eq!((end().await, end().await), (Ok(6), Ok(0)));
    for (n, (scope, stays)) in (0..).zip(scopes) {
        let session = scene.store.session(digest(n), at(1)).await.expect("a read");
        assert_eq!(session.is_some(), stays, "{scope:?}");
        let opened = scene.store.open_link(digest(100 + n), at(1), digest(200 + n), at(50)).await;
        assert_eq!(opened.expect("a write").is_some(), stays, "{scope:?}");
    }
}

async fn a_whole_environment_is_logged_out(scene: Scene) {
    let (here, there) = (scene.application().await, scene.application().await);
    let passes = [
        pass(here.environment_id, 1, PassScope::Operator),
        pass(here.environment_id, 2, PassScope::Application(here.id)),
        pass(there.environment_id, 3, PassScope::Operator),
    ];
    for pass in &passes {
        scene.store.add_session(pass.clone()).await.expect("it is new");
    }
    assert_eq!(scene.store.end_sessions(here.environment_id, None).await, Ok(2));
    assert_eq!(scene.store.session(digest(2), at(1)).await, Ok(None));
    assert!(scene.store.session(digest(3), at(1)).await.expect("a read").is_some());
}

async fn passes_end_with_their_application(scene: Scene) {
    let environment = scene.environment("production").await;
    let (gone, stays) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let scopes = [PassScope::Application(gone.id), subject(gone.id, "a"), PassScope::Application(stays.id)];
    for (n, scope) in (1..).zip(scopes) {
        scene.store.add_session(pass(environment.id, n, scope.clone())).await.expect("it is new");
        scene.store.add_link(pass(environment.id, 100 + n, scope)).await.expect("it is new");
    }
    scene.store.delete_application(gone.id).await.expect("a deletion");
    for n in [1, 2] {
        assert_eq!(scene.store.session(digest(n), at(1)).await, Ok(None));
        assert_eq!(scene.store.open_link(digest(100 + n), at(1), digest(50), at(60)).await, Ok(None));
    }
    assert!(scene.store.session(digest(3), at(1)).await.expect("a read").is_some());
    assert_eq!(scene.store.sessions(environment.id, page(ALL)).await.expect("a read").items.len(), 1);
}

async fn a_pass_to_nothing_is_refused(scene: Scene) {
    let (here, there) = (scene.application().await, scene.application().await);
    let deleted = scene.application().await;
    scene.store.delete_application(deleted.id).await.expect("a deletion");
    for (environment_id, app_id) in [
        (here.environment_id, scene.id()),
        (here.environment_id, there.id),
        (deleted.environment_id, deleted.id),
    ] {
        for scope in [PassScope::Application(app_id), subject(app_id, "a")] {
            let pass = pass(environment_id, 1, scope);
            assert_eq!(scene.store.add_link(pass.clone()).await, Err(Error::Gone));
            assert_eq!(scene.store.add_session(pass).await, Err(Error::Gone));
        }
    }
}

async fn who_makes_too_many_passes_loses_his_own(scene: Scene) {
    let environment = scene.environment("production").await;
    let (greedy, other) =
        (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let modest = pass(environment.id, 60_000, PassScope::Application(other.id));
    scene.store.add_session(modest.clone()).await.expect("it is new");
    let surplus = 3;
    let most = u16::try_from(PASSES_PER_SCOPE_MAX).expect("a small bound");
    let passes = (0..most + surplus).map(|n| Pass {
        expires_at: at(1000 + i64::from(n)),
        ..pass(environment.id, n, PassScope::Application(greedy.id))
    });
    for results in passes.collect::<Vec<_>>().chunks(100) {
        let added = together(results.iter().map(|pass| scene.store.add_session(pass.clone()))).await;
        assert!(added.iter().all(Result::is_ok));
    }
    for n in 0..most + surplus {
        let found = scene.store.session(digest(n), at(1)).await.expect("a read");
        assert_eq!(found.is_some(), n >= surplus, "{n}");
    }
    assert_eq!(scene.store.session(modest.digest, at(1)).await, Ok(Some(modest)));
}

async fn sessions_are_listed_by_their_beginning(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let mut expected = Vec::new();
    for n in 0..9 {
        // Three of each second, so that the digest has to decide.
        let made = Pass { created_at: at(i64::from(n / 3)), ..pass(here.id, n, PassScope::Operator) };
        scene.store.add_session(made.clone()).await.expect("it is new");
        expected.push(made);
    }
    scene.store.add_link(pass(here.id, 100, PassScope::Operator)).await.expect("it is new");
    scene.store.add_session(pass(there.id, 101, PassScope::Operator)).await.expect("it is new");
    for limit in [1, 2, 3, 9, 20] {
        let listed = walk(Order::Ascending, limit, |page| scene.store.sessions(here.id, page)).await;
        assert_eq!(listed, expected, "{limit}");
    }
    expected.reverse();
    let listed = walk(Order::Descending, 4, |page| scene.store.sessions(here.id, page)).await;
    assert_eq!(listed, expected);
}

async fn expired_passes_are_forgotten_in_steps(scene: Scene) {
    let environment = scene.environment("production").await;
    for n in 0..6 {
        let pass = Pass { expires_at: at(i64::from(n) * 10), ..pass(environment.id, n, PassScope::Operator) };
        if n.is_multiple_of(2) {
            scene.store.add_link(pass).await.expect("it is new");
        } else {
            scene.store.add_session(pass).await.expect("it is new");
        }
    }
    // Those of the seconds 0, 10, 20 and 30.
    for expected in [3, 1, 0] {
        assert_eq!(scene.store.forget_passes(at(30), 3).await, Ok(expected));
    }
    assert_eq!(scene.store.end_sessions(environment.id, None).await, Ok(2));
}

fn operator(environment_id: EnvironmentId, name: &str) -> Operator {
    Operator {
        name: name.to_owned(),
        environment_id,
        password_hash: format!("$argon2id${name}"),
        created_at: at(0),
    }
}

async fn an_operator_is_written_over_found_and_removed(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    let first = operator(here.id, "desk");
    let second = Operator { environment_id: there.id, created_at: at(9), ..operator(here.id, "desk") };
    for written in [first, second] {
        assert_eq!(scene.store.put_operator(written.clone()).await, Ok(()));
        assert_eq!(scene.store.operator("desk").await, Ok(Some(written)));
    }
    assert_eq!(scene.store.operator("Desk").await, Ok(None));
    assert!(scene.store.operators(here.id, page(ALL)).await.expect("a read").items.is_empty());
    assert_eq!(scene.store.remove_operator("desk").await, Ok(true));
    assert_eq!(scene.store.remove_operator("desk").await, Ok(false));
    assert_eq!(scene.store.operator("desk").await, Ok(None));
}

async fn an_operator_whose_password_changes_is_logged_out(scene: Scene) {
    let (app, _) = scene.pair().await;
    let held =
        |n, holder: &str, scope| Pass { holder: holder.to_owned(), ..pass(app.environment_id, n, scope) };
    let log_in = || async {
        scene.store.add_session(held(1, "desk", PassScope::Operator)).await.expect("a write");
        scene.store.add_link(held(2, "desk", PassScope::Operator)).await.expect("a write");
        scene.store.add_session(held(3, "night", PassScope::Operator)).await.expect("a write");
        scene.store.add_session(held(4, "desk", PassScope::Application(app.id))).await.expect("a write");
    };
    let only_his_are_out = || async {
        let mut found = Vec::new();
        for n in [1, 3, 4] {
            found.push(scene.store.session(digest(n), at(1)).await.expect("a read").is_some());
        }
        assert_eq!(found, [false, true, true]);
        assert_eq!(scene.store.open_link(digest(2), at(1), digest(9), at(50)).await, Ok(None));
    };
    log_in().await;
    scene.store.put_operator(operator(app.environment_id, "desk")).await.expect("a write");
    only_his_are_out().await;
    log_in().await;
    scene.store.remove_operator("desk").await.expect("a write");
    only_his_are_out().await;
}

async fn operators_are_listed_by_name(scene: Scene) {
    let (here, there) = (scene.environment("here").await, scene.environment("there").await);
    for name in ["shift", "desk", "night"] {
        scene.store.put_operator(operator(here.id, name)).await.expect("a write");
    }
    scene.store.put_operator(operator(there.id, "bench")).await.expect("a write");
    let names = |listed: Vec<Operator>| listed.into_iter().map(|one| one.name).collect::<Vec<_>>();
    for limit in [1, 2, 3] {
        let listed = walk(Order::Ascending, limit, |page| scene.store.operators(here.id, page)).await;
        assert_eq!(names(listed), ["desk", "night", "shift"]);
    }
    let listed = scene.store.operators(here.id, newest(2)).await.expect("a read");
    assert_eq!(
        (names(listed.items), listed.resume),
        (vec!["shift".into(), "night".into()], Some("night".into()))
    );
}

async fn texts_have_a_bound(scene: Scene) {
    let (app, _) = scene.pair().await;
    let long = "x".repeat(ACCESS_TEXT_BYTES_MAX + 1);
    let limit = Err(Error::Limit("access_text_bytes_max", ACCESS_TEXT_BYTES_MAX as u64));
    let plain = pass(app.environment_id, 1, PassScope::Operator);
    let fitting = Pass { holder: long[1..].to_owned(), ..plain.clone() };
    assert_eq!(scene.store.add_session(fitting).await, Ok(()));
    for wrong in [
        Pass { holder: long.clone(), ..plain.clone() },
        Pass { scope: subject(app.id, &long), ..plain.clone() },
    ] {
        assert_eq!(scene.store.add_link(wrong.clone()).await, limit);
        assert_eq!(scene.store.add_session(wrong).await, limit);
    }
    assert_eq!(scene.store.put_operator(operator(app.environment_id, &long)).await, limit);
    let hash = "x".repeat(PASSWORD_HASH_BYTES_MAX + 1);
    let heavy = Operator { password_hash: hash, ..operator(app.environment_id, "desk") };
    let refused = Err(Error::Limit("password_hash_bytes_max", PASSWORD_HASH_BYTES_MAX as u64));
    assert_eq!(scene.store.put_operator(heavy).await, refused);
}
