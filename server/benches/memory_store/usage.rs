//! What the process has in memory.

use std::{alloc::System, error::Error, fs};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts what is asked of the system's allocator.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What an allocation costs beside the bytes asked for: glibc puts 8 in front and rounds up to a multiple of 16, which
/// makes 8 more on average.
const PER_ALLOCATION: usize = 16;

/// At one time.
pub(crate) struct Usage {
    /// Bytes asked for and not given back.
    asked: usize,
    /// Allocations not given back.
    allocations: usize,
    resident: usize,
}

impl Usage {
    pub(crate) fn now() -> Result<Self, Box<dyn Error>> {
        let stats = ALLOCATOR.stats();
        Ok(Self {
            // Reallocated bytes are counted among those allocated and deallocated.
            asked: stats.bytes_allocated - stats.bytes_deallocated,
            allocations: stats.allocations - stats.deallocations,
            resident: resident()?,
        })
    }

    /// What has come since, per session: asked for; held, with the cost of each allocation; and resident.
    pub(crate) fn grown_since(&self, before: &Self, sessions: u64) -> [f64; 3] {
        let asked = self.asked - before.asked;
        let held = asked + PER_ALLOCATION * (self.allocations - before.allocations);
        [asked, held, self.resident.saturating_sub(before.resident)].map(|bytes| bytes as f64 / sessions as f64)
    }
}

fn resident() -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("cannot read /proc/self/status, so this runs on Linux alone: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("/proc/self/status has no VmRSS")?;
    let kib: usize = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}
