"""Times of the clock in a question: "after 6pm", "from 8am to 10am", "between 5pm and 7pm", as whole hours of the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.language import tongue
from nlq.language.tokens import fold, hour
from nlq.values.query import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.language.tokens import Token
    from nlq.semantics.model import SemanticModel


def _folded(*words: str) -> frozenset[str]:
    """Words as tokens hold them."""
    return frozenset(map(fold, words))


FROM = _folded("after", "since", "from", "starting", "pagkatapos", "mula", "simula", "human", "sukad", "gikan")
UNTIL = _folded("before", "b4", "until", "till", "bago", "hanggang", "una", "hangtod")
TO = _folded("to", "until", "till", "and", "-", "–", "hanggang", "at", "hangtod", "ug")
TIES = _folded("ng", "sa", "mag", "the", "of", "-", "nga")
LATER = _folded("onwards", "onward", "pataas", "pasulong", "paibabaw")
BETWEEN = _folded("between", "btw", "btwn", "bet", "pagitan")
AT = _folded("alas", "ala")
DAY, NOON = 24, 12
HOURS = {name: number for number, names in enumerate(
    ("una", "dos", "tres", "kwatro kuwatro", "singko", "sais", "siyete syete", "otso", "nuwebe nwebe", "diyes dyes", "onse", "dose"), 1) for name in map(fold, names.split())}  # fmt: skip
HALVES = {"umaga": "a", "buntag": "a", "hapon": "p", "gabi": "p", "gabii": "p", "tanghali": "p", "udto": "p", "am": "a", "pm": "p", "morning": "a", "afternoon": "p", "evening": "p", "night": "p"}  # fmt: skip


# Parts of the day by their names, as the hours from which and up to before which they are taken.
PARTS = {fold(name): hours for names, hours in {
    "morning mornings umaga buntag kabuntagon": (5, 12), "noon noontime tanghali udto katanghalian": (11, 13), "lunch lunchtime tanghalian paniudto": (11, 14),
    "afternoon afternoons hapon kahaponon": (12, 18), "dinner dinnertime hapunan panihapon": (18, 21), "evening evenings gabi gabii kagabhion": (18, 22),
    "night nighttime nights": (18, 24), "graveyard": (22, 6),
}.items() for name in names.split()}  # fmt: skip
# What stands before such a word where it is that of one day, or a greeting.
OF_ONE_DAY = _folded("this", "last", "good", "kaninang", "kanina", "ngayong", "karong", "mamayang", "magandang", "maganda", "maayong", "gud", "gd", "ganina", "ganinang", "kaganina", "kagahapon", "kinaugma", "bukas", "ugma", "mula", "hanggang", "until", "till", "since")  # fmt: skip
THEN = _folded("noon")  # what is a time of the day in English alone
LAST_ONE = _folded("gabii")  # by itself it is that of yesterday
GREETS = _folded("morning", "afternoon", "evening")
TUWING = _folded("sa", "matag", "kada", "inig", "tuwing", "og", "ug", "vs", "kontra")
BEHIND_PART = _folded("time", "hours", "hour", "hrs", "shift", "rush", "oras", "crowd")


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day found in tokens `first` to `last` (exclusive): from one hour up to before another.

    `said` explains what a name was taken for.
    """

    first: int
    last: int
    start: int
    end: int
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Time:
    """A time of the clock that ends before token `last`: an hour from 1 to 12, and the half of the day, where it is said."""

    hour: int
    half: str
    last: int

    def of_day(self, half: str = "") -> int:
        """The hour of the day that it begins."""
        return self.hour % NOON + (NOON if (self.half or half) == "p" else 0)


def find(tokens: Sequence[Token]) -> list[Hours]:
    """Every stretch of hours of a question, left to right. A time that bounds nothing ("at 6pm") is the hour that it begins."""
    found: list[Hours] = []
    at = 0
    while at < len(tokens):
        one = _stretch(tokens, at) or _part(tokens, at)
        if one is not None:
            found.append(one)
        at = one.last if one is not None else at + 1
    return found


def _part(tokens: Sequence[Token], at: int) -> Hours | None:
    """A part of the day by its name: "morning", "lunch time", "tuwing umaga"; not of one day ("this morning"), which is another thing."""
    if at == 0 and len(tokens) > 1 and tokens[0].word in GREETS and tokens[1].text in ("!", ",", "."):
        return None  # "Morning! Quick one …"
    hours = PARTS.get(tokens[at].word)
    before = tokens[at - 1].word if at else ""
    if tokens[at].word in THEN and tongue.of(one.text.lower() for one in tokens) != "en":
        return None  # "ilang tindahan ang nakabenta noon" is of that time
    if hours is None or before in OF_ONE_DAY or (tokens[at].word in LAST_ONE and before not in TUWING):
        return None
    last = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].word in BEHIND_PART)
    start, end = hours
    return Hours(at, last, start, end, f"{tokens[at].text.lower()} taken as {start}:00 to {(end - 1) % DAY}:59")


def _time(tokens: Sequence[Token], at: int, *, bare: bool = False) -> _Time | None:
    """The time that begins at a token: "6pm", "alas singko ng hapon"; with `bare`, "6" is one too."""
    if at >= len(tokens):
        return None
    said = hour(tokens[at])
    if said is not None:
        return _Time(said % NOON or NOON, "p" if said >= NOON else "a", at + 1)
    word = tokens[at].word
    if word in AT and at + 1 < len(tokens):
        place = at + 1 + (tokens[at + 1].text == "-")
        word = tokens[place].word if place < len(tokens) else ""
        number = int(word) if word.isdecimal() and 1 <= int(word) <= NOON else HOURS.get(word)
        if number is None:
            return None
        after = place + 1 + (place + 1 < len(tokens) and tokens[place + 1].word in ("ng", "sa", "nang"))
        half = HALVES.get(tokens[after].word, "") if after < len(tokens) else ""
        return _Time(number, half, after + 1 if half else place + 1)
    return _Time(int(word), "", at + 1) if bare and word.isdecimal() and 1 <= int(word) <= NOON else None


def _with_its_part(tokens: Sequence[Token], at: int) -> _Time | None:
    """An hour with the part of the day behind it: "9 in the morning", "9 ng gabi"."""
    begins = _time(tokens, at, bare=True)
    place = at + 1
    while place < len(tokens) and tokens[place].word in (*TIES, "in", "nang"):
        place += 1
    half = HALVES.get(tokens[place].word, "") if begins is not None and place < len(tokens) else ""
    return _Time(begins.hour, half, place + 1) if begins is not None and half else None


def _stretch(tokens: Sequence[Token], at: int) -> Hours | None:
    """The hours that a time at a token begins, with one after it or by itself."""
    begins = _time(tokens, at, bare=True)
    if begins is None:
        return None
    first = at
    while first and tokens[first - 1].word in TIES:
        first -= 1
    opener = tokens[first - 1].word if first else ""
    middle = tokens[begins.last].word if begins.last < len(tokens) else ""
    ends = (_time(tokens, begins.last + 1) or _with_its_part(tokens, begins.last + 1)) if middle in TO else None
    if ends is not None and ends.half:
        start = first - 1 if opener in FROM | BETWEEN else at
        same = begins.hour % NOON < ends.hour % NOON or ends.hour == NOON  # "11 to 2pm" begins before noon
        half = ends.half if same else "a"
        return Hours(start, ends.last, begins.of_day(half), ends.of_day() or DAY)
    if not begins.half:
        return None
    if opener in FROM:
        return Hours(first - 1, begins.last + (middle in LATER), begins.of_day(), DAY)
    if opener in UNTIL:
        return Hours(first - 1, begins.last, 0, begins.of_day() or DAY)
    if middle in LATER:
        return Hours(at, begins.last + 1, begins.of_day(), DAY)
    return Hours(at, begins.last, begins.of_day(), begins.of_day() + 1)


def condition(model: SemanticModel, found: Hours) -> Condition | None:
    """The hours as a condition; None where nothing of the data has hours, or they are none or all."""
    field = next((name for name, one in model.dimensions.items() if one.part is not None and one.part.unit == "hour"), None)  # fmt: skip
    if field is None or found.start == found.end:
        return None
    if found.start > found.end:  # over midnight
        return Condition(field=field, op="in", values=(*range(found.start, DAY), *range(found.end)))
    if (found.start, found.end) == (0, DAY):
        return None
    return Condition(field=field, op="between", values=(found.start, found.end - 1))
