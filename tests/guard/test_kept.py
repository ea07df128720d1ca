"""What the guard keeps for askers of one reach gives each of them what a guard that keeps nothing gives."""

from __future__ import annotations

import random

import pytest

from guard import queries
from guard.test_differential import MODEL
from nlq.errors import NlqError
from nlq.policy.scope import draft_statement, scope
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

ASKERS = [
    Principal("a", org, roles, regions, mask_key=key)
    for org in ("tingi", "suki", "bodega")
    for roles in ((), ("pii",), ("manager", "pii"))
    for regions in ("*", (), ("NCR",), ("R07", "NCR"))
    for key in ("", f"{org}-key-of-more-than-32-characters")
]
DIALECTS = ("duckdb", "postgres", "trino")


def said(text, asker, dialect):
    """All that is known of a scoped text, or the refusal."""
    try:
        found = scope(draft_statement(SqlDraft(text, "caller"), MODEL), asker, MODEL)
        return (*found.sql(dialect), found.tables, found.reads, found.rules, found.fingerprint, found.principal, found.unmasked)  # fmt: skip
    except NlqError as problem:
        return type(problem), problem.what


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_nobody_gets_what_another_was_given(seed):
    pick = random.Random(seed)
    texts = [queries.query(pick.randrange(1_000)) for _ in range(3)]
    texts += ["SELECT full_name, phone FROM dim_customer", "SELECT count(*) FROM silver_transaction_items"]
    MODEL.memo.pop("guard", None)
    kept = [(text, asker, dialect, said(text, asker, dialect)) for text, asker, dialect in
            ((pick.choice(texts), pick.choice(ASKERS), pick.choice(DIALECTS)) for _ in range(60))]  # fmt: skip
    for text, asker, dialect, found in kept:
        MODEL.memo.pop("guard", None)
        assert found == said(text, asker, dialect), (text, asker)
        if len(found) > 2:
            values = set(found[1].values() if isinstance(found[1], dict) else found[1])
            own = {asker.org_id, asker.mask_key, *(asker.regions if asker.regions != "*" else ())}
            assert values <= own, asker
            assert not any(org in found[0] and org not in text.lower() for org in ("tingi", "suki", "bodega"))


def test_texts_are_shared_by_those_who_differ_in_values_alone():
    MODEL.memo.pop("guard", None)
    draft = SqlDraft("SELECT count(*) FROM dim_store", "caller")
    one, other, narrower = (scope(draft_statement(draft, MODEL), Principal("a", org, (), regions), MODEL).sql("duckdb")[0]
                            for org, regions in (("tingi", ("NCR",)), ("suki", ("R07",)), ("suki", ())))  # fmt: skip
    assert one is other
    assert narrower != one
