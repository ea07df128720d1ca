"""A question as tokens, and words as the lexicon compares them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})(?![\d/])|\d{4}/\d{1,2}/\d{1,2}(?![\d/])|\d{1,2}(?i:st|nd|rd|th)\b|\d{1,2}(?::\d{2})?\s?[aApP]\.?[mM]\b|12\s?(?:[nNmM][nN]|(?i:noon|midnight))\b|[wW]/[oO](?:[uU][tT])?\b|[wW]/"
    r"|(?:₱\s?|\b(?:PHP|Php|php|P)\s?|\bp(?=\d))?\d(?:[\d,]*\d)?(?:\.\d+)?(?:[kKmMbB](?![\w])|%)?|[^\W\d_][\w'’]*|[^\w\s]",
    re.UNICODE,
)
NUMBER = re.compile(r"(?:₱|[Pp][Hh][Pp]|[Pp])?\s?(\d[\d,]*(?:\.\d+)?)([kmbKMB%]?)")
CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?\s?([ap])\.?m", re.IGNORECASE)
MIDDLE = re.compile(r"12\s?(?:nn|mn|noon|midnight)", re.IGNORECASE)
SCALE = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
# Symbols that people type for words, and ones that would change a figure if they were passed over as punctuation is.
# Words that multiply the number before them.
SCALES = {
    "thousand": 1_000,
    "libo": 1_000,
    "libong": 1_000,
    "hundred": 100,
    "daan": 100,
    "daang": 100,
    "gatos": 100,
    "million": 1_000_000,
    "milyon": 1_000_000,
    "milyong": 1_000_000,
    "milyones": 1_000_000,
}
EITHER = ("mil", "mils")  # a thousand by its Spanish origin, a million in chat
SYMBOLS = {
    "%": "percent",
    "&": "and",
    "#": "count",
    ">": "above",
    "<": "below",
    "w/": "with",
    "w/o": "without",
    "w/out": "without",
}
TELLING = frozenset("<>=≥≤≠+*^~|$€£¥")  # other money than the data's is none of its figures
WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "sanlibo": 1_000, "sangmilyon": 1_000_000,
    # Tagalog, Cebuano, and the Spanish that both count with; a linker at the end changes nothing.
    **{form: value for value, forms in {
        2: "dalawa dalawang dos duha", 3: "tatlo tatlong tres tulo tulong", 4: "apat upat kuwatro kwatro", 5: "lima limang singko", 6: "anim unom sais", 7: "pito pitong siete syete",
        8: "walo walong otso", 9: "siyam siyam nuwebe nwebe", 10: "sampu sampung napulo napulong diyes dyes", 15: "labinlima labinlimang kinse", 20: "dalawampu dalawampung kawhaan beynte bente", 30: "tatlumpu tatlumpung treynta trenta", 50: "limampu limampung singkwenta", 100: "isandaan sandaan isandaang sandaang",
        40: "apatnapu apatnapung kwarenta", 60: "animnapu animnapung sesenta", 70: "pitumpu pitumpung setenta", 80: "walumpu walumpung otsenta", 90: "siyamnapu siyamnapung nobenta",
        200: "dalawandaan dalawandaang", 300: "tatlondaan tatlondaang tatlundaan tatlundaang", 400: "apatnaraan apatnaraang", 500: "limandaan limandaang", 600: "animnaraan animnaraang",
        700: "pitondaan pitondaang", 800: "walondaan walondaang", 900: "siyamnaraan siyamnaraang",
    }.items() for form in forms.split()},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its text as typed, where it stands, and the folded word that is compared."""

    text: str
    start: int
    end: int
    word: str

    @property
    def is_word(self) -> bool:
        """Whether it is a word or a number, or a symbol that stands for one, rather than punctuation."""
        return self.word[:1].isalnum() or self.word in TELLING


def tokenize(text: str) -> list[Token]:
    """The tokens of a text. A hyphen parts words, so that "sari-sari" and "sari sari" are the same."""
    return [Token(m.group(), m.start(), m.end(), fold(m.group())) for m in TOKEN.finditer(text)]


@lru_cache(maxsize=4_096)
def fold(word: str) -> str:
    """Lower case without accents, possessives or a plural's ending: "Stores'" and "store" are the same word."""
    if word.lower() in SYMBOLS:
        return SYMBOLS[word.lower()]
    plain = unicodedata.normalize("NFKD", word.lstrip("₱ ").replace("’", "'"))  # an amount of money is a number
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = plain.removesuffix("'s")
    return stem(plain.replace("'", ""))


def stem(word: str) -> str:
    """A noun without its plural's ending; other words that end alike lose it on both sides of a comparison."""
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def phrase(text: str, fold: Callable[[str], str] = fold) -> tuple[str, ...]:
    """A phrase of the lexicon as folded words, punctuation left out. `fold` may be one that remembers, for many phrases."""
    if text.isascii() and text.replace(" ", "").isalpha():  # as most names are: the same tokens, at a third of the time
        return tuple(map(fold, text.split()))
    words = (fold(found) for found in TOKEN.findall(text))
    return tuple(word for word in words if word[:1].isalnum() or word in TELLING)


def number(token: Token) -> float | None:
    """The number that a token is: digits with ₱, commas, k, m or b, or a number word."""
    if token.word in WORDS:
        return WORDS[token.word]
    match = NUMBER.fullmatch(token.text)
    if match is None or match.group(2) == "%":
        return None
    value = float(match.group(1).replace(",", "")) * SCALE[match.group(2).lower()]
    return int(value) if value == int(value) else value


def hour(token: Token) -> int | None:
    """The hour of the day that a time of the clock begins ("6pm" is 18); None where it is none, or lies within an hour."""
    if MIDDLE.fullmatch(token.text):  # "12nn", "12 midnight"
        return 12 if token.text.lower().endswith(("nn", "noon")) else 0
    match = CLOCK.fullmatch(token.text)
    if match is None or not 1 <= int(match.group(1)) <= 12 or int(match.group(2) or 0):
        return None
    return int(match.group(1)) % 12 + (12 if match.group(3).lower() == "p" else 0)


def near(word: str, other: str) -> bool:
    """Whether two words are one slip apart: a letter changed, left out, added, or two swapped."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    one, two = word[start:], other[start:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or (
        len(one) > 1 and len(two) > 1 and one[0] == two[1] and one[1] == two[0] and one[2:] == two[2:])  # fmt: skip
