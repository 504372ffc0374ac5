//! Measures the pieces of work that repay handing them over, for each approach around the size that
//! the prices predict.

use std::path::Path;

use anyhow::{Result, bail};
use figures::words::shortened;
use workspace::run::Fault;

use super::prices::Prices;
use crate::judge::worthwhile::{Approach, pieces, step};

/// Who work is handed to: the names that the program which measures has for them, and ours.
const APPROACHES: [(&str, &str); 6] = [
    ("rayon", "rayon jobs"),
    ("tokio", "tokio tasks"),
    ("smol", "smol tasks"),
    ("async-std", "async-std tasks (discontinued)"),
    ("thread", "threads"),
    ("process", "processes"),
];

/// Has `program` measure everything, in so many rounds, and tells `show` what it begins with. The
/// prices are measured first, unless there are some. After Ctrl-C there are the approaches that were
/// complete; `None` if there are not even prices.
///
/// # Errors
/// There are no prices, or none of an approach. What goes wrong later is noted with its approach.
pub(crate) fn measure(
    program: &Path,
    prices: Option<Prices>,
    rounds: usize,
    cores: usize,
    mut show: impl FnMut(&str),
) -> Result<Option<Vec<Approach>>> {
    let prices = if let Some(prices) = prices {
        prices
    } else {
        show("what it costs to create one and to join it");
        match Prices::measure(program, &APPROACHES.map(|(name, _)| name)) {
            Ok(prices) => prices,
            Err(Fault::Interrupted) => return Ok(None),
            Err(fault) => bail!("cannot measure the prices: {fault}"),
        }
    };
    let mut approaches = Vec::new();
    for (name, label) in APPROACHES {
        let cost = prices.to_create(name).filter(|cost| cost.low > 0.0);
        let predicted = cost.and_then(|cost| Approach::predicted(name, label, cost, cores));
        // A price list may have been asked for a few alone.
        approaches.extend(predicted);
    }
    if approaches.is_empty() {
        bail!("the prices tell of none of these what it costs to create it and to join it");
    }
    let number = approaches.len();
    for place in 0..number {
        let approach = &mut approaches[place];
        show(&format!("{} of {number}: pieces for {}", place + 1, approach.label));
        let pieces = pieces(approach.predicted_ns.value);
        match Prices::measure_pieces(program, &approach.name, &pieces, rounds) {
            Ok(measured) => {
                let steps = pieces.iter().filter_map(|&piece| {
                    let (in_a_loop, handed_over) = measured.of_piece(&approach.name, piece)?;
                    step(piece, in_a_loop, handed_over)
                });
                approach.confirm(steps.collect());
            }
            Err(Fault::Interrupted) => {
                approaches.truncate(place);
                break;
            }
            Err(fault) => approach.fault = Some(shortened(&fault.to_string())),
        }
    }
    Ok((!approaches.is_empty()).then_some(approaches))
}
