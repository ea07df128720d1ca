"""Texts that nobody would write: no crash, no hang, no text that is not scoped. A few seconds always, a minute with `make test-long`."""

from __future__ import annotations

import random
import re
import time

import pytest

from guard import queries
from guard.test_differential import MODEL
from guard.test_honest import QUERIES
from nlq.errors import Internal, NlqError
from nlq.policy.scope import draft_statement, scope
from nlq.values import Principal
from nlq.values.pipeline import SqlDraft

TINGI = Principal("a", "tingi", regions=("NCR", "R07"))
TOKEN = re.compile(r"\s+|'[^']*'|\w+|.", re.DOTALL)
ODD = ["", "'", '"', "--", "/*", "*/", ";", "(", ")", "((((", "\x00", "\\", "$$", "$1", "?", ":x", "{{", "%s", "U&'", "E'", "…", "ſ", "\u200b", "\ufeff", "😀",
       "NULL", "*", ".", "..", ",", "AS", "FROM", "UNION", "WITH", "TABLE", "VALUES", "LATERAL", "9" * 400, "-", "0x1G", "1e999", "DATE ''", "INTERVAL", "[1]",
       "@", "#", "`", "|", "||", "::", "=>", "->", "dim_store", "scout.", "nlq_org_id_0", "r0"]  # fmt: skip
LONGEST_S = 1.0


def spoilt(pick, text):
    """A text with some of its parts gone, doubled, swapped, or other things in their place."""
    parts = TOKEN.findall(text)
    for _ in range(pick.choice([1, 1, 2, 4, 12])):
        at = pick.randrange(len(parts))
        kind = pick.random()
        if kind < 0.3:
            parts[at] = pick.choice(ODD)
        elif kind < 0.5:
            parts.insert(at, pick.choice(ODD))
        elif kind < 0.65:
            parts.pop(at)
        elif kind < 0.8:
            other = pick.randrange(len(parts))
            parts[at], parts[other] = parts[other], parts[at]
        elif kind < 0.9:
            parts[at:at] = parts[at : at + 20]
        else:
            parts[at] = "".join(
                chr(pick.choice([pick.randrange(32), pick.randrange(32, 127), pick.randrange(0x80, 0x2FFF)]))
                for _ in range(5)
            )
        parts = parts or [" "]
    return "".join(parts)


def guarded(text):
    """Whether a text gets through, and the seconds of work that it took; a crash of ours fails."""
    started, through = time.process_time(), False
    try:
        scoped = scope(draft_statement(SqlDraft(text, "analyst"), MODEL), TINGI, MODEL)
        for dialect in ("duckdb", "trino"):
            scoped.sql(dialect)  # what cannot be proven is an error of ours, and fails
        through = True
    except Internal as problem:
        raise AssertionError(f"{problem}\n{text!r}") from problem
    except NlqError:
        pass
    except Exception as problem:
        raise AssertionError(f"{type(problem).__name__}: {problem}\n{text!r}") from problem
    return through, time.process_time() - started


def passed_in_time(text):
    """Whether a text was scoped; it was, or was refused, in no time that could be called a hang."""
    passed, took = guarded(text)
    if took > LONGEST_S:  # Python may have tidied up all of its memory meanwhile: what hangs hangs again
        took = guarded(text)[1]
    assert took < LONGEST_S, text[:200]
    return passed


def run_for(seconds, seed):
    pick, until, ran, through = random.Random(seed), time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        text = pick.choice(QUERIES)["sql"] if pick.random() < 0.5 else queries.query(pick.randrange(10**6))
        text = spoilt(pick, text)
        through += passed_in_time(text)
        ran += 1
    return ran, through


def test_a_spoilt_text_is_refused_or_scoped():
    ran, through = run_for(6, 1)
    assert ran > 50
    assert through > 0


@pytest.mark.long
def test_a_minute_of_spoilt_texts():
    ran, _ = run_for(60, 2)
    assert ran > 500


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ufeffSELECT 1", "SELECT" * 5_000, "(" * 19_000, "'" * 999,
                                  "SELECT " + "NOT " * 3_000 + "TRUE", "SELECT " + "-" * 2_001 + "1", "SELECT 1" + " UNION SELECT 1" * 900,
                                  "SELECT " + "CASE WHEN TRUE THEN " * 400 + "1" + " END" * 400])  # fmt: skip
def test_what_is_out_of_all_bounds_is_refused_in_time(text):
    assert not passed_in_time(text)
