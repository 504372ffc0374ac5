"""Counts primes in worker processes.

Run it with `python3 -m comparisons.python.primes.multiprocessing`.

Unlike *sequential*, it hands the segments to a pool of processes. Each of them is a Python of its
own, with an interpreter lock of its own, so they compute at the same time.
"""

from concurrent.futures import ProcessPoolExecutor

from ..meanwhile import Limits, Meter, run, worker_begins
from .workload import Primes, Sieve


def count_primes(below: int, limits: Limits) -> int:
    """Counts the primes below a number, in `limits.workers` processes."""
    segments = Sieve(below).segments()
    # Unlike `multiprocessing.Pool`, this pool raises an error if a worker dies.
    with ProcessPoolExecutor(limits.workers, initializer=begin, initargs=(below,)) as pool:
        # Each free worker gets the next segment. Its index is pickled, and the count comes back.
        return sum(pool.map(count, segments))


sieve: Sieve  # of this process, if it is a worker


def begin(below: int) -> None:
    """Prepares a worker process, which has memory of its own, and so a sieve of its own."""
    global sieve
    worker_begins()
    sieve = Sieve(below)


def count(segment: int) -> int:
    """Counts the primes of a segment in a worker process."""
    return sieve.count(segment)


def main(below: int, limits: Limits, meter: Meter) -> int:
    return meter.measure(count_primes, below, limits)


if __name__ == "__main__":
    run(Primes(), "multiprocessing", main)
