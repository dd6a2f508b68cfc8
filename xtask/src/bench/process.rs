//! What the kernel knows about a process: its processor time and its memory, read from `/proc`.

use std::fs;

use crate::failure::Failure;

/// Memory of some processes together, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Resident now (`VmRSS`).
    pub resident_kib: u64,
    /// Highest resident since the start (`VmHWM`).
    pub peak_kib: u64,
}

/// User and system time of all `pids` together since their start, in seconds; resolution is one tick (10 ms).
pub fn processor_seconds(pids: &[u32]) -> Result<f64, Failure> {
    let mut ticks = 0;
    for pid in pids {
        let path = format!("/proc/{pid}/stat");
        let text = fs::read_to_string(&path).map_err(Failure::while_doing(format!("read {path}")))?;
        ticks +=
            ticks_in(&text).ok_or_else(|| Failure::new(format!("{path} has another form than expected")))?;
    }
    #[expect(clippy::cast_precision_loss, reason = "ticks stay below 2^52")]
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Memory of all `pids` together.
pub fn memory(pids: &[u32]) -> Result<Memory, Failure> {
    let mut sum = Memory::default();
    for pid in pids {
        let path = format!("/proc/{pid}/status");
        let text = fs::read_to_string(&path).map_err(Failure::while_doing(format!("read {path}")))?;
        let field = |name| {
            field_kib(&text, name)
                .ok_or_else(|| Failure::new(format!("{path} has no {name}: the process has ended")))
        };
        sum.resident_kib += field("VmRSS:")?;
        sum.peak_kib += field("VmHWM:")?;
    }
    Ok(sum)
}

/// `utime` + `stime`, the 14th and 15th field. The 2nd is the program's name, which may contain spaces and brackets,
/// so counting starts behind its last bracket.
fn ticks_in(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn field_kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = "12 (a) b)) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 9 0";
        assert_eq!(ticks_in(stat), Some(300));
        assert_eq!(ticks_in("12 (a) S 1 2"), None);
    }

    #[test]
    fn memory_is_read_in_kib() {
        let status = "Name:\ta\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(field_kib(status, "VmRSS:"), Some(1024));
        assert_eq!(field_kib(status, "VmHWM:"), Some(2048));
        assert_eq!(field_kib(status, "VmSwap:"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let own = [std::process::id()];
        assert!(processor_seconds(&own).expect("/proc is there") >= 0.0);
        let memory = memory(&own).expect("/proc is there");
        assert!(memory.resident_kib > 0 && memory.peak_kib >= memory.resident_kib, "{memory:?}");
    }
}
