"""Words of the calendar in Tagalog and Cebuano as the English ones that `time` reads: "noong nakaraang buwan" is "last month"."""

from __future__ import annotations

WORDS = {
    **{name: month for month, names in {
        "january": "enero", "february": "pebrero peb", "march": "marso", "april": "abril", "may": "mayo", "june": "hunyo", "july": "hulyo", "august": "agosto",
        "september": "setyembre septyembre septiyembre septembre", "october": "oktubre okt", "november": "nobyembre nubyembre", "december": "disyembre disiembre",
    }.items() for name in names.split()},
    **{name: day for day, names in {
        "monday": "lunes", "tuesday": "martes", "wednesday": "miyerkules myerkules", "thursday": "huwebes", "friday": "biyernes", "saturday": "sabado", "sunday": "domingo dominggo",
    }.items() for name in names.split()},
    **dict.fromkeys(("araw", "adlaw", "adlawa", "araw-araw"), "day"),
    **dict.fromkeys(("linggo", "semana", "simana", "semanaha", "simanaha"), "week"),
    **dict.fromkeys(("buwan", "bulan", "bulana"), "month"),
    **dict.fromkeys(("kwarter", "kuwarter", "kwartera"), "quarter"),
    **dict.fromkeys(("taon", "tuig", "tuiga"), "year"),
    **dict.fromkeys(("nakaraang", "nakaraan", "nakalipas", "nakalipas", "lumipas", "huling", "nagdaang", "niaging", "miaging", "niagi", "milabay", "nilabay", "milabayng"), "last"),
    **dict.fromkeys(("ngayong", "nitong", "itong", "kasalukuyang", "karong", "nianing", "niining", "niini", "ning", "kining", "ani", "aning"), "this"),
    **dict.fromkeys(("kahapon", "gahapon", "kagahapon"), "yesterday"),
    **dict.fromkeys(("kanina", "karon", "ngayon"), "today"),
    **dict.fromkeys(("unang",), "first"), **dict.fromkeys(("ikalawang", "pangalawang", "ikaduhang"), "second"),
    **dict.fromkeys(("ikatlong", "pangatlong", "ikatulong"), "third"), **dict.fromkeys(("ikaapat", "ikaapat na", "ikaupat", "pang-apat"), "fourth"),
    **dict.fromkeys(("pagkatapos", "matapos", "human", "pagkahuman"), "after"),
    "piskal": "fiscal", "ngaung": "this", "ngaun": "today", "ngyn": "today", "ngyong": "this",
    **dict.fromkeys(("hanggang", "hangtod", "hangtud"), "to"),
    **dict.fromkeys(("yday", "ystrday", "ystdy", "yest", "kahapong"), "yesterday"), "dis": "this", "ds": "this", "ths": "this", "lst": "last", "nxt": "next", "2day": "today", "b4": "before", "til": "until", "'til": "until", "tdy": "today", "todays": "today", "yesterdays": "yesterday", "mayo": "may",
    **dict.fromkeys(("wk", "wks"), "week"), **dict.fromkeys(("mth", "mths", "mnth", "mos"), "month"), **dict.fromkeys(("yr", "yrs"), "year"), **dict.fromkeys(("qtr", "qtrs", "kwarto"), "quarter"),
}  # fmt: skip
BEGINNINGS = frozenset(
    {"mula", "simula", "magmula", "buhat", "sukad", "gikan", "nagsugod", "umpisa", "sugod", "sinugdanan"}
)  # "from", or "since" where no end follows
BEFORE_ONE = frozenset(
    {"noong", "nung", "nuong", "niadtong"}
)  # "noong isang linggo" is the week before this; "sa isang linggo" is a week
ONES = frozenset({"isang", "usang"})
HEIRS = frozenset({"bulana", "semanaha", "simanaha", "tuiga"})  # units that only a particular one is called by
LINKERS = frozenset({"na", "ng", "nga", "ka"})  # they tie two words together, and say nothing


def english(words: list[str]) -> list[str]:
    """The words of a question, linkers left out, with those of the calendar in English."""
    found = [WORDS.get(word, word) for word in words]
    for at, word in enumerate(words):
        if word == "d" and at and words[at - 1].isdecimal():  # "30d"
            found[at] = "day"
        elif word == "bago" and words[at + 1 : at + 2] == ["mag"]:  # "bago mag-Hulyo"; by itself it is a city as well
            found[at] = "before"
        elif (
            found[at] == "today" and at + 1 < len(words) and words[at + 1] in HEIRS
        ):  # "karon bulana", as "karong bulana"
            found[at] = "this"
        if word in BEGINNINGS and any(one in BEGINNINGS for one in words[max(0, at - 2) : at]):
            found[at] = "start"  # "mula sa simula ng taon"
        elif word in BEGINNINGS:
            found[at] = "from" if "to" in found[at + 1 :] else "since"
        elif (
            word in ONES
            and at
            and words[at - 1] in BEFORE_ONE
            and at + 1 < len(words)
            and found[at + 1] in ("week", "month", "year", "day")
        ):
            found[at] = "last"
    return found
