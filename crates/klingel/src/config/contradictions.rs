//! Settings that are right one by one and wrong together.

use super::Config;
use super::load::Problem;

/// Every contradiction, with the names of both settings.
pub fn in_config(config: &Config) -> Vec<Problem> {
    let (engine, outbound) = (&config.engine, &config.outbound);
    let pairs = [
        (engine.breaker_wait_min <= engine.breaker_wait_max, "breaker_wait_min", "breaker_wait_max"),
        (
            outbound.answer_kept_bytes_max <= outbound.answer_read_bytes_max,
            "answer_kept_bytes_max",
            "answer_read_bytes_max",
        ),
        (outbound.dns_ttl_min <= outbound.dns_ttl_max, "dns_ttl_min", "dns_ttl_max"),
        (outbound.idle_per_host_max <= outbound.idle_total_max, "idle_per_host_max", "idle_total_max"),
        (engine.limits.body_bytes_max <= engine.waiting_bytes_max, "body_bytes_max", "waiting_bytes_max"),
    ];
    let mut problems: Vec<_> = pairs
        .into_iter()
        .filter(|(right, ..)| !right)
        .map(|(_, less, more)| Problem(format!("{less} must not be more than {more}; change one of them")))
        .collect();
    if config.master_key.is_some() && config.master_key_file.is_some() {
        problems.push(Problem("master_key and master_key_file are both set; keep one of them".to_owned()));
    }
    problems
}
