"""Evaluation cases from YAML: a question, who asks, and what is right: rows by SQL, a question back, or no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from pathlib import Path

Expect = Literal["answered", "clarify", "declined"]
LANGUAGES = ("en", "fil", "ceb")


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `sql` runs raw on the demo's file; its columns are dimensions as asked, then metrics."""

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


def _case(raw: Any, where: str) -> Case:
    known = {"id", "question", "language", "family", "as", "expect", "ordered", "sql", "code", "why"}
    if not isinstance(raw, dict) or not raw.keys() <= known:
        extra = sorted(set(raw) - known) if isinstance(raw, dict) else []
        raise BadRequest(
            f"a case has no field {extra[0]!r}" if extra else "a case is a mapping",
            where=where,
            fix=f"fields are {', '.join(sorted(known))}",
        )
    for name in ("id", "question", "language", "family", "as", "expect"):
        if not isinstance(raw.get(name), str) or not raw[name]:
            raise BadRequest(f"the field {name!r} is missing", where=where, fix=f"add {name}: …")
    if raw["expect"] not in get_args(Expect) or raw["language"] not in LANGUAGES:
        raise BadRequest(
            "`expect` or `language` is unknown",
            where=where,
            fix=f"{', '.join(get_args(Expect))}; {', '.join(LANGUAGES)}",
        )
    if (raw["expect"] == "answered") != bool(raw.get("sql")):
        raise BadRequest("SQL stands exactly where an answer is expected", where=where, fix="add or remove `sql`")
    code = raw.get("code") or ()
    return Case(
        raw["id"], raw["question"], raw["language"], raw["family"], raw["as"], raw["expect"], bool(raw.get("ordered")),
        raw.get("sql") or "", (code,) if isinstance(code, str) else tuple(code), raw.get("why") or "",
    )  # fmt: skip
