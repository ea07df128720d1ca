"""A run's report as one HTML page that opens offline, charts in it. Everything in it that was typed or read is data."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from nlq.evals.report import rates
from nlq.evals.score import VERDICTS
from nlq.evals.stats import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.evals.run import Outcome

STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0 2rem}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e3e6ea;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.right{color:#16703c}.wrong{color:#b3261e;font-weight:600}.asked,.declined{color:#7a5b00}.failed{color:#b3261e}
small{color:#5b636d}figure{display:inline-block;margin:0 2rem 1rem 0}svg text{font:12px system-ui,sans-serif;fill:#1b1f24}"""
WIDE, HIGH, EDGE = 360, 220, 40  # of a chart, and what its axes take


def as_html(outcomes: Sequence[Outcome], about: dict[str, Any]) -> str:
    """The counts, two charts, then the cases, those that are wrong first."""
    found = summary(outcomes)
    head = "".join(f"<th>{name}</th>" for name in ("", *VERDICTS))
    lines = [_line("all", found["verdicts"])]
    for group in ("languages", "expected", "families"):
        lines += [_line(name, counts) for name, counts in found[group].items()]
    order = {verdict: index for index, verdict in enumerate(("wrong", "failed", "asked", "declined", "right"))}
    cases = "".join(_case(one) for one in sorted(outcomes, key=lambda one: order[one.verdict]))
    said = ", ".join(f"{escape(str(name))} {escape(str(value))}" for name, value in about.items())
    told = "".join(f"<li>{escape(line)}</li>" for line in rates(found))
    charts = _calibration(found, "calibration", "level") + _calibration(found, "kinds", "kind") + _coverage(found)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>nlq eval</title><style>{STYLE}</style>'
        f"<h1>{found['cases']} questions</h1><p>{said}</p><ul>{told}</ul>{charts}"
        f"<table><tr>{head}</tr>{''.join(lines)}</table>"
        f"<table><tr><th></th><th>question</th><th>read as</th><th></th></tr>{cases}</table></html>"
    )


def _line(name: str, counts: dict[str, int]) -> str:
    return (
        f"<tr><td>{escape(name)}</td>"
        + "".join(f'<td class="n">{counts[verdict]}</td>' for verdict in VERDICTS)
        + "</tr>"
    )


def _case(one: Outcome) -> str:
    before = "".join(f"{escape(turn)} → " for turn in one.case.turns)
    return (
        f'<tr><td class="{one.verdict}">{one.verdict}</td><td>{before}{escape(one.case.question)}<br><small>{escape(one.case.id)}, '
        f"{escape(one.case.asker)}, expected: {one.case.expect}</small></td><td>{escape(one.reading or one.text)}</td>"
        f'<td class="n">{one.ms:.0f} ms</td></tr>'
    )


def _calibration(found: dict[str, Any], of: str, each: str) -> str:
    """Of each level of confidence, or kind of reading, the rate of right answers with its interval."""
    shown = [one for one in found[of] if one["answered"]]
    parts = []
    for place, one in enumerate(shown):
        x = EDGE + (place + 0.5) * (WIDE - EDGE) / len(shown)
        rate = one["right"] / one["answered"]
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(one["low"])}" y2="{_y(one["high"])}" stroke="#5b636d"/>')
        parts.append(f'<circle cx="{x:.1f}" cy="{_y(rate)}" r="5" fill="#16703c"><title>{one["right"]} of {one["answered"]} right</title></circle>')  # fmt: skip
        parts.append(f'<text x="{x:.1f}" y="{HIGH - 12}" text-anchor="middle">{escape(one[each])} ({one["answered"]})</text>')  # fmt: skip
    return _chart(f"Right answers by {'confidence' if each == 'level' else 'kind of reading'}, 95 %", parts)


def _coverage(found: dict[str, Any]) -> str:
    """How many of the answers are wrong, by how many questions are answered."""
    points = [(one["coverage"], one["risk"], one["from"]) for one in found["coverage"] if one["answered"]]
    line = " ".join(f"{_x(share):.1f},{_y(risk)}" for share, risk, _ in points)
    parts = [f'<polyline points="{line}" fill="none" stroke="#b3261e"/>']
    parts += [f'<circle cx="{_x(share):.1f}" cy="{_y(risk)}" r="4" fill="#b3261e"><title>{escape(name)} and surer: {share:.0%} answered, {risk:.1%} of them wrong</title></circle>'
              for share, risk, name in points]  # fmt: skip
    parts.append(
        f'<text x="{WIDE / 2}" y="{HIGH - 12}" text-anchor="middle">answered, of all questions: 0 to 100 %</text>'
    )
    return _chart("Wrong answers by coverage", parts)


def _chart(title: str, parts: list[str]) -> str:
    axes = "".join(f'<line x1="{EDGE}" x2="{WIDE}" y1="{_y(at)}" y2="{_y(at)}" stroke="#e3e6ea"/><text x="4" y="{_y(at) + 4}">{at:.0%}</text>'
                   for at in (0.0, 0.5, 1.0))  # fmt: skip
    return f'<figure><figcaption>{title}</figcaption><svg width="{WIDE}" height="{HIGH}" role="img" aria-label="{title}">{axes}{"".join(parts)}</svg></figure>'


def _y(share: float) -> float:
    return round(10 + (1 - share) * (HIGH - EDGE - 10), 1)


def _x(share: float) -> float:
    return EDGE + share * (WIDE - EDGE - 10)
