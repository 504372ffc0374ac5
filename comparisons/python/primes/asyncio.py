"""Counts primes in tasks of asyncio.

Run it with `python3 -m comparisons.python.primes.asyncio`.

Unlike *sequential*, it makes a task per segment. That gains nothing: a task that computes has no
wait that another could use, and all tasks share one thread. While one of them computes, no other
moves, nor would any timer or connection of this program.
"""

import asyncio

from ..meanwhile import Limits, Meter, run
from .workload import Primes, Sieve


async def count_primes(below: int, _limits: Limits) -> int:
    """Counts the primes below a number, on the thread of the event loop."""
    sieve = Sieve(below)

    async def count(segment: int) -> int:
        # The task holds no `await`: once begun, it keeps the thread to the end.
        return sieve.count(segment)

    # At its end the group waits for all of its tasks.
    async with asyncio.TaskGroup() as group:
        counts = [group.create_task(count(segment)) for segment in sieve.segments()]
    return sum(count.result() for count in counts)


def main(below: int, limits: Limits, meter: Meter) -> int:
    with asyncio.Runner() as runner:
        return meter.measure(lambda: runner.run(count_primes(below, limits)))


if __name__ == "__main__":
    run(Primes(), "asyncio", main)
