//! The audit log of the portal.

use klingel_model::{AppId, AuditEntry, EnvironmentId};

use super::calls::walk;
use super::cases;
use super::scene::{ALL, Scene, at, newest, page};
use crate::access::ACCESS_TEXT_BYTES_MAX;
use crate::{Error, Order};

cases![
    the_log_is_read_newest_first_behind_its_walls,
    the_log_of_an_application_outlives_it,
    old_lines_are_retired_in_steps,
    the_texts_of_a_line_have_a_bound,
];

fn entry(environment_id: EnvironmentId, app_id: Option<AppId>, seconds: i64) -> AuditEntry {
    AuditEntry {
        at: at(seconds),
        environment_id,
        app_id,
        holder: "desk".to_owned(),
        action: "payload.reveal".to_owned(),
        subject: format!("msg_{seconds}"),
    }
}

async fn the_log_is_read_newest_first_behind_its_walls(scene: Scene) {
    let environment = scene.environment("here").await;
    let (one, other) = (scene.application_in(&environment).await, scene.application_in(&environment).await);
    let elsewhere = scene.application().await;
    let mut expected = Vec::new();
    for seconds in 0..9 {
        let app_id = [Some(one.id), Some(other.id), None][usize::try_from(seconds % 3).expect("small")];
        let line = entry(environment.id, app_id, seconds);
        assert_eq!(scene.store.add_audit(line.clone()).await, Ok(()));
        expected.insert(0, line);
        let foreign = entry(elsewhere.environment_id, Some(elsewhere.id), seconds);
        scene.store.add_audit(foreign).await.expect("a write");
    }
    for limit in [1, 2, 9, 20] {
        let all = walk(Order::Descending, limit, |page| scene.store.audit(environment.id, None, page)).await;
        assert_eq!(all.into_iter().map(|(_, line)| line).collect::<Vec<_>>(), expected, "{limit}");
        let of_one =
            walk(Order::Descending, limit, |page| scene.store.audit(environment.id, Some(one.id), page))
                .await;
        let seconds: Vec<_> = of_one.iter().map(|(_, line)| line.at).collect();
        assert_eq!(seconds, [at(6), at(3), at(0)], "{limit}");
    }
    let oldest = scene.store.audit(environment.id, None, page(1)).await.expect("a read");
    assert_eq!(oldest.items.first().map(|(_, line)| line.at), Some(at(0)));
    let walled =
        scene.store.audit(elsewhere.environment_id, Some(one.id), newest(ALL)).await.expect("a read");
    assert!(walled.items.is_empty());
}

async fn the_log_of_an_application_outlives_it(scene: Scene) {
    let (app, _) = scene.pair().await;
    let line = entry(app.environment_id, Some(app.id), 1);
    scene.store.add_audit(line.clone()).await.expect("a write");
    scene.store.delete_application(app.id).await.expect("a deletion");
    while scene.store.erase_deleted(100).await.expect("an erasure").more {}
    let kept = scene.store.audit(app.environment_id, Some(app.id), newest(ALL)).await.expect("a read");
    assert_eq!(kept.items.into_iter().map(|(_, line)| line).collect::<Vec<_>>(), [line]);
}

async fn old_lines_are_retired_in_steps(scene: Scene) {
    let environment = scene.environment("here").await;
    for seconds in 0..6 {
        scene.store.add_audit(entry(environment.id, None, seconds)).await.expect("a write");
    }
    for expected in [3, 1, 0] {
        assert_eq!(scene.store.retire_audit(at(4), 3).await, Ok(expected));
    }
    let left = scene.store.audit(environment.id, None, newest(ALL)).await.expect("a read");
    assert_eq!(left.items.iter().map(|(_, line)| line.at).collect::<Vec<_>>(), [at(5), at(4)]);
}

async fn the_texts_of_a_line_have_a_bound(scene: Scene) {
    let environment = scene.environment("here").await;
    let long = "x".repeat(ACCESS_TEXT_BYTES_MAX + 1);
    let plain = entry(environment.id, None, 1);
    for wrong in [
        AuditEntry { holder: long.clone(), ..plain.clone() },
        AuditEntry { action: long.clone(), ..plain.clone() },
        AuditEntry { subject: long.clone(), ..plain.clone() },
    ] {
        let refused = scene.store.add_audit(wrong).await;
        assert_eq!(refused, Err(Error::Limit("access_text_bytes_max", ACCESS_TEXT_BYTES_MAX as u64)));
    }
    let lines = scene.store.audit(environment.id, None, newest(ALL)).await.expect("a read");
    assert!(lines.items.is_empty());
}
