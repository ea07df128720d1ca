"""Evaluation cases from YAML: a question, who asks, what was asked before, and what is right."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Expect = Literal["answered", "explained", "told", "clarify", "declined"]
LANGUAGES = ("en", "taglish", "fil", "ceb")
NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and what is right. `sql` runs raw on the demo's file; its columns are dimensions as asked, then metrics.

    Args:
        id: unique in its set.
        question: as it is typed.
        language: en, taglish, fil or ceb.
        family: what kind of question it is.
        asker: a principal of the deployment.
        expect: rows (answered), a change that is explained, words about the data (told), a question back, or no answer.
        ordered: whether the order of the rows was asked for.
        sql: of what is answered its rows; of what is explained the figure now, before, and the change.
        query: the same as a SemanticQuery, by which the SQL is checked.
        exact: whether columns beside the expected ones are wrong.
        any_label: whether the texts that name rows ("weekend", "true") may be others: rows are compared by their figures.
        as_of: the day on which it is asked; None: the deployment's.
        turns: what was asked before in the same conversation, oldest first.
        between: the readings that a question back has to offer, in words.
        mentions: what a text about the data has to hold, in small letters; "a|b" is either.
        code: the reasons for which it may be declined; any, where there is none.
        why: the author's remark.
    """

    id: str
    question: str
    language: str
    family: str
    asker: str
    expect: Expect
    ordered: bool = False
    sql: str = ""
    code: tuple[str, ...] = ()
    why: str = ""
    query: Mapping[str, Any] | None = None
    exact: bool = False
    any_label: bool = False
    as_of: date | None = None
    turns: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Another whenever anything of the case changes."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def skeleton(self) -> tuple[str, ...]:
        """The same for cases that differ in a number only: together they count once."""
        texts = (*self.turns, self.question)
        return (self.language, self.family, self.expect, *(NUMBER.sub("#", one.lower()).strip(" ?!.") for one in texts))


def read(folder: Path) -> tuple[Case, ...]:
    """The cases of every YAML file in a folder, in order.

    Raises:
        BadRequest: no cases, a field that is missing or unknown, an id twice.
    """
    import yaml  # noqa: PLC0415 - slow to import

    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder] if folder.is_file() else []
    found: dict[str, Case] = {}
    for path in files:
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
            raise BadRequest(
                f"the cases cannot be read ({type(problem).__name__})", where=str(path), fix="mend the file"
            ) from None
        if not isinstance(content, list):
            continue  # a gate, or something else that lies beside
        for index, raw in enumerate(content):
            case = _case(raw, f"{path}: case {index + 1}")
            if case.id in found:
                raise BadRequest(f"two cases are called {case.id!r}", where=str(path), fix="rename one")
            found[case.id] = case
    if not found:
        raise BadRequest(
            "there are no cases here", where=str(folder), fix="give a folder of YAML files, such as evals/scout"
        )
    return tuple(found.values())


WORDS = ("id", "question", "language", "family", "as", "expect")
LISTS = ("turns", "between", "mentions", "code")
OTHERS = ("ordered", "exact", "any_label", "sql", "query", "as_of", "why", "masked")


def _case(raw: Any, where: str) -> Case:
    known = {*WORDS, *LISTS, *OTHERS}
    if not isinstance(raw, dict) or not raw.keys() <= known:
        extra = sorted(map(str, set(raw) - known)) if isinstance(raw, dict) else []
        raise BadRequest(
            f"a case has no field {extra[0]!r}" if extra else "a case is a mapping",
            where=where,
            fix=f"fields are {', '.join(sorted(known))}",
        )
    for name in WORDS:
        if not isinstance(raw.get(name), str) or not raw[name]:
            raise BadRequest(f"the field {name!r} is missing", where=where, fix=f"add {name}: …")
    if raw["expect"] not in get_args(Expect) or raw["language"] not in LANGUAGES:
        raise BadRequest(
            "`expect` or `language` is unknown",
            where=where,
            fix=f"{', '.join(get_args(Expect))}; {', '.join(LANGUAGES)}",
        )
    if (raw["expect"] in ("answered", "explained")) != bool(raw.get("sql")):
        raise BadRequest("SQL stands exactly where figures are expected", where=where, fix="add or remove `sql`")
    if (raw["expect"] == "told") != bool(raw.get("mentions")):
        raise BadRequest("`mentions` stands exactly where something is told", where=where, fix="add or remove it")
    as_of = raw.get("as_of")
    if as_of is not None and type(as_of) is not date:
        raise BadRequest(f"{as_of!r} is no day", where=where, fix="write as_of: 2026-03-02")
    lists = {name: _texts(raw.get(name), name, where) for name in LISTS}
    return Case(
        raw["id"], raw["question"], raw["language"], raw["family"], raw["as"], raw["expect"], bool(raw.get("ordered")),
        raw.get("sql") or "", why=raw.get("why") or "", query=raw.get("query"), exact=bool(raw.get("exact")), any_label=bool(raw.get("any_label")), as_of=as_of, **lists,
    )  # fmt: skip


def _texts(raw: Any, name: str, where: str) -> tuple[str, ...]:
    found = [raw] if isinstance(raw, str) else raw or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise BadRequest(f"{name!r} is no list of texts", where=where, fix=f"write {name}: [first, second]")
    return tuple(found)
