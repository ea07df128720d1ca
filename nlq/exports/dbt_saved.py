"""A model's verified questions as dbt's saved queries, where these can hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.exports.dbt_entities import plain_name
from nlq.exports.dbt_fields import Spelling
from nlq.semantics.interop.carried import Issue, NotCarried
from nlq.semantics.interop.dbt_project import Saved
from nlq.values.query import Period

if TYPE_CHECKING:
    from nlq.exports.dbt_shape import Shape
    from nlq.semantics.model import Verified


class SavedQueries:
    """The saved queries of an export; `lost` are metrics that are not carried."""

    def __init__(self, shape: Shape, lost: set[str]) -> None:
        self.shape, self.model, self.project, self.issues, self.lost = (
            shape,
            shape.model,
            shape.project,
            shape.issues,
            lost,
        )

    def build(self) -> None:
        """Every verified question whose query is one of metrics, fields and conditions."""
        for number, verified in enumerate(self.model.verified, 1):
            self._saved(verified, number)

    def _saved(self, one: Verified, number: int) -> None:
        """A verified question as a saved query, where its query is one of metrics, fields and conditions alone."""
        query, where = one.query, f"verified question {one.question!r}"
        names = [name for name in query.metrics if isinstance(name, str)]
        plain = (
            query.having,
            query.compare,
            query.segments,
            query.share,
            query.per,
            query.totals,
            query.include_empty,
            query.list,
        )
        if any(plain) or len(names) < len(query.metrics) or not names:
            self.issues.append(Issue("left_out", where, "its query is more than metrics, fields and conditions"))
            return
        lost = sorted({*names} & self.lost)
        if lost:
            self.issues.append(Issue("depends", where, f"it asks for {lost[0]}"))
            return
        try:
            tables = sorted({table for name in names for table in self.model.base_tables(name)})
            spelt = [self._spelt(Spelling(self.shape, table), one) for table in tables]
        except NotCarried as problem:
            self.issues.append(Issue(problem.code, where, problem.what))
            return
        if any(found != spelt[0] for found in spelt):
            self.issues.append(Issue("filter", where, "its metrics' tables call its fields otherwise than one another"))
            return
        group_by, conditions, order = spelt[0]
        name = (
            plain_name(
                "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in one.question)[:60]
            ).strip("_")
            or f"question_{number}"
        )
        taken = {saved.name for saved in self.project.saved}
        name = name if name not in taken and not name[0].isdigit() else f"question_{number}"
        self.project.saved.append(
            Saved(
                name,
                "",
                one.question,
                f"Verified by {one.by}.",
                tuple(self.shape.metric_names[name] for name in names),
                group_by,
                conditions,
                order,
                query.limit,
            )
        )

    def _spelt(self, spelling: Spelling, one: Verified) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        query = one.query
        group_by = tuple(name for field in query.dimensions for name in spelling.group_by(field))
        conditions = spelling.conditions(query.where)
        if isinstance(query.period, Period):
            day = "{{ TimeDimension('metric_time', 'day') }}"
            conditions += (f"{day} >= '{query.period.start}'", f"{day} <= '{query.period.end}'")
        order = tuple(
            ("-" if part.dir == "desc" else "")
            + (self.shape.metric_names[part.by] if part.by in self.model.metrics else spelling.group_by(part.by)[-1])
            for part in query.order
        )
        return group_by, conditions, order
