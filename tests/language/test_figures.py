"""Figures of figures, sets, lists, hours and named days: read as the query that is written out here, or not at all."""

from __future__ import annotations

import pytest
from helpers import held

OCTOBER, NOVEMBER = {"start": "2026-10-01", "end": "2026-10-31"}, {"start": "2026-11-01", "end": "2026-11-15"}
Y2025, YTD, LAST_WEEK = {"start": "2025-01-01", "end": "2025-12-31"}, {"start": "2026-01-01", "end": "2026-11-15"}, {"start": "2026-11-02", "end": "2026-11-08"}  # fmt: skip


def is_(field, *values):
    return {"field": field, "op": "in", "values": list(values)}


def average(metric, each):
    return {"metric": metric, "each": [each], "agg": "avg"}


def above(metric, each, op, *values):
    return {"metric": metric, "each": [each], "agg": "count", "having": [{"field": metric, "op": op, "values": list(values)}]}  # fmt: skip


def those(field, op="in", **query):
    return {"field": field, "op": op, "query": {"metrics": ["revenue"], "dimensions": [field], **query}}


NCR, ROUND, CANS = is_("region", "NCR"), is_("category", "Snacks"), is_("category", "Dairy")
READ = {
    # An average over what it says.
    "average daily sales in NCR last month": {"metrics": [average("revenue", "date.day")], "where": [NCR], "period": OCTOBER},
    "average transactions per day by region last month": {"metrics": [average("transactions", "date.day")], "dimensions": ["region"], "period": OCTOBER},
    "karaniwang benta kada araw noong Oktubre": {"metrics": [average("revenue", "date.day")], "period": OCTOBER},
    "average sales per store last month": {"metrics": ["revenue_per_store"], "period": OCTOBER},
    "average units per store by category last month": {"metrics": [average("units", "store")], "dimensions": ["category"], "period": OCTOBER},
    # Windows.
    "7-day moving average of sales in NCR for october": {"metrics": [{**average("revenue", "date.day"), "window": {"trailing": "7 day"}}], "dimensions": ["date.day"], "where": [NCR], "period": OCTOBER},
    "rolling 3 month average of transactions, 2025": {"metrics": [{**average("transactions", "date.month"), "window": {"trailing": "3 month"}}], "dimensions": ["date.month"], "period": Y2025},
    "running total of sales by day this month": {"metrics": [{"metric": "revenue", "window": {"to_date": "month"}}], "dimensions": ["date.day"], "period": NOVEMBER},
    "cumulative transactions by month this year": {"metrics": [{"metric": "transactions", "window": {"to_date": "year"}}], "dimensions": ["date.month"], "period": YTD},
    "ytd sales by month for 2025 and 2026": {"metrics": [{"metric": "revenue", "window": {"to_date": "year"}}], "dimensions": ["date.month"], "period": {"start": "2025-01-01", "end": "2026-11-15"}},
    # How many are beyond a limit.
    "how many stores made over 50k last month": {"metrics": [above("revenue", "store", ">", 50000)], "period": OCTOBER},
    "how many customers spent at least P2,000 this month": {"metrics": [above("revenue", "customer", ">=", 2000)], "where": [{"field": "customer", "op": "is_not_null"}], "period": NOVEMBER},
    "ilang tindahan ang may benta na higit sa 100k noong Oktubre": {"metrics": [above("revenue", "store", ">", 100000)], "period": OCTOBER},
    "which stores had between 100 and 200 transactions last month": {"metrics": ["transactions"], "dimensions": ["store"], "having": [{"field": "transactions", "op": "between", "values": [100, 200]}], "period": OCTOBER},
    # Sets.
    "how many customers bought snacks but no dairy last month": {"metrics": ["unique_customers"], "where": [ROUND, those("customer", "not_in", where=[CANS])], "period": OCTOBER},
    "how many customers bought both snacks and dairy last month": {"metrics": ["unique_customers"], "where": [those("customer", where=[ROUND]), those("customer", where=[CANS])], "period": OCTOBER},
    "how many stores had no sales last week": {"metrics": ["stores"], "where": [those("store", "not_in", period=LAST_WEEK)]},
    "stores in NCR with no dairy sales last week": {"list": "store", "where": [NCR, those("store", "not_in", where=[CANS], period=LAST_WEEK)]},
    "sales by category of our top 5 stores last month": {"metrics": ["revenue"], "dimensions": ["category"], "where": [those("store", order=[{"by": "revenue", "dir": "desc"}], limit=5)], "period": OCTOBER},
    "how many transactions came from stores that made over 100k last month": {"metrics": ["transactions"], "where": [those("store", having=[{"field": "revenue", "op": ">", "values": [100000]}])], "period": OCTOBER},
    # Which of several rose or fell, shares inside something, and a figure that is not named.
    "which stores' sales fell in october": {"metrics": ["revenue"], "dimensions": ["store"], "period": OCTOBER, "compare": [{"shift": "1 month"}], "having": [{"field": "revenue__change", "op": "<", "values": [0]}], "order": [{"by": "revenue__change", "dir": "asc"}]},
    "list of brands na umangat last month": {"metrics": ["revenue"], "dimensions": ["brand"], "period": OCTOBER, "compare": [{"shift": "1 month"}], "having": [{"field": "revenue__change", "op": ">", "values": [0]}], "order": [{"by": "revenue__change", "dir": "desc"}]},
    "which categories went up and which went down last month": {"metrics": ["revenue"], "dimensions": ["category"], "period": OCTOBER, "compare": [{"shift": "1 month"}], "order": [{"by": "revenue__change", "dir": "desc"}]},
    "drop in transactions by region last month": {"metrics": ["transactions"], "dimensions": ["region"], "period": OCTOBER, "compare": [{"shift": "1 month"}], "order": [{"by": "transactions__change", "dir": "desc"}]},
    "increase in sales last month": {"metrics": ["revenue"], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    "did sales fall in october": {"metrics": ["revenue"], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    "brand share within snacks last month": {"metrics": ["revenue"], "dimensions": ["brand"], "where": [ROUND], "period": OCTOBER, "share": {"within": [], "free": []}},
    "what share of sales is each brand in snacks last month": {"metrics": ["revenue"], "dimensions": ["brand"], "where": [ROUND], "period": OCTOBER, "share": {"within": [], "free": []}},
    "running total of gcash this month": {"metrics": [{"metric": "revenue", "window": {"to_date": "month"}}], "dimensions": ["date.day"], "where": [is_("payment_method", "gcash")], "period": NOVEMBER},
    "ilang customers ang nag-cash last month": {"metrics": ["unique_customers"], "where": [is_("payment_method", "cash")], "period": OCTOBER},
    # Lists.
    "list the stores in Palawan with their store types": {"list": "store", "dimensions": ["store_type"], "where": [is_("province", "Palawan")]},
    "our 5 newest stores": {"list": "store", "dimensions": ["opened_on"], "order": [{"by": "opened_on", "dir": "desc"}], "limit": 5},
    "which stores in Cavite are closed": {"list": "store", "where": [is_("province", "Cavite"), is_("closed_for_good", True)]},
    "list the customers who bought dairy in Baguio yesterday": {"list": "customer", "where": [those("customer", where=[is_("city", "Baguio"), CANS], period={"start": "2026-11-14", "end": "2026-11-14"})]},
    "which cities in Bukidnon have stores": {"metrics": ["stores"], "dimensions": ["city"], "where": [is_("province", "Bukidnon")]},
    # Hours, and days that go by a name.
    "sales after 6pm last week": {"metrics": ["revenue"], "where": [{"field": "date.hour_of_day", "op": "between", "values": [18, 23]}], "period": LAST_WEEK},
    "transactions from 8am to 10am last month": {"metrics": ["transactions"], "where": [{"field": "date.hour_of_day", "op": "between", "values": [8, 9]}], "period": OCTOBER},
    "sales on good friday 2025": {"metrics": ["revenue"], "period": {"start": "2025-04-18", "end": "2025-04-18"}},
    "holy week sales this year vs last year": {"metrics": ["revenue"], "period": {"start": "2026-03-29", "end": "2026-04-05"}, "compare": [{"start": "2025-04-13", "end": "2025-04-20"}]},
    "benta noong undas 2025": {"metrics": ["revenue"], "period": {"start": "2025-10-31", "end": "2025-11-02"}},
    # Periods that another one says.
    "october sales vs same month last year": {"metrics": ["revenue"], "period": OCTOBER, "compare": [{"shift": "1 year"}]},
    "transactions last week compared to the week before": {"metrics": ["transactions"], "period": LAST_WEEK, "compare": [{"shift": "1 week"}]},
    "october sales vs last year": {"metrics": ["revenue"], "period": OCTOBER, "compare": [{"shift": "1 year"}]},
    "did sales increase last month": {"metrics": ["revenue"], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    "which had more transactions in june, Baguio or Dagupan": {"metrics": ["transactions"], "dimensions": ["city"], "where": [is_("city", "Baguio", "Dagupan")], "period": {"start": "2026-06-01", "end": "2026-06-30"}, "order": [{"by": "transactions", "dir": "desc"}]},
    "how many brands do we have": {"metrics": [{"metric": "products", "each": ["brand"], "agg": "count"}]},
    "how many cities had sales of dairy last month": {"metrics": [{"metric": "revenue", "each": ["city"], "agg": "count"}], "where": [CANS], "period": OCTOBER},
    "provinces with 3 or more stores": {"metrics": ["stores"], "dimensions": ["province"], "having": [{"field": "stores", "op": ">=", "values": [3]}]},
    "cities with avg ticket 100 to 200 pesos last month": {"metrics": ["average_basket"], "dimensions": ["city"], "having": [{"field": "average_basket", "op": "between", "values": [100, 200]}], "period": OCTOBER},
    "sales of minimarts, gcash, last month": {"metrics": ["revenue"], "where": [is_("store_type", "minimart"), is_("payment_method", "gcash")], "period": OCTOBER},
    "sales of rice, mindanao, last month": {"metrics": ["revenue"], "where": [is_("category", "Rice and Grains"), is_("island_group", "Mindanao")], "period": OCTOBER},
    "sales nov 1-10": {"metrics": ["revenue"], "period": {"start": "2026-11-01", "end": "2026-11-10"}},
    "how many customers bought in september but not in october": {"metrics": ["unique_customers"], "where": [those("customer", "not_in", period=OCTOBER)], "period": {"start": "2026-09-01", "end": "2026-09-30"}},
    "month over month growth in transactions in 2025": {"metrics": ["transactions"], "dimensions": ["date.month"], "period": Y2025, "compare": [{"shift": "1 month"}]},
    "how much did sales grow from q1 to q2 2026": {"metrics": ["revenue"], "period": {"start": "2026-04-01", "end": "2026-06-30"}, "compare": [{"start": "2026-01-01", "end": "2026-03-31"}]},
    "orders last month from our top 5 stores by revenue": {"metrics": ["transactions"], "where": [those("store", order=[{"by": "revenue", "dir": "desc"}], limit=5)], "period": OCTOBER},
    "orders this month from our top 5 stores by revenue in september": {"metrics": ["transactions"], "where": [those("store", order=[{"by": "revenue", "dir": "desc"}], limit=5, period={"start": "2026-09-01", "end": "2026-09-30"})], "period": NOVEMBER},
    "how many stores opened in 2025": {"metrics": ["stores"], "where": [{"field": "opened_on", "op": "between", "values": ["2025-01-01", "2025-12-31"]}]},
    "fastest growing category last month": {"metrics": ["revenue"], "dimensions": ["category"], "period": OCTOBER, "compare": [{"shift": "1 month"}], "order": [{"by": "revenue__growth", "dir": "desc"}], "limit": 1},
    "top 3 regions that grew the most last month": {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "compare": [{"shift": "1 month"}], "order": [{"by": "revenue__growth", "dir": "desc"}], "limit": 3},
    "sales last november": {"metrics": ["revenue"], "period": {"start": "2025-11-01", "end": "2025-11-30"}},
    "sales this october": {"metrics": ["revenue"], "period": OCTOBER},
    "sino ang bumili ng dairy sa mga tindahan sa Baguio kahapon": {"list": "customer", "where": [those("customer", where=[is_("city", "Baguio"), CANS], period={"start": "2026-11-14", "end": "2026-11-14"})]},
    "sales yesturday": {"metrics": ["revenue"], "period": {"start": "2026-11-14", "end": "2026-11-14"}},
    "did customers grow last month": {"metrics": ["unique_customers"], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    "sales vs last month": {"metrics": ["revenue"], "period": NOVEMBER, "compare": [{"shift": "1 month"}]},
    "difference in transactions between september and october": {"metrics": ["transactions"], "period": OCTOBER, "compare": [{"start": "2026-09-01", "end": "2026-09-30"}]},
    "growth in % by region last month": {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    "running total of transactions by day": {"metrics": [{"metric": "transactions", "window": {"to_date": "month"}}], "dimensions": ["date.day"], "period": NOVEMBER},
    "benta kamakalawa": {"metrics": ["revenue"], "period": {"start": "2026-11-13", "end": "2026-11-13"}},
    "benta nitong mayo": {"metrics": ["revenue"], "period": {"start": "2026-05-01", "end": "2026-05-31"}},
    "ilang porsyento ng benta noong Oktubre ang galing sa Visayas": {"metrics": ["revenue"], "dimensions": ["island_group"], "where": [is_("island_group", "Visayas")], "share": {"within": [], "free": ["island_group"]}, "period": OCTOBER},
    "sales by month in 2025, newest first": {"metrics": ["revenue"], "dimensions": ["date.month"], "period": Y2025, "order": [{"by": "date.month", "dir": "desc"}]},
}  # fmt: skip
NOT_READ = [
    "top 5 stores whose sales fell last month", "stores never in Cebu City", "which region's customers fell last month",
    "average sales", "average transactions", "moving average of sales", "sales with no dairy", "sales of both snacks",
    "stores above $1000 in sales", "which stores are bigger", "those stores in NCR last month", "sales when it went down", "no customers", "sales before 6:30pm",
    "sales between 10 and 20", "customers who came back", "sales after 6pm by customer joined", "newest sales", "sales of the newest",
    "list them", "sales of snacks and gcash last month", "customers who bought snacks and dairy", "how many customers bought snacks and dairy", "transactions when it went down", "drop the limit", "go back", "7-day sales",
]  # fmt: skip


@pytest.mark.parametrize(("words", "moved"), [("fell", lambda change: change < 0), ("rose", lambda change: change > 0)])
def test_those_that_moved_are_those_of_all_whose_change_says_so(assistant, words, moved):
    asker = assistant.settings.principal(None)
    every = assistant.ask("sales growth by store last month", asker)
    at = [one.name for one in every.columns].index("revenue__change")
    wanted = {row for row in every.rows if row[at] is not None and moved(row[at])}
    found = assistant.ask(f"which stores' sales {words} last month", asker)
    assert set(found.rows) == wanted
    assert 0 < len(wanted) < len(every.rows)
    assert [abs(row[at]) for row in found.rows] == sorted((abs(row[at]) for row in found.rows), reverse=True)


test_it_is_the_query_that_is_written_out, test_what_is_not_said_is_not_answered = held(READ, NOT_READ)


@pytest.mark.parametrize(
    ("question", "words"),
    [("aling mga branch ang lampas 2 mil ang benta last month?", (("2,000",), ("2", "million"))),
     ("magkano ang benta noong linggo", (("last", "week"), ("last", "Sunday"))),
     ("top 3 in each region last month", (("3 by region",), ("store in each region",), ("customer in each",), ("product in each",)))],
)  # fmt: skip
def test_what_may_be_either_is_asked_with_both_queries(assistant, question, words):
    answer = assistant.ask(question, assistant.settings.principal(None))
    assert answer.status == "clarify"
    assert len({one.query for one in answer.options}) == len(words)
    for one, said in zip(answer.options, words, strict=True):
        assert all(word in one.label for word in said), one.label


def test_a_capital_decides_between_the_week_and_sunday(assistant):
    asker = assistant.settings.principal(None)
    assert assistant.ask("magkano ang benta noong Linggo", asker).query.period.days == 1


@pytest.mark.parametrize(
    ("months", "begins", "ends"),
    [(3, "2025-12-01", "2026-02-28"), (3, "2026-02-01", "2026-04-30"), (2, "2026-03-01", "2026-04-28"), (2, "2026-03-01", "2026-04-29"), (1, "2026-01-16", "2026-02-15")],
)  # fmt: skip
def test_trailing_months_are_whole_where_they_end_with_one_and_never_more(assistant, months, begins, ends):
    """Three that end on 28 February begin on 1 December, not on 29 November; two that end on 28 April on 1 March, not on 28 February."""
    asker = assistant.settings.principal(None)
    entry = {"metric": "revenue", "window": {"trailing": f"{months} month"}}
    found = assistant.query({"metrics": [entry], "period": {"start": ends, "end": ends}}, asker)
    whole = assistant.query({"metrics": ["revenue"], "period": {"start": begins, "end": ends}}, asker)
    assert found.rows == whole.rows


@pytest.mark.parametrize(
    ("grain", "where", "sql"),
    [("date.month", is_("season", "ber"), "season = 'ber'"), ("date.day", is_("date.day_of_week", 1), "isodow(date_key) = 1"), ("date.week", is_("is_payday", True), "is_payday")],
)  # fmt: skip
def test_days_that_were_left_out_are_not_shown_as_zero(assistant, raw, grain, where, sql):
    """A series over some days of a year has a row for each bucket that holds such a day, and no other."""
    unit = grain.rpartition(".")[2]
    value = raw.execute("select min(season) from scout.dim_calendar where season like 'ber%'").fetchone()[0]
    where = {**where, "values": [value if one == "ber" else one for one in where["values"]]}
    wanted = raw.execute(f"select count(distinct date_trunc('{unit}', date_key)) from scout.dim_calendar where {sql.replace(chr(39) + 'ber' + chr(39), chr(39) + value + chr(39))} and year(date_key) = 2025").fetchone()[0]  # fmt: skip
    answer = assistant.query({"metrics": ["revenue"], "dimensions": [grain], "where": [where], "period": Y2025}, assistant.settings.principal(None))  # fmt: skip
    assert len(answer.rows) == wanted
