"""Parts of SQL that is written by hand over the raw file: sales of one tenant, their lines, and days that questions name."""

from __future__ import annotations

SALES = "FROM scout.silver_transactions_cleaned t JOIN scout.dim_store s USING (org_id, store_id) WHERE t.org_id = 'tingi' AND t.deleted_at IS NULL"
LINES = f"FROM scout.silver_transaction_items i JOIN (SELECT t.transaction_id, t.date_key, t.customer_id, s.island_group {SALES.replace('scout.dim_store s', '(SELECT * FROM scout.dim_store JOIN scout.regions ON region = region_code) s')}) d USING (transaction_id) JOIN scout.dim_product p USING (product_id) WHERE i.org_id = 'tingi'"
OCTOBER, SEPTEMBER = (
    "t.date_key BETWEEN '2026-10-01' AND '2026-10-31'",
    "t.date_key BETWEEN '2026-09-01' AND '2026-09-30'",
)
WEEK, TODAY = "t.date_key BETWEEN '2026-11-02' AND '2026-11-08'", "t.date_key = '2026-11-15'"
NCR = "s.region = 'NCR'"
YEAR = "t.date_key BETWEEN '2026-01-01' AND '2026-11-15'"


def of_stores(having: str, figure: str = "sum(t.peso_value)", rest: str = "1 = 1") -> str:
    """A figure of each store in October, of those of which something is so."""
    return f"SELECT {figure} {SALES} AND {OCTOBER} AND {rest} GROUP BY t.store_id HAVING {having}"


SUM, COUNT, BASKET = "SELECT sum(t.peso_value)", "SELECT count(*)", "SELECT sum(t.peso_value) / count(*)"
ISLANDS = SALES.replace(
    "scout.dim_store s", "(SELECT * FROM scout.dim_store JOIN scout.regions ON region = region_code) s"
)
QUARTER = "t.date_key BETWEEN '2026-07-01' AND '2026-09-30'"
OF_LINES = OCTOBER.replace("t.", "d.")
STORES = "SELECT count(*) FROM scout.dim_store WHERE org_id = 'tingi'"
PAYDAYS = "(SELECT date_key FROM scout.dim_calendar WHERE is_payday)"
HOUR = "hour(t.occurred_at AT TIME ZONE 'Asia/Manila')"


def first(count: int, by: str = "t.store_id", rest: str = "1 = 1", period: str = OCTOBER, figure: str = "sum(t.peso_value)", way: str = "DESC") -> str:  # fmt: skip
    """The first few by a figure, as what stands behind IN."""
    return f"(SELECT {by} {ISLANDS} AND {period} AND {rest} GROUP BY 1 ORDER BY {figure} {way} LIMIT {count})"
