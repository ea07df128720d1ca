"""How gold and platinum follow from silver: one SELECT a table, in files, the same for the demo, PostgreSQL and Trino.

Each file is Trino SQL with the placeholders `:since` and `:until`: a span of whole months, the second excluded. A table is
therefore built, or built again, month by month. The order of `TABLES` is the order of building: platinum reads gold.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlglot import exp, parse_one

from nlq.errors import WarehouseError

if TYPE_CHECKING:
    from datetime import date

TABLES: Final = (
    "gold_daily_aggregates",
    "gold_product_daily",
    "gold_regional_performance",
    "gold_business_metrics",
    "platinum_executive_summary",
)
FOLDER: Final = Path(__file__).parent
_BOUNDS: Final = {"since", "until"}


def select(table: str, *, since: date, until: date, dialect: str) -> str:
    """The SELECT that gives `table` for the days from `since` up to, not including, `until`.

    Both must be the first day of a month: a part of a month would give wrong distinct counts.

    Raises:
        WarehouseError: an unknown table, a span that cuts a month, or a file with other placeholders than the two.
    """
    path = FOLDER / f"{table}.sql"
    if table not in TABLES:
        raise WarehouseError(f'no transform builds "{table}"', where=str(FOLDER), fix=f"one of {', '.join(TABLES)}")
    if since.day != 1 or until.day != 1 or since >= until:
        raise WarehouseError(
            f"{table} is built of whole months, not from {since} to {until}",
            where=str(path),
            fix="give first days of months",
        )
    tree = parse_one(path.read_text(encoding="utf-8"), dialect="trino")
    found = {placeholder.name for placeholder in tree.find_all(exp.Placeholder)}
    if found != _BOUNDS:
        raise WarehouseError(
            f"placeholders {sorted(found)} where {sorted(_BOUNDS)} are expected", where=str(path), fix="mend the file"
        )
    bounds = {"since": since, "until": until}
    for placeholder in list(tree.find_all(exp.Placeholder)):
        placeholder.replace(exp.cast(exp.Literal.string(bounds[placeholder.name].isoformat()), "date"))
    return tree.sql(dialect=dialect, comments=False)
