"""In which language a question is asked: by the small words that only one of them has. A mixed sentence is Filipino."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["en", "fil", "ceb"]
FIL = frozenset(
    ["ang", "ng", "mga", "noong", "nung", "nuong", "natin", "namin", "naman", "po", "ba", "yung", "ung", "ano", "anong", "ilan", "ilang", "magkano", "bakit", "bat", "kelan", "kailan", "saan", "alin", "aling", "sino", "sinong", "kada", "bawat", "ngayong", "nakaraang", "tindahan", "benta", "nga", "pala", "lang", "kumpara", "kaysa", "pinakamataas", "pinakamababa", "pinakamabenta", "pakita", "patingin", "may", "wala", "walang", "hindi", "at", "saka", "dito", "natin", "ating", "lahat", "buong", "mula", "hanggang", "tumaas", "bumaba"]
)  # fmt: skip
ENGLISH = frozenset(("may", "at", "bat"))  # words of Filipino that are English as well, and decide nothing
CEB = frozenset(
    ["nga", "og", "ug", "unsa", "unsay", "unsang", "pila", "tagpila", "halin", "matag", "niaging", "miaging", "karong", "ning", "nato", "namo", "among", "atong", "kinsa", "kinsang", "asa", "hain", "ngano", "nganong", "gikan", "sukad", "adlaw", "adlawa", "semana", "semanaha", "bulana", "tuig", "tuiga", "gahapon", "karon", "palihog", "pinakataas", "pinakadako", "pinakaubos", "kaysa", "gawas", "walay", "naa", "naay", "pud", "pod", "sab", "gihapon", "nisaka", "misaka", "niubos", "miubos", "uban", "tangtanga", "diay", "didto", "niadtong", "dili", "unya", "buok"]
)  # fmt: skip
FIL_ALONE, CEB_ALONE, EITHER = FIL - CEB - ENGLISH, CEB - FIL, FIL & CEB


def of(words: Iterable[str]) -> Language:
    """The language of a question's words, in small letters."""
    said = list(words)
    fil, ceb = sum(word in FIL_ALONE for word in said), sum(word in CEB_ALONE for word in said)
    if not fil and not ceb:
        return "fil" if sum(word in EITHER for word in said) > 1 else "en"
    return "ceb" if ceb > fil else "fil"
