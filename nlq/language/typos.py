"""Words that were mistyped, each settled by what it completes: the one slip that makes a phrase or a name that is known.

A slip is a letter changed, left out, added, or two swapped. Where two words are as likely, neither is taken: a correction that
is wrong would be a wrong figure. Every correction is said.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nlq.language.lexicon import GRAINS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nlq.language.lexicon import Lexicon

MIN_CORRECTED = 5  # letters; a shorter word has too many neighbours to stand for one by itself
MIN_WITHIN = 2  # letters of a word within a longer name
SURE = 7  # letters from which on any one letter may be another
MIN_BESIDE = 4  # letters of a longer name that must stand as they are for a short word in it to be corrected
MIN_BESIDE_CHANGED = 8  # the same for a word of two letters, or where a letter is another that lies far from it
UNIT = 3  # letters
SUPERLATIVES = ("pinaka", "kina", "labing")  # "the most …": another letter is another superlative
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FINGERS, ONE_OFF, FAR = 0, 1, 2  # swapped, doubled or beside the key; one left out or too many; any other letter
Candidate = tuple[str, int]  # a word, and which slip it would be


def _beside() -> dict[str, str]:
    """The keys around each key of a QWERTY keyboard, whose rows are set off by half a key."""
    place = {key: (row, at + row / 2) for row, keys in enumerate(ROWS) for at, key in enumerate(keys)}
    return {
        key: "".join(other for other, (y, x) in place.items() if other != key and abs(y - row) <= 1 and abs(x - at) <= 1)
        for key, (row, at) in place.items()
    }  # fmt: skip


BESIDE = _beside()


def mend(words: list[str], unknown: Iterable[int], lexicon: Lexicon, least: int = 1) -> dict[int, str]:
    """Correct these words in place, as far as that completes a phrase of `least` words or more; gives what was corrected."""
    found: dict[int, str] = {}
    left: dict[int, str] = {}
    for at in unknown:
        if at in found or _is_unit(words, at) or words[at].startswith(SUPERLATIVES):
            continue
        candidates = _of_one_meaning(_candidates(words[at], lexicon))
        best = _settled(words, at, candidates, lexicon, least)
        moved = _moved(words, at, lexicon, least) if best is None else None
        if best is not None:
            words[at] = found[at] = best
        elif moved is not None:
            found |= moved
            words[:] = [found.get(place, word) for place, word in enumerate(words)]
        elif len(candidates) == 1 and _takes(words[at], *candidates[0], 1, 0):
            left[at] = candidates[0][0]
    if len(left) > 1:  # several slips in one phrase: each is looked at with the others corrected
        trial = [left.get(at, word) for at, word in enumerate(words)]
        found |= {at: word for at, word in left.items() if _longest(trial, at, lexicon)[0] >= least}
        words[:] = [found.get(at, word) for at, word in enumerate(words)]
    return found


def _settled(words: list[str], at: int, candidates: list[Candidate], lexicon: Lexicon, least: int) -> str | None:
    """The candidate that completes the longest phrase; of several any slip is likelier than a far letter. None where none is alone.

    A word that is a phrase by itself has nothing to vouch for it, so there a candidate that completes nothing is a rival too.
    """
    ranked = []
    for word, slip in candidates:
        trial = [*words[:at], word, *words[at + 1 :]]
        length, beside = _longest(trial, at, lexicon)
        if length >= least and _takes(words[at], word, slip, length, beside) and not (length == 1 and _says_nothing(words[at], trial, at, lexicon)):  # fmt: skip
            ranked.append((-length, slip == FAR, slip, word))
    ranked.sort()
    if not ranked or (len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]):
        return None
    length, _, slip, best = ranked[0]
    least_likely = ONE_OFF if slip == FINGERS else FAR
    rivals = [word for word, other in candidates if word != best and other <= least_likely and len(word) >= MIN_CORRECTED]  # fmt: skip
    return None if length == -1 and rivals else best


def _says_nothing(typed: str, trial: list[str], at: int, lexicon: Lexicon) -> bool:
    """Whether a word would be put right to one that is passed over, and may be a word of its own: only letters that were swapped, or are there twice, are sure."""
    meanings = next((meanings for length, meanings in lexicon.at(trial, at) if length == 1), [])
    if not meanings or meanings[0].kind != "filler" or len(typed) >= SURE:
        return False
    other = trial[at]
    return sorted(typed) != sorted(other) and _once(typed) != _once(other)


def _once(word: str) -> str:
    """A word with letters that are there twice in a row written once."""
    return "".join(letter for before, letter in pairwise(f" {word}") if letter != before)


def _is_unit(words: list[str], at: int) -> bool:
    """Whether a word says what the number before it counts: "250 ml" and "250 l" are two things, not a slip of each other."""
    return at > 0 and words[at - 1].isdecimal() and len(words[at]) <= UNIT


def _moved(words: list[str], at: int, lexicon: Lexicon, least: int) -> dict[int, str] | None:
    """The space put one letter further: "Christia nAlthea". None where that makes no name, or two."""
    read = []
    for first in (at - 1, at):
        if first < 0 or first + 1 >= len(words):
            continue
        one, two = words[first], words[first + 1]
        for left, right in ((one[:-1], one[-1:] + two), (one + two[:1], two[1:])):
            if left.isalpha() and right.isalpha() and lexicon.knows(left) and lexicon.knows(right):
                trial = [*words[:first], left, right, *words[first + 2 :]]
                if any(length >= max(least, 2) for length in _over(trial, first, first + 1, lexicon)):
                    read.append({first: left, first + 1: right})
    return read[0] if len(read) == 1 else None


def _takes(typed: str, word: str, slip: int, length: int, beside: int) -> bool:
    """Whether a word may stand for what was typed. Short ones need the rest of a longer name, or a likely slip, to vouch."""
    changed = slip == FAR
    if min(len(typed), len(word)) < MIN_CORRECTED:
        sure = min(len(typed), len(word)) > MIN_WITHIN and not changed
        return length > 1 and beside >= (MIN_BESIDE if sure else MIN_BESIDE_CHANGED)
    return length > 1 or not changed or len(typed) >= SURE


def _longest(words: list[str], at: int, lexicon: Lexicon) -> tuple[int, int]:
    """The longest known phrase over a word: its length in words, and how many letters of it are of other words."""
    return max(((length, letters - len(words[at])) for length, letters in _over(words, at, at, lexicon).items()), default=(0, 0))  # fmt: skip


def _over(words: list[str], first: int, last: int, lexicon: Lexicon) -> dict[int, int]:
    """The lengths in words of the known phrases over these words, each with how many letters it has."""
    found = {}
    start = first
    while start >= 0 and lexicon.knows(words[start]):
        for length in lexicon.lengths(words, start):
            if start + length > last:
                found[length] = sum(map(len, words[start : start + length]))
        start -= 1
    return found


def _candidates(word: str, lexicon: Lexicon) -> Iterator[Candidate]:
    """Known words that are one slip away. Digits are never made or changed: another code is another thing."""
    if len(word) >= MIN_WITHIN and word.isalpha():
        for other in sorted(lexicon.known_of(variants(word, lexicon.letters))):
            if len(other) >= MIN_WITHIN and other.isalpha():
                yield other, _slip(word, other)


def _of_one_meaning(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Candidates that differ in meaning: of words for one span of time ("monthly", "mthly") the longest."""
    found: dict[str, Candidate] = {}
    for word, slip in candidates:
        meant = f"{GRAINS[word]}ly" if word in GRAINS else word
        if meant not in found or len(word) > len(found[meant][0]):
            found[meant] = word, slip
    return list(found.values())


def variants(word: str, letters: str) -> set[str]:
    """Every word one slip away."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {f"{before}{letter}{after}" for before, after in halves for letter in letters}
    found |= {f"{before}{letter}{after[1:]}" for before, after in halves[:-1] for letter in letters}
    found |= {before + after[1:] for before, after in halves[:-1]}
    found |= {before + after[1] + after[0] + after[2:] for before, after in halves[:-2]}
    found.discard(word)
    return found


def _slip(typed: str, word: str) -> int:
    """How likely the one slip is that makes a word of another."""
    if len(word) > len(typed):  # left out; twice the same is easily once
        at = next(at for at, letter in enumerate(word) if typed[at : at + 1] != letter)
        return FINGERS if word[at] in typed[max(at - 1, 0) : at + 1] else ONE_OFF
    if len(word) < len(typed):  # one too many: it is one of those beside it again, or was touched with it
        at = max(at for at in range(len(typed)) if typed[:at] + typed[at + 1 :] == word)
        around = typed[max(at - 1, 0) : at] + typed[at + 1 : at + 2]
        return FINGERS if typed[at] in around or set(around) & set(BESIDE.get(typed[at], "")) else ONE_OFF
    changed = [at for at, (one, other) in enumerate(zip(typed, word, strict=True)) if one != other]
    return FINGERS if len(changed) > 1 or word[changed[0]] in BESIDE.get(typed[changed[0]], "") else FAR
