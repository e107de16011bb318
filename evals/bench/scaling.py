"""How many machines a large archive takes, by simulation from measured costs: `python -m evals.bench.scaling`.

The archive is cut by month. A machine of the search tier has some months' vectors and words; a question that names its
time goes to the machines of those months, any other to one machine of each group that holds all months together. A
machine of the answer tier encodes the question, fuses what comes back, and reads the best. Arrivals are Poisson;
a step takes its median times a lognormal spread that gives the measured ratio of 99th percentile to median; a machine
takes as many steps at once as it has cores, first come, first served. Machines are added to a tier, one group or one
machine at a time, until the whole answer's 99th percentile is under --limit.

The costs are those of one run of `qa bench` (COSTS below); a machine is --cores cores like those.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MONTHS = 240
"""Of the archive: twenty years."""
SEED = 1
QUESTIONS = 4_000
"""Simulated for each arrangement; the first tenth is not counted."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured on one machine."""

    search: dict[int, float]
    """Core seconds of searching by words and meaning, by passages."""
    answer: float
    """Core seconds of all else: encoding the question, reading the best passages, composing the answer."""
    spread: float
    """99th percentile of a step over its median."""
    memory: float
    """Bytes a passage that a machine holds to search it."""
    disk: float
    """Bytes a passage on disk."""
    encode: float
    """Passages a second that a core encodes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An arrangement of machines."""

    shards: int
    """Machines that hold all months together, each its own."""
    groups: int
    """How many times that is there."""
    answering: int
    """Machines of the answer tier."""

    @property
    def machines(self) -> int:
        """All of them."""
        return self.shards * self.groups + self.answering


class Machine:
    """Cores that take steps in the order in which they come."""

    def __init__(self, cores: int) -> None:
        """All idle."""
        self._free = [0.0] * cores

    def done(self, at: float, seconds: float) -> float:
        """When a step that comes at `at` and takes `seconds` is done; calls must come in the order of `at`."""
        started = max(at, heapq.heappop(self._free))
        heapq.heappush(self._free, started + seconds)
        return started + seconds


def search_seconds(costs: Costs, passages: float) -> float:
    """Between and beyond the measured sizes, as a power of the size."""
    sizes = sorted(costs.search)
    logs = [math.log(size) for size in sizes]
    times = [math.log(costs.search[size]) for size in sizes]
    place = min(max(int(np.searchsorted(logs, math.log(passages))), 1), len(sizes) - 1)
    slope = (times[place] - times[place - 1]) / (logs[place] - logs[place - 1])
    return math.exp(times[place - 1] + slope * (math.log(passages) - logs[place - 1]))


def simulate(costs: Costs, plan: Plan, passages: int, rate: float, dated: float, cores: int) -> list[float]:
    """Seconds from question to answer, of QUESTIONS questions.

    Args:
        costs: Of a step.
        plan: The machines.
        passages: In the whole archive, alike in each month.
        rate: Questions a second.
        dated: Share of questions that name their time: a month, on one machine.
        cores: Of a machine.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same each time
    sigma = math.log(costs.spread) / 2.326  # the 99th percentile of a standard normal
    searching = [[Machine(cores) for _ in range(plan.shards)] for _ in range(plan.groups)]
    answering = [Machine(cores) for _ in range(plan.answering)]
    whole, month = (search_seconds(costs, passages / parts) for parts in (plan.shards, MONTHS))
    at, found = 0.0, list[tuple[float, float]]()
    for number in range(QUESTIONS):
        at += chance.expovariate(rate)
        group = searching[number % plan.groups]
        if chance.random() < dated:
            ends = [chance.choice(group).done(at, month * chance.lognormvariate(0, sigma))]
        else:
            ends = [machine.done(at, whole * chance.lognormvariate(0, sigma)) for machine in group]
        found.append((max(ends), at))
    seconds = []
    for number, (searched, asked) in enumerate(sorted(found)):
        done = answering[number % plan.answering].done(searched, costs.answer * chance.lognormvariate(0, sigma))
        seconds.append(done - asked)
    return seconds[QUESTIONS // 10 :]


def smallest(costs: Costs, options: argparse.Namespace, passages: int, rate: float) -> tuple[Plan, float]:
    """The fewest machines whose 99th percentile is under the limit, and that percentile."""
    held = costs.memory * passages
    shards = max(1, math.ceil(held / (options.memory * 1e9)))
    load = (1 - options.dated) * shards * search_seconds(costs, passages / shards)
    groups = max(1, math.ceil(rate * load / (shards * options.cores)))
    answering = max(1, math.ceil(rate * costs.answer / options.cores))
    while True:
        plan = Plan(shards, groups, answering)
        slow = float(np.quantile(simulate(costs, plan, passages, rate, options.dated, options.cores), 0.99))
        if slow <= options.limit:
            return plan, slow
        # Whichever tier is worked harder gets more.
        searched = rate * load / (shards * groups * options.cores)
        answered = rate * costs.answer / (answering * options.cores)
        groups, answering = (groups + 1, answering) if searched > answered else (groups, answering + 1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, nargs="+", default=[10**6, 10**7, 10**8])
    parser.add_argument("--rates", type=float, nargs="+", default=[1, 30, 1000])
    parser.add_argument("--dated", type=float, default=0.2)
    parser.add_argument("--cores", type=int, default=16)
    parser.add_argument("--memory", type=float, default=64, help="GB of a machine that passages may fill")
    parser.add_argument("--limit", type=float, default=1.0, help="seconds that the 99th percentile may take")
    options = parser.parse_args(arguments)
    print("| passages | questions/s | search machines | answer machines | p99, s | disk, GB | to encode, core hours |")
    print("|---|---|---|---|---|---|---|")
    for passages in options.passages:
        for rate in options.rates:
            plan, slow = smallest(COSTS, options, passages, rate)
            tier = f"{plan.shards} × {plan.groups}"
            disk, hours = COSTS.disk * passages / 1e9, passages / COSTS.encode / 3600
            print(
                f"| {passages:,} | {rate:g} | {tier} | {plan.answering} | {slow:.2f} | {disk:,.0f} | {hours:,.0f} |",
                flush=True,
            )


COSTS = Costs(
    search={931: 0.006, 938_426: 0.024},
    answer=0.3,
    spread=2.8,
    memory=2_450,
    disk=6_800,
    encode=36,
)

if __name__ == "__main__":
    main()
