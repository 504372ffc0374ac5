//! The rows: how each of them keeps the contract, and what only it has.

mod computing;
mod database;
mod echo;
mod files;
mod http;
mod life;
mod mandelbrot;
mod primes;
mod sleep;
mod sort;
mod timely;
mod wordcount;

use crate::suite::Test;

/// All tests of all rows.
pub(crate) fn tests() -> Vec<Test> {
    let rows = [
        echo::tests(),
        database::postgresql::tests(),
        database::tests(),
        files::tests(),
        http::tests(),
        life::tests(),
        mandelbrot::tests(),
        primes::timely::tests(),
        primes::tests(),
        sleep::tests(),
        sort::tests(),
        wordcount::timely::tests(),
        wordcount::tests(),
    ];
    rows.into_iter().flatten().collect()
}
