//! How fast the forms of the kernel are: `cargo bench -p bench-mandelbrot --bench kernel`.
//!
//! They take turns on every eighth row of the row's default picture, on one core. Beside them stands
//! the kernel as one writes it with the crate `wide`, whose types are vectors of a fixed size.

use std::{
    array,
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use figures::statistics::{median, paired_ratio};
use mandelbrot_workload::{
    Region, View,
    kernel::{Points, arrays, dispatched, scalar},
};
use wide::f64x8;

/// How many turns each form has.
const ROUNDS: usize = 15;

/// A form of the kernel.
type Form = fn(&Points) -> Vec<u32>;

fn main() -> Result<()> {
    // cargo and criterion have flags for benchmarks, such as --bench and --quick. There is one
    // thing to measure here and one way to do it, so none of them matters.
    let view = View::new(Region::North, 1600, 1200, 1000);
    let lines: Vec<Points> = view.rows().step_by(8).map(|row| view.points(row)).collect();
    let forms: [(&str, Form); 4] = [
        ("scalar", scalar),
        ("arrays", arrays),
        ("the crate wide", with_wide),
        ("arrays, widest vectors", dispatched),
    ];
    let expected: Vec<Vec<u32>> = lines.iter().map(scalar).collect();
    let mut times = forms.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((name, form), times) in forms.iter().zip(&mut times) {
            let start = Instant::now();
            let counts: Vec<Vec<u32>> = lines.iter().map(|line| form(black_box(line))).collect();
            times.push(start.elapsed().as_secs_f64());
            ensure!(counts == expected, "{name} differs from scalar");
        }
    }
    for ((name, _), seconds) in forms.iter().zip(&times) {
        let time = Duration::from_secs_f64(median(seconds).context("there are rounds")?);
        let ratio = paired_ratio(&times[0], seconds).context("there are rounds")?;
        println!(
            "{name:<23} {time:>8.1?}, {:.2} [{:.2}, {:.2}] times as fast as scalar",
            ratio.value, ratio.low, ratio.high
        );
    }
    Ok(())
}

/// What `arrays` does, as one writes it with the crate `wide`.
fn with_wide(points: &Points) -> Vec<u32> {
    const LANES: usize = 8;
    let (y, most) = (f64x8::splat(points.y), f64x8::splat(4.0));
    let mut counts = vec![0; points.number];
    for (chunk, counts) in counts.chunks_mut(LANES).enumerate() {
        let x = f64x8::new(array::from_fn(|lane| points.x(chunk * LANES + lane)));
        let (mut re, mut im, mut count) = (f64x8::ZERO, f64x8::ZERO, f64x8::ZERO);
        let mut bounded = f64x8::ONE;
        let mut left = points.iterations;
        while left > 0 && bounded != f64x8::ZERO {
            let steps = left.min(8);
            for _ in 0..steps {
                let (re_squared, im_squared) = (re * re, im * im);
                bounded &= (re_squared + im_squared).simd_le(most);
                count += bounded;
                im = (re + re) * im + y;
                re = re_squared - im_squared + x;
            }
            left -= steps;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count is a whole number, and none is more than the iterations"
        )]
        let whole = count.to_array().map(|count| count as u32);
        counts.copy_from_slice(&whole[..counts.len()]);
    }
    counts
}
