"""Readings that a third set of unseen questions found wrong, each as the query that is meant, or not at all."""

from __future__ import annotations

import pytest
from helpers import held

OCTOBER, LAST_30 = {"start": "2026-10-01", "end": "2026-10-31"}, {"start": "2026-10-17", "end": "2026-11-15"}
SEPTEMBER, THIS_YEAR = {"start": "2026-09-01", "end": "2026-09-30"}, {"start": "2026-01-01", "end": "2026-11-15"}
Q2, Q3 = {"start": "2026-04-01", "end": "2026-06-30"}, {"start": "2026-07-01", "end": "2026-09-30"}
Y2025 = {"start": "2025-01-01", "end": "2025-12-31"}
THIS_QUARTER, BEFORE_OCTOBER = (
    {"start": "2026-10-01", "end": "2026-11-15"},
    {"start": "1900-01-01", "end": "2026-09-30"},
)


def is_(field, *values):
    return {"field": field, "op": "in", "values": list(values)}


def known(field):
    return {"field": field, "op": "is_not_null", "values": []}


def those(field, op="in", **query):
    return {"field": field, "op": op, "query": {"metrics": ["revenue"], "dimensions": [field], **query}}


def during(field, start, end):
    return {"field": field, "op": "between", "values": [start, end]}


def best_stores(count):
    """The stores that are best by revenue, in the query's own period."""
    return those("store", period=None, order=[{"by": "revenue", "dir": "desc"}], limit=count)


def number_of(field, metric, op, value):
    return {
        "metric": metric,
        "each": [field],
        "agg": "count",
        "having": [{"field": metric, "op": op, "values": [value]}],
    }


DOWN = {
    "dimensions": ["store"],
    "having": [{"field": "revenue__change", "op": "<", "values": [0]}],
    "order": [{"by": "revenue__change", "dir": "asc"}],
}
READ = {
    # What a change is counted from.
    "are we up or down on last yr": {"metrics": ["revenue"], "period": THIS_YEAR, "compare": [{"shift": "1 year"}]},
    "branches whose sales shrank sep to oct": {"metrics": ["revenue"], **DOWN, "period": OCTOBER, "compare": [SEPTEMBER]},
    "holy week 2026 compared w 2025, sales": {"metrics": ["revenue"], "period": {"start": "2026-03-29", "end": "2026-04-05"}, "compare": [{"start": "2025-04-13", "end": "2025-04-20"}]},
    "this wk vs last one, sales": {"metrics": ["revenue"], "period": {"start": "2026-11-09", "end": "2026-11-15"}, "compare": [{"shift": "1 week"}]},
    "movement in sales by region, last qtr over the qtr prior": {"metrics": ["revenue"], "dimensions": ["region"], "period": Q3, "compare": [{"shift": "1 quarter"}]},
    # Where a series begins and ends.
    "quarterly turnover per island group 2024 to now": {"metrics": ["revenue"], "dimensions": ["date.quarter", "island_group"], "period": {"start": "2024-01-01", "end": "2026-11-15"}},
    "monthly sales from 2025": {"metrics": ["revenue"], "dimensions": ["date.month"], "period": {"start": "2025-01-01", "end": "2026-11-15"}},
    "sales from 2025": {"metrics": ["revenue"], "period": {"start": "2025-01-01", "end": "2025-12-31"}},
    "sales first half of october": {"metrics": ["revenue"], "period": {"start": "2026-10-01", "end": "2026-10-15"}},
    "benta ngayong 2026": {"metrics": ["revenue"], "period": THIS_YEAR},
    "which stores shut since the start of 2025": {"list": "store", "where": [{"field": "closed_on", "op": "between", "values": ["2025-01-01", "2026-11-15"]}]},
    # One figure over another, and sums that are no averages.
    "peso per piece by category, ytd": {"metrics": ["price_per_unit"], "dimensions": ["category"], "period": THIS_YEAR},
    "28 day rolling sum of tickets, visayas, q3": {"metrics": [{"metric": "transactions", "window": {"trailing": "28 day"}}], "dimensions": ["date.day"], "where": [is_("island_group", "Visayas")], "period": Q3},
    # So many, so often, again.
    "shoppers seen in 2 or more branches, sept": {"metrics": [number_of("customer", "active_stores", ">=", 2)], "where": [known("customer")], "period": SEPTEMBER},
    "customers who shopped at 3+ different branches last month": {"metrics": ["active_stores"], "dimensions": ["customer"], "having": [{"field": "active_stores", "op": ">=", "values": [3]}], "where": [known("customer")], "period": OCTOBER},
    "how many customers bought more than once last month": {"metrics": [number_of("customer", "transactions", ">", 1)], "where": [known("customer")], "period": OCTOBER},
    "repeat customers ncr sept": {"metrics": [number_of("customer", "transactions", ">=", 2)], "where": [is_("region", "NCR"), known("customer")], "period": SEPTEMBER},
    "list customers with 10+ visits this year": {"metrics": ["transactions"], "dimensions": ["customer"], "having": [{"field": "transactions", "op": ">=", "values": [10]}], "where": [known("customer")], "period": THIS_YEAR},
    # Those who are new, and those who bought none: rows that name nobody are of neither.
    "how many new customers in october": {"metrics": ["unique_customers"], "where": [those("customer", "not_in", period=BEFORE_OCTOBER)], "period": OCTOBER},
    "revenue from new customers in october": {"metrics": ["revenue"], "where": [those("customer", "not_in", period=BEFORE_OCTOBER), known("customer")], "period": OCTOBER},
    "revenue of customers with no rice in october": {"metrics": ["revenue"], "where": [those("customer", "not_in", where=[is_("category", "Rice and Grains")], period=None), known("customer")], "period": OCTOBER},
    # How many of a catalogue sold, not how many there are.
    "how many products sold last month": {"metrics": [{"metric": "revenue", "each": ["product"], "agg": "count"}], "period": OCTOBER},
    # Lists of values, and what ends them.
    "i-compare mo luzon visayas at mindanao sa average ticket last month": {"metrics": ["average_basket"], "dimensions": ["island_group"], "where": [is_("island_group", "Luzon", "Visayas", "Mindanao")], "period": OCTOBER},
    "laguna cavite batangas side by side sept takings": {"metrics": ["revenue"], "dimensions": ["province"], "where": [is_("province", "Laguna", "Cavite", "Batangas")], "period": SEPTEMBER},
    "mandaue cebu sales": {"metrics": ["revenue"], "where": [is_("city", "Mandaue"), is_("province", "Cebu")], "period": LAST_30},
    "kinatibuk-ang halin gawas sa ncr ug calabarzon, gcash ra, niaging bulan": {"metrics": ["revenue"], "where": [{"field": "region", "op": "not_in", "values": ["NCR", "R04A"]}, is_("payment_method", "gcash")], "period": OCTOBER},
    "wkday/wkend breakdown of turnover this yr": {"metrics": ["revenue"], "dimensions": ["is_weekend"], "period": THIS_YEAR},
    "products sold in NCR but not in Cebu this year": {"list": "product", "where": [those("product", where=[is_("region", "NCR")], period=THIS_YEAR), those("product", "not_in", where=[is_("province", "Cebu")], period=THIS_YEAR)]},
    "products na nabenta sa ncr pero never sa mindanao this year": {"list": "product", "where": [those("product", where=[is_("region", "NCR")], period=THIS_YEAR), those("product", "not_in", where=[is_("island_group", "Mindanao")], period=THIS_YEAR)]},
    "mas marami bang resibo ang convenience store kaysa minimart noong agosto": {"metrics": ["transactions"], "dimensions": ["store_type"], "where": [is_("store_type", "convenience", "minimart")], "period": {"start": "2026-08-01", "end": "2026-08-31"}, "order": [{"by": "transactions", "dir": "desc"}]},
    # Of what, and when: the usual figure.
    "gcash + maya combined this qtr": {"metrics": ["revenue"], "where": [is_("payment_method", "gcash", "maya")], "period": THIS_QUARTER},
    "sundays in ncr by the hour, q3": {"metrics": ["revenue"], "dimensions": ["date.hour_of_day"], "where": [is_("date.day_of_week", 7), is_("region", "NCR")], "period": Q3},
    # What is ranked stands behind the word that ranks.
    "record no. of receipts by one branch in a single day this yr": {"metrics": ["transactions"], "dimensions": ["store", "date.day"], "period": THIS_YEAR, "order": [{"by": "transactions", "dir": "desc"}], "limit": 1},
    "rank frozen brands worst to first, sept": {"metrics": ["revenue"], "dimensions": ["brand"], "where": [is_("category", "Frozen")], "period": SEPTEMBER, "order": [{"by": "revenue", "dir": "asc"}]},
    "when did our pampanga branches open": {"list": "store", "dimensions": ["opened_on"], "where": [is_("province", "Pampanga")]},
    # A part of a whole, whichever way round it is said.
    "whats qc as a % of ncr": {"metrics": ["revenue"], "dimensions": ["city"], "where": [is_("city", "Quezon City"), is_("region", "NCR")], "share": {"within": [], "free": ["city"]}, "period": LAST_30},
    "cebu's contribution to visayas revenue in 2025": {"metrics": ["revenue"], "dimensions": ["province"], "where": [is_("province", "Cebu"), is_("island_group", "Visayas")], "share": {"within": [], "free": ["province"]}, "period": Y2025},
    "how much of visayas revenue comes from cebu, q3": {"metrics": ["revenue"], "dimensions": ["province"], "where": [is_("province", "Cebu"), is_("island_group", "Visayas")], "share": {"within": [], "free": ["province"]}, "period": Q3},
    "share of top 10 stores in total revenue oct": {"metrics": ["revenue"], "where": [best_stores(10)], "share": {"within": [], "free": ["store"]}, "period": OCTOBER},
    "what portion of sales do the top 10 stores bring in": {"metrics": ["revenue"], "where": [best_stores(10)], "share": {"within": [], "free": ["store"]}, "period": LAST_30},
    "what % of stores in ncr are minimarts": {"metrics": ["stores"], "dimensions": ["store_type"], "where": [is_("region", "NCR"), is_("store_type", "minimart")], "share": {"within": [], "free": ["store_type"]}, "period": "all"},
    # Years of two digits, days of their own number, the same days last year.
    "q3 26 vs q3 25 per category sales": {"metrics": ["revenue"], "dimensions": ["category"], "period": Q3, "compare": [{"start": "2025-07-01", "end": "2025-09-30"}]},
    "how did 11.11 do vs last year": {"metrics": ["revenue"], "period": {"start": "2026-11-11", "end": "2026-11-11"}, "compare": [{"shift": "1 year"}]},
    "ytd sales per region vs ytd last yr": {"metrics": ["revenue"], "dimensions": ["region"], "period": THIS_YEAR, "compare": [{"start": "2025-01-01", "end": "2025-11-15"}]},
    "last 30 days compare w prior 30, sales": {"metrics": ["revenue"], "period": LAST_30, "compare": [{"shift": "30 day"}]},
    # Which of several values stands against which.
    "itandi ang halin sa cebu city ug mandaue niaging bulan": {"metrics": ["revenue"], "dimensions": ["city"], "where": [is_("city", "Cebu City", "Mandaue")], "period": OCTOBER},
    "sales per store format last month": {"metrics": ["revenue"], "dimensions": ["store_type"], "period": OCTOBER},
    "bottom 2 stores for each type, q3 txns": {"metrics": ["transactions"], "dimensions": ["store_type", "store"], "per": ["store_type"], "limit": 2, "order": [{"by": "store_type", "dir": "asc"}, {"by": "transactions", "dir": "asc"}], "period": Q3},
    "halin matag domingo sa oktubre": {"metrics": ["revenue"], "dimensions": ["date.day"], "where": [is_("date.day_of_week", 7)], "period": OCTOBER},
    "how has avg basket moved since january": {"metrics": ["average_basket"], "dimensions": ["date.month"], "period": THIS_YEAR},
    "pcs of canned goods moved in august": {"metrics": ["units"], "where": [is_("category", "Canned Goods")], "period": {"start": "2026-08-01", "end": "2026-08-31"}},
    # Hours.
    "sales btw 6 and 9pm last fri": {"metrics": ["revenue"], "where": [during("date.hour_of_day", 18, 20)], "period": {"start": "2026-11-13", "end": "2026-11-13"}},
    "sales from 11 to 2pm yesterday": {"metrics": ["revenue"], "where": [during("date.hour_of_day", 11, 13)], "period": {"start": "2026-11-14", "end": "2026-11-14"}},
    "halin gikan alas singko hangtod alas otso sa gabii gahapon": {"metrics": ["revenue"], "where": [during("date.hour_of_day", 17, 19)], "period": {"start": "2026-11-14", "end": "2026-11-14"}},
    # Limits, each of its own figure.
    "brands that sold at least ₱250,000 but in fewer than 2,000 txns": {"metrics": ["revenue", "transactions"], "dimensions": ["brand"], "having": [{"field": "revenue", "op": ">=", "values": [250000]}, {"field": "transactions", "op": "<", "values": [2000]}], "period": LAST_30},
    "regions with txn growth over 5% last month": {"metrics": ["transactions"], "dimensions": ["region"], "having": [{"field": "transactions__growth", "op": ">", "values": [0.05]}], "order": [{"by": "transactions__change", "dir": "desc"}], "period": OCTOBER, "compare": [{"shift": "1 month"}]},
    # Those who did only the one; those with any, and then none.
    "buyers who only paid cash in oct": {"metrics": ["unique_customers"], "where": [those("customer", where=[is_("payment_method", "cash")], period=None), those("customer", "not_in", where=[{"field": "payment_method", "op": "not_in", "values": ["cash"]}], period=None)], "period": OCTOBER},
    "stores with sales in september but none in october": {"list": "store", "where": [those("store", period=SEPTEMBER), those("store", "not_in", period=OCTOBER)]},
    "sa quezon city ilan ang bumili nung isang linggo": {"metrics": ["unique_customers"], "where": [is_("city", "Quezon City")], "period": {"start": "2026-11-02", "end": "2026-11-08"}},
    "stores with no gcash sales last month": {"list": "store", "where": [those("store", "not_in", where=[is_("payment_method", "gcash")], period=OCTOBER)]},
    "stores without gcash sales last month": {"list": "store", "where": [those("store", "not_in", where=[is_("payment_method", "gcash")], period=OCTOBER)]},
    "how many stores w/o gcash sales last month": {"metrics": ["stores"], "where": [those("store", "not_in", where=[is_("payment_method", "gcash")], period=OCTOBER)], "period": "all"},
    "products without sales in october": {"list": "product", "where": [those("product", "not_in", period=OCTOBER)]},
    "store sales without ncr last month": {"metrics": ["revenue"], "where": [{"field": "region", "op": "not_in", "values": ["NCR"]}], "period": OCTOBER},
    # Lists with what stands beside.
    "store directory for palawan: name, type, city": {"list": "store", "dimensions": ["store_type", "city"], "where": [is_("province", "Palawan")]},
    "skus of frozen with brand": {"list": "product", "dimensions": ["brand"], "where": [is_("category", "Frozen")]},
    "list open supermarkets in region 3 w city and opening date": {"list": "store", "dimensions": ["city", "opened_on"], "where": [is_("still_open", True), is_("store_type", "supermarket"), is_("region", "R03")]},
    # Lists with a figure beside; what a date is of; the part of a month that is named.
    "list the stores in tarlac with their sales last month": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("province", "Tarlac")], "period": OCTOBER},
    "ilista ang mga tindahan sa tarlac kasama ang benta nila noong oktubre": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("province", "Tarlac")], "period": OCTOBER},
    "minimarts in ncr with their sales last month": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("store_type", "minimart"), is_("region", "NCR")], "period": OCTOBER},
    "mga tindahan sa tarlac at ang benta nila noong oktubre": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("province", "Tarlac")], "period": OCTOBER},
    "stores in baguio and what they sold last month": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("city", "Baguio")], "period": OCTOBER},
    "how many stores opened per year": {"metrics": ["stores"], "dimensions": ["opened_on.year"], "where": [known("opened_on")], "order": [{"by": "opened_on.year", "dir": "asc"}], "period": "all"},
    "ilan ang nagbukas na tindahan kada taon": {"metrics": ["stores"], "dimensions": ["opened_on.year"], "where": [known("opened_on")], "order": [{"by": "opened_on.year", "dir": "asc"}], "period": "all"},
    "how many stores closed by month in 2025": {"metrics": ["stores"], "dimensions": ["closed_on.month"], "where": [during("closed_on", "2025-01-01", "2025-12-31")], "order": [{"by": "closed_on.month", "dir": "asc"}], "period": "all"},
    "benta mula nobyembre 1 hanggang 10": {"metrics": ["revenue"], "period": {"start": "2026-11-01", "end": "2026-11-10"}},
    "gcash sales qtd vs the same stretch of last qtr": {"metrics": ["revenue"], "where": [is_("payment_method", "gcash")], "period": THIS_QUARTER, "compare": [{"shift": "1 quarter"}]},
    "sales this week vs last week per branch sa cebu city": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("city", "Cebu City")], "period": {"start": "2026-11-09", "end": "2026-11-15"}, "compare": [{"start": "2026-11-02", "end": "2026-11-08"}]},
    "stores opened in 2024 that closed": {"list": "store", "dimensions": ["opened_on"], "where": [is_("still_open", False), during("opened_on", "2024-01-01", "2024-12-31")]},
    "top 20 products with units and revenue, october": {"metrics": ["revenue", "units"], "dimensions": ["product"], "order": [{"by": "revenue", "dir": "desc"}], "limit": 20, "period": OCTOBER},
    "categories that declined vs same month last year": {"metrics": ["revenue"], "dimensions": ["category"], "having": [{"field": "revenue__change", "op": "<", "values": [0]}], "order": [{"by": "revenue__change", "dir": "asc"}], "period": {"start": "2026-11-01", "end": "2026-11-15"}, "compare": [{"shift": "1 year"}]},
    "first week of september sales": {"metrics": ["revenue"], "period": {"start": "2026-09-01", "end": "2026-09-07"}},
    "benta noong unang linggo ng setyembre kada araw": {"metrics": ["revenue"], "dimensions": ["date.day"], "period": {"start": "2026-09-01", "end": "2026-09-07"}},
    "sales in the last week of september": {"metrics": ["revenue"], "period": {"start": "2026-09-24", "end": "2026-09-30"}},
    "huling sampung araw ng oktubre, benta kada rehiyon": {"metrics": ["revenue"], "dimensions": ["region"], "period": {"start": "2026-10-22", "end": "2026-10-31"}},
    "sales 2 weeks ago": {"metrics": ["revenue"], "period": {"start": "2026-10-26", "end": "2026-11-01"}},
    "ilan sa stores natin sa calabarzon ang di pa tumatanggap ng card this yr": {"metrics": ["stores"], "where": [is_("region", "R04A"), those("store", "not_in", where=[is_("payment_method", "card"), is_("region", "R04A")], period=THIS_YEAR)], "period": "all"},
    "what date did we reach our highest sales in 2025": {"metrics": ["revenue"], "dimensions": ["date.day"], "order": [{"by": "revenue", "dir": "desc"}], "limit": 1, "period": Y2025},
    "which payday had the highest sales in 2025": {"metrics": ["revenue"], "dimensions": ["date.day"], "where": [is_("is_payday", True)], "order": [{"by": "revenue", "dir": "desc"}], "limit": 1, "period": Y2025},
    "top 5 provinces by customers, october": {"metrics": ["unique_customers"], "dimensions": ["province"], "order": [{"by": "unique_customers", "dir": "desc"}], "limit": 5, "period": OCTOBER},
    "top 10 stores with city and store type, october": {"metrics": ["revenue"], "dimensions": ["store", "city", "store_type"], "order": [{"by": "revenue", "dir": "desc"}], "limit": 10, "period": OCTOBER},
    "top 5 stores by transactions with their region, october": {"metrics": ["transactions"], "dimensions": ["store", "region"], "order": [{"by": "transactions", "dir": "desc"}], "limit": 5, "period": OCTOBER},
    # A total that rolls is no average; what contributes the most is named; a part of every year.
    "rolling 30 day total sales": {"metrics": [{"metric": "revenue", "window": {"trailing": "30 day"}}], "dimensions": ["date.day"], "period": LAST_30},
    "which region contributes the most to sales last month": {"metrics": ["revenue"], "dimensions": ["region"], "share": {"within": []}, "order": [{"by": "revenue", "dir": "desc"}], "limit": 1, "period": OCTOBER},
    "best weekday for minimarts last month": {"metrics": ["revenue"], "dimensions": ["date.day_of_week"], "where": [is_("store_type", "minimart")], "order": [{"by": "revenue", "dir": "desc"}], "limit": 1, "period": OCTOBER},
    "ber months sales by year": {"metrics": ["revenue"], "dimensions": ["date.year"], "where": [is_("season", "ber_months")], "period": "all"},
    "december sales by year": {"metrics": ["revenue"], "dimensions": ["date.year"], "where": [is_("date.month_of_year", 12)], "period": "all"},
    "benta tuwing disyembre kada taon": {"metrics": ["revenue"], "dimensions": ["date.year"], "where": [is_("date.month_of_year", 12)], "period": "all"},
    "customers na gumastos sa pagitan ng 50k at 100k noong oktubre": {"metrics": ["revenue"], "dimensions": ["customer"], "where": [known("customer")], "having": [{"field": "revenue", "op": "between", "values": [50000, 100000]}], "period": OCTOBER},
    "provinces in region 6 where we have stores": {"metrics": ["stores"], "dimensions": ["province"], "where": [is_("region", "R06")], "period": "all"},
}  # fmt: skip

NOT_READ = (
    "for all months of 2026 name the no. 1 category",  # the best of each, or of all
    "dec 25 vs dec 24 revenue",  # days, or months of two years
    "sales of ncr branches located in cebu",  # nothing is in both
    "halin sa mga tindahan sa visayas nga naa sa luzon niaging bulan",
    "sales except ncr, gcash",  # is that left out too?
    "new customers per month 2026",
    "per receipt in october",  # what per receipt?
    "is naga ok",
    "what times",
    "(snacks in ncr or noodles in r7) total sales aug 2026",  # what belongs to what
    "open stores that closed in 2025",
    "customers who shopped in more than one region this year",
    "% ng stores na sarado na per region",
    "sales by type",  # of what
    "holidays in q4 so far",  # days, and no figure
    "rolling 30 day sales",  # an average, or a total
    "branches that opened in 2024 and have closed since, when",
    "sales vs 2 weeks ago",
    "top 5 stores by region",  # of each, or of all
    "top 5 brands with category",  # a brand has several
    "stores opened over time",  # revenue by opening date and day is not meant
    "10 oldest branches still open and what they made last mo",  # the figure would be left out
    "revenue from customers who bought in both september and october",  # in which of them
    "sales in both september and october",
    "average sales per day per store",  # an average over which
    "q4 sales by year",
    "holy week sales by year",
)

test_it_is_the_query_that_is_written_out, test_it_is_not_answered = held(READ, NOT_READ)


HABITS = {  # by an analyst's own SQL, without the reader, the compiler or the guard
    "how many new customers in october": """
        SELECT count(DISTINCT customer_id) FROM sold WHERE customer_id IS NOT NULL AND date_key BETWEEN '2026-10-01' AND '2026-10-31'
        AND customer_id NOT IN (SELECT customer_id FROM sold WHERE customer_id IS NOT NULL AND date_key < '2026-10-01')""",
    "revenue from new customers in october": """
        SELECT sum(peso_value) FROM sold WHERE customer_id IS NOT NULL AND date_key BETWEEN '2026-10-01' AND '2026-10-31'
        AND customer_id NOT IN (SELECT customer_id FROM sold WHERE customer_id IS NOT NULL AND date_key < '2026-10-01')""",
    "how many customers bought more than once last month": """
        SELECT count(*) FROM (SELECT customer_id FROM sold WHERE customer_id IS NOT NULL AND date_key BETWEEN '2026-10-01' AND '2026-10-31'
        GROUP BY customer_id HAVING count(*) > 1)""",
    "shoppers seen in 2 or more branches, sept": """
        SELECT count(*) FROM (SELECT customer_id FROM sold WHERE customer_id IS NOT NULL AND date_key BETWEEN '2026-09-01' AND '2026-09-30'
        GROUP BY customer_id HAVING count(DISTINCT store_id) >= 2)""",
    "buyers who only paid cash in oct": """
        SELECT count(*) FROM (SELECT customer_id FROM sold WHERE customer_id IS NOT NULL AND date_key BETWEEN '2026-10-01' AND '2026-10-31'
        GROUP BY customer_id HAVING bool_and(payment_method = 'cash'))""",
    "no. of customers who bought in both sept and oct": """
        SELECT count(*) FROM (SELECT customer_id FROM sold WHERE customer_id IS NOT NULL GROUP BY customer_id
        HAVING bool_or(date_key BETWEEN '2026-09-01' AND '2026-09-30') AND bool_or(date_key BETWEEN '2026-10-01' AND '2026-10-31'))""",
    "how many products sold last month": """
        SELECT count(DISTINCT i.product_id) FROM sold JOIN scout.silver_transaction_items AS i USING (org_id, transaction_id)
        WHERE sold.date_key BETWEEN '2026-10-01' AND '2026-10-31'""",
}


@pytest.mark.parametrize(
    "question",
    [
        "phone numbers of customers",
        "show me customer emails",
        "birthdays of suki",
        "numero ng telepono ng mga customer",
        "kaninong number to, 0900 391 9973?",
        "sales of juan@example.com",
    ],
)
def test_how_to_reach_somebody_is_not_for_the_asking(assistant, question):
    answer = assistant.ask(question, assistant.settings.principal("analyst@tingi"))
    assert (answer.status, answer.reason.code) == ("declined", "not_permitted")


@pytest.mark.parametrize(("question", "sql"), HABITS.items())
def test_what_people_do_is_counted_as_an_analyst_would(assistant, raw, question, sql):
    sold = "SELECT * FROM scout.silver_transactions_cleaned WHERE org_id = 'tingi' AND deleted_at IS NULL"
    expected = raw.execute(f"WITH sold AS ({sold}) {sql}").fetchone()
    answer = assistant.ask(question, assistant.settings.principal("analyst@tingi"))
    assert [tuple(row) for row in answer.rows] == [expected]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("zamboanga gross for oct", {"Region IX, Zamboanga Peninsula (region)", "Zamboanga City, Zamboanga del Sur"}),
        ("numbers for san fernando", {"San Fernando City, La Union", "San Fernando City, Pampanga"}),
        ("region 4 sales", {"Region IV-A, CALABARZON (region)", "MIMAROPA, Region IV-B (region)"}),
        ("when are sales highest", {"the date", "the month", "the day of week", "the hour of day"}),
    ],
)
def test_a_question_back_tells_its_choices_apart(assistant, question, names):
    answer = assistant.ask(question, assistant.settings.principal("analyst@tingi"))
    assert answer.status == "clarify"
    assert names <= {one.label for one in answer.options}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how much will we sell in december", "does not forecast"),
        ("magkano ang magiging benta natin sa darating na pasko", "does not forecast"),
        ("wipe all 2024 txns", "changes or sends nothing"),
        ("burahin mo ang mga saradong tindahan", "changes or sends nothing"),
        ("shud i close the davao minimarts", "not advice"),
    ],
)
def test_what_no_reader_of_figures_can_do_is_said_so(assistant, question, said):
    answer = assistant.ask(question, assistant.settings.principal("analyst@tingi"))
    assert (answer.status, answer.reason.code) == ("declined", "out_of_scope")
    assert said in answer.text


def test_so_far_is_set_against_the_same_days_in_a_follow_up_too(assistant):
    asker = assistant.settings.principal("analyst@tingi")
    assistant.ask("sales this month so far", asker, conversation_id="third-look")
    answer = assistant.ask("vs last month", asker, conversation_id="third-look")
    assert answer.query.to_json()["compare"] == [{"shift": "1 month"}]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how do u compute avg basket", "revenue over transactions"),
        ("does revenue include vat", "taxes are not in this data"),
        ("are cancelled sales counted in revenue", "deleted sales are left out"),
        ("explain active stores vs stores", "on the books"),
        ("if i dont say dates which period do u use", "last 30 days"),
        ("what goes into revenue exactly", "what customers paid"),
    ],
)
def test_what_is_asked_about_the_data_is_told(assistant, question, said):
    answer = assistant.ask(question, assistant.settings.principal("analyst@tingi"))
    assert answer.status == "answered"
    assert not answer.rows
    assert said in answer.text.lower()
