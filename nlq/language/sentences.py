"""The words that a query is said back in, language by language (sentences.toml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlq.semantics.periods import EARLIEST, UNITS, is_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nlq.values.query import Period

PHRASES = Path(__file__).with_name("sentences.toml")


class Sentences:
    """The phrases of one language; a language that has none says it in English."""

    def __init__(self, phrases: dict[str, str], lists: dict[str, list[str]]) -> None:
        self._phrases, self._lists = phrases, lists

    def say(self, name: str, *parts: object) -> str:
        """A phrase with its parts in their places."""
        return self._phrases[name].format(*parts)

    def all_of(self, parts: Iterable[str]) -> str:
        """Several, all of them."""
        return self._phrases["and"].join(parts)

    def any_of(self, parts: Iterable[str]) -> str:
        """Several, any of them."""
        return self._phrases["or"].join(parts)

    def grain(self, name: str) -> str:
        """A span of time; one that only a model has is called as the model calls it."""
        return self._phrases[name] if name in UNITS else name.replace("_", " ")

    def shift(self, text: str) -> tuple[str, str]:
        """The count and the unit of "7 day"."""
        count, _, unit = text.partition(" ")
        return count, self.grain(unit)

    def period(self, period: Period) -> str:
        """A period with its dates: "Oktubre 2026 (2026-10-01 hanggang 2026-10-31, 31 araw)"."""
        if period.days == 1:
            return f"{self._lists['weekdays'][period.start.weekday()]} {period.start}"
        if period.start == EARLIEST:
            return self.say("until", period.end)
        dates = self.say("dates", period.start, period.end, period.days)
        if is_whole(period, "month") and (period.start.year, period.start.month) == (period.end.year, period.end.month):
            return f"{self._lists['months'][period.start.month - 1]} {period.start.year} ({dates})"
        if is_whole(period, "year") and period.start.year == period.end.year:
            return f"{period.start.year} ({dates})"
        return dates


@cache
def _all() -> dict[str, Sentences]:
    import tomllib  # noqa: PLC0415 - once a process, and only where something is said

    listed = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    return {language: Sentences({name: one for name, one in phrases.items() if isinstance(one, str)}, {name: one for name, one in phrases.items() if isinstance(one, list)})
            for language, phrases in listed.items()}  # fmt: skip


def of(language: str) -> Sentences:
    """The phrases of a language."""
    known = _all()
    return known.get(language, known["en"])
