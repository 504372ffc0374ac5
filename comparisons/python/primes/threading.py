"""Counts primes on a pool of threads.

Run it with `python3 -m comparisons.python.primes.threading`.

Unlike *sequential*, it has a thread per worker. In Python's usual build, though, only the thread
that holds the interpreter lock runs: the threads take turns, and one core is busy at a time. In a
free-threaded build (python3.13t and later) there is no such lock.
"""

from concurrent.futures import ThreadPoolExecutor

from ..meanwhile import Limits, Meter, run
from .workload import Primes, Sieve


def count_primes(below: int, limits: Limits) -> int:
    """Counts the primes below a number, on `limits.workers` threads."""
    sieve = Sieve(below)
    with ThreadPoolExecutor(limits.workers) as pool:
        # Each free thread takes the next segment. They all read the same sieve.
        return sum(pool.map(sieve.count, sieve.segments()))


def main(below: int, limits: Limits, meter: Meter) -> int:
    return meter.measure(count_primes, below, limits)


if __name__ == "__main__":
    run(Primes(), "threading", main)
