"""A model as Snowflake's semantic model YAML, that of its semantic views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.exports.layer import Written, phrases, said
from nlq.exports.layer_shape import Fields
from nlq.semantics.interop.carried import Issue
from nlq.semantics.interop.reading import named
from nlq.semantics.interop.write import dumped

if TYPE_CHECKING:
    from nlq.exports.exported import Exported
    from nlq.exports.layer_metrics import Figure
    from nlq.exports.layer_shape import Member, Relation
    from nlq.semantics.model import SemanticModel

TYPES = {"string": "VARCHAR", "integer": "NUMBER(38,0)", "decimal": "NUMBER(38,9)", "number": "FLOAT", "boolean": "BOOLEAN", "date": "DATE",
         "datetime": "TIMESTAMP_NTZ"}  # fmt: skip
Plain = dict[str, Any]


def export(model: SemanticModel, dialect: str) -> Exported:
    """One file. An aggregate is a metric of its table, and what is made of several a metric of the whole."""
    written = Written(model, dialect, moved=False)
    made = _Snowflake(written)
    figures = written.metrics.figures.values()
    whole = [made.metric(one, None) for one in figures if one.tree is not None]
    for one in written.shape.relations.values():
        made.table(one)  # what its metrics and filters need of other tables becomes a fact there
    tables = [made.table(one) for one in written.shape.relations.values()]
    relationships = [{
        "name": f"{one.from_}_to_{one.to}", "left_table": one.from_, "right_table": one.to,
        "relationship_columns": [{"left_column": mine, "right_column": its} for mine, its in one.on.items()],
        "join_type": "left_outer", "relationship_type": "many_to_one",
    } for one in written.shape.joins]  # fmt: skip
    content = {
        "name": model.header.name,
        **said(description=model.header.description),
        "tables": tables,
        **said(relationships=relationships, metrics=whole),
    }
    written.issues.append(
        Issue(
            "left_out",
            "base_table",
            "the database's name, which the model does not say: add `database:` where it is not the session's",
        )
    )
    return written.exported({f"{named(model.header.name)}.yaml": dumped(content)})


class _Snowflake:
    """The parts of the file."""

    def __init__(self, written: Written) -> None:
        self.written, self.model, self.shape, self.metrics = written, written.model, written.shape, written.metrics

    def table(self, one: Relation) -> Plain:
        """A logical table: of one whose rows do not all count, the query of those that do."""
        if one.where is None:
            base: Plain = {"schema": one.schema, "table": one.source}
        else:
            base = {"definition": self.shape.rows.counting(one.name)}
        metrics = [
            self.metric(figure, one.name)
            for figure in self.metrics.figures.values()
            if figure.agg is not None and figure.home == one.name
        ]
        filters = self._filters(one.name)
        members = list(one.members.values())  # after the facts that metrics and filters need
        times = [member for member in members if self._is_time(one, member)]
        plain = [member for member in members if not member.fact and member not in times]
        facts = [member for member in members if member.fact]
        return {"name": one.name, **said(description=self.model.tables[one.name].description), "base_table": base,
                **said(primary_key=said(columns=list(one.key)), dimensions=[self._member(member) for member in plain],
                       time_dimensions=[self._member(member) for member in times], facts=[self._member(member) for member in facts],
                       filters=filters, metrics=metrics)}  # fmt: skip

    def _is_time(self, home: Relation, one: Member) -> bool:
        """A date of a table with a time; of one without, a date is a dimension like another, so that nobody counts by it."""
        return not one.fact and home.time is not None and one.type in ("date", "datetime")

    def _member(self, one: Member) -> Plain:
        known = (
            [value.value for value in one.of.values] if one.of is not None and isinstance(one.of.values, tuple) else []
        )
        return {"name": one.name, **said(synonyms=phrases(one), description=one.description), "expr": one.expr, "data_type": TYPES[one.type],
                **said(sample_values=[str(value) for value in known], is_enum=bool(known) or None)}  # fmt: skip

    def _filters(self, table: str) -> list[Plain]:
        """The named conditions whose fields are all of one table."""
        fields = Fields(self.shape, table, None, lambda _, member: member)
        found = ((one, self.written.condition(one, fields)) for one in self.model.filters.values())
        return [
            {"name": one.name, **said(synonyms=[word for words in one.synonyms.values() for word in words], description=one.description), "expr": text}
            for one, text in found if text is not None
        ]  # fmt: skip

    def metric(self, one: Figure, table: str | None) -> Plain:
        """A metric of a table, or of the whole."""
        metric = one.metric
        text = self._sql(one, table)
        words = [word for said_ in metric.synonyms.values() for word in said_] if not one.hidden else []
        return {"name": one.name, **said(synonyms=list(dict.fromkeys(words)), description=metric.description), "expr": text,
                **({"access_modifier": "private_access"} if one.hidden else {})}  # fmt: skip

    def _sql(self, one: Figure, table: str | None) -> str:
        if one.tree is not None:
            return self.metrics.arithmetic(one, self._named)
        return self.metrics.aggregate(one, lambda home, member: member if home == table else f"{home}.{member}")

    def _named(self, name: str) -> str:
        figure = self.metrics.figures[name]
        return name if figure.tree is not None else f"{figure.home}.{name}"
