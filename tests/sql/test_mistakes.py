"""What is wrong with a query's JSON is said of the part that was meant, and names it."""

from __future__ import annotations

import pytest

from nlq.errors import BadRequest
from nlq.values.given import parse_query


@pytest.mark.parametrize(
    ("wrong", "where", "said"),
    [
        ({"metrics": [{"metric": "revenue", "window": {"trailing": "7 dayz"}}]}, "metrics.0.window", "'7 dayz' is no length"),
        ({"metrics": [{"metric": "revenue", "agg": "mode"}]}, "metrics.0.agg", "'avg', 'max'"),
        ({"metrics": [{"metric": "revenue", "as": "A b"}]}, "metrics.0", "`as` is a plain name"),
        ({"metrics": ["revenue"], "compare": [{"start": "2026-02-01", "end": "2026-01-01"}]}, "compare.0", "before it starts"),
        ({"metrics": ["revenue"], "compare": [{"shift": "1 fortnight"}]}, "compare.0", "is no shift"),
        ({"metrics": ["revenue"], "period": {"start": "2026-02-01", "end": "2026-01-01"}}, "period", "before it starts"),
        ({"metrics": ["revenue"], "period": "yesterday"}, "period", "'all'"),
        ({"metrics": ["revenue"], "where": [{"field": "region", "op": "=", "value": ["NCR"]}]}, "where.0.value", "did you mean 'values'?"),
        ({"metrics": [{"metric": "revenue", "to_date": "year"}]}, "metrics.0.to_date", "it is a key of another part"),
        ({"metrics": ["revenue"], "where": [{"field": "store", "op": "in", "query": {"metrics": ["revenue"], "dimensions": ["store"], "limit": -3}}]},
         "where.0.query", "limit is from 1"),
        ({"metrics": ["revenue"], "limit": "x"}, "limit", "integer"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(wrong, where, said):
    with pytest.raises(BadRequest) as caught:
        parse_query(wrong)
    assert (caught.value.where, said in caught.value.what) == (where, True), caught.value


@pytest.mark.parametrize(
    "far",
    [
        {"metrics": ["revenue"], "dimensions": ["date.month"], "compare": [{"shift": "9999 year"}]},
        {
            "metrics": [{"metric": "revenue", "window": {"trailing": "9999 year"}}],
            "period": {"start": "2026-01-01", "end": "2026-02-01"},
        },
        {
            "metrics": ["revenue"],
            "period": {"start": "0001-01-01", "end": "9999-12-31"},
            "compare": [{"shift": "1 month"}],
        },
    ],
)
def test_what_no_calendar_holds_is_no_fault_of_ours(assistant, analyst, far):
    with pytest.raises(BadRequest, match="beyond the years"):
        assistant.query(far, analyst)


def test_all_days_that_there_are_is_a_period(assistant, analyst):
    whole = {"start": "0001-01-01", "end": "9999-12-31"}
    asked = {"metrics": ["revenue"], "dimensions": ["date.year"]}
    assert assistant.query({**asked, "period": whole}, analyst).rows == assistant.query(asked, analyst).rows


def test_a_value_is_a_number():
    for value in (float("nan"), float("inf")):
        with pytest.raises(BadRequest):
            parse_query(
                {
                    "metrics": ["revenue"],
                    "dimensions": ["store"],
                    "having": [{"field": "revenue", "op": ">", "values": [value]}],
                }
            )
