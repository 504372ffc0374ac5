//! Who did what when: the timelines of all versions, on one clock.

use figures::words::{self, wrapped_in};
use timeline::{columns_of, legend};

use super::table::Look;
use crate::run::traces::Traced;

/// The most lanes of a kind, of each version.
const LANES: usize = 4;
/// The width if there is no terminal, in characters.
const WIDTH: usize = 100;

/// The timelines, one below the other.
#[must_use]
pub(crate) fn section(traces: &[Traced], look: Look) -> String {
    let width = if look.width == usize::MAX { WIDTH } else { look.width };
    // The clock goes from the beginning of each version to the end of the slowest.
    let longest = traces.iter().map(|traced| traced.recorded.length()).max().unwrap_or_default();
    let mut text = wrapped_in(
        width,
        "",
        &format!("One clock for all: {}", legend(longest, columns_of(width))),
    );
    for Traced { label, report, recorded, unit, .. } in traces {
        text += &format!("\n{label} · {}\n", words::duration_ns(report.usage.wall_ns));
        text += &recorded.draw_on_a_clock(unit, LANES, width, longest);
    }
    text
}
