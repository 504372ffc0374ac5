"""Waits one time after the other: the baseline of the row in Python.

Run it with `python3 -m comparisons.python.sleep.sequential`.
"""

from ..meanwhile import Duration, Limits, Meter, run
from .workload import Outcome, Sleep, wait


def wait_all(tasks: int, latency: Duration, _limits: Limits) -> list[Outcome]:
    """Waits as often as there are tasks, one at a time."""
    # No wait begins before the last has ended: they add up.
    return [wait(latency) for _ in range(tasks)]


def main(job: tuple[int, Duration], limits: Limits, meter: Meter) -> list[Outcome]:
    return meter.measure(wait_all, *job, limits)


if __name__ == "__main__":
    run(Sleep(), "sequential", main)
