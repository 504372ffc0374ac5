//! The picture, in a PNG file.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};
use clap::ValueEnum;
use png::{BitDepth, ColorType, Encoder};

use crate::{
    shares,
    view::{Outcome, View, Worker},
};

/// The meaning of the colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tint {
    /// The number of iterations of each pixel
    Iterations,
    /// Brightness: the number of iterations; colour: the worker that rendered the row
    Workers,
}

/// Red, green and blue.
type Colour = [f64; 3];

/// The colours from few iterations to many. Pixels inside are black.
const GRADIENT: [Colour; 6] = [
    [10.0, 14.0, 52.0],
    [34.0, 84.0, 162.0],
    [150.0, 212.0, 232.0],
    [255.0, 243.0, 200.0],
    [240.0, 150.0, 48.0],
    [112.0, 24.0, 40.0],
];

/// The colours of workers, which colour-blind people can distinguish, too (M. Okabe and K. Ito,
/// *Color Universal Design*, 2008). With more workers they repeat.
const WORKERS: [Colour; 7] = [
    [230.0, 159.0, 0.0],
    [86.0, 180.0, 233.0],
    [0.0, 158.0, 115.0],
    [240.0, 228.0, 66.0],
    [0.0, 114.0, 178.0],
    [213.0, 94.0, 0.0],
    [204.0, 121.0, 167.0],
];

/// The colour of a row that is missing.
const MISSING: Colour = [128.0; 3];

/// Writes the picture.
pub(crate) fn write(path: &Path, view: &View, outcomes: &[Outcome], tint: Tint) -> Result<()> {
    let numbers = shares::numbers(outcomes);
    let size = |length: usize| u32::try_from(length).context("so large a picture is no PNG");
    let file = BufWriter::new(File::create(path)?);
    let mut encoder = Encoder::new(file, size(view.width())?, size(outcomes.len())?);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    let mut lines = writer.stream_writer()?;
    for outcome in outcomes {
        lines.write_all(&line(view, outcome, tint, &numbers))?;
    }
    lines.finish()?;
    // This also writes the rest of the buffer. If a drop did that, nobody would notice a full disk.
    writer.finish()?;
    Ok(())
}

/// The bytes of a row.
fn line(view: &View, outcome: &Outcome, tint: Tint, numbers: &HashMap<Worker, usize>) -> Vec<u8> {
    let Ok(row) = outcome else { return MISSING.map(byte).repeat(view.width()) };
    let worker = match tint {
        Tint::Iterations => None,
        Tint::Workers => Some(WORKERS[numbers[&row.worker] % WORKERS.len()]),
    };
    let most = f64::from(view.iterations());
    let pixels = row.counts.iter().flat_map(|&count| {
        // Most pixels take few iterations, and their differences should show.
        let share = f64::from(count).ln_1p() / most.ln_1p();
        let inside = count == view.iterations();
        let colour = match worker {
            None if inside => [0.0; 3],
            None => gradient(share),
            Some(colour) if inside => colour.map(|part| part * 0.3),
            Some(colour) => colour.map(|part| part * (0.4 + 0.6 * share)),
        };
        colour.map(byte)
    });
    pixels.collect()
}

/// The colour at a place of the gradient, from 0 to 1.
fn gradient(place: f64) -> Colour {
    let place = place * (GRADIENT.len() - 1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place lies within the gradient"
    )]
    let below = (place as usize).min(GRADIENT.len() - 2);
    let (from, to) = (GRADIENT[below], GRADIENT[below + 1]);
    std::array::from_fn(|part| from[part] + (to[part] - from[part]) * (place - below as f64))
}

fn byte(part: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no part of a colour is less than 0 or more than 255"
    )]
    let byte = part.round() as u8;
    byte
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;
    use crate::view::{Fault, Region, Rendered};

    const VIEW: (usize, usize) = (40, 30);

    fn view() -> View {
        View::new(Region::North, VIEW.0, VIEW.1, 100)
    }

    /// The pixels of the picture of these rows.
    fn drawn(outcomes: &[Outcome], tint: Tint) -> Vec<[u8; 3]> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("a.png");
        write(&path, &view(), outcomes, tint).expect("it can be written");
        let file = BufReader::new(File::open(&path).expect("it is there"));
        let mut reader = png::Decoder::new(file).read_info().expect("it is a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("it is small")];
        let info = reader.next_frame(&mut bytes).expect("it has a picture");
        assert_eq!((info.width as usize, info.height as usize), VIEW);
        bytes.as_chunks().0.to_vec()
    }

    #[test]
    fn what_is_inside_is_black_and_nothing_else() {
        let outcomes: Vec<Outcome> = view().rows().map(|row| view().render_row(row)).collect();
        let pixels = drawn(&outcomes, Tint::Iterations);
        let counts = outcomes.iter().flatten().flat_map(|row| &row.counts);
        for (pixel, &count) in pixels.iter().zip(counts) {
            assert_eq!(*pixel == [0; 3], count == 100);
        }
    }

    #[test]
    fn every_worker_has_a_colour_and_a_missing_row_is_grey() {
        let worker = Worker::current();
        let other = std::thread::spawn(Worker::current).join().expect("it does not panic");
        let outcomes: Vec<Outcome> = (view().rows())
            .map(|row| match row {
                0 => Err(Fault("gone".into())),
                1..10 => Ok(Rendered { counts: vec![100; VIEW.0], worker: other }),
                _ => Ok(Rendered { counts: vec![100; VIEW.0], worker }),
            })
            .collect();
        let pixels = drawn(&outcomes, Tint::Workers);
        let (missing, rest) = pixels.split_at(VIEW.0);
        let (first, second) = rest.split_at(9 * VIEW.0);
        for (part, colour) in [(missing, MISSING), (first, WORKERS[0]), (second, WORKERS[1])] {
            let dark = if colour == MISSING { 1.0 } else { 0.3 };
            assert!(part.iter().all(|pixel| *pixel == colour.map(|part| byte(part * dark))));
        }
    }

    #[test]
    fn the_gradient_begins_and_ends_with_its_ends() {
        assert_eq!(gradient(0.0).map(byte), GRADIENT[0].map(byte));
        assert_eq!(gradient(0.2).map(byte), GRADIENT[1].map(byte));
        assert_eq!(gradient(1.0).map(byte), GRADIENT[5].map(byte));
    }
}
