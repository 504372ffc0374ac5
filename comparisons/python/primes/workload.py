"""The row `primes` without its concurrency: the sieve, its segments, and the answer.

It is the sieve of the Rust versions (examples-cpu/primes/workload/src/sieve.rs says why it is
right), with the same segments. Rust strikes one byte after the other. Here a slice of a `bytearray`
strikes many in one go: its loop runs in C, inside the interpreter.
"""

import contextlib
import math
from argparse import ArgumentParser, Namespace
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from ..meanwhile import Answer, Limits, Plan, Unit, Usage, count, plural

MOST = 10**12

# The loop of the tutorials is for small numbers only: beyond this it would take minutes.
MOST_OF_NAIVE = 1_000_000

# A prime above 5 leaves one of these when divided by 30. There is a plane of bytes for each: byte k
# of plane r stands for the number 30 * k + r.
REMAINDERS = (1, 7, 11, 13, 17, 19, 23, 29)


class Sieve:
    """The plan shared by all workers: cheap to build, and never changed afterwards."""

    def __init__(self, below: int) -> None:
        root = math.isqrt(below)
        block = max(32 * 1024, 1 << (max(root // 4, 1) - 1).bit_length())
        self.below = below
        self.segment_len = 30 * 8 * block
        self.base_primes = primes_up_to(max(root, 5))
        # A prime p strikes every p-th byte in all planes; the inverse of 30 tells where it begins.
        self.sieving = [(p, pow(30, -1, p)) for p in self.base_primes if p > 5]

    def segments(self) -> range:
        """The indices of the segments, which together hold every number less than `below` once."""
        return range(-(-self.below // self.segment_len))

    def count(self, segment: int) -> int:
        """Counts the primes in the segment with this index: the unit of work."""
        with Unit(segment):
            start = segment * self.segment_len
            end = min(self.below, start + self.segment_len)
            survivors = sum(self._survivors(r, start, end) for r in REMAINDERS)
            # Base primes were struck as multiples of themselves. 1 survived, and is no prime.
            base = bisect_left(self.base_primes, end) - bisect_left(self.base_primes, start)
            return survivors + base - (start <= 1 < end)

    def _survivors(self, remainder: int, start: int, end: int) -> int:
        """Counts the bytes of one plane that no base prime strikes."""
        first_byte, end_byte = (start + 29 - remainder) // 30, (end + 29 - remainder) // 30
        size = end_byte - first_byte
        plane = bytearray(b"\x01") * size
        for prime, inverse_of_30 in self.sieving:
            first = -(first_byte + remainder * inverse_of_30) % prime
            if first < size:
                plane[first::prime] = bytes((size - first - 1) // prime + 1)
        return plane.count(1)


def primes_up_to(limit: int) -> list[int]:
    """All primes up to `limit`, found by the plain sieve of Eratosthenes."""
    is_prime = bytearray(b"\x00\x00") + bytearray(b"\x01") * (limit - 1)
    for number in range(2, math.isqrt(limit) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = bytes((limit - number * number) // number + 1)
    return [number for number in range(limit + 1) if is_prime[number]]


class Primes:
    """Counts the primes below a number."""

    NAME = "primes"
    UNIT = "segment"
    COMPUTES = True

    def __init__(self, most: int = MOST) -> None:
        self.most = most

    def add_arguments(self, parser: ArgumentParser) -> None:
        below: dict[str, Any] = {"metavar": "N", "type": count(most=MOST), "default": 10**9}
        about = "count the primes below this number [default: 1000000000]"
        parser.add_argument("--below", **below, help=about)

    def check(self, arguments: Namespace) -> None:
        if arguments.below > self.most:
            raise Usage(f"this version is for --below up to {self.most}")

    @contextlib.contextmanager
    def prepare(self, arguments: Namespace) -> Iterator[int]:
        yield arguments.below

    def plan(self, below: int, _: Namespace, limits: Limits) -> Plan:
        units = len(Sieve(below).segments())
        segments = f"{plural(units, 'segment')} for {plural(limits.workers, 'worker')}"
        return Plan(f"the primes below {below:,}, {segments}", {"below": below}, units)

    def answer(self, _: int, primes: int) -> Answer:
        noun = "prime" if primes == 1 else "primes"
        return Answer(f"counted {primes:,} {noun}", {"primes": primes}, [])

    def about(self, _: str) -> dict[str, str]:
        return {}
