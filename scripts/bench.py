"""Where the time of one answer goes, and how it compares with a bare program that opens the same file and runs one query.

    scripts/bench.py [--rounds N] [--count] [--build]

The two are run in turn, so that a busy machine slows both. Read the least of the rounds, and the ratio. --count counts the
instructions of each instead (needs valgrind), which no neighbour disturbs; --build times the demo's build and its parts.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NLQ = Path(sys.executable).parent / "nlq"
QUESTION = "Show me top performing stores in NCR"
BARE = """
import sys, typer, pydantic, sqlglot, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("SELECT store_id, sum(daily_revenue) FROM gold_daily_aggregates WHERE org_id = 'tingi' AND region = 'NCR' "
    "AND date_key BETWEEN DATE '2026-10-17' AND DATE '2026-11-15' GROUP BY store_id ORDER BY 2 DESC LIMIT 10").fetchall())
connection.close()
"""
WARM = (
    "total sales last month",
    QUESTION,
    "monthly revenue growth this year",
    "top 5 brands by units in Luzon excluding NCR",
)


def main() -> None:
    """Print a table for each thing measured."""
    from nlq.settings import load

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--count", action="store_true")
    options.add_argument("--build", action="store_true")
    given = options.parse_args()
    warehouse = load().warehouse
    if not warehouse.is_file():
        sys.exit("there is no warehouse: run `make demo` first")
    commands = {
        "bare: import, open, one query": [sys.executable, "-c", BARE, str(warehouse)],
        "nlq ask, from start to answer": [sys.executable, str(NLQ), "ask", QUESTION, "--format", "json"],
    }
    if given.count:
        _count(commands)
    else:
        _start_up(commands, given.rounds)
        _steps(given.rounds * 3)
    if given.build:
        _build()


def _start_up(commands: dict[str, list[str]], rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append((time.perf_counter() - started) * 1_000)
    base = min(next(iter(times.values())))
    print(f"{'start-up (ms)':<34}{'least':>8}{'median':>8}{'ratio':>8}")
    for name, found in times.items():
        print(f"{name:<34}{min(found):>8.0f}{sorted(found)[len(found) // 2]:>8.0f}{min(found) / base:>8.2f}")


def _count(commands: dict[str, list[str]]) -> None:
    """Instructions, as callgrind counts them."""
    if shutil.which("valgrind") is None:
        sys.exit("--count needs valgrind")
    base = 0
    print(f"{'start-up (million instructions)':<34}{'count':>8}{'ratio':>8}")
    for name, command in commands.items():
        watched = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", *command]
        said = subprocess.run(watched, check=True, capture_output=True, text=True).stderr
        count = int(re.findall(r"Collected : (\d+)", said)[-1])
        base = base or count
        print(f"{name:<34}{count / 1e6:>8.0f}{count / base:>8.2f}")


def _build() -> None:
    """The demo's build at scale 1, and what of it is making the silver rows."""
    from nlq.warehouse.demo import build

    spent: dict[str, float] = {}
    last = time.perf_counter()

    def tell(label: str, _done: float) -> None:
        nonlocal last
        now = time.perf_counter()
        spent[label.split(" from ", maxsplit=1)[0]] = spent.get(label.split(" from ", maxsplit=1)[0], 0.0) + now - last
        last = now

    with tempfile.TemporaryDirectory() as folder:
        summary = build(Path(folder) / "demo.duckdb", progress=tell)
    silver = spent["sales"]
    print(
        f"\n{'build of the demo (s)':<34}{summary.seconds:>8.1f}{summary.seconds / silver:>8.2f} of its silver rows alone"
    )
    print(f"{'silver rows':<34}{silver:>8.1f}\n{'megabytes':<34}{summary.bytes / 1e6:>8.0f}")


def _steps(rounds: int) -> None:
    from nlq.api import Assistant

    names = ("read", "plan", "compile", "guard", "execute", "answer", "total")
    print(f"\n{'warm (ms, median of ' + str(rounds) + ')':<52}" + "".join(f"{name:>9}" for name in names))
    with Assistant.open_sync() as assistant:
        principal = assistant.settings.principal(None)
        for question in WARM:
            found = [assistant.ask(question, principal).timings.to_json() for _ in range(rounds)]
            middle = {name: sorted(one[name] or 0.0 for one in found)[rounds // 2] for name in names}
            print(f"{question:<52}" + "".join(f"{middle[name]:>9.2f}" for name in names))


if __name__ == "__main__":
    main()
