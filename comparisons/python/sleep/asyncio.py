"""Waits with asyncio.

Run it with `python3 -m comparisons.python.sleep.asyncio`.

Unlike *sequential*, it makes a task per wait. A task that sleeps hands the one thread back to the
event loop, which meanwhile runs others.
"""

import asyncio

from ..meanwhile import Duration, Limits, Meter, run
from .workload import Outcome, Sleep, wait_async


async def wait_all(tasks: int, latency: Duration, limits: Limits) -> list[Outcome]:
    """Waits as often as there are tasks, at most `limits.in_flight` at a time."""
    semaphore = asyncio.Semaphore(limits.in_flight)

    async def wait() -> Outcome:
        # All tasks exist from the start, but only this many are past this line at once.
        async with semaphore:
            return await wait_async(latency, asyncio.sleep)

    # At its end the group waits for all of its tasks.
    async with asyncio.TaskGroup() as group:
        waits = [group.create_task(wait()) for _ in range(tasks)]
    return [wait.result() for wait in waits]


def main(job: tuple[int, Duration], limits: Limits, meter: Meter) -> list[Outcome]:
    with asyncio.Runner() as runner:
        return meter.measure(lambda: runner.run(wait_all(*job, limits)))


if __name__ == "__main__":
    run(Sleep(), "asyncio", main)
