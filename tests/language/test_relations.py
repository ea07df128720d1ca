"""This against that, and parts of a whole: read as the query that is written out here, or not at all."""

from __future__ import annotations

import pytest
from helpers import held

OCTOBER = {"start": "2026-10-01", "end": "2026-10-31"}
NOVEMBER = {"start": "2026-11-01", "end": "2026-11-15"}
NCR, CEBU = ({"field": "region", "op": "=", "values": ["NCR"]}, {"field": "province", "op": "=", "values": ["Cebu"]})


def one_of(field, *values):
    return {"field": field, "op": "in", "values": list(values)}


def is_(field, value):
    return {"field": field, "op": "=", "values": [value]}


READ = {
    "gcash vs cash sales last month": {"metrics": ["revenue"], "dimensions": ["payment_method"], "where": [one_of("payment_method", "gcash", "cash")], "period": OCTOBER},
    "compare Snacks and Dairy revenue this month": {"metrics": ["revenue"], "dimensions": ["category"], "where": [one_of("category", "Snacks", "Dairy")], "period": NOVEMBER},
    "benta ng sari-sari kumpara sa minimart ngayong buwan": {"metrics": ["revenue"], "dimensions": ["store_type"], "where": [one_of("store_type", "sari-sari", "minimart")], "period": NOVEMBER},
    "transactions of gcash vs maya vs card in NCR last month": {"metrics": ["transactions"], "dimensions": ["payment_method"], "where": [NCR, one_of("payment_method", "gcash", "maya", "card")], "period": OCTOBER},
    "NCR vs Cebu sales last month": {"metrics": ["revenue"], "segments": [{"label": "NCR", "where": [NCR]}, {"label": "Cebu", "where": [CEBU]}], "period": OCTOBER},
    "weekend vs weekday sales last month": {"metrics": ["revenue"], "period": OCTOBER,
                                            "segments": [{"label": "weekend", "where": [is_("is_weekend", True)]}, {"label": "weekday", "where": [is_("is_weekend", False)]}]},
    "percent of total sales per payment method last month": {"metrics": ["revenue"], "dimensions": ["payment_method"], "share": {"within": []}, "period": OCTOBER},
    "top 5 brands with their share of sales last month": {"metrics": ["revenue"], "dimensions": ["brand"], "share": {"within": []}, "limit": 5, "order": [{"by": "revenue", "dir": "desc"}], "period": OCTOBER},
    "what % of sales in NCR is gcash this month": {"metrics": ["revenue"], "dimensions": ["payment_method"], "where": [NCR, is_("payment_method", "gcash")],
                                                   "share": {"within": [], "free": ["payment_method"]}, "period": NOVEMBER},
    "ilang porsyento ng benta noong nakaraang buwan ang galing sa Luzon": {"metrics": ["revenue"], "dimensions": ["island_group"], "where": [is_("island_group", "Luzon")],
                                                                           "share": {"within": [], "free": ["island_group"]}, "period": OCTOBER},
    "gcash share of sales by region last month": {"metrics": ["revenue"], "dimensions": ["region", "payment_method"], "where": [is_("payment_method", "gcash")],
                                                  "share": {"within": ["region"], "free": ["payment_method"]}, "period": OCTOBER},
    "share of sales by brand in each category last month": {"metrics": ["revenue"], "dimensions": ["brand", "category"], "share": {"within": ["category"]}, "period": OCTOBER},
}  # fmt: skip
NOT_READ = [
    "gcash vs cash this month vs last month", "compare gcash and cash sales this month vs last month", "gcash vs cash sales in January and October 2026",
     "market share by brand", "sales share by region and payment method", "sales share",
    "average basket share by region", "share of revenue and transactions by region", "gcash vs revenue", "vs cash sales", "sales growth of gcash vs cash share",
]  # fmt: skip


test_it_is_the_query_that_is_written_out, test_what_is_not_said_is_not_answered = held(READ, NOT_READ)


def test_a_part_is_over_the_whole_without_it(assistant):
    asker = assistant.settings.principal(None)

    def revenue(*where):
        return float(
            assistant.query({"metrics": ["revenue"], "where": [NCR, *where], "period": NOVEMBER}, asker).rows[0][0]
        )

    answer = assistant.ask("what % of sales in NCR is gcash this month", asker)
    share = answer.rows[0][[one.name for one in answer.columns].index("revenue__share")]
    assert share == pytest.approx(revenue(is_("payment_method", "gcash")) / revenue())


def test_without_a_figure_it_is_asked_back(assistant):
    assert assistant.ask("NCR vs Cebu", assistant.settings.principal(None), explain=True).status == "clarify"
