"""An Answer as Block Kit. Everything that was typed or read stands in plain text, which Slack does not look into."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nlq.answer.figures import cells

if TYPE_CHECKING:
    from nlq.values import Answer

Block = dict[str, Any]
MOST_ROWS, MOST_COLUMNS = 20, 10
MOST_TEXT, MOST_LABEL, MOST_CELL, MOST_SQL = 2_900, 72, 200, 2_900
CHOOSE, SQL, SHARE = "nlq_choose", "nlq_sql", "nlq_share"


def of_answer(answer: Answer, *, private: bool) -> list[Block]:
    """What an asker sees. `private`: nobody else does, so they may show it to the others."""
    if answer.status == "clarify":
        return [_section(answer.text), *_options(answer)]
    if answer.status != "answered":
        return [_section(_sentence(answer.reason.text if answer.reason else answer.text))]
    found = [_context([_sentence(answer.reading)])] if answer.reading else []
    found.append(_section(answer.text or "There is nothing to show."))
    if len(answer.rows) > 1 or len(answer.columns) > 1:
        found.append(_table(answer))
    found.append(_context(_notes(answer)))
    buttons = [_button("SQL", SQL, answer.id)]
    if private:
        buttons.append(_button("Show to everyone here", SHARE, answer.id))
    return [*found, {"type": "actions", "elements": buttons}]


def of_sql(text: str) -> list[Block]:
    """SQL as it was run."""
    cut = text if len(text) <= MOST_SQL else f"{text[:MOST_SQL]}\n-- and {len(text) - MOST_SQL:,} characters more"
    inner = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": cut}]}
    return [{"type": "rich_text", "elements": [inner]}]


def of_text(text: str) -> list[Block]:
    """A sentence."""
    return [_section(text)]


def summary(answer: Answer) -> str:
    """The line that notifications show: escaped, for Slack reads mark-up in it."""
    said = answer.text or (answer.reason.text if answer.reason else "")
    return escaped(said)[:MOST_TEXT]


def escaped(text: str) -> str:
    """A text in which Slack finds no mention, link or mark-up of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _notes(answer: Answer) -> list[str]:
    """What was assumed, how sure it is, and how fresh the data is."""
    said = [f"Assumed: {one.text}" for one in answer.assumptions]
    said += [_sentence(one) for one in answer.provenance.warnings]
    if len(answer.rows) > MOST_ROWS:
        said.append(f"The first {MOST_ROWS} of {len(answer.rows)} rows")
    fresh = answer.provenance.fresh_as_of
    said.append(f"Confidence: {answer.confidence.level}" + (f" · data of {fresh:%Y-%m-%d}" if fresh else ""))
    return said


def _table(answer: Answer) -> Block:
    columns = answer.columns[:MOST_COLUMNS]
    rows = [[_cell(column.label) for column in columns]]
    rows += [[_cell(cell) for cell in cells(row, columns)] for row in answer.rows[:MOST_ROWS]]
    settings = [
        {"align": "right"} if column.role == "metric" else {"align": "left", "is_wrapped": True} for column in columns
    ]
    return {"type": "table", "rows": rows, "column_settings": settings}


def _options(answer: Answer) -> list[Block]:
    """A button an option; where a label is longer than a button may be, all of it stands above."""
    found: list[Block] = []
    if any(len(option.label) > MOST_LABEL for option in answer.options):
        found.append(_section("\n".join(f"{number}. {one.label}" for number, one in enumerate(answer.options, 1))))
    buttons = [
        _button(option.label if len(option.label) <= MOST_LABEL else f"{index + 1}. {option.label[: MOST_LABEL - 5]}…",
                f"{CHOOSE}_{index}", json.dumps({"id": answer.id, "index": index}))
        for index, option in enumerate(answer.options)
    ]  # fmt: skip
    return [*found, {"type": "actions", "elements": buttons}]


def _button(label: str, action: str, value: str) -> Block:
    return {"type": "button", "text": _plain(label), "action_id": action, "value": value}


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text[:MOST_TEXT])}


def _context(lines: list[str]) -> Block:
    return {"type": "context", "elements": [_plain(line[:MOST_TEXT]) for line in lines[:10]]}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text or "–", "emoji": False}


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": (text or "–")[:MOST_CELL]}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
