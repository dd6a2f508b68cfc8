//! Seeing inside: logs to standard error, metrics for Prometheus. Nothing is ever sent anywhere.

pub mod logs;
pub mod metrics;
