//! Times something that is over too soon to be timed alone.

use std::time::{Duration, Instant};

use anyhow::Result;

/// The time of one round, in nanoseconds. `rounds` does as many of them as it is told to.
///
/// It is first called with ever more rounds, which finds out how many take about as long as
/// `batch` and warms up caches, allocator and runtime; then it is timed once. A batch of
/// milliseconds is long beside what reading the clock takes, some 50 ns for both readings.
pub(super) fn time_of_one(
    batch: Duration,
    mut rounds: impl FnMut(usize) -> Result<()>,
) -> Result<f64> {
    let mut timed = |number| {
        let start = Instant::now();
        rounds(number)?;
        anyhow::Ok(start.elapsed())
    };
    let mut number = 1;
    loop {
        let elapsed = timed(number)?;
        let missing = batch.as_secs_f64() / elapsed.as_secs_f64().max(1e-9);
        // What has already taken half as long as it should tells the number well enough.
        number = multiply(number, missing.clamp(1.0 / number as f64, 10.0));
        if missing < 2.0 {
            break;
        }
    }
    Ok(timed(number)?.as_secs_f64() * 1e9 / number as f64)
}

/// So many times as many, and at least one.
fn multiply(number: usize, factor: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of rounds is positive and far below the limits"
    )]
    let product = (number as f64 * factor) as usize;
    product.max(1)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_round_takes_as_long_as_it_does() {
        let mut batches = Vec::new();
        let one = time_of_one(Duration::from_millis(50), |number| {
            batches.push(number);
            thread::sleep(Duration::from_millis(1) * u32::try_from(number)?);
            Ok(())
        });
        let one = one.expect("no round fails");
        // A sleep may be late, but is never early.
        assert!((1e6..3e6).contains(&one), "{one} ns");
        assert!(batches.last().is_some_and(|last| *last > 15), "{batches:?}");
    }

    #[test]
    fn a_round_that_is_too_long_is_done_alone() {
        let mut batches = Vec::new();
        let one = time_of_one(Duration::from_nanos(1), |number| {
            batches.push(number);
            thread::sleep(Duration::from_millis(1));
            Ok(())
        });
        assert!(one.is_ok_and(|one| one >= 1e6));
        assert_eq!(batches, [1, 1]);
    }
}
