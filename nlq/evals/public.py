"""Question sets that others have published (Spider, BIRD, defog's) as cases: any of them can be run against a model of its database.

A file holds questions over many databases; those of one are taken. Their SQL, of SQLite or PostgreSQL, is written as DuckDB's.
"""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Format = Literal["spider", "bird", "defog"]
# Of each format the names of its fields: database, question, SQL, kind; and the dialect.
FIELDS: dict[Format, tuple[str, str, str, str, str]] = {
    "spider": ("db_id", "question", "query", "", "sqlite"),
    "bird": ("db_id", "question", "SQL", "difficulty", "sqlite"),
    "defog": ("db_name", "question", "query", "query_category", "postgres"),
}
CHOICE = re.compile(r"\{([^{}]*)\}")  # defog's: any of these columns will do


def read(path: Path, form: Format, database: str, asker: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Cases of one database, as a YAML file of cases holds them; and why others are none.

    Raises:
        BadRequest: it is no file of this format, or has no question of the database.
    """
    of, question, sql, kind, dialect = FIELDS[form]
    cases, skipped, others = [], [], set()
    for number, row in enumerate(_rows(path, form), start=1):
        if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in (of, question, sql)):
            raise BadRequest(f"entry {number} has no {of}, {question} and {sql}", where=str(path), fix=f"give a file of {form}'s")  # fmt: skip
        if row[of] != database:
            others.add(row[of])
            continue
        try:
            tree = sqlglot.parse_one(CHOICE.sub(_first, row[sql]), read=dialect)
        except SqlglotError:
            skipped.append(f"{number}: its SQL cannot be read")
            continue
        hint = f" ({row['evidence']})" if row.get("evidence") else ""
        cases.append({
            "id": f"{form}-{database}-{number}", "question": f"{row[question].strip()}{hint}", "language": "en",
            "family": str(row.get(kind) or form), "as": asker, "expect": "answered", "ordered": tree.args.get("order") is not None,
            "sql": tree.sql(dialect="duckdb", pretty=True),
        })  # fmt: skip
    if not cases and not skipped:
        known = ", ".join(sorted(others)[:20])
        raise BadRequest(f"there is no question of a database {database!r}", where=str(path), fix=f"databases are {known}")  # fmt: skip
    return cases, skipped


def _rows(path: Path, form: Format) -> Iterable[Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if form == "defog":
            return list(csv.DictReader(text.splitlines(keepends=True)))
        found = json.loads(text)
    except (OSError, ValueError, csv.Error) as problem:
        raise BadRequest(f"the file cannot be read ({type(problem).__name__})", where=str(path), fix=f"give a file of {form}'s") from None  # fmt: skip
    if not isinstance(found, list):
        raise BadRequest("the file is no list of questions", where=str(path), fix=f"give a file of {form}'s")
    return found


def _first(match: re.Match[str]) -> str:
    """The first of the columns, parted where no parenthesis is open."""
    depth, parts = 0, [""]
    for sign in match[1]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts[0].strip() or exp.Star().sql()
