"""An answer's rows as CSV, and its chart as a picture."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from nlq.errors import SettingsError
from nlq.values.answer import plain_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTH, SCALE = 640, 2.0


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Plain cells. A text that a spreadsheet would take for a formula is made a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def _safe(cell: Any) -> Any:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return "" if cell is None else cell if isinstance(cell, (bool, int, float)) else plain_cell(cell)


def png(chart: Mapping[str, Any]) -> bytes:
    """The chart, drawn without a browser and without a network. It takes a second or so the first time.

    Raises:
        SettingsError: what draws it is not installed.
    """
    try:
        import vl_convert  # noqa: PLC0415 - of the extras api and slack
    except ImportError:
        raise SettingsError("charts cannot be drawn here", where="settings", fix='pip install "nlq[api]"') from None
    spec = {**chart, "width": WIDTH, "background": "white"}
    drawn: bytes = vl_convert.vegalite_to_png(json.dumps(spec), scale=SCALE, allowed_base_urls=[])
    return drawn
