"""Fetches pages on a pool of threads.

Run it with `python3 -m comparisons.python.http.threading`.

Unlike *sequential*, it has as many threads as requests may be in flight. A thread that waits for
its answer has released the interpreter lock, so the others can go on.
"""

from concurrent.futures import ThreadPoolExecutor

from ..meanwhile import Limits, Meter, run
from .workload import Client, Http, Input, Outcome, Page, Settings


def fetch_all(pages: list[Page], settings: Settings, limits: Limits) -> list[Outcome]:
    """Fetches all pages, at most `limits.in_flight` at a time."""
    # All threads share the client, and with it the connections that it keeps.
    client = Client(settings)
    with ThreadPoolExecutor(limits.in_flight) as pool:
        # Each free thread takes the next page; the results come in input order.
        return list(pool.map(client.fetch, pages))


def main(job: Input, limits: Limits, meter: Meter) -> list[Outcome]:
    return meter.measure(fetch_all, job.pages, job.settings, limits)


if __name__ == "__main__":
    run(Http(), "threading", main)
