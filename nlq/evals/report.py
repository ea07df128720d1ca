"""A run's reports: JSON for programs, text for a terminal, Markdown for a review, JUnit for CI. The page is `page`'s."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from nlq.evals.score import VERDICTS
from nlq.evals.stats import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.evals.run import Outcome


def as_json(outcomes: Sequence[Outcome], about: dict[str, Any]) -> str:
    """The summary, what was run, and every case."""
    content = {"about": about, **summary(outcomes), "outcomes": [one.to_json() for one in outcomes]}
    return json.dumps(content, ensure_ascii=False, indent=1)


def as_text(outcomes: Sequence[Outcome]) -> str:
    """The counts as a table for a terminal, with every wrong answer named."""
    found = summary(outcomes)
    rows = [("all", found["verdicts"]), *found["languages"].items()]
    lines = [f"{'':<10}" + "".join(f"{verdict:>10}" for verdict in VERDICTS)]
    lines += [f"{name:<10}" + "".join(f"{counts[verdict]:>10}" for verdict in VERDICTS) for name, counts in rows]
    lines += ["", *rates(found)]
    lines += [
        f"wrong  {one.case.id}: {one.case.question!r} was read as {one.reading!r}"
        for one in outcomes
        if one.verdict == "wrong"
    ]
    return "\n".join(lines)


def rates(found: dict[str, Any]) -> list[str]:
    """The rates with their intervals, what was agreed on and wrong, and how long it took, a line each."""
    told = []
    for verdict in ("right", "wrong"):
        rate = found["rates"][verdict]
        told.append(
            f"{verdict}  {rate['rate']:.1%} of {found['counted']} (95 %: {rate['low']:.1%} to {rate['high']:.1%})"
        )
    told += [f"{one['right']} of {one['answered']} answers right where the reading is {one['kind']} (95 %: from {one['low']:.1%})" for one in found["kinds"]]  # fmt: skip
    latency = found["latency_ms"]
    return [*told, f"agreed and wrong  {found['agreed_and_wrong']}", f"a question  p50 {latency['p50']:.0f} ms, p95 {latency['p95']:.0f} ms"]  # fmt: skip


def as_markdown(outcomes: Sequence[Outcome], about: dict[str, Any]) -> str:
    """The same for a review: the counts by language and by family, and every case that is not right."""
    found = summary(outcomes)
    said = ", ".join(f"{name} {value}" for name, value in about.items())
    lines = [f"# {found['cases']} questions", "", said, "", *(f"- {line}" for line in rates(found)), ""]
    for group in ("languages", "families"):
        lines += [f"| {group} | {' | '.join(VERDICTS)} |", "|---|" + "---:|" * len(VERDICTS)]
        lines += [f"| {_cell(name)} | {' | '.join(str(counts[verdict]) for verdict in VERDICTS)} |" for name, counts in found[group].items()]  # fmt: skip
        lines.append("")
    lines += ["| verdict | case | question | read as |", "|---|---|---|---|"]
    lines += [f"| {one.verdict} | {_cell(one.case.id)} | {_cell(one.case.question)} | {_cell(one.reading or one.text)} |"
              for verdict in ("wrong", "failed", "asked", "declined") for one in outcomes if one.verdict == verdict]  # fmt: skip
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def as_junit(outcomes: Sequence[Outcome]) -> str:
    """A test case each: wrong is a failure, failed an error; what was asked back or declined is skipped, with what was said."""
    suites = ET.Element("testsuites")
    for family in sorted({one.case.family for one in outcomes}):
        mine = [one for one in outcomes if one.case.family == family]
        suite = ET.SubElement(suites, "testsuite", name=_plain(family), tests=str(len(mine)))
        for verdict, kind in (("wrong", "failures"), ("failed", "errors"), ("asked", "skipped")):
            several = ("asked", "declined") if verdict == "asked" else (verdict,)
            suite.set(kind, str(sum(one.verdict in several for one in mine)))
        for one in mine:
            case = ET.SubElement(suite, "testcase", name=_plain(f"{one.case.id}: {one.case.question}"), classname=_plain(family), time=f"{one.ms / 1_000:.3f}")  # fmt: skip
            if one.verdict != "right":
                kind = {"wrong": "failure", "failed": "error"}.get(one.verdict, "skipped")
                ET.SubElement(case, kind, message=_plain(f"{one.verdict}: {one.reading or one.text}"))
    return ET.tostring(suites, encoding="unicode", xml_declaration=True)


def _plain(text: str) -> str:
    """Text that XML may hold: no control characters."""
    return "".join(one if one.isprintable() else " " for one in text)
