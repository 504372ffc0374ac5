"""Fetches pages in worker processes.

Run it with `python3 -m comparisons.python.http.multiprocessing`.

Unlike *sequential*, it hands the pages to a pool of processes. Each of them waits for its own page.
They share no memory, so pages and outcomes are pickled and travel through pipes, and each has
connections of its own.
"""

from concurrent.futures import ProcessPoolExecutor

from ..meanwhile import WORKER, Limits, Meter, room_for, run, worker_begins
from .workload import Client, Http, Input, Outcome, Page, Settings


def fetch_all(pages: list[Page], settings: Settings, limits: Limits) -> list[Outcome]:
    """Fetches all pages, at most `limits.in_flight` at a time."""
    # A worker has one page in hand, so the number of workers bounds the requests in flight. Unlike
    # `multiprocessing.Pool`, this pool raises an error if a worker dies.
    with ProcessPoolExecutor(limits.in_flight, initializer=begin, initargs=(settings,)) as pool:
        # Each free worker gets the next page; the results come in input order.
        return list(pool.map(fetch, pages))


client: Client  # of this process, if it is a worker


def begin(settings: Settings) -> None:
    """Prepares a worker process."""
    global client
    worker_begins()
    client = Client(settings)


def fetch(page: Page) -> Outcome:
    """Fetches a page in a worker process."""
    return client.fetch(page)


def main(job: Input, limits: Limits, meter: Meter) -> list[Outcome]:
    room_for(limits.in_flight, "worker processes", WORKER)
    return meter.measure(fetch_all, job.pages, job.settings, limits)


if __name__ == "__main__":
    run(Http(), "multiprocessing", main)
