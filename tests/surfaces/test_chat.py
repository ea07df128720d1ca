"""The chat page in a real browser: what an analyst does, and what a hostile name in the data does not do."""

from __future__ import annotations

import calendar
import os
import shutil

import pytest
from helpers import listening, settings_for

CHROMIUM = shutil.which("chromium")
SHOT = os.environ.get("CHAT_SCREENSHOT")  # where the picture for the README goes


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        said = "chromium is not installed: `scripts/browser` installs it"
        if "chromium" in os.environ.get("NLQ_REQUIRE", "").split(","):
            pytest.fail(said)
        pytest.skip(said)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        one = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture(scope="module")
def address(home):
    with listening(settings_for(home, NLQ_REQUESTS_PER_MINUTE="1000"), demo=True) as found:
        yield found


@pytest.fixture
def page(browser, address):
    """A page that must log nothing, fail nothing, and ask no other site."""
    context = browser.new_context(viewport={"width": 1100, "height": 1150}, accept_downloads=True)
    found, wrong = context.new_page(), []
    found.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on(
        "request",
        lambda request: None if request.url.startswith((address, "blob:", "data:")) else wrong.append(request.url),
    )
    found.goto(address)
    found.wait_for_selector("#examples button")
    found.wrong = wrong
    yield found
    context.close()
    assert wrong == []


def ask(page, question):
    """Type a question; gives its card, answered."""
    count = page.locator(".answer").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    card = page.locator(".answer").nth(count)
    card.locator("xpath=self::*[@data-status]").wait_for(timeout=20_000)
    return card


def cells(card):
    return [[cell.inner_text() for cell in row.locator("td").all()] for row in card.locator("tbody tr").all()]


def test_the_first_question(page, assistant, analyst):
    page.locator("#examples button").first.click()
    page.wait_for_selector(".chart[data-drawn] svg", timeout=30_000)
    card = page.locator(".answer").first
    by_hand = assistant.ask("Show me top performing stores in NCR", analyst)
    assert cells(card) == [[name, f"₱{money:,.2f}"] for name, money in by_hand.rows]
    assert card.locator(".reading").inner_text().rstrip(".") == by_hand.reading
    assert by_hand.text in card.inner_text()
    assert "Confidence: medium" in card.inner_text()
    assert card.locator(".chart svg [aria-roledescription='bar']").count() == len(by_hand.rows)
    if SHOT:
        page.set_viewport_size({"width": 1100, "height": 1000})
        page.screenshot(path=SHOT)


def test_sql_and_sources_are_shown_on_request(page):
    card = ask(page, "total revenue last month")
    assert card.locator("pre").count() == 0
    card.get_by_text("SQL", exact=True).click()
    assert "SELECT" in card.locator("pre").inner_text()
    card.get_by_text("Sources", exact=True).click()
    assert "rows of tingi" in card.locator("dl").inner_text()
    card.get_by_text("SQL", exact=True).click()
    assert card.locator("pre").count() == 0


def test_a_question_back_is_answered_by_button(page):
    card = ask(page, "sales in San Fernando last month")
    assert card.get_attribute("data-status") == "clarify"
    labels = card.locator(".options button").all_inner_texts()
    assert len(labels) == 2
    card.locator(".options button").nth(1).click()
    answered = page.locator(".answer").nth(1)
    answered.locator("xpath=self::*[@data-status='answered']").wait_for()
    assert "Pampanga" in labels[1]
    assert "Pampanga" in answered.locator(".reading").inner_text()
    assert card.locator(".options button").first.is_disabled()


def test_another_choice_than_the_assumed_one(page):
    card = ask(page, "top stores in NCR")
    card.get_by_text("the top 10").click()
    other = page.locator(".answer").nth(1)
    other.locator("xpath=self::*[@data-status='answered']").wait_for()
    assert other.locator("tbody tr").count() in (0, 1)
    assert cells(card)[0][0] in other.inner_text()


def test_a_click_on_what_has_just_arrived_is_not_lost(page):
    """The answer is there before its stream is at its end: what is clicked in between is asked."""
    page.evaluate("""() => new MutationObserver((_, self) => {
        const chip = [...document.querySelectorAll(".answer .chips button")].find((one) => one.textContent.includes("the top 10"));
        if (chip) { self.disconnect(); chip.click(); }
    }).observe(document.body, { childList: true, subtree: true })""")
    ask(page, "top stores in NCR")
    page.locator(".answer").nth(1).locator("xpath=self::*[@data-status='answered']").wait_for(timeout=20_000)
    assert page.locator("#stop").is_hidden()


@pytest.mark.parametrize(
    ("question", "said"), [("profit last month", "no profit"), ("blargh", "do not know"), ("sales in 1999", "no data")]
)
def test_what_is_not_answered_is_a_sentence(page, question, said):
    card = ask(page, question)
    assert card.get_attribute("data-status") == "declined"
    assert said in card.inner_text()


def test_each_asker_sees_their_own_rows(page, assistant):
    for name in ("analyst@tingi", "analyst@suki", "ncr-analyst@tingi"):
        page.select_option("#asker", name)
        card = ask(page, "top 3 stores last month")
        expected = assistant.ask("top 3 stores last month", assistant.settings.principal(name)).rows
        assert cells(card) == [[store, f"₱{money:,.2f}"] for store, money in expected]


def test_codes_are_shown_by_what_people_call_them(page, assistant, analyst):
    card = ask(page, "sales by day of week last month, highest first")
    rows = assistant.ask("sales by day of week last month, highest first", analyst).rows
    assert cells(card) == [[calendar.day_name[day - 1], f"₱{money:,.2f}"] for day, money in rows]


def test_downloads_and_feedback(page):
    card = ask(page, "revenue by island group last month")
    for kind, start in (("CSV", b"island_group,revenue\n"), ("PNG", b"\x89PNG")):
        with page.expect_download(timeout=20_000) as started:
            card.get_by_text(kind, exact=True).click()
        with open(started.value.path(), "rb") as file:  # noqa: PTH123 - a path of the browser's
            assert file.read().startswith(start)
    card.get_by_text("Right").click()
    card.locator("[data-rating=up][aria-pressed=true]").wait_for()


def test_what_was_typed_is_text(page):
    hostile = "<img src=x onerror=alert(1)>"
    ask(page, hostile)
    assert page.locator(".asked").inner_text() == hostile
    assert page.locator("#turns img").count() == 0


def test_a_service_that_is_away_is_said_and_nothing_is_lost(page):
    ask(page, "total revenue last month")
    page.route("**/v1/ask", lambda route: route.abort())
    page.fill("#question", "total revenue last year")
    page.keyboard.press("Enter")
    page.wait_for_selector(".problem")
    assert "cannot be reached" in page.locator(".problem").inner_text()
    assert page.locator(".answer").count() == 2
    page.unroute("**/v1/ask")
    page.wrong[:] = [text for text in page.wrong if "ERR_FAILED" not in text]  # the browser's own word on it
    assert ask(page, "total revenue last year").get_attribute("data-status") == "answered"


def test_the_page_asks_for_a_token_where_one_is_needed(browser, home):
    from test_rest import SECRET, token

    with listening(settings_for(home, NLQ_JWT_SECRET=SECRET)) as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("#signin:not([hidden])")
        page.fill("#token", "nonsense")
        page.keyboard.press("Enter")
        page.locator("#refused:not(:empty)").wait_for()
        page.fill("#token", token())
        page.keyboard.press("Enter")
        page.wait_for_selector("#examples button")
        assert ask(page, "total revenue last month").get_attribute("data-status") == "answered"
        assert page.locator("#signed").inner_text() == "ana (tingi)"
        page.close()


def test_it_fits_a_phone(browser, address):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(address)
    page.wait_for_selector("#examples button")
    ask(page, "monthly revenue by island group this year")
    page.wait_for_selector(".chart[data-drawn] svg", timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
