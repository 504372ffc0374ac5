"""Waits on a pool of threads.

Run it with `python3 -m comparisons.python.sleep.threading`.

Unlike *sequential*, it has as many threads as may wait at once. A thread that sleeps has released
the interpreter lock, so the others can go on: for waiting, Python's threads are as good as any.
"""

from concurrent.futures import ThreadPoolExecutor

from ..meanwhile import Duration, Limits, Meter, run
from .workload import Outcome, Sleep, wait


def wait_all(tasks: int, latency: Duration, limits: Limits) -> list[Outcome]:
    """Waits as often as there are tasks, at most `limits.in_flight` at a time."""
    # The pool starts a thread whenever none is idle, up to this limit.
    with ThreadPoolExecutor(limits.in_flight) as pool:
        # Each free thread takes the next wait; the results come in input order.
        return list(pool.map(wait, [latency] * tasks))


def main(job: tuple[int, Duration], limits: Limits, meter: Meter) -> list[Outcome]:
    return meter.measure(wait_all, *job, limits)


if __name__ == "__main__":
    run(Sleep(), "threading", main)
