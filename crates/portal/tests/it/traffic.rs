//! Endpoints, messages and attempts to look at.

use http::Method;
use klingel_model::{AppId, Clock as _, EndpointId, MessageId};
use klingel_store::Statistics as _;
use serde_json::json;

use crate::house::House;

impl House {
    /// Makes an endpoint.
    pub(crate) async fn endpoint_at(&self, app_id: AppId, url: &str) -> EndpointId {
        let made = self.api(Method::POST, &format!("/app/{app_id}/endpoint/"), &json!({ "url": url })).await;
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// Posts a message to the one endpoint of an application that is answered with this status, and waits for the
    /// attempt.
    pub(crate) async fn message(&self, app_id: AppId, event_type: &str, status: u16) -> MessageId {
        *self.network.status.lock().unwrap() = status;
        let mut attempts = self.engine.watch();
        let body = json!({ "eventType": event_type, "payload": { "guest": "Ada" } });
        let made = self.api(Method::POST, &format!("/app/{app_id}/msg/"), &body).await;
        attempts.recv().await.unwrap();
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// Adds attempts to the statistics.
    pub(crate) async fn statistics(
        &self,
        app_id: AppId,
        endpoint_id: EndpointId,
        delivered: u64,
        failed: u64,
    ) {
        let mut stat = klingel_store::Stat { delivered, failed, ..klingel_store::Stat::default() };
        stat.latency.record(std::time::Duration::from_millis(20));
        let delta = klingel_store::StatDelta { app_id, endpoint_id, at: self.clock.now(), stat };
        self.store.add_stats(vec![delta]).await.unwrap();
    }
}
