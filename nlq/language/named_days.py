"""Days and weeks that go by a name: Holy Week, Undas, Christmas, Good Friday. Dates that move are the library's, `holidays`."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from nlq.language.calendar_words import LINKERS
from nlq.values.query import Period

COUNTRY = "PH"
Rule = tuple[
    "str | tuple[int, int]", int, int
]  # a holiday of the library, or month and day; then from and to how many days after
GOOD_FRIDAY = "Good Friday"
RULES: dict[str, Rule] = {
    "holy week": (GOOD_FRIDAY, -5, 2), "palm sunday": (GOOD_FRIDAY, -5, -5), "maundy thursday": (GOOD_FRIDAY, -1, -1), "good friday": (GOOD_FRIDAY, 0, 0),
    "black saturday": (GOOD_FRIDAY, 1, 1), "easter": (GOOD_FRIDAY, 2, 2), "christmas": ((12, 25), 0, 0), "christmas eve": ((12, 24), 0, 0),
    "new year's eve": ((12, 31), 0, 0), "new year's day": ((1, 1), 0, 0), "undas": ((10, 31), 0, 2), "simbang gabi": ((12, 16), 0, 8), "valentine's day": ((2, 14), 0, 0),
    "all saints' day": ((11, 1), 0, 0), "all souls' day": ((11, 2), 0, 0), "labor day": ((5, 1), 0, 0), "independence day": ((6, 12), 0, 0), "rizal day": ((12, 30), 0, 0),
    "bonifacio day": ((11, 30), 0, 0), "ninoy aquino day": ((8, 21), 0, 0), "day of valor": ((4, 9), 0, 0), "national heroes day": ("National Heroes Day", 0, 0),
    "chinese new year": ("Chinese New Year", 0, 0), "eid al-fitr": ("Eid al-Fitr", 0, 0), "eid al-adha": ("Eid al-Adha", 0, 0),
}  # fmt: skip
NAMES: dict[str, tuple[str, ...]] = {
    "holy week": ("holy week", "semana santa", "mahal na araw", "mga mahal na araw", "lenten week"), "palm sunday": ("palm sunday", "linggo ng palaspas", "domingo de ramos"),
    "maundy thursday": ("maundy thursday", "holy thursday", "huwebes santo"), "good friday": ("good friday", "biyernes santo"),
    "black saturday": ("black saturday", "sabado de gloria"), "easter": ("easter", "easter sunday", "pasko ng pagkabuhay", "domingo sa pagkabanhaw"),
    "christmas": ("christmas day", "christmas", "araw ng pasko", "pasko", "adlaw sa pasko", "xmas", "xmas day"), "christmas eve": ("christmas eve", "xmas eve", "bisperas ng pasko", "bisperas sa pasko", "noche buena"),
    "new year's eve": ("new years eve", "new year's eve", "new year eve", "nye", "bisperas sa bag-ong tuig", "bisperas ng bagong taon", "media noche"), "new year's day": ("new years day", "new year's day", "bagong taon", "bag-ong tuig"),
    "undas": ("undas", "kalag-kalag"), "simbang gabi": ("simbang gabi", "misa de gallo"), "valentine's day": ("valentines day", "valentine's day", "valentines", "araw ng mga puso"),
    "all saints' day": ("all saints day", "all saints' day", "todos los santos"), "all souls' day": ("all souls day", "all souls' day"),
    "labor day": ("labor day", "labour day", "araw ng mga manggagawa"), "independence day": ("independence day", "araw ng kalayaan"), "rizal day": ("rizal day", "araw ni rizal"),
    "bonifacio day": ("bonifacio day", "araw ni bonifacio"), "ninoy aquino day": ("ninoy aquino day", "araw ni ninoy"), "day of valor": ("day of valor", "araw ng kagitingan"),
    "national heroes day": ("national heroes day", "araw ng mga bayani"), "chinese new year": ("chinese new year",),
    "eid al-fitr": ("eid al-fitr", "eid'l fitr", "eid al fitr"), "eid al-adha": ("eid al-adha", "eid'l adha", "eid al adha"),
}  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace("-", " - ").split() if word not in LINKERS)  # as `time` leaves them out


PHRASES = {_words(phrase): name for name, phrases in NAMES.items() for phrase in phrases}
LONGEST = max(map(len, PHRASES))
FIRST = frozenset(words[0] for words in PHRASES)


def at(words: list[str], start: int) -> tuple[str, int] | None:
    """The name that begins at a word, and where it ends; the longest that there is."""
    if words[start] not in FIRST:
        return None
    for length in range(LONGEST, 0, -1):
        name = PHRASES.get(tuple(words[start : start + length]))
        if name is not None and start + length <= len(words):
            return name, start + length
    return None


def in_year(name: str, year: int) -> Period:
    """The days of a name in a year."""
    base, first, last = RULES[name]
    day = _moving(year)[base] if isinstance(base, str) else date(year, *base)
    return Period(start=day + timedelta(days=first), end=day + timedelta(days=last))


@cache
def _moving(year: int) -> dict[str, date]:
    import holidays  # noqa: PLC0415 - only where a day is named

    found: dict[str, date] = {}
    for day, said in sorted(holidays.country_holidays(COUNTRY, years=[year], language="en_US").items()):
        for name in str(said).split("; "):
            found.setdefault(name.removesuffix(" (estimated)"), day)
    return found
