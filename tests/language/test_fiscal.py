"""Fiscal years in questions: which days they are, by counting months; and that nothing is read where the model has none."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from itertools import pairwise

import pytest
from helpers import ROOT

from nlq.api import Assistant, SyncAssistant
from nlq.errors import BadRequest
from nlq.language.time import find
from nlq.language.tokens import tokenize
from nlq.semantics.load import load as load_model
from nlq.settings import load

AS_OF = date(2026, 11, 15)


def months(start, count):
    """The first and the last day of so many months: counted one at a time."""
    year, month = start
    first = date(year, month, 1)
    for _ in range(count):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    return first, date(year, month, 1) - timedelta(days=1)


# With fiscal years that begin in July, on 15 November 2026: FY2027 is on.
JULY = {
    "fy25": months((2024, 7), 12),
    "FY2025 sales": months((2024, 7), 12),
    "sales in fiscal year 2026": months((2025, 7), 12),
    "fiscal 2026": months((2025, 7), 12),
    "taong piskal 2026": months((2025, 7), 12),
    "last fiscal year": months((2025, 7), 12),
    "last fy": months((2025, 7), 12),
    "this fiscal year": (date(2026, 7, 1), AS_OF),
    "fytd": (date(2026, 7, 1), AS_OF),
    "fiscal ytd": (date(2026, 7, 1), AS_OF),
    "fiscal year to date": (date(2026, 7, 1), AS_OF),
    "q1 fy26": months((2025, 7), 3),
    "Q4 of FY2025": months((2025, 4), 3),
    "fq2": (date(2026, 10, 1), AS_OF),
    "fiscal q3": months((2026, 1), 3),
    "fiscal q3 of fiscal year 2025": months((2025, 1), 3),
    "last fiscal quarter": months((2026, 7), 3),
    "this fiscal quarter": (date(2026, 10, 1), AS_OF),
}


@pytest.mark.parametrize(("text", "days"), JULY.items())
def test_years_that_begin_in_july(text, days):
    (found,) = find(tokenize(text), AS_OF, fiscal=7)
    assert (found.period.start, found.period.end) == days


@pytest.mark.parametrize("begins", range(1, 13))
def test_every_day_lies_in_the_one_year_that_is_called_so(begins):
    """Fiscal years follow one another without a gap, twelve months each, and end in the year that they are called by."""
    last = None
    for year in (2023, 2024, 2025):
        (found,) = find(tokenize(f"FY{year}"), AS_OF, fiscal=begins)
        assert (found.period.start, found.period.end) == months((found.period.start.year, begins), 12)
        assert found.period.end.year == year
        assert last is None or found.period.start == last + timedelta(days=1)
        last = found.period.end
        quarters = [find(tokenize(f"Q{number} FY{year}"), AS_OF, fiscal=begins)[0].period for number in (1, 2, 3, 4)]
        assert (quarters[0].start, quarters[-1].end) == (found.period.start, found.period.end)
        assert all(before.end + timedelta(days=1) == after.start for before, after in pairwise(quarters))


@pytest.mark.parametrize("text", ["q1 2026", "q3", "this year", "2025"])
def test_calendar_periods_stay_what_they_are(text):
    one, other = find(tokenize(text), AS_OF, fiscal=7), find(tokenize(text), AS_OF)
    assert [found.period for found in one] == [found.period for found in other]


def test_without_them_they_are_not_read(assistant):
    for question in ("sales in fy25", "sales last fiscal year"):
        assert assistant.ask(question, assistant.settings.principal(None)).status == "declined"


def test_a_model_that_says_so_answers_by_them(warehouse, tmp_path):
    shutil.copytree(ROOT / "semantic_layer", tmp_path, dirs_exist_ok=True)
    header = tmp_path / "scout" / "model.yml"
    text = header.read_text(encoding="utf-8")
    header.write_text(
        text.replace("  default_ranking_limit:", "  fiscal_year_start: 7\n  default_ranking_limit:"), encoding="utf-8"
    )
    settings = load(
        ROOT / "nlq.toml", env={"NLQ_DUCKDB_PATH": str(warehouse), "NLQ_SEMANTIC_LAYER": str(tmp_path / "scout")}
    )
    with SyncAssistant(Assistant(settings, blocking=True)) as asked:
        asker = asked.settings.principal(None)
        wanted = asked.query({"metrics": ["revenue"], "period": {"start": "2024-07-01", "end": "2025-06-30"}}, asker)
        assert asked.ask("sales in FY25", asker).rows == wanted.rows
        compared = asked.ask("sales this fiscal year vs last fiscal year", asker, explain=True)
        assert "2026-07-01 to 2026-11-15" in compared.reading
        assert "2025-07-01 to 2025-11-15" in compared.reading


def test_a_month_that_there_is_not_is_refused(tmp_path):
    shutil.copytree(ROOT / "semantic_layer", tmp_path, dirs_exist_ok=True)
    header = tmp_path / "scout" / "model.yml"
    text = header.read_text(encoding="utf-8")
    header.write_text(
        text.replace("  default_ranking_limit:", "  fiscal_year_start: 13\n  default_ranking_limit:"), encoding="utf-8"
    )
    with pytest.raises(BadRequest, match="there is no month 13"):
        load_model(tmp_path / "scout")
