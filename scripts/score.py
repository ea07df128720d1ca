"""Score a set of questions by executed results: right, wrong, asked, declined. The held-out set is looked at only as this score.

scripts/score.py [FILE]        without a file: evals/held_out/first.yaml
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import yaml

from nlq.api import Assistant
from nlq.drivers.duckdb import connect

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "questions"))


def main() -> None:
    """Print the counts, and nothing about single cases."""
    from test_questions import agree

    source = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "evals" / "held_out" / "first.yaml"
    cases = yaml.safe_load(source.read_text(encoding="utf-8"))
    counts: Counter[str] = Counter()
    with Assistant.open_sync(ROOT / "nlq.toml") as assistant, connect() as raw:
        raw.execute(f"ATTACH '{assistant.settings.warehouse}' AS warehouse (READ_ONLY)")
        raw.execute("USE warehouse")
        for case in cases["answered"]:
            answer = assistant.ask(case["question"], assistant.settings.principal(case["as"]))
            right = answer.status == "answered" and agree(
                answer.rows, raw.execute(case["sql"]).fetchall(), ordered=case["ordered"]
            )
            counts["right" if right else "WRONG" if answer.status == "answered" else answer.status] += 1
        for case in cases["not_answered"]:
            answer = assistant.ask(case["question"], assistant.settings.principal(case["as"]))
            held = answer.status in case["expect"] or (answer.status == "declined" and "declined" in case["expect"])
            counts["not answered, rightly" if held else f"not answered: WRONG ({answer.status})"] += 1
    total = sum(counts.values())
    for name, count in counts.most_common():
        print(f"{count:4d}  {count / total:6.1%}  {name}")


if __name__ == "__main__":
    main()
