"""Waits in worker processes.

Run it with `python3 -m comparisons.python.sleep.multiprocessing`.

Unlike *sequential*, it hands the waits to a pool of processes. Each of them is a Python of its own,
with a lock of its own. For waiting that is far more than is needed.
"""

from concurrent.futures import ProcessPoolExecutor

from ..meanwhile import WORKER, Duration, Limits, Meter, room_for, run, worker_begins
from .workload import Outcome, Sleep, wait


def wait_all(tasks: int, latency: Duration, limits: Limits) -> list[Outcome]:
    """Waits as often as there are tasks, at most `limits.in_flight` at a time."""
    # Unlike `multiprocessing.Pool`, this pool raises an error if a worker dies.
    with ProcessPoolExecutor(limits.in_flight, initializer=worker_begins) as pool:
        # Arguments and results are pickled, and travel through pipes.
        return list(pool.map(wait, [latency] * tasks))


def main(job: tuple[int, Duration], limits: Limits, meter: Meter) -> list[Outcome]:
    room_for(limits.in_flight, "worker processes", WORKER)
    return meter.measure(wait_all, *job, limits)


if __name__ == "__main__":
    run(Sleep(), "multiprocessing", main)
