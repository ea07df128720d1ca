"""A model as Apache Ossie (formerly Open Semantic Interchange); what it has no words for goes into `custom_extensions`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nlq.exports.layer import Written, phrases, plain, said
from nlq.semantics.interop.reading import named
from nlq.semantics.interop.write import dumped

if TYPE_CHECKING:
    from nlq.exports.exported import Exported
    from nlq.exports.layer_metrics import Figure
    from nlq.exports.layer_shape import Member, Relation
    from nlq.semantics.model import SemanticModel

VERSION, VENDOR = "0.2.0.dev0", "NLQ"
DIALECTS = {
    "snowflake": "SNOWFLAKE",
    "databricks": "DATABRICKS",
    "bigquery": "BIGQUERY",
}  # of the others it knows none by name
TYPES = {
    "string": "String",
    "integer": "Integer",
    "decimal": "Decimal",
    "number": "Float",
    "boolean": "Boolean",
    "date": "Date",
    "datetime": "DateTime",
}
Plain = dict[str, Any]


def export(model: SemanticModel, dialect: str) -> Exported:
    """One file. Metrics are written out whole, for Ossie does not say that one may name another."""
    written = Written(model, dialect, moved=False)
    made = _Ossie(written)
    datasets = [made.dataset(one) for one in written.shape.relations.values()]
    metrics = [
        made.metric(one) for one in written.metrics.figures.values() if not one.hidden
    ]  # after the facts that datasets need
    datasets = [made.dataset(one) for one in written.shape.relations.values()]
    relationships = [{"name": f"{one.from_}_to_{one.to}", "from": one.from_, "to": one.to, "from_columns": list(one.on), "to_columns": list(one.on.values())}
                     for one in written.shape.joins]  # fmt: skip
    content = {"version": VERSION, "semantic_model": [{
        "name": model.header.name, **said(description=model.header.description), "datasets": datasets, **said(relationships=relationships, metrics=metrics),
        "custom_extensions": [_extension(made.rest())],
    }]}  # fmt: skip
    return written.exported({f"{named(model.header.name)}.yaml": dumped(content)})


def _extension(data: Plain) -> Plain:
    return {"vendor_name": VENDOR, "data": json.dumps(data, ensure_ascii=False, sort_keys=True)}


class _Ossie:
    """The parts of the file."""

    def __init__(self, written: Written) -> None:
        self.written, self.model, self.shape, self.metrics = written, written.model, written.shape, written.metrics

    def _expression(self, text: str) -> Plain:
        return {"dialects": [{"dialect": DIALECTS.get(self.shape.rows.dialect, "ANSI_SQL"), "expression": text}]}

    def dataset(self, one: Relation) -> Plain:
        """A table; of one whose rows do not all count, the query of those that do."""
        table = self.model.tables[one.name]
        source = f"{one.schema}.{one.source}" if one.where is None else self.shape.rows.counting(one.name)
        own = said(policy=plain(table.policy), owner=table.owner, tier=plain(table.tier), fresh_within=table.fresh_within, grain=table.grain, time=table.time,
                   masks={name: plain(spec) for name, spec in table.columns.items() if spec.mask})  # fmt: skip
        return {"name": one.name, "source": source, **said(primary_key=list(one.key), description=table.description),
                "fields": [self._field(one, member) for member in one.members.values()], "custom_extensions": [_extension(own)]}  # fmt: skip

    def _field(self, home: Relation, one: Member) -> Plain:
        dimension = (
            {}
            if one.fact
            else {
                "dimension": {
                    "is_time": one.name == home.time or (home.time is not None and one.type in ("date", "datetime"))
                }
            }
        )
        rest = {} if one.of is None or not one.shown else said(parent=one.of.parent, place=one.of.place, kind_of=one.of.kind_of, values=plain(one.of.values),
                                                               synonyms={key: list(words) for key, words in one.of.synonyms.items() if key != "en"})  # fmt: skip
        return {"name": one.name, "expression": self._expression(one.expr), **dimension, **said(label=one.label, description=one.description), "datatype": TYPES[one.type],
                **said(ai_context=said(synonyms=phrases(one))), **({"custom_extensions": [_extension(rest)]} if rest else {})}  # fmt: skip

    def metric(self, one: Figure) -> Plain:
        """A metric, its definition written out."""
        metric = one.metric
        found = [word for words in metric.synonyms.values() for word in words if word != metric.label.lower()]
        rest = said(unit=metric.unit if metric.unit != "count" else None, decimals=metric.decimals, owner=metric.owner, absence_is_zero=metric.absence_is_zero or None,
                    same_as=metric.same_as, during=metric.during, counts=metric.counts, label=metric.label)  # fmt: skip
        return {"name": one.name, "expression": self._expression(self._whole(one)), **said(description=metric.description, ai_context=said(synonyms=list(dict.fromkeys(found)))),
                "custom_extensions": [_extension(rest)]}  # fmt: skip

    def _whole(self, one: Figure) -> str:
        """The SQL of a figure, with that of all that it is made of."""
        if one.tree is not None:
            return self.metrics.arithmetic(one, lambda name: self._part(self.metrics.figures[name]))
        counts = one.agg is not None and one.value is None
        return self.metrics.aggregate(
            one, lambda table, member: f"{table}.{member}", self._row(one.home) if counts else None
        )

    def _part(self, one: Figure) -> str:
        text = self._whole(one)
        return f"({text})" if one.tree is not None else text

    def _row(self, table: str) -> str:
        """What is never null of a table's rows, so that counting it counts them: a bare COUNT(*) does not say of which table."""
        relation, columns = self.shape.relations[table], self.model.tables[table].stored
        column = relation.key[0] if relation.key else columns[0]
        member = self.shape.fact(table, self.shape.rows.column(table, column), column, self.shape.type(table, column))
        return f"{table}.{member}" if relation.key else f"CASE WHEN {table}.{member} IS NULL THEN 1 ELSE 1 END"

    def rest(self) -> Plain:
        """What of the model is neither of a dataset nor of a metric that is carried."""
        header = {key: value for key, value in plain(self.model.header).items() if key not in ("name", "description")}
        lost = [plain(one) for name, one in self.model.metrics.items() if name not in self.metrics.figures]
        return said(model=header, metrics=lost, rollups=plain(self.model.rollups), filters=plain(list(self.model.filters.values())),
                    verified=plain(self.model.verified), absent=plain(self.model.absent))  # fmt: skip
