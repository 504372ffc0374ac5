"""Fetches pages one after the other: the baseline of the row in Python.

Run it with `python3 -m comparisons.python.http.sequential`.
"""

from ..meanwhile import Limits, Meter, run
from .workload import Client, Http, Input, Outcome, Page, Settings


def fetch_all(pages: list[Page], settings: Settings, _limits: Limits) -> list[Outcome]:
    """Fetches all pages, one at a time."""
    client = Client(settings)
    # The next request is not sent before the last answer is here: the waits add up.
    return [client.fetch(page) for page in pages]


def main(job: Input, limits: Limits, meter: Meter) -> list[Outcome]:
    return meter.measure(fetch_all, job.pages, job.settings, limits)


if __name__ == "__main__":
    run(Http(), "sequential", main)
