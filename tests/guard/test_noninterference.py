"""The whole way of a question, twice: over all three tenants' rows, and over a world in which whatever the asker may not see is other.

Not the rows alone: the sentence, the reading, the words, what is suggested or asked back, the reason of a refusal, the warnings, the
scope and the figures of the provenance are the same. What is left out of the comparison is an answer's own id and time, and the version
of a file that nlq did not build, which is the file's.
"""

from __future__ import annotations

import json
import os

import pytest
from helpers import ROOT

from guard import twins
from guard.tables import filled
from guard.test_differential import ASKERS, EVERYTHING, MODEL
from nlq import Principal
from nlq.api import Assistant, SyncAssistant, drive
from nlq.errors import NlqError
from nlq.policy import rules
from nlq.policy.cost import Cost
from nlq.settings import load

QUESTIONS = (
    "total sales in october 2026", "top 5 stores in october 2026", "sales by region in october 2026", "sales in NCR in october 2026",
    "sales in Cebu in october 2026", "transactions by payment method in september 2026", "gcash transactions in october 2026",
    "top stores", "how many stores do we have", "how many customers do we have", "monthly sales in 2026", "sales growth in october 2026",
    "sales of TINGI store 3 in october 2026", "sales of SUKI store 3 in october 2026", "sales of BODEGA store 1", "sales of POISON SUKI store 2",
    "sales of TINGI stor 3 in october 2026", "sales of SUKI stor 3", "sales in TINGI city 4", "sales in SUKI city 4", "sales in POISON BODEGA city 4",
    "best customers in october 2026", "sales by city in october 2026", "units sold by brand in october 2026", "sales in 2019",
    "average basket by store type in october 2026", "why did sales drop in october 2026", "what can I ask", "revenue per store in R07",
)  # fmt: skip
QUERIES = (
    {"metrics": ["revenue", "transactions"], "dimensions": ["store"], "limit": 3},
    {"metrics": ["revenue"], "dimensions": ["region", "date.month"], "compare": [{"shift": "1 month"}]},
    {
        "metrics": ["unique_customers"],
        "dimensions": ["city"],
        "share": None,
        "order": [{"by": "unique_customers", "dir": "desc"}],
        "limit": 5,
    },
    {"metrics": ["revenue"], "where": [{"field": "store", "op": "=", "values": ["SUKI store 3"]}]},
    {"list": "store", "dimensions": ["city"]},
    {"metrics": ["revenue"], "dimensions": ["store"], "share": {"within": []}, "totals": []},
)
SQL = (
    "SELECT count(*), sum(peso_value), max(store_id) FROM silver_transactions_cleaned",
    "SELECT full_name, phone FROM dim_customer ORDER BY customer_id LIMIT 3",
    "SELECT max(length(store_name)) FROM dim_store",
    "SELECT CAST(store_name AS BIGINT) FROM dim_store ORDER BY store_id LIMIT 2",
    "SELECT 1 / (customer_id - 3) FROM dim_customer ORDER BY customer_id",
    "SELECT count(*) FROM dim_customer WHERE full_name LIKE 'POISON%'",
    "SELECT * FROM bronze_transactions_raw",
    "SELECT no_such FROM dim_store",
)


def written(path, rows):
    filled(MODEL, rows, str(path)).close()
    os.utime(path, (1_790_000_000, 1_790_000_000))
    return path


@pytest.fixture(autouse=True)
def no_cache(tmp_path, monkeypatch):
    """The index of values is kept by the file's version: nothing of another world is to be found there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return written(tmp_path_factory.mktemp("whole") / "w.duckdb", EVERYTHING)


def assistant(path, state, **more):
    env = {"NLQ_DUCKDB_PATH": str(path), "NLQ_STATE": str(state), "NLQ_AUDIT": "off", **more}
    inner = Assistant(load(ROOT / "nlq.toml", env=env), blocking=True)
    opened = SyncAssistant(inner)
    opened.inner = inner
    return opened


def told(answer):
    """All that an asker is told, but for what is this answer's own."""
    plain = json.loads(answer.to_json_text())
    for name in ("id", "conversation_id", "asked_at", "timings_ms", "cache"):
        del plain[name]
    for name in ("data_version", "fresh_as_of"):
        del plain["provenance"][name]
    return plain


def heard(one, asker):
    """What is heard of every question, query and SQL; and every value of the index."""
    principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
    found = []
    for ask, texts in ((one.ask, QUESTIONS), (one.query, QUERIES), (one.sql, SQL)):
        for text in texts:
            try:
                found.append((text, told(ask(text, principal))))
            except NlqError as problem:
                found.append((text, [problem.what, problem.where, problem.fix]))
    values = drive(one.inner.values(principal))
    return found, {name: sorted((value.id, value.label) for value in known) for name, known in values.items()}


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_what_the_asker_may_not_see_changes_nothing_that_they_are_told(whole, tmp_path, asker):
    other = written(tmp_path / "o.duckdb", twins.poisoned(EVERYTHING, asker))
    with assistant(whole, tmp_path) as one, assistant(other, tmp_path) as another:
        (mine, values), (theirs, others) = heard(one, asker), heard(another, asker)
    for (text, answer), (_, same) in zip(mine, theirs, strict=True):
        assert answer == same, text
    assert values == others
    answered = [
        text for text, answer in mine if isinstance(answer, dict) and answer["status"] == "answered" and answer["rows"]
    ]
    assert len(answered) >= (12 if asker.regions and asker.org_id != "nobody" else 1)
    marks = [org.upper() for org in ("tingi", "suki", "bodega") if org != asker.org_id]
    said = json.dumps([(answer if not isinstance(answer, dict) else {**answer, "question": "", "words": [], "reading": "", "text": answer["rows"] and answer["text"],
                        "query": None, "sql": "", "sql_executed": "", "reason": None}) for _, answer in mine])  # fmt: skip
    assert not [
        mark
        for mark in (*marks, "POISON")
        if f"{mark} store" in said or f"{mark} city" in said or f"{mark} person" in said
    ]


def test_this_goes_red_without_the_policy(whole, tmp_path, monkeypatch):
    asker = ASKERS[2]
    other = written(tmp_path / "o.duckdb", twins.poisoned(EVERYTHING, asker))
    monkeypatch.setattr(rules.Policies, "predicate", lambda *_: [])
    with assistant(whole, tmp_path) as one, assistant(other, tmp_path) as another:
        (mine, values), (theirs, others) = heard(one, asker), heard(another, asker)
    assert values != others
    assert sum(answer != same for (_, answer), (_, same) in zip(mine, theirs, strict=True)) > 10


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_an_estimate_knows_nothing_of_other_tenants(whole, tmp_path, asker):
    """Of a world that holds no other tenant's rows it is the same, and so is what is declined for it."""
    alone = {name: [row for row in rows if row.get("org_id", asker.org_id) == asker.org_id] for name, rows in EVERYTHING.items()}  # fmt: skip
    principal = Principal("a", asker.org_id, roles=asker.roles, regions=asker.regions)
    other, least = written(tmp_path / "o.duckdb", alone), {"NLQ_MAX_CELLS": "2000"}
    with assistant(whole, tmp_path, **least) as one, assistant(other, tmp_path, **least) as another:
        for text in QUESTIONS:
            mine, theirs = ([step for step in each.steps(text, principal) if isinstance(step, Cost)] for each in (one, another))  # fmt: skip
            assert mine == theirs, text
        cross = "SELECT count(*) FROM silver_transactions_cleaned a, silver_transactions_cleaned b, dim_store c, dim_store d"
        mine, theirs = (told(each.sql(cross, principal)) for each in (one, another))
        assert mine == theirs
        assert asker.org_id not in twins.TENANTS or mine["reason"]["code"] == "too_expensive"
