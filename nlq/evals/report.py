"""A run's report: JSON for programs, one HTML page for people. Everything in it that was typed or read is data."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from nlq.evals.run import summary
from nlq.evals.score import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.evals.run import Outcome

STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e3e6ea;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.right{color:#16703c}.wrong{color:#b3261e;font-weight:600}.asked,.declined{color:#7a5b00}.failed{color:#b3261e}
small{color:#5b636d}"""


def as_json(outcomes: Sequence[Outcome], about: dict[str, Any]) -> str:
    """The summary, what was run, and every case."""
    content = {"about": about, **summary(outcomes), "outcomes": [one.to_json() for one in outcomes]}
    return json.dumps(content, ensure_ascii=False, indent=1)


def as_html(outcomes: Sequence[Outcome], about: dict[str, Any]) -> str:
    """The same as a page: the counts, then the cases, those that are wrong first."""
    found = summary(outcomes)
    head = "".join(f"<th>{name}</th>" for name in ("", *VERDICTS))
    lines = [_line("all", found["verdicts"])]
    for group in ("languages", "expected", "families"):
        lines += [_line(name, counts) for name, counts in found[group].items()]
    order = {verdict: index for index, verdict in enumerate(("wrong", "failed", "asked", "declined", "right"))}
    cases = "".join(
        f'<tr><td class="{one.verdict}">{one.verdict}</td><td>{escape(one.case.question)}<br><small>{escape(one.case.id)}, '
        f"{escape(one.case.asker)}, expected: {one.case.expect}</small></td><td>{escape(one.reading or one.text)}</td>"
        f'<td class="n">{one.ms:.0f} ms</td></tr>'
        for one in sorted(outcomes, key=lambda one: order[one.verdict])
    )
    said = ", ".join(f"{escape(str(name))} {escape(str(value))}" for name, value in about.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>nlq eval</title><style>{STYLE}</style>'
        f"<h1>{found['cases']} questions</h1><p>{said}</p><table><tr>{head}</tr>{''.join(lines)}</table>"
        f"<table><tr><th></th><th>question</th><th>read as</th><th></th></tr>{cases}</table></html>"
    )


def as_text(outcomes: Sequence[Outcome]) -> str:
    """The counts as a table for a terminal, with every wrong answer named."""
    found = summary(outcomes)
    rows = [("all", found["verdicts"]), *found["languages"].items()]
    lines = [f"{'':<10}" + "".join(f"{verdict:>10}" for verdict in VERDICTS)]
    lines += [f"{name:<10}" + "".join(f"{counts[verdict]:>10}" for verdict in VERDICTS) for name, counts in rows]
    lines += [
        f"wrong  {one.case.id}: {one.case.question!r} was read as {one.reading!r}"
        for one in outcomes
        if one.verdict == "wrong"
    ]
    return "\n".join(lines)


def _line(name: str, counts: dict[str, int]) -> str:
    return (
        f"<tr><td>{escape(name)}</td>"
        + "".join(f'<td class="n">{counts[verdict]}</td>' for verdict in VERDICTS)
        + "</tr>"
    )
