"""What the writers of Ossie, Snowflake and Cube share: the shape and metrics of a model, and parts of ours as plain values."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from nlq.exports.exported import Exported, unsaid
from nlq.exports.layer_metrics import LayerMetrics
from nlq.exports.layer_shape import Fields, LayerShape
from nlq.exports.rows import Rows
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.values.query import Frozen, dump

if TYPE_CHECKING:
    from nlq.exports.layer_shape import Member
    from nlq.semantics.model import SemanticModel
    from nlq.semantics.tables import Filter

Plain = dict[str, Any]


class Written:
    """A model taken apart for one format; `kept` are the named filters that are in it."""

    def __init__(self, model: SemanticModel, dialect: str, *, moved: bool, fields: type[Fields] = Fields) -> None:
        self.model = model
        self.issues: list[Issue] = []
        self.kept: set[str] = set()
        self.shape = LayerShape(model, Rows(model, dialect), self.issues)
        self.metrics = LayerMetrics(self.shape, moved=moved, fields=fields)
        self.metrics.build()

    def condition(self, one: Filter, fields: Fields) -> str | None:
        """A named filter as SQL where all its fields are of the table that `fields` writes for."""
        try:
            if {home for part in one.where for name in part.fields() for home in fields.homes(name)} != {fields.table}:
                return None
            text = " AND ".join(fields.conditions(one.where))
        except NotCarried:
            return None
        self.kept.add(one.name)
        return text

    def exported(self, files: dict[str, str], **counts: int) -> Exported:
        """The export, with what was not carried."""
        self.issues += unsaid(self.model, self.shape.relations, self.kept)
        time = self.model.time_dimension
        if time is not None and self.model.own_grains:
            self.issues.append(
                Issue(
                    "grain",
                    f"dimension {time.name}",
                    f"grains of the calendar's own: {', '.join(self.model.own_grains)}",
                )
            )
        self.issues += [
            Issue("left_out", f"verified question {one.question!r}", "there it would be SQL")
            for one in self.model.verified
        ]
        said = {"tables": len(self.shape.relations), "fields": sum(not one.fact for part in self.shape.relations.values() for one in part.members.values()),
                "metrics": sum(not one.hidden for one in self.metrics.figures.values()), **counts}  # fmt: skip
        return Exported(files, said, list(dict.fromkeys(self.issues)))


def said(**parts: Any) -> Plain:
    """The parts that say anything."""
    return {key: value for key, value in parts.items() if value not in (None, "", [], {}, ())}


def phrases(one: Member) -> list[str]:
    """A field's synonyms, of all languages; the id of a thing with a key has none."""
    found = [word for words in one.of.synonyms.values() for word in words] if one.of is not None and one.shown else []
    return [word for word in dict.fromkeys(found) if word not in (one.label.lower(), one.name.replace("_", " "))]


def plain(part: Any) -> Any:
    """A part of a model as its YAML has it, without what is left out there."""
    if isinstance(part, Frozen):
        return dump(part)
    if is_dataclass(part):
        found = {
            one.name.rstrip("_"): plain(getattr(part, one.name))
            for one in fields(part)
            if not _default(one, getattr(part, one.name))
        }
        return {key: value for key, value in found.items() if value is not None}
    if isinstance(part, dict):
        return {str(key): plain(value) for key, value in part.items()}
    return [plain(one) for one in part] if isinstance(part, (tuple, list)) else part


def _default(one: Any, value: Any) -> bool:
    if one.default is not MISSING:
        return bool(value == one.default)
    return one.default_factory is not MISSING and value == one.default_factory()
