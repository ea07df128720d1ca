"""How long the guard takes: a compiled statement, and written SQL of 15 and of 80 lines, each scoped, rendered and proven.

Compiled ones go in as trees; written ones as text, so that reading and resolving count. What a model writes (tests/guard/written: eight
statements of each length, by one who knew the model's tables alone) is of 5 or 6 nodes a line; "packed" is one text of ours of 10. Every
statement is one that the guard has not seen; "another asker" has one that it has, for an asker of other values. Rounds are interleaved,
and so is the library's own chain over the same texts (parse, qualify, walk, write), which says how fast the machine was. Nothing is run:
it needs no warehouse and no server.

    python scripts/bench_guard.py
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
WRITTEN = ROOT / "tests" / "guard" / "written"
TODAY = date(2026, 11, 15)
CHAIN = "the library's own chain"
THERE = {15: 1.52, 80: 6.06}  # ms at best, by lines, on the machine that the limits were set on, over texts as long
ROUNDS, EACH = 40, 8  # the texts of a length are as many: each is run once a round
QUERIES = {
    "compiled, one fact": {"metrics": ["revenue"], "dimensions": ["store_type"], "period": {"start": "2026-11-02", "end": "2026-11-09"}},
    "compiled, two facts": {"metrics": ["revenue", "stores"], "dimensions": ["region"], "period": "all"},
    "compiled, three facts": {"metrics": ["revenue", "customers", "stores"], "dimensions": ["region"], "period": "all"},
    "compiled, lines by way of their sale": {"metrics": ["units", "revenue"], "dimensions": ["brand", "payment_method"], "period": {"start": "2026-11-02", "end": "2026-11-09"}},
}  # fmt: skip
PART = """
sold_{n} AS (
  SELECT t.region, t.payment_method, date_trunc('month', t.date_key) AS month,
    sum(t.peso_value) AS revenue, count(*) AS transactions,
    sum(CASE WHEN t.payment_method = 'gcash' THEN t.peso_value ELSE 0 END) AS gcash
  FROM silver_transactions_cleaned AS t
  JOIN dim_store AS s ON s.org_id = t.org_id AND s.store_id = t.store_id
  WHERE t.date_key BETWEEN DATE '2026-0{n}-01' AND DATE '2026-0{n}-28'
    AND s.store_type IN ('minimart', 'supermarket')
  GROUP BY t.region, t.payment_method, date_trunc('month', t.date_key)
)"""


def written(parts: int) -> str:
    """SQL of about thirteen lines a part."""
    ctes = ",".join(PART.format(n=n) for n in range(1, parts + 1))
    union = "\nUNION ALL ".join(f"SELECT region, revenue, gcash FROM sold_{n}" for n in range(1, parts + 1))
    return f"WITH {ctes.strip()}\nSELECT region, sum(revenue) AS revenue,\n  sum(gcash) / sum(revenue) AS gcash_share\nFROM ({union}) AS u\nGROUP BY region ORDER BY revenue DESC"


def measured() -> dict[str, Callable[[], Callable[[], object]]]:
    """What is timed, by its name: each call prepares one run, which is then timed."""
    import sqlglot
    from sqlglot.optimizer.qualify import qualify

    from nlq.errors import NlqError
    from nlq.policy.scope import draft_statement, scope
    from nlq.semantics.load import load
    from nlq.sql.compile import compile_query
    from nlq.values import Principal, SemanticQuery, Snapshot, SqlDraft, TableState
    from nlq.values.pipeline import Tree

    model = load(ROOT / "semantic_layer" / "scout")
    schema = {name: dict.fromkeys(table.stored, "VARCHAR") for name, table in model.tables.items()}
    asker = Principal("a", "tingi", regions=("NCR", "R07"))
    states = {name: TableState("1", 1_000, date(2024, 1, 1), date(2026, 11, 15), None) for name in model.tables}
    snapshot = Snapshot(None, states, frozenset({"revenue"}))
    fresh = count(1)
    read = {
        lines: [path.read_text(encoding="utf-8") for path in sorted(WRITTEN.glob(f"{lines}_*.sql"))]
        for lines in (15, 80)
    }
    texts, again = ({lines: cycle(those) for lines, those in read.items()} for _ in range(2))
    others = cycle([Principal(f"a{n}", f"org_{n}", regions=(f"R{n:02}", "NCR")) for n in range(50)])
    kept = compile_query(model, SemanticQuery.from_json(QUERIES["compiled, one fact"]), snapshot)

    def compiled(query: dict[str, object]) -> Callable[[], object]:
        statement = compile_query(model, SemanticQuery.from_json(query), snapshot)
        anew = replace(statement, written=Tree(statement.tree))
        return lambda: scope(anew, asker, model).sql("duckdb")

    def another() -> Callable[[], object]:
        other = next(others)
        return lambda: scope(kept, other, model).sql("duckdb")

    def drafted(text: str) -> Callable[[], object]:
        draft, day = SqlDraft(text, "caller"), TODAY - timedelta(next(fresh))  # of another day it is another statement
        return lambda: scope(draft_statement(draft, model, as_of=day), asker, model).sql("duckdb")

    def as_models_write(lines: int) -> Callable[[], object]:
        return drafted(next(texts[lines]))

    def plainly(lines: int) -> Callable[[], object]:
        text = next(again[lines])

        def run() -> None:
            tree = qualify(sqlglot.parse_one(text, read="trino"), schema=schema, dialect="trino")
            for _ in tree.walk():
                pass
            tree.sql("duckdb")

        return run

    def refused(table: str, column: str = "*") -> Callable[[], object]:
        draft = SqlDraft(f"SELECT {column} FROM {table} LIMIT {next(fresh)}", "caller")

        def run() -> None:
            with suppress(NlqError):
                draft_statement(draft, model)

        return run

    return {
        **{what: partial(compiled, query) for what, query in QUERIES.items()},
        "compiled, another asker": another,
        **{f"written by a model, about {lines} lines": partial(as_models_write, lines) for lines in texts},
        **{f"{CHAIN}, about {lines} lines": partial(plainly, lines) for lines in texts},
        **{f"packed, {len(written(parts).splitlines())} lines": partial(drafted, written(parts)) for parts in (1, 7)},
        "refused, a table that no model has": partial(refused, "bronze_transactions_raw"),
        "refused, a table that there is not": partial(refused, "bronze_transactions_xyz"),
        "refused, a column that no model has": partial(refused, "dim_store", "manager_phone"),
        "refused, a column that there is not": partial(refused, "dim_store", "manager_xxxxx"),
    }


def main() -> None:
    """Print the median and the best of each."""
    works = measured()
    for work in works.values():
        work()()
    taken: dict[str, list[float]] = {what: [] for what in works}
    gc.disable()
    for _ in range(ROUNDS):
        for what, work in works.items():
            for _ in range(EACH):
                run = work()
                start = time.perf_counter()
                run()
                taken[what].append((time.perf_counter() - start) * 1_000)
        gc.collect()
    width = max(map(len, taken))
    best = {what: statistics.mean(min(times[one::EACH]) for one in range(EACH)) for what, times in taken.items()}
    pace = statistics.mean(best[f"{CHAIN}, about {lines} lines"] / ms for lines, ms in THERE.items())
    print(f"{'the guard, with its proof':<{width}}  p50 ms  best ms  at that pace")  # the best of each text, on average
    for what, times in taken.items():
        print(f"{what:<{width}}  {statistics.median(times):6.3f}  {best[what]:7.3f}  {best[what] / pace:12.3f}")
    print(f"that pace: where the limits were set, the library's own chain took 1/{pace:.2f} of what it takes here")


if __name__ == "__main__":
    main()
