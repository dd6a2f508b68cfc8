//! Wall and processor time.

use std::fs;
use std::time::{Duration, Instant};

use klingel_model::{Clock, Micros};

/// The machine's clock.
#[derive(Debug)]
pub struct RealClock(Instant);

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this program measures the real machine")]
    fn now(&self) -> Micros {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Micros::from_unix_us(0).plus(since)
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A clock whose monotonic time begins now.
#[expect(clippy::disallowed_methods, reason = "this program measures the real machine")]
pub fn real_clock() -> RealClock {
    RealClock(Instant::now())
}

/// Processor time of this process so far, to a hundredth of a second.
fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// Wall and processor time since a start.
pub struct Lap<'a> {
    clock: &'a RealClock,
    begun: Duration,
    processor: Duration,
}

impl<'a> Lap<'a> {
    pub fn start(clock: &'a RealClock) -> Self {
        Self { clock, begun: clock.monotonic(), processor: processor_time() }
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub fn show(&self, what: &str, count: usize) {
        let wall = self.clock.monotonic().saturating_sub(self.begun);
        let processor = processor_time().saturating_sub(self.processor);
        println!(
            "{what:<44} {:>8.0}/s {:>7.1} us wall {:>6.1} us processor each",
            count as f64 / wall.as_secs_f64(),
            wall.as_secs_f64() * 1e6 / count as f64,
            processor.as_secs_f64() * 1e6 / count as f64,
        );
    }
}
