"""Scout's tables as the loader knows them: their order, and how each is spread over the hot and the cold tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Spread:
    """One table: the column that splits it by day or month, and what its files are sorted by in the cold tier.

    `derived` tables are computed on PostgreSQL from hot rows, with their history beside it. `raw` ones are hot only.
    `shared` ones belong to no tenant, and have no row security.
    """

    name: str
    column: str | None = None
    grain: Literal["day", "month"] = "day"
    sort: tuple[str, ...] = ()
    derived: bool = False
    raw: bool = False
    shared: bool = False

    def edge(self, watermark: date) -> date:
        """The first day that is read from the hot tier."""
        return watermark.replace(day=1) if self.grain == "month" else watermark


TABLES: Final = (
    Spread("regions", shared=True),
    Spread("dim_calendar", shared=True),
    Spread("dim_product", shared=True),
    Spread("dim_store"),
    Spread("dim_customer"),
    Spread("bronze_ingestion_batches", raw=True),
    Spread("bronze_transactions_raw", raw=True),
    Spread("bronze_dead_letters", raw=True),
    Spread("silver_transactions_cleaned", "date_key", sort=("store_id", "date_key", "transaction_id")),
    Spread("silver_transaction_items", "date_key", sort=("org_id", "transaction_id", "line_no")),
    Spread("gold_daily_aggregates", "date_key", sort=("store_id", "date_key"), derived=True),
    Spread("gold_product_daily", "date_key", sort=("region", "product_id", "date_key"), derived=True),
    Spread("gold_regional_performance", "month", "month", sort=("region",), derived=True),
    Spread("gold_business_metrics", "month", "month", sort=("store_id",), derived=True),
    Spread("platinum_executive_summary", "month", "month", sort=("region",), derived=True),
)
SILVER: Final = tuple(one for one in TABLES if one.column and not one.derived)
DERIVED: Final = tuple(one for one in TABLES if one.derived)
