"""The only door to the data: a statement goes in, a ScopedQuery comes out, or a refusal.

Every scan of a base table becomes a sub-select that holds its row filter, its masks and the list of columns that are read.
The text for an engine is parsed again and proven before it is handed out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import Internal, NotPermitted
from nlq.policy.kept import Kept
from nlq.policy.masks import masks_hold
from nlq.policy.proof import prove
from nlq.policy.reach import Reach, lifting, values_of
from nlq.policy.rules import RowRule, reasons
from nlq.policy.views import Views
from nlq.sql.build import with_heirs
from nlq.sql.defined import defined
from nlq.sql.dialect import Values, adapted, bind, written
from nlq.sql.joined import joins_hold
from nlq.sql.resolve import is_cte
from nlq.sql.tiers import expand
from nlq.sql.total import total
from nlq.sql.validate import of_the_day, parse, validate
from nlq.values.pipeline import Column, Lineage, SqlDraft, Statement, Tree

if TYPE_CHECKING:
    from datetime import date

    from nlq.policy.views import View
    from nlq.semantics.model import SemanticModel
    from nlq.values.principal import Principal

    Scan = tuple[str, exp.Expr, View]

_DOOR = object()
COLUMNS, TABLES = with_heirs(exp.Column), with_heirs(exp.Table)
MOST_PLANS, MOST_DRAFTS, MOST_REACHES = 128, 128, 64


class _Plan:
    """A statement for all askers of one reach: in place of each of its scans a view, and proven texts by engine."""

    def __init__(self, statement: Statement, views: Views, names: tuple[str, ...]) -> None:
        self._again = partial(_narrowed, statement, views)
        first = self._again()
        self._made = [first]  # which the first engine's text takes; for another it is made again
        self.tables = tuple(dict.fromkeys(name for name, _, _ in first[1]))
        self.views = tuple(view for _, _, view in first[1])
        self.tiers = frozenset().union(*(view.tiers for view in self.views))
        self._names, self._schema = names, views.model.header.schema_
        self._foreign = statement.foreign
        self._texts: dict[tuple[str, bool], tuple[str, tuple[str, ...]]] = {}

    def text(self, dialect: str, *, held: bool) -> tuple[str, tuple[str, ...]]:
        """The text for an engine, proven, and the names of what is to be bound.

        Raises:
            Internal: the text could not be proven to stand inside the policy; it is not handed out.
            UnsafeSql: the engine has no safe way to write it.
        """
        fenced = self._foreign and not held
        if (dialect, fenced) not in self._texts:
            tree, scans = self._taken()
            for _, table, view in scans:
                table.set("this", view.placed(dialect, fenced=fenced))
            text, order = bind(written(adapted(tree, dialect), dialect), self._names, dialect)
            views = [view.text(dialect, self._names, order, fenced=fenced) for view in self.views]
            problem = prove(text, views, dialect, self._schema)
            if problem is not None:
                raise Internal(f"the scoped text failed its proof: {problem}", where=dialect)
            self._texts[dialect, fenced] = text, order
        return self._texts[dialect, fenced]

    def _taken(self) -> tuple[exp.Expr, list[Scan]]:
        try:
            return self._made.pop()
        except IndexError:
            return self._again()


class _Guard:
    """What is kept of a model's guarding: drafts as statements, views by reach, and plans by statement and reach."""

    def __init__(self) -> None:
        self.drafts: Kept[Statement] = Kept(MOST_DRAFTS)
        self.views: Kept[Views] = Kept(MOST_REACHES)
        self.plans: Kept[_Plan] = Kept(MOST_PLANS)

    @classmethod
    def of(cls, model: SemanticModel) -> _Guard:
        """That of a model; a model that differs is another object, of which nothing is known."""
        found: _Guard = model.memo.get("guard") or model.memo.setdefault("guard", cls())
        return found


class ScopedQuery:
    """A statement narrowed to one asker's rows. Made by `scope` alone; the only thing that an engine runs."""

    __slots__ = ("_model", "_plan", "_principal", "_statement")

    def __init__(self, door: object, plan: _Plan, statement: Statement, principal: Principal, model: SemanticModel) -> None:  # fmt: skip
        if door is not _DOOR:
            raise TypeError("a ScopedQuery is made by nlq.policy.scope.scope")
        self._plan, self._statement, self._principal, self._model = plan, statement, principal, model

    @property
    def columns(self) -> tuple[Column, ...]:
        """The typed columns of the result; empty where the SQL was not compiled from a SemanticQuery."""
        return self._statement.columns

    @property
    def cut(self) -> int | None:
        """The statement's limit, where its last column says what ties with the rows that it leaves."""
        return self._statement.cut

    @property
    def tables(self) -> tuple[str, ...]:
        """The base tables that the statement names."""
        return self._plan.tables

    @property
    def reads(self) -> frozenset[str]:
        """Every base table that an engine reads for it: those of the statement, and those that decide which rows are seen."""
        return frozenset().union(*(view.reads for view in self._plan.views))

    @property
    def rules(self) -> tuple[RowRule, ...]:
        """The decision about each table, with its reason."""
        return reasons(self._model, self._principal, self.tables)

    @property
    def fingerprint(self) -> str:
        """Equal for askers who may see the same rows and columns of the same model."""
        return fingerprint(self._principal, self._model)

    @property
    def principal(self) -> Principal:
        """Whose rows they are: databases that have row security of their own are told."""
        return self._principal

    @property
    def tiers(self) -> frozenset[str]:
        """The tiers that it reads, its policy included; empty where the data has one tier."""
        return self._plan.tiers

    @property
    def unmasked(self) -> bool:
        """Whether it reads a column that the model masks and this asker may see: such rows are kept nowhere."""
        return any(view.unmasked for view in self._plan.views)

    @property
    def foreign(self) -> bool:
        """Whether somebody wrote it."""
        return self._statement.foreign

    def sql(self, dialect: str, *, held: bool = False) -> tuple[str, Values]:
        """The text for an engine, and the values to bind: by name for DuckDB, else in order.

        `held`: the database itself holds the account to the asker's rows, and no condition is tried on others.

        Raises:
            Internal: the text could not be proven to stand inside the policy; it is not handed out.
            UnsafeSql: the engine has no safe way to write it.
        """
        text, names = self._plan.text(dialect, held=held)
        values = values_of(self._principal)
        return text, {name: values[name] for name in names} if dialect == "duckdb" else tuple(values[name] for name in names)  # fmt: skip

    def __repr__(self) -> str:
        return f"ScopedQuery(tables={self.tables}, fingerprint={self.fingerprint[:8]}…)"


def draft_statement(draft: SqlDraft, model: SemanticModel, watermark: date | None = None, as_of: date | None = None) -> Statement:  # fmt: skip
    """A caller's or a model's SQL as a resolved Statement: validated, and made total so that no value can raise.

    Its tables are those of both tiers, where the watermark splits them; CURRENT_DATE is the asker's day `as_of`, and refused without one.

    Raises:
        UnsafeSql: something other than one read-only SELECT over allowed nodes; a model's join that could multiply rows.
        NotPermitted: a table or column that is not in the model.
        TooExpensive: over a limit.
    """
    key = draft.text, draft.author == "model", watermark, as_of
    return _Guard.of(model).drafts.get(key, lambda: _drafted(draft, model, watermark, as_of))


def _drafted(draft: SqlDraft, model: SemanticModel, watermark: date | None, as_of: date | None) -> Statement:
    parsed = parse(draft.text)
    if as_of is not None:
        parsed = of_the_day(parsed, draft.text, as_of)
    checked, tables = validate(parsed, model)
    if draft.author == "model":
        joins_hold(checked, model)
    tree = total(checked, _masked(model))
    held = next((name for name in tables if model.small_groups(name)), None)
    if held is not None:
        raise NotPermitted(
            f"{held} is read through metrics alone: figures of few people are withheld",
            fix="ask for a metric, or for another table",
        )
    return Statement(
        Tree(expand(tree, model, watermark), partial(defined, model, watermark), typed=True),
        (),
        Lineage(tables, why=("SQL as it was written",)),
        watermark,
        foreign=True,
    )


def _masked(model: SemanticModel) -> frozenset[str]:
    """The names of columns that the model masks: a use of one is refused with its place, once it is known who asks."""
    found: frozenset[str] | None = model.memo.get("masked_names")
    if found is None:
        found = model.memo["masked_names"] = frozenset(
            name for table in model.tables.values() for name, spec in table.columns.items() if spec.mask is not None
        )
    return found


def scope(statement: Statement, principal: Principal, model: SemanticModel) -> ScopedQuery:
    """Narrow every table in `statement` to the rows and columns that `principal` may see.

    Each base table becomes a sub-select that holds its row filter and masks, so no join, union, alias or CTE can
    reach an unfiltered row. Below this nothing changes the tree.

    Raises:
        NotPermitted: a table without a policy, or a use of a column that is hidden from this asker.
    """
    guard, reach = _Guard.of(model), Reach.of(principal, model)
    views = guard.views.get((reach, statement.watermark), lambda: Views(model, reach, statement.watermark))
    key = statement.written.key, statement.foreign, reach, statement.watermark
    plan = guard.plans.get(key, lambda: _Plan(statement, views, tuple(values_of(principal))))
    return ScopedQuery(_DOOR, plan, statement, principal, model)


def _narrowed(statement: Statement, views: Views) -> tuple[exp.Expr, list[Scan]]:
    """A tree of the statement in which no scan has a name yet, and each scan: its table, where it stands, and what is to be put there."""
    tree = statement.own_tree()
    scans: list[exp.Expr] = []
    read: defaultdict[str, set[str]] = defaultdict(set)
    for node in tree.walk(bfs=True):
        kind = type(node)
        if kind in COLUMNS:
            read[node.text("table")].add(node.name)
        elif kind in TABLES and not is_cte(node):
            scans.append(node)
    specs = [views.table(table.name) for table in scans]
    names_read = [read.get(table.alias_or_name, set()) for table in scans]
    if any(used & views.hidden[spec.name] for used, spec in zip(names_read, specs, strict=True)):
        masks_hold(tree, views.hidden)
    found: list[Scan] = []
    for table, spec, used in zip(scans, specs, names_read, strict=True):
        columns = tuple(name for name in spec.stored if name in used) or tuple(spec.key[-1:])
        alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
        view = views.of(table.name, columns, table.text("catalog") or None)
        place = exp.Table(alias=alias)
        table.replace(place)
        found.append((spec.name, place, view))
    return tree, found


def fingerprint(principal: Principal, model: SemanticModel) -> str:
    """Equal for askers who may see the same rows and columns: tenant, regions, the roles that lift masks, the model."""
    roles = sorted(lifting(model).intersection(principal.roles))
    parts = (principal.org_id, principal.regions, roles, model.hash, principal.mask_key)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
