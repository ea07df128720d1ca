"""Follow-ups: the last of several questions is the query that is written out here; a question of its own takes nothing over."""

from __future__ import annotations

import uuid

import pytest

from nlq.store.conversation_file import InFile
from nlq.store.conversations import InProcess
from nlq.values import Principal, SemanticQuery
from nlq.values.conversation import NOTHING, Conversation

OCTOBER, SEPTEMBER = {"start": "2026-10-01", "end": "2026-10-31"}, {"start": "2026-09-01", "end": "2026-09-30"}


def is_(field, *values):
    return {"field": field, "op": "in", "values": list(values)}


SALES = {"metrics": ["revenue"]}
BASE = "sales by region in Luzon last month"
OF_BASE = {**SALES, "dimensions": ["region"], "where": [is_("island_group", "Luzon")], "period": OCTOBER}
TOP = "top 5 stores by revenue in NCR last month"
OF_TOP = {**SALES, "dimensions": ["store"], "where": [is_("region", "NCR")], "period": OCTOBER, "order": [{"by": "revenue", "dir": "desc"}], "limit": 5}  # fmt: skip
FOLLOWED = {
    (BASE, "how about Visayas?"): {**OF_BASE, "where": [is_("island_group", "Visayas")]},
    (BASE, "only sari-sari stores"): {**OF_BASE, "where": [is_("island_group", "Luzon"), is_("store_type", "sari-sari")]},
    (BASE, "only sari-sari stores", "how about minimarts"): {**OF_BASE, "where": [is_("island_group", "Luzon"), is_("store_type", "minimart")]},
    (BASE, "and in september?"): {**OF_BASE, "period": SEPTEMBER},
    (BASE, "by month naman"): {**OF_BASE, "dimensions": ["date.month"]},
    (BASE, "also by month"): {**OF_BASE, "dimensions": ["region", "date.month"]},
    (BASE, "transactions?"): {**OF_BASE, "metrics": ["transactions"]},
    (BASE, "also transactions"): {**OF_BASE, "metrics": ["revenue", "transactions"]},
    (BASE, "as percent of total"): {**OF_BASE, "share": {"within": []}},
    (BASE, "compare with september"): {**OF_BASE, "compare": [SEPTEMBER]},
    (BASE, "vs last year"): {**OF_BASE, "compare": [{"shift": "1 year"}]},
    (BASE, "vs the month before"): {**OF_BASE, "compare": [{"shift": "1 month"}]},
    (BASE, "and the month before that?"): {**OF_BASE, "period": SEPTEMBER},
    (BASE, "lowest first"): {**OF_BASE, "order": [{"by": "revenue", "dir": "asc"}]},
    (BASE, "except MIMAROPA"): {**OF_BASE, "where": [is_("island_group", "Luzon"), {"field": "region", "op": "not_in", "values": ["R04B"]}]},
    (BASE, "only paydays"): {**OF_BASE, "where": [is_("island_group", "Luzon"), is_("is_payday", True)]},
    (TOP, "drop the limit"): {**OF_TOP, "limit": None},
    (TOP, "make it 10"): {**OF_TOP, "limit": 10},
    (TOP, "the worst instead"): {**OF_TOP, "order": [{"by": "revenue", "dir": "asc"}]},
    (TOP, "eh sa Cebu?"): {**OF_TOP, "where": [is_("province", "Cebu")]},
    (TOP, "how about products"): {**OF_TOP, "dimensions": ["product"]},
    (TOP, "by month", "2"): {**SALES, "dimensions": ["date.month"], "where": [is_("region", "NCR")], "period": OCTOBER},
    (TOP, "make it 10", "go back"): OF_TOP,
    (TOP, "make it 10", "how about Cebu", "go back", "go back"): OF_TOP,
    (TOP, "as a chart"): OF_TOP,
    ("sales by store type last month", "the top 3 products in each"): {**SALES, "dimensions": ["store_type", "product"], "period": OCTOBER, "per": ["store_type"], "limit": 3,
                                                                     "order": [{"by": "store_type", "dir": "asc"}, {"by": "revenue", "dir": "desc"}]},
    ("sales in Iloilo last month", "the city only"): {**SALES, "where": [is_("city", "Iloilo City")], "period": OCTOBER},
    ("daily sales in NCR last month", "7 day average instead"): {"metrics": [{"metric": "revenue", "each": ["date.day"], "agg": "avg", "window": {"trailing": "7 day"}}],
                                                                "dimensions": ["date.day"], "where": [is_("region", "NCR")], "period": OCTOBER},
    ("how many stores in quezon city", "list them with the store type"): {"list": "store", "dimensions": ["store_type"], "where": [is_("city", "Quezon City")]},
    ("how many customers bought in september", "how many of them came back in october"): {
        "metrics": ["unique_customers"], "where": [{"field": "customer", "op": "in", "query": {"metrics": ["revenue"], "dimensions": ["customer"], "period": SEPTEMBER}}], "period": OCTOBER},
    # A question of its own.
    (BASE, "how many stores are in Mindanao"): {"metrics": ["stores"], "where": [is_("island_group", "Mindanao")]},
    (TOP, "transactions in Cebu in september"): {"metrics": ["transactions"], "where": [is_("province", "Cebu")], "period": SEPTEMBER},
    (TOP, "show me sales by payment method last month"): {**SALES, "dimensions": ["payment_method"], "period": OCTOBER},
    # A question back, and the choice in words.
    ("sales in San Fernando last month", "Pampanga"): {**SALES, "where": [{"all": [is_("city", "San Fernando"), is_("province", "Pampanga")]}], "period": OCTOBER},
}  # fmt: skip
NOT_FOLLOWED = [(BASE, "how about profit"), (BASE, "how about xyzzy"), (BASE, "undo"), (BASE, "new question"), (BASE, "by region"), (BASE, "make it 10"), (TOP, "how about next year"), (BASE, "in NCR except NCR")]  # fmt: skip


def converse(assistant, turns, name=None, **options):
    asker = assistant.settings.principal(name)
    conversation = str(uuid.uuid4())
    for turn in turns:
        answer = assistant.ask(turn, asker, conversation_id=conversation, **options)
    return answer


@pytest.mark.parametrize(("turns", "query"), FOLLOWED.items(), ids=[" / ".join(turns) for turns in FOLLOWED])
def test_the_last_is_the_query_that_is_written_out(assistant, turns, query):
    answer, by_hand = converse(assistant, turns), assistant.query(query, assistant.settings.principal(None))
    assert answer.status == by_hand.status == "answered", answer.text
    assert answer.rows == by_hand.rows, answer.reading
    assert [one.name for one in answer.columns] == [one.name for one in by_hand.columns]


@pytest.mark.parametrize("turns", NOT_FOLLOWED, ids=" / ".join)
def test_what_cannot_be_followed_is_not_answered(assistant, turns):
    answer = converse(assistant, turns, explain=True)
    assert answer.status != "answered", answer.reading


def test_what_was_changed_is_said(assistant):
    answer = converse(assistant, (BASE, "how about Visayas in september"))
    assert "going on from the question before: filters, period changed" in answer.reading
    assert "going on" not in converse(assistant, (BASE, "how many stores are in Mindanao")).reading


def test_a_follow_up_after_a_question_back_or_a_change_that_was_refused_goes_on_from_the_last_answer(assistant):
    assert converse(assistant, (BASE, "by flavour", "how about Visayas")).query.where[0].values == ("Visayas",)
    assert converse(assistant, (BASE, "in San Fernando", "how about Visayas")).query.dimensions == ("region",)


@pytest.mark.parametrize("turn", ["how about Visayas", "ok, sales then", "and their sales", "average basket instead"])
def test_a_follow_up_after_a_new_question_that_was_refused_has_nothing_to_go_on_from(assistant, turn):
    """It is of the refused one that people go on to speak; of that nothing is known."""
    assert "nothing to go on from" in converse(assistant, (BASE, "profit by region last month", turn)).text
    assert "nothing to go on from" in converse(assistant, ("profit by region last month", turn)).text


def test_what_stands_by_itself_after_a_refusal_takes_nothing_of_what_was_asked_before_that(assistant):
    answer = converse(assistant, (BASE, "profit last week", "top 3 stores in Cebu"))
    assert answer.query.dimensions == ("store",)
    assert answer.query.period == converse(assistant, ("top 3 stores in Cebu",)).query.period
    assert converse(assistant, (BASE, "profit last week", "go back")).query == converse(assistant, (BASE,)).query


def test_nobody_goes_on_from_anothers_question(assistant):
    one, other = assistant.settings.principal("analyst@tingi"), assistant.settings.principal("analyst@suki")
    assistant.ask(BASE, one, conversation_id="shared")
    assert assistant.ask("how about Visayas", other, conversation_id="shared").status != "answered"
    assert assistant.ask("how about Visayas", one, conversation_id="other").status != "answered"
    assert assistant.ask("how about Visayas", one, conversation_id="shared").status == "answered"


def test_a_follow_up_asks_for_what_the_asker_may_see_now(assistant):
    answer = converse(assistant, ("sales by city last month", "how about Cebu"), name="ncr-analyst@tingi")
    assert answer.reason.code == "not_permitted"


def drive(work):
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


QUERIES = [SemanticQuery(metrics=("revenue",), limit=number) for number in range(1, 31)]


def test_the_conversation_is_kept_for_its_asker_alone_and_outlives_the_process(tmp_path):
    one, other = Principal("a", "t"), Principal("a", "u")
    said = NOTHING.then(QUERIES[0]).then(QUERIES[1]).asked((("NCR", QUERIES[2]),))
    first = InFile(tmp_path, keep_days=1, blocking=True)
    drive(first.keep(one, "c", said))
    drive(first.keep(one, "c", said))  # twice is once
    first.close()
    again = InFile(tmp_path, keep_days=1, blocking=True)
    assert drive(again.of(one, "c")) == said
    assert drive(again.of(other, "c")) == drive(again.of(one, "d")) == NOTHING
    again.close()
    forgotten = InFile(tmp_path, keep_days=-1, blocking=True)
    assert drive(forgotten.of(one, "c")) == NOTHING
    forgotten.close()


def test_a_conversation_holds_the_newest_turns_and_a_process_the_newest_conversations():
    long = NOTHING
    for query in QUERIES:
        long = long.then(query)
    assert long.queries == tuple(QUERIES[10:])
    assert Conversation.from_json(long.to_json()) == long
    few = InProcess(most=2)
    asker = Principal("a", "t")
    for ident in ("1", "2", "3"):
        drive(few.keep(asker, ident, long))
    assert [bool(drive(few.of(asker, ident)).queries) for ident in ("1", "2", "3")] == [False, True, True]


def test_what_names_no_part_of_the_query_before_is_a_question_of_its_own(assistant):
    asker, conversation = assistant.settings.principal(None), str(uuid.uuid4())
    assistant.ask(BASE, asker, conversation_id=conversation)
    answer = assistant.ask("how's business", asker, conversation_id=conversation)
    assert answer.status == "clarify"
    assert len(answer.options) >= 2


def test_a_question_back_after_a_refusal_still_has_nothing_of_before_to_go_on_from(assistant):
    turns = (BASE, "profit in Visayas last month", "by region", "in NCR")
    assert converse(assistant, turns[:3]).status == "clarify"
    answer = converse(assistant, turns)
    assert "Luzon" not in answer.reading
    assert "going on" not in answer.reading


def test_no_command_but_going_back_acts_on_what_was_asked_before_a_refusal(assistant):
    refused = (BASE, "profit in Visayas last month")
    assert "nothing to go on from" in converse(assistant, (*refused, "drop the limit")).text
    assert converse(assistant, (*refused, "go back")).query == converse(assistant, (BASE,)).query


def test_a_conversation_is_kept_as_it_was():
    one, other = QUERIES[:2]
    kept = Conversation((one,), (("1", one), ("2", other))).then(one).lost(new=False)
    assert kept.astray == "edit"
    assert [query for _, query in kept.passed] == [one, other]
    assert Conversation.from_json(kept.to_json()) == kept
    old = {"queries": [one.to_json()], "options": []}  # of an older version
    assert Conversation.from_json(old) == Conversation((one,))
    assert kept.lost(new=True).last is None
    assert kept.lost(new=True).then(other).last == other
