"""Counts primes as tutorials do: by trial division.

Run it with `python3 -m comparisons.python.primes.naive --below 100000`.

It is here to be compared with *sequential*: a better algorithm, in the same language and on one
core, gains more than all the cores of a machine. It is slow, so it takes small numbers only.
"""

import math

from ..meanwhile import Limits, Meter, Unit, run
from .workload import MOST_OF_NAIVE, Primes


def count_primes(below: int, _limits: Limits) -> int:
    """Counts the primes below a number, on one thread."""
    with Unit():
        return sum(is_prime(number) for number in range(2, below))


def is_prime(number: int) -> bool:
    """Whether nothing from 2 up to its square root divides the number."""
    for divisor in range(2, math.isqrt(number) + 1):
        if number % divisor == 0:
            return False
    return True


def main(below: int, limits: Limits, meter: Meter) -> int:
    return meter.measure(count_primes, below, limits)


if __name__ == "__main__":
    run(Primes(most=MOST_OF_NAIVE), "naive", main)
