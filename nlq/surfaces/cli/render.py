"""An Answer on a terminal, or as JSON, CSV or Markdown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from nlq.answer import chart
from nlq.answer.figures import cells, shown, without_totals

if TYPE_CHECKING:
    from rich.console import Console

    from nlq.values import Answer

SHOWN_ROWS = 50
BARS = 40


def render(answer: Answer, format_: str) -> None:
    """Print an answer to stdout; with json, csv and md nothing else goes there."""
    if format_ == "json":
        print(answer.to_json_text(indent=2 if sys.stdout.isatty() else None))
    elif format_ == "csv":
        _csv(answer)
    elif format_ == "md":
        _markdown(answer)
    else:
        _terminal(answer)


def _csv(answer: Answer) -> None:
    """The rows alone; why there are none goes to stderr."""
    from nlq.answer.export import csv_text  # noqa: PLC0415

    if answer.status != "answered":
        print(f"nlq: {answer.text}", file=sys.stderr)
        return
    print(csv_text([column.name for column in answer.columns], answer.rows), end="")


def _markdown(answer: Answer) -> None:
    """The reading, a table, the sentence and the assumptions."""
    print(f"**{_escaped(answer.reading or answer.question)}**\n")
    if answer.rows:
        print("| " + " | ".join(_escaped(column.label) for column in answer.columns) + " |")
        print("|" + "|".join("---:" if column.role == "metric" else "---" for column in answer.columns) + "|")
        for row in answer.rows:
            print("| " + " | ".join(_escaped(cell) for cell in cells(row, answer.columns)) + " |")
        print()
    print(_escaped(answer.text))
    for option in answer.options:
        print(f"- {_escaped(option.label)}")
    for assumption in answer.assumptions:
        print(f"- assumed: {_escaped(assumption.text)}")


def _escaped(text: str) -> str:
    """Stored text is data: nothing in it is Markdown or HTML."""
    for letter in "\\|*_`<>[]#":
        text = text.replace(letter, f"\\{letter}" if letter not in "<>" else {"<": "&lt;", ">": "&gt;"}[letter])
    return text.replace("\n", " ")


def _terminal(answer: Answer) -> None:
    """Everything there is to an answer, in the order in which people look at it."""
    from rich.console import Console  # noqa: PLC0415 - not needed for the other formats

    console = Console(highlight=False, soft_wrap=False)
    if answer.reading:
        console.print(_line("Reading", answer.reading))
    if answer.status != "answered":
        console.print(_line(answer.status.capitalize(), answer.text))
        for number, option in enumerate(answer.options, 1):
            console.print(f"  {number}. ", option.label, markup=False)
        if answer.suggestions:
            console.print(_line("Try", " · ".join(answer.suggestions)))
        return
    if answer.rows:
        console.print()
        _table(console, answer)
        _bars(console, answer)
    console.print()
    console.print(answer.text or "Nothing was run.", markup=False)
    _foot(console, answer)


def _line(label: str, text: str) -> Any:
    from rich.text import Text  # noqa: PLC0415

    return Text.assemble((f"{label}  ", "bold"), text)


def _table(console: Console, answer: Answer) -> None:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in answer.columns:
        table.add_column(
            column.label, justify="right" if column.role == "metric" else "left", no_wrap=column.role == "metric"
        )
    for row in answer.rows[:SHOWN_ROWS]:
        table.add_row(*(Text(cell) for cell in cells(row, answer.columns)))
    console.print(table)
    if len(answer.rows) > SHOWN_ROWS:
        console.print(f"… and {len(answer.rows) - SHOWN_ROWS:,} more rows (--format csv gives all)", style="dim")
    if answer.truncated:
        console.print("The rows were cut at the limit of this deployment.", style="yellow")


def _bars(console: Console, answer: Answer) -> None:
    """The same chart as the Vega-Lite one, in characters."""
    from rich.text import Text  # noqa: PLC0415

    columns, rows = without_totals(answer.columns, answer.rows)
    picked = chart.choose(columns, rows)
    if picked is None:
        return
    rows = rows[:SHOWN_ROWS]
    x, y = columns[picked.x], columns[picked.y]
    names = [shown(row[picked.x], x) for row in rows]
    if picked.series is not None:
        names = [
            f"{name}, {shown(row[picked.series], columns[picked.series])}"
            for name, row in zip(names, rows, strict=True)
        ]
    figures = [float(row[picked.y]) if row[picked.y] is not None else 0.0 for row in rows]
    largest = max((abs(figure) for figure in figures), default=0.0)
    if largest == 0:
        return
    width = min(max(len(name) for name in names), 36)
    console.print()
    console.print(f"{y.label} by {x.label.lower()}", style="bold", markup=False)
    for name, figure in zip(names, figures, strict=True):
        bar = _bar(abs(figure) / largest)
        label = name if len(name) <= width else name[: width - 1] + "…"
        console.print(
            Text.assemble(f"{label:<{width}}  ", (bar, "red" if figure < 0 else "cyan")), no_wrap=True, crop=True
        )


def _bar(part: float) -> str:
    eighths = round(part * BARS * 8)
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


def _foot(console: Console, answer: Answer) -> None:
    """Assumptions, SQL, sources, freshness, times."""
    from rich.padding import Padding  # noqa: PLC0415
    from rich.syntax import Syntax  # noqa: PLC0415

    source = answer.provenance
    if answer.assumptions:
        console.print()
        console.print("Assumed", style="bold")
        for one in answer.assumptions:
            console.print(f"  - {one.text}", markup=False)
    console.print()
    console.print(_line("Confidence", answer.confidence.level))
    rollup = f" (rollup {source.rollup})" if source.rollup else ""
    if source.tables:
        console.print(
            _line("From", f"{', '.join(source.tables)}{rollup}, on {source.engine}, version {source.data_version}")
        )
    if source.fresh_as_of:
        console.print(_line("Fresh as of", source.fresh_as_of.isoformat(sep=" ", timespec="minutes")))
    for label, texts in (("Scope", source.scope), ("Note", source.warnings)):
        for text in texts:
            console.print(_line(label, text))
    if answer.sql:
        console.print(_line("SQL", ""))
        console.print(Padding(Syntax(answer.sql, "sql", theme="ansi_dark", background_color="default", word_wrap=True), (0, 0, 0, 2)))  # fmt: skip
    if answer.suggestions:
        console.print(_line("Next", " · ".join(answer.suggestions)))
    steps = {name: value for name, value in answer.timings.to_json().items() if value is not None}
    console.print(_line("Time", ", ".join(f"{name} {value:.1f} ms" for name, value in steps.items())))
