"""What is said is what the rows hold; the chart follows the data's shape."""

from __future__ import annotations

import calendar
import re

import pytest

from nlq.answer import chart
from nlq.answer.figures import shown
from nlq.values import Column

QUESTIONS = (
    "Show me top performing stores in NCR",
    "total sales last month",
    "revenue growth last month",
    "monthly revenue this year",
    "transactions by region and payment method last month",
    "average basket by store type",
    "bottom 5 stores by transactions last month",
    "revenue growth by region last month",
    "which day had the highest sales last month",
    "weekly units this quarter",
    "sales in Batanes last month",
    "quarterly revenue by island group in 2025",
    "total sales on 2026-10-05",
    "items per transaction by month this year",
)


@pytest.fixture(scope="module")
def answers(assistant):
    return [assistant.ask(question, assistant.settings.principal(None)) for question in QUESTIONS]


def test_every_figure_in_a_sentence_is_a_cell(answers):
    """Names are taken out first: they may hold digits of their own. What is left are figures, and the number of rows."""
    for answer in answers:
        assert answer.status == "answered", answer.question
        cells = {
            shown(cell, column).lstrip("-")
            for row in answer.rows
            for cell, column in zip(row, answer.columns, strict=True)
        }
        text = answer.text
        for cell in sorted(cells, key=len, reverse=True):
            text = text.replace(cell, "")
        left = re.sub(rf"the last of the {len(answer.rows)} ", "", text)
        assert not re.search(r"\d", left), (answer.question, answer.text, left)
        for figure in re.findall(r"₱[\d,.]+\d|\d[\d,.]*%", answer.text):
            assert figure in cells, (answer.question, figure)


def test_no_rows_is_said_and_is_no_error(answers):
    empty = next(answer for answer in answers if "Batanes" in answer.question)
    assert (empty.rows, empty.text, empty.chart) == ((), "No rows match.", None)


def test_the_chart_follows_the_shape(answers):
    kinds = {answer.question: (answer.chart or {}).get("mark", {}).get("type") for answer in answers}
    assert kinds["Show me top performing stores in NCR"] == "bar"
    assert kinds["monthly revenue this year"] == "line"
    assert kinds["total sales last month"] is None
    split = next(answer for answer in answers if answer.question.startswith("quarterly revenue by island"))
    assert split.chart["encoding"]["color"]["field"] == "series"


def test_a_chart_holds_the_rows_and_no_code(answers):
    for answer in answers:
        if answer.chart is None:
            continue
        assert len(answer.chart["data"]["values"]) == len(answer.rows)
        text = repr({key: value for key, value in answer.chart.items() if key not in ("data", "$schema")})
        assert not re.search(r"expr|href|url|signal", text)


def test_assumptions_offer_a_query_that_runs(assistant, answers):
    tried = 0
    for answer in answers:
        for assumption in answer.assumptions:
            if assumption.change:
                changed = assistant.query(
                    {**answer.query.to_json(), **assumption.change}, assistant.settings.principal(None)
                )
                assert changed.status == "answered", (answer.question, assumption)
                tried += 1
    assert tried >= 5


def test_options_of_a_question_back_run(assistant):
    for question in (
        "sales in San Fernando",
        "average sales",
        "stores in NCR last month",
        "sales in Davao",
        "top sales in NCR",
    ):
        answer = assistant.ask(question, assistant.settings.principal(None))
        assert answer.status == "clarify", question
        for option in answer.options:
            assert assistant.query(option.query, assistant.settings.principal(None)).status == "answered", (
                question,
                option.label,
            )


def test_explain_stops_before_the_engine(assistant):
    answer = assistant.ask("total sales last month", assistant.settings.principal(None), explain=True)
    steps = assistant.steps("total sales last month", assistant.settings.principal(None), explain=True)
    assert (answer.rows, answer.timings.execute) == ((), None)
    assert "org_id" in answer.sql_executed
    assert [type(step).__name__ for step in steps] == [
        "Question",
        "Interpretation",
        "Plan",
        "Snapshot",
        "Statement",
        "ScopedQuery",
        "Answer",
    ]


def test_every_word_is_accounted_for(assistant):
    text = "please show me the top 5 sari-sari stores in Cebu by units last month"
    answer = assistant.ask(text, assistant.settings.principal(None))
    covered = {index for word in answer.words for index in range(word.start, word.end)}
    assert not [letter for index, letter in enumerate(text) if letter.isalnum() and index not in covered]


def test_same_question_same_reading(assistant):
    principal = assistant.settings.principal(None)
    assert len({repr(assistant.ask(QUESTIONS[0], principal).query) for _ in range(5)}) == 1


def test_no_chart_for_too_many_bars(assistant):
    answer = assistant.query({"metrics": ["revenue"], "dimensions": ["store"]}, assistant.settings.principal(None))
    assert len(answer.rows) > chart.MOST_BARS
    assert answer.chart is None


@pytest.mark.parametrize(("question", "cut", "whole"), [
    ("monthly revenue this year", ["Nov 2026"], True),
    ("monthly revenue by island group this year", ["Nov 2026"], True),
    ("weekly sales in october 2026", ["week of 2026-09-28", "week of 2026-10-26"], True),
    ("monthly revenue in q3 2026", [], True),
    ("daily sales last week", [], True),
])  # fmt: skip
def test_an_unfinished_unit_is_named_and_is_no_low(assistant, analyst, question, cut, whole):
    answer = assistant.ask(question, analyst)
    assert ("Not whole" in answer.text) == bool(cut)
    extremes = answer.text.partition(";")[0].partition(". ")[0]
    for name in cut:
        assert name in answer.text
        assert name not in extremes
    assert ("highest" in answer.text) == whole


def test_bars_over_two_dimensions_are_not_stacked(assistant, analyst):
    answer = assistant.ask("average basket by island group and store type last month", analyst)
    names = [value["x"] for value in answer.chart["data"]["values"]]
    assert len(set(names)) == len(answer.rows) > 3
    assert {value["series"] for value in answer.chart["data"]["values"]} == {"Luzon", "Visayas", "Mindanao"}


def test_a_total_says_what_it_is_not_split_by():
    from nlq.answer.figures import cells, without_totals
    from nlq.values import Column

    columns = (Column("region", "Region", "string", None, "dimension"), Column("kind", "Kind", "string", None, "dimension"),
               Column("__total", "Total", "string", None, "dimension"), Column("sales", "Sales", "integer", "count", "metric"))  # fmt: skip
    rows = (("NCR", None, None, 4), (None, None, "region", 2), (None, None, "all", 6))
    assert [cells(row, columns) for row in rows] == [
        ["NCR", "unknown", "", "4"], ["unknown", "all", "region", "2"], ["all", "all", "all", "6"],
    ]  # fmt: skip
    kept, parts = without_totals(columns, rows)
    assert [one.name for one in kept] == ["region", "kind", "sales"]
    assert parts == (("NCR", None, 4),)


def test_codes_are_said_by_what_people_call_them(assistant):
    """Rows keep the codes, which other programs go on with; sentences, tables and charts have the names."""
    asker = assistant.settings.principal("analyst@tingi")
    days = assistant.ask("sales by day of week last month, highest first", asker)
    assert {row[0] for row in days.rows} == set(range(1, 8))
    names = [calendar.day_name[row[0] - 1] for row in days.rows]
    assert days.text.startswith(f"{names[0]} comes first")
    assert [point["x"] for point in days.chart["data"]["values"]] == names
    regions = assistant.ask("top 3 regions by sales last month", asker)
    assert [row[0] for row in regions.rows] == ["NCR", "R03", "R07"]
    assert "Region III" in regions.text
    assert "R03" not in regions.text
    paid = assistant.ask("why did sales in NCR change last month", asker)
    assert "gcash" not in paid.text


def test_a_month_of_every_year_is_whole_once_it_has_passed(assistant):
    asker = assistant.settings.principal("analyst@tingi")
    assert "Not whole" not in assistant.ask("october transactions by year", asker).text
    assert (
        "Not whole in this period, and not counted as high or low: 2026"
        in assistant.ask("november transactions by year", asker).text
    )


def test_what_comes_first_for_being_cut_is_said_to_be(assistant):
    asker = assistant.settings.principal("analyst@tingi")
    cut = assistant.ask("which week of october had the lowest sales", asker)
    assert cut.text.endswith("Only a part lies in this period: week of 2026-09-28.")
    assert "Only a part" not in assistant.ask("which week of october had the highest sales", asker).text


def test_the_best_months_are_told_as_a_ranking(assistant):
    """A few months that are the best are no series: the last of them is not the latest."""
    text = assistant.ask("top 3 months of all time", assistant.settings.principal("analyst@tingi")).text
    assert text.startswith("Dec 2025 comes first")


def test_a_cell_that_is_a_list_has_no_label():
    column = Column("region", "Region", "string", None, "dimension", {"R03": "Region III"})
    assert (shown("R03", column), shown([1, 2], column)) == ("Region III", "[1, 2]")
