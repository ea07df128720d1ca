"""Writes a format's expected.json: the rows of each question's own SQL in its questions.json, over metricflow/data.

python record_rows.py cube              # or ossie, or snowflake; needs duckdb only
python record_rows.py cube --check      # writes nothing, exits 1 where it differs
"""

import datetime as dt
import decimal
import json
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
DATA = HERE / "metricflow" / "data"
FORMATS = ("cube", "ossie", "snowflake")


def plain(value):
    """As in metricflow/expected.json: decimals are texts, a midnight is its day."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, decimal.Decimal) else value


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in FORMATS:
        raise SystemExit(f"whose rows? one of {', '.join(FORMATS)}")
    folder = HERE / sys.argv[1]
    con = duckdb.connect()
    con.execute((DATA / "schema.sql").read_text(encoding="utf-8"))
    for path in sorted(DATA.glob("*.csv")):
        con.execute(f"COPY {path.stem} FROM '{path}' (FORMAT csv, HEADER true, NULLSTR '')")
    lines = []
    for one in json.loads((folder / "questions.json").read_text(encoding="utf-8")):
        found = con.execute(one["sql"])
        columns = [*one["group_by"], *one["metrics"]]
        if len(columns) != len(found.description):
            raise SystemExit(f"{one['id']}: {len(found.description)} columns for {columns}")
        rows = [[plain(cell) for cell in row] for row in found.fetchall()]
        rows.sort(key=lambda row: [(cell is None, str(type(cell)), cell if cell is not None else 0) for cell in row])
        lines.append(f"  {json.dumps(one['id'])}: {json.dumps({'columns': columns, 'rows': rows}, ensure_ascii=False)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    file = folder / "expected.json"
    if "--check" in sys.argv:
        same = file.read_text(encoding="utf-8") == text
        print("same" if same else "differs")
        return 0 if same else 1
    file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
