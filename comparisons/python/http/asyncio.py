"""Fetches pages with asyncio.

Run it with `python3 -m comparisons.python.http.asyncio`.

Unlike *sequential*, it makes a task per page. A task that waits for its answer hands the one thread
back to the event loop, so this thread holds as many requests in flight as the limit allows.
"""

import asyncio

from ..meanwhile import Limits, Meter, run
from .workload import Http, Input, Outcome, Page, Settings, open_client


async def fetch_all(pages: list[Page], settings: Settings, limits: Limits) -> list[Outcome]:
    """Fetches all pages, at most `limits.in_flight` at a time."""
    semaphore = asyncio.Semaphore(limits.in_flight)
    async with open_client(settings) as client:

        async def fetch(page: Page) -> Outcome:
            # All tasks exist from the start, but only this many are past this line at once.
            async with semaphore:
                return await client.fetch(page)

        # At its end the group waits for all of its tasks. If this function is cancelled, or one of
        # the tasks raises an error, the group cancels the others.
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(fetch(page)) for page in pages]
    # The tasks ended in any order; the results go out in input order.
    return [task.result() for task in tasks]


def main(job: Input, limits: Limits, meter: Meter) -> list[Outcome]:
    with asyncio.Runner() as runner:
        return meter.measure(lambda: runner.run(fetch_all(job.pages, job.settings, limits)))


if __name__ == "__main__":
    run(Http(), "asyncio", main)
