"""Periods by today, by another period, or by a name: last month, the week before, Holy Week, "noong Biyernes"."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from nlq.language import anchored, named_days
from nlq.language.tokens import number
from nlq.language.when import DAYS, LAST, MONTHS_OF_HALF, PAST, THIS, UNITS, When, Words
from nlq.semantics.periods import Relative, Unit, add, end_of, start_of
from nlq.values.query import Period

FULL = ("full", "whole", "complete", "buong", "buo", "completed", "kompletong")
HALF = ("sem", "semester", "semestre", "half", "half-year", "kalahati")
NOT = frozenset(("no", "not", "never", "without", "havent", "haven't", "hasnt", "hasn't", "didnt", "didn't"))


class Relatives(Words, ABC):
    """Each method looks at one position and gives what it found there."""

    @abstractmethod
    def single(self, at: int) -> When | None:
        """The one period that begins at a place."""

    @abstractmethod
    def named_after(self, at: int) -> bool:
        """Whether another period is named from a position on."""

    def _anchored(self, at: int) -> When | None:
        """A period that another one says; until then it is of all the data."""
        found = anchored.moved(self.words, at) if self.word(at) else None
        if found is None:
            return self._beside_a_name(at)
        words = self.words[at : found[1]]
        same = next((UNITS[after] for word, after in pairwise(words) if word in anchored.SAME and after in UNITS), None)
        return When(at, found[1], "all", moved=found[0], running=None if same == "day" else same)

    def _beside_a_name(self, at: int) -> When | None:
        """The days right before or behind one that goes by a name: "the week before Christmas", "3 days after Undas"."""
        start = at + (self.word(at) == "the")
        count = number(self.tokens[start]) if start < len(self.tokens) else None
        start += count is not None
        unit, side = UNITS.get(self.word(start).rstrip("s")), self.word(start + 1)
        if unit not in ("day", "week") or side not in ("before", "after", "bago", "pagkatapos"):
            return None
        start += 2
        while self.word(start) in ("the", "ang", "mag", "-", "ng", "sa"):
            start += 1
        name = self._by_name(start)
        days = int(count if count is not None else 1) * (7 if unit == "week" else 1)
        if name is None or name.period == "all" or not 1 <= days <= 366 or (count is not None and count != int(count)):
            return None
        first, last = named_days.in_year(name.named, name.period.start.year).start, name.period.end
        if side in ("before", "bago"):
            found = Period(start=first - timedelta(days=days), end=first - timedelta(days=1))
        else:
            found = Period(start=last + timedelta(days=1), end=last + timedelta(days=days))
        if found.end > self.as_of:
            return None
        said = f"the {days} {'day' if days == 1 else 'days'} {'before' if side in ('before', 'bago') else 'after'} {name.named}"
        monday = start_of(found.start, "week")
        other = Period(start=monday, end=monday + timedelta(days=6)) if unit == "week" else None
        return When(at, name.last, found, said, other)

    def _week_of(self, at: int) -> When | None:
        """The week that a day lies in: "the week of Nov 2", "the week starting Nov 2", "the week ending Nov 8"."""
        start = at + (self.word(at) == "the")
        tie = self.word(start + 1)
        if self.word(start) != "week" or tie not in ("of", "starting", "beginning", "ending"):
            return None
        one = self.single(start + 2 + (self.word(start + 2) in ("on", "the")))
        if one is None or one.period == "all" or one.period.days != 1 or one.moved:
            return None
        day = one.period.start
        first = day - timedelta(days=6) if tie == "ending" else day if tie != "of" else start_of(day, "week")
        end = min(first + timedelta(days=6), max(self.as_of, first))
        return When(at, one.last, Period(start=first, end=end), f"the week from {first} to {first + timedelta(days=6)}")

    def _by_name(self, at: int) -> When | None:
        """Holy Week, Christmas 2025: without a year the latest that has begun."""
        raw = [token.text.lower().replace("’", "'") for token in self.tokens]
        start = at + 1 if self.word(at) in (*LAST, *THIS) else at
        found = named_days.at(raw, start) if start < len(raw) else None
        if found is None or self.word(found[1]) == "season":  # which days "the Christmas season" has is not said
            return None
        name, last = found
        year, end = self._year_after(last)
        if year is not None:
            return When(at, end, named_days.in_year(name, year), named=name)
        period = named_days.in_year(name, self.as_of.year)
        if period.start > self.as_of:
            period = named_days.in_year(name, self.as_of.year - 1)
        before = named_days.in_year(name, period.start.year - 1)
        period = Period(start=period.start, end=min(period.end, max(self.as_of, period.start)))
        return When(at, last, period, f"the latest {name}", before, named=name)

    def _linggo(self, at: int) -> When | None:
        """After "noong" a "linggo" is last week or last Sunday; "Linggo", as days are written, and "Biyernes", are days."""
        before = self.tokens[at - 1].text.lower() if 0 < at < len(self.tokens) else ""
        if before not in PAST:
            return None
        text = self.tokens[at].text
        sunday = text == "Linggo"
        after = self.tokens[at + 1].text.lower() if at + 1 < len(self.tokens) else ""
        if self.word(at) in DAYS or sunday:
            if after in ("at", "o", "ug", "hanggang", "hangtod", ",") or self.named_after(at + 1):
                return None  # several days, or those of a period
            weekday = DAYS["sunday"] if sunday else DAYS[self.word(at)]
            return When(at, at + 1, self._latest(weekday), "the latest such day")
        if text != "linggo" or after.isdecimal():
            return None
        week = When(at, at + 1, Relative("last", "week").resolve(self.as_of))
        day = When(at, at + 1, self._latest(DAYS["sunday"]))
        return replace(week, either=(("last week", week), ("last Sunday", day)))

    def _latest(self, weekday: int) -> Period:
        day = self.as_of - timedelta(days=(self.as_of.weekday() - weekday - 1) % 7 + 1)
        return Period(start=day, end=day)

    def _named_day(self, at: int) -> When | None:
        word = self.word(at)
        if word in ("today", "tonight"):
            return When(at, at + 1, Period(start=self.as_of, end=self.as_of))
        if word == "kamakalawa" or self.words[at : at + 3] == ["day", "before", "yesterday"]:
            day = self.as_of - timedelta(days=2)
            return When(at, at + (1 if word == "kamakalawa" else 3), Period(start=day, end=day))
        if word == "yesterday":
            day = self.as_of - timedelta(days=1)
            return When(at, at + 1, Period(start=day, end=day))
        if (
            word in THIS
            and self.word(at + 1) in LAST
            and self.word(at + 2) in ("weekend", "week", "month", "quarter", "year")
        ):
            found = self._named_day(at + 1) or self._relative(at + 1)  # "this past weekend"
            return found and replace(found, first=at)
        if word in (*LAST, *THIS) and self.word(at + 1) in ("weekend", "weekends"):
            back = (self.as_of.weekday() - 5) % 7
            saturday = self.as_of - timedelta(days=back)
            if word in LAST and saturday + timedelta(days=1) >= self.as_of:
                saturday -= timedelta(days=7)
            return When(
                at, at + 2, Period(start=saturday, end=min(saturday + timedelta(days=1), max(self.as_of, saturday)))
            )
        if word in UNITS and self.words[at + 1 : at + 3] == ["before", "last"]:  # "the month before last"
            unit = UNITS[word]
            start = add(start_of(self.as_of, unit), -2, unit)
            return When(at, at + 3, Period(start=start, end=end_of(start, unit)))
        if word in LAST and self.word(at + 1) in DAYS:
            if self.word(at + 2) in ("of", "ng", "sa") and self.named_after(at + 3):
                return None  # "last Friday of October"
            back = (self.as_of.weekday() - DAYS[self.word(at + 1)] - 1) % 7 + 1
            day = self.as_of - timedelta(days=back)
            return When(at, at + 2, Period(start=day, end=day))
        return None

    def _to_date(self, at: int) -> When | None:
        short = {"ytd": "year", "mtd": "month", "qtd": "quarter", "wtd": "week"}
        if self.word(at) in short:
            unit = short[self.word(at)]
            return self._of_last_year(at, at + 1, unit)  # type: ignore[arg-type]
        if self.word(at) in UNITS and self.words[at + 1 : at + 3] == ["to", "date"]:
            unit = UNITS[self.word(at)]
            return self._of_last_year(at, at + 3, unit)
        return None

    def _of_last_year(self, at: int, last: int, unit: Unit) -> When:
        """A unit to date, or, where that is said behind it, the same days a year before: "ytd last year", "qtd ly"."""
        this = Relative("this", unit).resolve(self.as_of)
        year, end = self._year_after(last)
        if self.word(last) == "ly":
            year, end = self.as_of.year - 1, last + 1
        if year is None or year == self.as_of.year:
            return When(at, end if year else last, this, running=unit, to_date=unit)
        back = self.as_of.year - year
        return When(at, end, Period(start=add(this.start, -back, "year"), end=add(this.end, -back, "year")))

    def _word_of(self, at: int) -> str:
        """The word at a position; what did not happen "in 90 days" did not in the last ones."""
        return "last" if self.word(at) == "in" and NOT.intersection(self.words[max(0, at - 4) : at]) else self.word(at)

    def _ly(self, at: int) -> When | None:
        """Last year, as it is abbreviated; or the last one of what stands before it: "this year and last"."""
        before = [self.word(at - step) for step in (3, 2, 1)]
        beside = before[0] in THIS and before[1] in UNITS and before[2] in ("and", "vs", "versus", "or", "&")
        if self.word(at) != "ly" and not (self.word(at) == "last" and beside and not self.word(at + 1)[:1].isalnum()):
            return None
        unit = "year" if self.word(at) == "ly" else UNITS[before[1]]
        return When(at, at + 1, Relative("last", unit).resolve(self.as_of), back=unit)

    def _ago(self, at: int) -> When | None:
        """Two weeks ago: the whole week before the last one. What something is set against, or begins with, is not that."""
        if self.word(at + 2) != "ago":
            return None
        count = number(self.tokens[at])
        unit = UNITS.get(self.word(at + 1).rstrip("s"))
        if unit is None or count is None or count != int(count) or not 2 <= count <= 3660:
            return None
        if {self.word(at - 1), self.word(at - 2)} & {*anchored.AGAINST, "than", "from", "since", "until", "against"}:
            return None
        start = add(start_of(self.as_of, unit), -int(count), unit)
        return When(at, at + 3, Period(start=start, end=end_of(start, unit)))

    def _half_year(self, at: int, *, last: bool) -> When:
        """This half of the year, or the one before it."""
        start = date(self.as_of.year, 1 if self.as_of.month <= MONTHS_OF_HALF else MONTHS_OF_HALF + 1, 1)
        start = add(start, -MONTHS_OF_HALF, "month") if last else start
        found = self._until_now(at, at + 2, start, end_of(add(start, MONTHS_OF_HALF - 1, "month"), "month"))
        return replace(found, said=f"half a year, from {start:%B} on")

    def _relative(self, at: int) -> When | None:
        """This month, last 3 months, the past week."""
        word, after = self._word_of(at), self.word(at + 1)
        unit = UNITS.get(after)
        if after in HALF and (word in THIS or word in LAST) and self.word(at + 2) not in ("of", "hour"):
            return self._half_year(at, last=word in LAST)
        if word in THIS and unit:
            return When(at, at + 2, Relative("this", unit).resolve(self.as_of), running=unit)
        if word == "so" and after == "far" and self.word(at + 2) == "this" and self.word(at + 3) in UNITS:
            unit = UNITS[self.word(at + 3)]
            return When(at, at + 4, Relative("this", unit).resolve(self.as_of), running=unit)
        if word not in LAST:
            return None
        return self._last_unit(at, unit, rolls=word == "past") if unit else self._last_units(at)

    def _last_unit(self, at: int, unit: Unit, *, rolls: bool) -> When:
        """Last month; the past week may as well be the last seven days."""
        if unit == "day":
            day = self.as_of - timedelta(days=1)
            return When(at, at + 2, Period(start=day, end=day))
        period = Relative("last", unit).resolve(self.as_of)
        if not rolls:
            return When(at, at + 2, period, back=unit)
        rolling = Period(start=add(self.as_of, -1, unit) + timedelta(days=1), end=self.as_of)
        return When(at, at + 2, period, f"the {unit} before this one", rolling)

    def _last_units(self, at: int) -> When | None:
        """The last 3 months, the last 3 full months."""
        count = number(self.tokens[at + 1]) if at + 1 < len(self.tokens) else None
        full = self.word(at + 2) in FULL  # "last 3 full months"
        unit = UNITS.get(self.word(at + 2 + full).rstrip("s"))
        if count is None or unit is None or not 1 <= count <= 3660 or count != int(count):
            return None
        period = Relative("last", unit, int(count)).resolve(self.as_of)
        if unit != "day" and self.as_of == end_of(self.as_of, unit):  # the one that ends today is over
            period = Period(start=add(start_of(self.as_of, unit), 1 - int(count), unit), end=self.as_of)
        if unit == "day" or full:
            return When(at, at + 3 + full, period)
        rolling = Period(start=add(self.as_of, -int(count), unit) + timedelta(days=1), end=self.as_of)
        return When(at, at + 3, period, f"the last {int(count)} whole {unit}s", rolling)
