"""Counts primes one segment after the other: the baseline of the row in Python.

Run it with `python3 -m comparisons.python.primes.sequential`.
"""

from ..meanwhile import Limits, Meter, run
from .workload import Primes, Sieve


def count_primes(below: int, _limits: Limits) -> int:
    """Counts the primes below a number, on one thread."""
    sieve = Sieve(below)
    # One core computes all the time, and any other has nothing to do.
    return sum(sieve.count(segment) for segment in sieve.segments())


def main(below: int, limits: Limits, meter: Meter) -> int:
    return meter.measure(count_primes, below, limits)


if __name__ == "__main__":
    run(Primes(), "sequential", main)
