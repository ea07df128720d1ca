"""Where the time of one answer goes, and how it compares with a bare program that opens the same file and runs one query.

    scripts/bench.py [ROUNDS]

The two are run in turn, so that a busy machine slows both. Read the least of the rounds, and the ratio.
"""

from __future__ import annotations

import os
import subprocess
import sys
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
    """Print two tables."""
    from nlq.settings import load

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    warehouse = load().warehouse
    if not warehouse.is_file():
        sys.exit("there is no warehouse: run `make demo` first")
    _start_up(str(warehouse), rounds)
    _steps(rounds * 3)


def _start_up(warehouse: str, rounds: int) -> None:
    commands = {
        "bare: import, open, one query": [sys.executable, "-c", BARE, warehouse],
        "nlq ask, from start to answer": [str(NLQ), "ask", QUESTION, "--format", "json"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
            times[name].append((time.perf_counter() - started) * 1_000)
    base = min(times["bare: import, open, one query"])
    print(f"{'start-up (ms)':<34}{'least':>8}{'median':>8}{'ratio':>8}")
    for name, found in times.items():
        print(f"{name:<34}{min(found):>8.0f}{sorted(found)[len(found) // 2]:>8.0f}{min(found) / base:>8.2f}")


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
