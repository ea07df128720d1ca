"""Calendar periods by their names: October, 5 October 2026, Q3, the first half of 2025, 2026-10-05."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from nlq.language.tokens import number
from nlq.language.when import DATE, DAYS, LAST, MONTHS, MONTHS_OF_HALF, ORDINALS, THIS, UNITS, BadDate, When, Words
from nlq.semantics.periods import add, end_of, start_of
from nlq.values.query import Period

LONGEST = 31  # days of a month
THERE_IS = frozenset(("ba", "bang", "tayo", "tayong", "kami", "kaming"))  # with "may", that there is something
# Beside a "may" that is the month, and not "there is": "just may, by day", "may only", "how about may".
BEFORE_MAY = frozenset(("just", "only", "about", "meant", "mean"))
AFTER_MAY = frozenset(("", ",", "?", ".", "only", "lang", "lng", "lamang", "ra", "naman", "instead", "nalang", "pala", "diay", "pud", "sad", "to", "vs", "until", "hanggang", "hangtod"))  # fmt: skip
HALVES, MIDDLE, DAYS_OF_WEEK = (1, 2), 15, 7
PAYROLL = {
    "kinsenas": 15,
    "kinse": 15,
    "kinsena": 15,
    "akinse": 15,
    "katapusan": 31,
}  # the middle of a month, and its end
OF = ("of", "in", "ng", "sa", "noong", "nitong", "niadtong")
LONG = 2  # words of "last October"

WEEKS = 53  # that a year has at most


class Dates(Words):
    """Each method looks at one position and gives what it found there."""

    def _iso(self, at: int) -> When | None:
        text = self.tokens[at].text if at < len(self.tokens) else ""
        if not DATE.fullmatch(text):
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise BadDate(text) from None
        return When(at, at + 1, Period(start=day, end=day))

    def _month(self, at: int) -> When | None:
        """October, Oct 2026, October 5, 5 October 2026, October last year."""
        word = self.word(at)
        if word in (*LAST, *THIS) and self.word(at + 1) in MONTHS and self._is_month(at + 1):
            return self._this_or_last(at, MONTHS[self.word(at + 1)], last=word in LAST)
        if word.isdecimal() and self.word(at + 1) in ("-", "–", "to") and self.word(at + 3) in MONTHS:
            return self._days_before(at)
        if word.isdecimal() and 1 <= int(word) <= 31 and self.word(at + 1) in MONTHS:
            return self._day(at, at + 2, int(word), MONTHS[self.word(at + 1)])
        if word not in MONTHS or not self._is_month(at):
            return None
        month, after = MONTHS[word], at + 1
        day = self.word(after).removesuffix("st").removesuffix("nd").removesuffix("rd").removesuffix("th")
        if day.isdecimal() and 1 <= int(day) <= 31 and not self._year_at(after):
            return self._days(at, after + 1, month) or self._day(at, after + 1, int(day), month)
        year, last = self._year_after(after)
        if year is not None:
            start = date(year, month, 1)
            return self._until_now(at, last, start, end_of(start, "month"), "month")
        start = date(self.as_of.year, month, 1)
        if start > self.as_of:
            start = start.replace(year=start.year - 1)
        earlier = start.replace(year=start.year - 1)
        other = Period(start=earlier, end=end_of(earlier, "month"))
        return self._until_now(
            at, last, start, end_of(start, "month"), "month", f"{start:%B %Y}, the latest {start:%B}", other
        )

    def _month_at(self, at: int) -> When | None:
        """A month by its name, or by today: "October", "this month", "last month", "the month"; all of it, though it is not over."""
        at += self.word(at) == "the"
        if self.word(at) in MONTHS:
            return self._month(at)
        named = self.word(at) in (*LAST, *THIS) and self.word(at + 1) == "month"
        if not named and self.word(at) != "month":
            return None
        start = start_of(self.as_of, "month")
        start = add(start, -1, "month") if self.word(at) in LAST else start
        return When(at, at + 1 + named, Period(start=start, end=end_of(start, "month")))

    def _this_or_last(self, at: int, month: int, *, last: bool) -> When | None:
        """This October: of this year. Last November: the latest that is over. Last December 24: the latest such day."""
        found = self._month(at + 1)
        if found is None or found.period == "all":
            return None
        if found.last > at + LONG:  # with a day, or a year, which says it all
            return replace(found, first=at)
        start = date(self.as_of.year, month, 1)
        this = any(one in THIS and MONTHS.get(after) == month for one, after in pairwise(self.words))
        if last and (end_of(start, "month") >= self.as_of or this):  # "this October against last October"
            start = start.replace(year=start.year - 1)
        if not last and start > self.as_of:
            return None
        return self._until_now(at, at + 2, start, end_of(start, "month"), "month")

    def _is_month(self, at: int) -> bool:
        """Whether a month is meant: "may" and "march" are months where written as names, or standing as a date does."""
        word = self.tokens[at].text.lower() if at < len(self.tokens) else ""
        if word not in ("may", "march", "mar", "sat", "sun", "mon"):
            return True
        around = {
            "in",
            "of",
            "since",
            "from",
            "to",
            "until",
            "through",
            "last",
            "this",
            "between",
            "and",
            "for",
            "during",
            "-",
            "vs",
        }
        if word == "may" and (self.word(at + 1) in ("i", "we", "you") or self._there_is(at)):
            return False
        written = self.tokens[at].text[:1].isupper() or self.word(at - 1) in around or self._year_at(at + 1)
        tied = (
            self.word(at + 1) in ("and", "&", "at", "ug", "or", ",", "-") and self.word(at + 2) in MONTHS
        )  # "march and april 2025"
        beside = self.word(at - 1) in BEFORE_MAY or self.word(at + 1) in AFTER_MAY or tied
        return written or (word in ("may", "march") and beside)

    def _there_is(self, at: int) -> bool:
        """Whether a "May" that begins a sentence says that there is something, as in Tagalog: "May benta ba tayo", which is of no month."""
        begins = not at or self.tokens[at - 1].text in (".", "?", "!")
        return begins and any(self.word(at + far) in THERE_IS for far in (1, 2, 3)) and not self._year_at(at + 1)

    def _days(self, at: int, last: int, month: int) -> When | None:
        """October 5-10, October 5 to 10, 2026: days of one month, the first of which ends at `last`."""
        joins = ("-", "–", "to", "until", "through", "thru", *(("and", "&", "at") if self._next_day(last) else ()))
        if self.word(last) not in joins:
            return None
        text = self.word(last + 1).rstrip("stndrh")
        if not (text.isdecimal() and 1 <= int(text) <= LONGEST) or self._year_at(last + 1):
            return None
        begins = self.word(last - 1).rstrip("stndrh")
        if not begins.isdecimal() or int(begins) > int(text):
            return None
        first, second = self._day(at, last, int(begins), month), self._day(at, last + 2, int(text), month)
        if first.period == "all" or second.period == "all":
            return None
        start = first.period.start.replace(year=second.period.end.year)
        return When(at, second.last, Period(start=start, end=second.period.end), second.said.replace("such day", "such days"))  # fmt: skip

    def _days_before(self, at: int) -> When | None:
        """5-12 Oct: days before their month."""
        first, last = self.word(at), self.word(at + 2)
        if not last.isdecimal() or not 1 <= int(first) < int(last) <= LONGEST:
            return None
        second = self._day(at, at + 4, int(last), MONTHS[self.word(at + 3)])
        if second.period == "all":
            return None
        start = second.period.end.replace(day=int(first))
        return replace(second, period=Period(start=start, end=second.period.end), said=second.said.replace("such day", "such days"), other=None)  # fmt: skip

    def _next_day(self, last: int) -> bool:
        """Whether the day that is named next is the one after: "November 1 and 2"."""
        first, second = (self.word(at).rstrip("stndrh") for at in (last - 1, last + 1))
        return first.isdecimal() and second.isdecimal() and int(second) == int(first) + 1

    def _day(self, at: int, last: int, day: int, month: int) -> When:
        if self.word(last) == ",":
            year, end = (int(self.word(last + 1)), last + 2) if self._year_at(last + 1) else (None, last)
        else:
            year, end = self._year_after(last)
        try:
            if year is not None:
                found = date(year, month, day)
                return When(at, end, Period(start=found, end=found))
            found = date(self.as_of.year, month, day)
        except ValueError:
            raise BadDate(" ".join(self.words[at:end])) from None
        if found > self.as_of:
            found = add(found, -1, "year")
        earlier = add(found, -1, "year")
        return When(
            at, end, Period(start=found, end=found), f"{found}, the latest such day", Period(start=earlier, end=earlier)
        )

    def _quarter(self, at: int) -> When | None:
        """Q3, this Q3, Q3 2025, quarter 3, third quarter of 2025."""
        if self.word(at) == "this" and self.word(at + 1)[:1] == "q":
            found = self._quarter(at + 1)
            this_year = found is not None and found.period != "all" and found.period.start.year == self.as_of.year
            return replace(found, first=at) if found is not None and this_year else None
        if self._year_at(at) and self.word(at + 1)[:1] == "q":  # "2024 Q3"
            found = self._quarter(at + 1)
            if found is not None and found.period != "all" and found.last == at + 2:
                start = found.period.start.replace(year=int(self.word(at)))
                return self._until_now(at, at + 2, start, end_of(start, "quarter"), "quarter")
        word, last = self.word(at), at + 1
        if word == "q" and self.word(at + 1) in ("1", "2", "3", "4"):
            quarter, last = int(self.word(at + 1)), at + 2
        elif len(word) == 2 and word[0] == "q" and word[1] in "1234":
            quarter = int(word[1])
        elif word == "last" and self.word(at + 1) == "quarter" and self.word(at + 2) == "of" and self._year_at(at + 3):
            quarter, last = 4, at + 2
        elif word in ORDINALS and self.word(at + 1) == "quarter":
            quarter, last = ORDINALS[word], at + 2
        elif word == "quarter" and self.word(at + 1) in ("1", "2", "3", "4"):
            quarter, last = int(self.word(at + 1)), at + 2
        else:
            return None
        year, last = self._short_year(last)
        start = date(year or self.as_of.year, quarter * 3 - 2, 1)
        if year is None and start > self.as_of:
            start = start.replace(year=start.year - 1)
        said = "" if year else f"Q{quarter} {start.year}, the latest"
        return self._until_now(at, last, start, end_of(start, "quarter"), "quarter", said)

    def _half(self, at: int) -> When | None:
        """H1 2025, first half of 2025; of no year or month the latest that began, or a half of the month that the other one is of."""
        word, last = self.word(at), at + 1
        ordinal = ORDINALS.get(word, 0) if self.word(at + 1) == "half" else 0
        after = at + 2 + (self.word(at + 2) == "of")
        if word in ("h1", "h2"):
            half = int(word[1])
        elif ordinal in HALVES and self._year_behind(at + 2):
            found = self._half_of_none(at, ordinal)
            return found and replace(found, last=self._year_behind(at + 2))
        elif ordinal in HALVES and self._month_at(after) is not None:
            return self._half_of_month(at, after, ordinal)
        elif ordinal in HALVES and (after == at + 3 or self._year_at(after) or self.word(after) in (*LAST, *THIS)):
            half, last = ordinal, at + 2
        elif ordinal in HALVES and self.word(at + 2) != "of":
            return self._half_of_none(at, ordinal)
        else:
            return None
        year, last = self._short_year(last)
        start = date(year or self.as_of.year, 1 if half == 1 else 7, 1)
        return self._until_now(at, last, start, end_of(add(start, 5, "month"), "month"), None)

    def _year_behind(self, at: int) -> int:
        """Where "of the year" ends that stands at a place; 0 where it does not."""
        at += self.word(at) == "of"
        at += self.word(at) == "the"
        return at + 1 if self.word(at) == "year" else 0

    def _half_of_none(self, at: int, half: int) -> When | None:
        """A half of nothing that is named beside it: of the month of the other half ("first half vs second half of October"), or of the year."""
        for place in (*range(at + 2, len(self.tokens)), *range(at)):
            after = place + 2 + (self.word(place + 2) == "of")
            if (
                ORDINALS.get(self.word(place), 0) in HALVES
                and self.word(place + 1) == "half"
                and self.word(after) in MONTHS
            ):
                found = self._half_of_month(place, after, half)
                return found and replace(found, first=at, last=at + 2)
        year = self.as_of.year - (half == HALVES[-1] and self.as_of.month <= MONTHS_OF_HALF)
        start = date(year, 1 if half == 1 else MONTHS_OF_HALF + 1, 1)
        found = self._until_now(at, at + 2, start, end_of(add(start, MONTHS_OF_HALF - 1, "month"), "month"), None)
        return replace(found, said=found.said or f"the {self.word(at)} half of {year}")

    def _payroll(self, at: int) -> When | None:
        """The middle or the end of a month that is named, when wages are paid: "kinsenas ng Oktubre", "katapusan ng Oktubre"."""
        day, after = PAYROLL.get(self.word(at), 0), at + 1 + (self.word(at + 1) in OF)
        month = self._month(after) if day and self.word(after) in MONTHS else None
        if month is None or month.period == "all" or month.last > after + 2:
            return None
        last = end_of(month.period.start, "month")
        found = month.period.start.replace(day=MIDDLE) if day == MIDDLE else last
        return (
            None
            if found > self.as_of
            else replace(month, first=at, period=Period(start=found, end=found), said="", other=None, running=None)
        )

    def _half_of_month(self, at: int, after: int, half: int) -> When | None:
        """The first half of October is its first 15 days."""
        month = self._month_at(after)
        if month is None or month.period == "all":
            return None
        middle = month.period.start.replace(day=MIDDLE)
        days = (month.period.start, middle) if half == 1 else (middle + timedelta(days=1), month.period.end)
        return replace(month, first=at, period=Period(start=days[0], end=max(days)), other=None, running=None)

    def _days_of_month(self, at: int) -> When | None:
        """The first or last days of a month, and its weeks: days 1 to 7 are its first, the last 7 its last one."""
        count = number(self.tokens[at + 1]) if at + 1 < len(self.tokens) else None
        many = count is not None and count == int(count) and self.word(at + 2).rstrip("s") == "day"
        after = at + 2 + many
        after += self.word(after) in OF  # a linker is no word here: "unang linggo ng Setyembre"
        day = DAYS.get(self.word(at + 1))
        if not (many or day is not None or self.word(at + 1) in ("week", "linggo")):
            return None
        month, order = self._month_at(after), ORDINALS.get(self.word(at), 0)
        if month is None or month.period == "all" or not (order or self.word(at) == "last") or (many and order > 1):
            return None
        if day is not None:
            return self._nth_weekday(at, month, order, day)
        days = int(count or 0) if many else DAYS_OF_WEEK
        start, end = month.period.start, end_of(month.period.start, "month")
        if not 1 <= days <= (end - start).days:
            return None
        first = start + timedelta(days=days * (order - 1)) if order else end - timedelta(days=days - 1)
        last = first + timedelta(days=days - 1)
        if last > self.as_of:
            return None
        said = "" if many else f"days {first.day} to {last.day}, not a week from Monday on"
        monday = start_of(first, "week")
        other = None if many else Period(start=monday, end=monday + timedelta(days=6))
        return replace(month, first=at, period=Period(start=first, end=last), said=said, other=other, running=None)

    def _nth_weekday(self, at: int, month: When, order: int, day: int) -> When | None:
        """The last Friday of October, the first Monday of this month; `order` 0 is the last."""
        assert month.period != "all"  # noqa: S101 - the caller asked
        start, end = month.period.start, end_of(month.period.start, "month")
        first = start + timedelta(days=(day - start.weekday()) % DAYS_OF_WEEK)
        found = first + timedelta(days=DAYS_OF_WEEK * (order - 1)) if order else end - timedelta(days=(end.weekday() - day) % DAYS_OF_WEEK)  # fmt: skip
        if not start <= found <= end or found > self.as_of:
            return None
        return replace(month, first=at, period=Period(start=found, end=found), other=None, running=None)

    def _week_number(self, at: int) -> When | None:
        """Week 32: the latest such week of the calendar (ISO 8601) that has begun, or that of a year that is named."""
        count = self.word(at + 1)
        if (
            self.word(at) != "week"
            or not count.isdecimal()
            or not 1 <= int(count) <= WEEKS
            or self.word(at + 2) in UNITS
        ):
            return None
        year, last = self._year_after(at + 2)
        start = _monday(year or self.as_of.year, int(count))
        if year is None and start > self.as_of:
            start = _monday(self.as_of.year - 1, int(count))
        said = "" if year else f"week {count} of {start.isocalendar().year}"
        return self._until_now(at, last, start, start + timedelta(days=6), "week", said)

    def _year(self, at: int) -> When | None:
        """2025, "year 2025", "taong 2025"."""
        this = self.word(at) in THIS and self.word(at + 1) == str(self.as_of.year)
        place = at + 1 if this or (self.word(at) in ("year", "taong") and self._year_at(at + 1)) else at
        if not self._year_at(place):
            return None
        start = date(int(self.word(place)), 1, 1)
        return self._until_now(at, place + 1, start, end_of(start, "year"), "year")


def _monday(year: int, week: int) -> date:
    """The first day of a week of the calendar; of a week 53 that a year does not have, that of its last."""
    try:
        return date.fromisocalendar(year, week, 1)
    except ValueError:
        return date.fromisocalendar(year, week - 1, 1)
