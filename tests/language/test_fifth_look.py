"""Readings that a fifth set of unseen questions asked for: endings of Cebuano nouns, spellings, slips with two words for one thing."""

from __future__ import annotations

from helpers import held

OCTOBER, LAST_30 = {"start": "2026-10-01", "end": "2026-10-31"}, {"start": "2026-10-17", "end": "2026-11-15"}
HOURS = {
    "metrics": ["transactions"],
    "dimensions": ["date.hour_of_day"],
    "period": LAST_30,
    "order": [{"by": "transactions", "dir": "desc"}],
    "limit": 1,
}


def first(dimension, way, period):
    return {
        "metrics": ["revenue"],
        "dimensions": [dimension],
        "period": period,
        "order": [{"by": "revenue", "dir": way}],
        "limit": 1,
    }


def opened(*where):
    return {"list": "store", "dimensions": ["opened_on"], "where": list(where)}


def is_(field, value):
    return {"field": field, "op": "in", "values": [value]}


READ = {
    # A noun in "-a" behind a word that points.
    "unsang tindahana ang pinakagamay og halin sa miaging bulan": first("store", "asc", OCTOBER),
    "unsang rehiyona ang pinakadako og halin niaging bulan": first("region", "desc", OCTOBER),
    # How many come, not what they spend.
    "unsang orasa pinakadaghan ang namalit": HOURS,
    "anong oras pinakamaraming namimili": HOURS,
    # A date that a value's things have.
    "kelan nagbukas yung mga convenience store sa metro manila": opened(is_("store_type", "convenience"), is_("region", "NCR")),
    "mga supermarket sa bohol kailan nagbukas": opened(is_("store_type", "supermarket"), is_("province", "Bohol")),
    # Things that a value's own words name.
    "which dairy products sold the most in october 2026": {"metrics": ["revenue"], "dimensions": ["product"], "where": [is_("category", "Dairy")], "period": OCTOBER, "order": [{"by": "revenue", "dir": "desc"}], "limit": 10},
    "top stores for dairy products last month": {"metrics": ["revenue"], "dimensions": ["store"], "where": [is_("category", "Dairy")], "period": OCTOBER, "order": [{"by": "revenue", "dir": "desc"}], "limit": 10},
    "sales of dairy products last month": {"metrics": ["revenue"], "where": [is_("category", "Dairy")], "period": OCTOBER},
    "how many dairy products were sold last month": {"metrics": [{"metric": "revenue", "each": ["product"], "agg": "count"}], "where": [is_("category", "Dairy")], "period": OCTOBER},
    # What was sold, was so in a period, though none is named.
    "how many products were sold": {"metrics": [{"metric": "revenue", "each": ["product"], "agg": "count"}], "period": LAST_30},
    "ilan ang nabentang produkto": {"metrics": [{"metric": "revenue", "each": ["product"], "agg": "count"}], "period": LAST_30},
    "how many stores sold": {"metrics": ["active_stores"], "period": LAST_30},
    "how many products do we sell": {"metrics": ["products"]},
    # Each of several, with a period between; what a comparison shows anyway; words for rising and falling.
    "benta sa bulacan, pampanga at tarlac nung hulyo, isa isa": {"metrics": ["revenue"], "dimensions": ["province"], "where": [{"field": "province", "op": "in", "values": ["Bulacan", "Pampanga", "Tarlac"]}], "period": {"start": "2026-07-01", "end": "2026-07-31"}},
    "luzon visayas mindanao sales 2025, separate pls": {"metrics": ["revenue"], "dimensions": ["island_group"], "where": [{"field": "island_group", "op": "in", "values": ["Luzon", "Visayas", "Mindanao"]}], "period": {"start": "2025-01-01", "end": "2025-12-31"}},
    "oct vs sept revenue, every region, with the diff": {"metrics": ["revenue"], "dimensions": ["region"], "period": OCTOBER, "compare": [{"start": "2026-09-01", "end": "2026-09-30"}]},
    "anong tatak ang pinakabumagsak ngayong q3 kumpara last yr": {"metrics": ["revenue"], "dimensions": ["brand"], "period": {"start": "2026-07-01", "end": "2026-09-30"}, "compare": [{"shift": "1 year"}],
                                                               "order": [{"by": "revenue__growth", "dir": "asc"}], "limit": 1},
    "tig tatlong pinakamalakas na branch bawat isla, ytd": {"metrics": ["revenue"], "dimensions": ["island_group", "store"], "period": {"start": "2026-01-01", "end": "2026-11-15"},
                                                            "order": [{"by": "island_group", "dir": "asc"}, {"by": "revenue", "dir": "desc"}], "limit": 3, "per": ["island_group"]},
    "distinct products sold in mindanao in october 2026": {"metrics": [{"metric": "revenue", "each": ["product"], "agg": "count"}], "where": [is_("island_group", "Mindanao")], "period": OCTOBER},
    "list stores that sold nothing last month": {"list": "store", "where": [{"field": "store", "op": "not_in", "query": {"metrics": ["revenue"], "dimensions": ["store"], "period": OCTOBER}}]},
    # What there is of something.
    "ano ang mga uri ng tindahan": {"metrics": ["stores"], "dimensions": ["store_type"]},
    "what categories exist": {"metrics": ["products"], "dimensions": ["category"]},
    # Two words for one span of time are one correction.
    "mothly sales 2025": {"metrics": ["revenue"], "dimensions": ["date.month"], "period": {"start": "2025-01-01", "end": "2025-12-31"}},
}  # fmt: skip
test_read_as_written_out, test_not_answered = held(READ, ["unsang bayabasa ang pinakadako og halin niaging bulan"])


def test_also_in_cebuano_goes_on(assistant, analyst):
    conversation = "bohol"
    for turn in ("halin sa cebu sa miaging bulan", "sa bohol sad"):
        answer = assistant.ask(turn, analyst, conversation_id=conversation)
    assert (answer.status, answer.query.where[0].values) == ("answered", ("Bohol",))
    assert answer.query.period.start.isoformat() == OCTOBER["start"]


def test_a_noun_in_a_needs_a_word_that_points(assistant, analyst):
    assert assistant.ask("halin sa tindahana niaging bulan", analyst).status != "answered"
