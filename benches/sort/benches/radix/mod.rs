//! A radix sort, the plainest there is: it never compares two numbers.

/// How many values a byte has.
const VALUES: usize = 256;

/// Sorts numbers by their last byte, then by the one before it, up to the first. Each pass keeps the
/// order of those whose byte is the same, so that the passes before it are not undone (D. Knuth, *The
/// Art of Computer Programming*, volume 3, section 5.2.5).
pub(crate) fn radix_sort(mut numbers: Vec<u64>) -> Vec<u64> {
    let mut sorted = vec![0; numbers.len()];
    for byte in 0..size_of::<u64>() {
        let value = |number: u64| usize::from(number.to_le_bytes()[byte]);
        // Where the next number with this value goes: behind all that have a lesser one.
        let mut next = [0; VALUES];
        for &number in &numbers {
            next[value(number)] += 1;
        }
        let mut before = 0;
        for next in &mut next {
            (*next, before) = (before, before + *next);
        }
        for &number in &numbers {
            let place = &mut next[value(number)];
            sorted[*place] = number;
            *place += 1;
        }
        (numbers, sorted) = (sorted, numbers);
    }
    numbers
}
