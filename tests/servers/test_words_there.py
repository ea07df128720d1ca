"""Words of SQL as names: each engine takes the text that is written for it."""

from __future__ import annotations

import pytest
from sqlglot import exp
from sqlglot.tokens import Tokenizer

from nlq.sql.dialect import WORDS, render

KNOWN = sorted({word for word in map(str.lower, Tokenizer.KEYWORDS) if word.replace("_", "").isalpha()} | WORDS)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "trino"])
def test_every_word_is_a_name(engines, dialect):
    inner = exp.select(*(exp.alias_(exp.Literal.number(place), word, copy=False) for place, word in enumerate(KNOWN)))
    outer = exp.select(*(exp.alias_(exp.column(word, table="limit"), word, copy=False) for word in KNOWN)).from_(
        inner.subquery("limit")
    )
    assert engines(dialect, render(outer, dialect)) == [tuple(range(len(KNOWN)))]
    for word in KNOWN:
        relation = exp.select(exp.alias_(exp.Literal.number(1), word, copy=False)).subquery(word)
        tree = (
            exp.select(exp.column(word))
            .from_(relation)
            .group_by(exp.column(word, table=word))
            .order_by(exp.column(word))
        )
        assert engines(dialect, render(tree, dialect)) == [(1,)], word
