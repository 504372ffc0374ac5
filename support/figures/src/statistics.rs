//! Medians, ratios and their uncertainty.

use fastrand::Rng;

/// How many times the bootstrap draws.
const RESAMPLES: usize = 10_000;

/// An estimate with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    /// The estimate itself.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The middle value; of an even number of values, the mean of the two in the middle.
///
/// Returns `None` if there are no values.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// The value below which a share `q` of the values lies, between two values linearly interpolated
/// (type 7 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996).
///
/// Returns `None` if there are no values.
#[must_use]
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = q.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position lies within the values"
    )]
    let below = position as usize;
    let above = (below + 1).min(sorted.len() - 1);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64))
}

/// How many times as long `numerator` took as `denominator`, where the two were measured in pairs,
/// one after the other: the geometric mean of the pairs' ratios.
///
/// The interval is a percentile bootstrap over the pairs (Efron and Tibshirani, *An Introduction
/// to the Bootstrap*, 1993, chapter 13): it draws as many pairs, with replacement, again and
/// again, and takes the middle 95 % of the means. With few pairs it is somewhat too narrow, and
/// with a single one it says nothing: then both ends are the estimate.
///
/// Returns `None` if there are no pairs. The draws follow from a fixed seed.
///
/// # Panics
/// If the two are not of the same length, since then they are no pairs.
#[must_use]
pub fn paired_ratio(numerator: &[f64], denominator: &[f64]) -> Option<Estimate> {
    assert_eq!(numerator.len(), denominator.len(), "each measurement needs its partner");
    let logs: Vec<f64> = numerator.iter().zip(denominator).map(|(a, b)| (a / b).ln()).collect();
    let Estimate { value, low, high } = bootstrap(&logs, |logs| mean(logs.iter().copied()))?;
    Some(Estimate { value: value.exp(), low: low.exp(), high: high.exp() })
}

/// The median with its interval, a percentile bootstrap as in [`paired_ratio`]. Unlike a mean it
/// hardly heeds the few values that somebody else's work on the machine has spoilt.
///
/// Returns `None` if there are no values. The draws follow from a fixed seed.
#[must_use]
pub fn median_estimate(values: &[f64]) -> Option<Estimate> {
    bootstrap(values, median)
}

/// What `statistic` says of the values, and the middle 95 % of what it says of as many draws of
/// them, with replacement.
fn bootstrap(values: &[f64], statistic: impl Fn(&[f64]) -> Option<f64>) -> Option<Estimate> {
    let value = statistic(values)?;
    let mut random = Rng::with_seed(0);
    let mut draw = vec![0.0; values.len()];
    let draws: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            draw.fill_with(|| values[random.usize(..values.len())]);
            statistic(&draw)
        })
        .collect();
    Some(Estimate { value, low: quantile(&draws, 0.025)?, high: quantile(&draws, 0.975)? })
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    (count > 0).then(|| values.sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_even_and_no_values() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn quantiles_interpolate() {
        // The example of R's documentation of type 7: quantile(1:5, c(0, .1, .25, .5, 1)).
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(quantile(&values, 0.0), Some(1.0));
        assert!((quantile(&values, 0.1).expect("there are values") - 1.4).abs() < 1e-12);
        assert_eq!(quantile(&values, 0.25), Some(2.0));
        assert_eq!(quantile(&values, 1.0), Some(5.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn equal_pairs_have_a_ratio_of_exactly_one() {
        let estimate = paired_ratio(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]).expect("there are pairs");
        assert_eq!(estimate, Estimate { value: 1.0, low: 1.0, high: 1.0 });
    }

    #[test]
    fn drift_that_both_share_cancels() {
        // The machine becomes ten times slower, the ratio stays at 2.
        let estimate = paired_ratio(&[2.0, 6.0, 20.0], &[1.0, 3.0, 10.0]).expect("there are pairs");
        assert!((estimate.value - 2.0).abs() < 1e-12);
        assert!((estimate.high - estimate.low).abs() < 1e-9);
    }

    #[test]
    fn the_interval_covers_the_true_ratio_about_as_often_as_it_says() {
        // 300 experiments of 20 pairs with a true ratio of 3 and noise of a tenth: a percentile
        // bootstrap of 20 pairs is expected to cover it in 92 to 95 % of them.
        let mut random = Rng::with_seed(7);
        let mut noise = || (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let experiments = 300;
        let covered = (0..experiments)
            .filter(|_| {
                let (a, b): (Vec<f64>, Vec<f64>) =
                    (0..20).map(|_| (3.0 * (0.1 * noise()).exp(), (0.1 * noise()).exp())).unzip();
                let estimate = paired_ratio(&a, &b).expect("there are pairs");
                estimate.low <= 3.0 && 3.0 <= estimate.high
            })
            .count();
        assert!((265..=294).contains(&covered), "covered {covered} of {experiments}");
    }

    #[test]
    fn the_median_has_an_interval_that_an_outlier_does_not_move() {
        let estimate = median_estimate(&[5.0, 5.1, 4.9, 5.0, 5.2, 4.8, 5.0, 5.1, 4.9, 900.0]);
        let Estimate { value, low, high } = estimate.expect("there are values");
        assert!((value - 5.0).abs() < 1e-12);
        assert!((4.8..5.0).contains(&low) && (5.0..5.2).contains(&high), "[{low}, {high}]");
        assert_eq!(median_estimate(&[7.0]), Some(Estimate { value: 7.0, low: 7.0, high: 7.0 }));
        assert_eq!(median_estimate(&[]), None);
    }

    #[test]
    fn a_single_pair_has_no_width_and_no_pair_no_ratio() {
        let one = paired_ratio(&[3.0], &[2.0]).expect("there is a pair");
        assert!((one.low - 1.5).abs() < 1e-12 && (one.high - 1.5).abs() < 1e-12);
        assert_eq!(paired_ratio(&[], &[]), None);
    }
}
