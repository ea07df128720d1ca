"""The only door to the data: a statement goes in, a ScopedQuery comes out, or a refusal.

Every scan of a base table becomes a sub-select that holds its row filter, its masks and the list of columns that are read.
The text for an engine is parsed again and proven before it is handed out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import Internal
from nlq.policy.masks import masks_hold
from nlq.policy.proof import prove
from nlq.policy.rules import Policies, RowRule
from nlq.sql.defined import defined
from nlq.sql.dialect import Values, bind, render
from nlq.sql.joined import joins_hold
from nlq.sql.resolve import is_cte
from nlq.sql.tiers import expand, tiers_of
from nlq.sql.total import total
from nlq.sql.validate import parse, validate
from nlq.values.pipeline import Column, Lineage, SqlDraft, Statement, Tree

if TYPE_CHECKING:
    from datetime import date

    from nlq.semantics.model import SemanticModel
    from nlq.values.principal import Principal

_DOOR = object()


@dataclass(frozen=True, slots=True)
class _Content:
    """What a ScopedQuery holds. `wraps` are the policy sub-selects that its text must consist of."""

    tree: exp.Expr
    columns: tuple[Column, ...]
    values: dict[str, str]
    tables: tuple[str, ...]
    reads: frozenset[str]
    rules: tuple[RowRule, ...]
    wraps: tuple[exp.Select, ...]
    schema: str
    fingerprint: str
    principal: Principal
    tiers: frozenset[str]
    unmasked: bool
    cut: int | None


class ScopedQuery:
    """A statement narrowed to one asker's rows. Made by `scope` alone; the only thing that an engine runs."""

    __slots__ = ("_content", "_texts")

    def __init__(self, door: object, content: _Content) -> None:
        if door is not _DOOR:
            raise TypeError("a ScopedQuery is made by nlq.policy.scope.scope")
        self._content = content
        self._texts: dict[str, tuple[str, Values]] = {}

    @property
    def columns(self) -> tuple[Column, ...]:
        """The typed columns of the result; empty where the SQL was not compiled from a SemanticQuery."""
        return self._content.columns

    @property
    def cut(self) -> int | None:
        """The statement's limit, where its last column says what ties with the rows that it leaves."""
        return self._content.cut

    @property
    def tables(self) -> tuple[str, ...]:
        """The base tables that the statement names."""
        return self._content.tables

    @property
    def reads(self) -> frozenset[str]:
        """Every base table that an engine reads for it: those of the statement, and those that decide which rows are seen."""
        return self._content.reads

    @property
    def rules(self) -> tuple[RowRule, ...]:
        """The decision about each table, with its reason."""
        return self._content.rules

    @property
    def fingerprint(self) -> str:
        """Equal for askers who may see the same rows and columns of the same model."""
        return self._content.fingerprint

    @property
    def principal(self) -> Principal:
        """Whose rows they are: databases that have row security of their own are told."""
        return self._content.principal

    @property
    def tiers(self) -> frozenset[str]:
        """The tiers that it reads, its policy included; empty where the data has one tier."""
        return self._content.tiers

    @property
    def unmasked(self) -> bool:
        """Whether it reads a column that the model masks and this asker may see: such rows are kept nowhere."""
        return self._content.unmasked

    def sql(self, dialect: str) -> tuple[str, Values]:
        """The text for an engine, and the values to bind: by name for DuckDB, else in order.

        Raises:
            Internal: the text could not be proven to stand inside the policy; it is not handed out.
            UnsafeSql: the engine has no safe way to write it.
        """
        if dialect not in self._texts:
            values = self._content.values
            text, names = bind(render(self._content.tree, dialect), values, dialect)
            wraps = [bind(render(wrap, dialect), values, dialect, names)[0] for wrap in self._content.wraps]
            problem = prove(text, wraps, dialect, self._content.schema)
            if problem is not None:
                raise Internal(f"the scoped text failed its proof: {problem}", where=dialect)
            bound = tuple(values[name] for name in names)
            self._texts[dialect] = (text, dict(zip(names, bound, strict=True)) if dialect == "duckdb" else bound)
        return self._texts[dialect]

    def __repr__(self) -> str:
        return f"ScopedQuery(tables={self.tables}, fingerprint={self.fingerprint[:8]}…)"


def draft_statement(draft: SqlDraft, model: SemanticModel, watermark: date | None = None) -> Statement:
    """A caller's or a model's SQL as a resolved Statement: validated, and made total so that no value can raise.

    Its tables are those of both tiers, where the watermark splits them.

    Raises:
        UnsafeSql: something other than one read-only SELECT over allowed nodes; a model's join that could multiply rows.
        NotPermitted: a table or column that is not in the model.
        TooExpensive: over a limit.
    """
    checked = validate(parse(draft.text), model)
    if draft.author == "model":
        joins_hold(checked, model)
    tree = total(checked)
    tables = tuple(dict.fromkeys(table.name for table in tree.find_all(exp.Table) if not is_cte(table)))
    return Statement(
        Tree(expand(tree, model, watermark), partial(defined, model, watermark)),
        (),
        Lineage(tables, why=("SQL as it was written",)),
        watermark,
    )


def scope(statement: Statement, principal: Principal, model: SemanticModel) -> ScopedQuery:
    """Narrow every table in `statement` to the rows and columns that `principal` may see.

    Each base table becomes a sub-select that holds its row filter and masks, so no join, union, alias or CTE can
    reach an unfiltered row. Below this nothing changes the tree.

    Raises:
        NotPermitted: a table without a policy, or a use of a column that is hidden from this asker.
    """
    policies = Policies(model, principal, statement.watermark)
    tree = statement.own_tree()
    masks_hold(tree, policies)
    scans = [table for table in tree.find_all(exp.Table) if not is_cte(table)]
    read: dict[str, set[str]] = {}
    for column in tree.find_all(exp.Column):
        read.setdefault(column.table, set()).add(column.name)
    wraps: list[exp.Select] = []
    unmasked = False
    for table in scans:
        spec = policies.table(table.name)
        alias = table.alias or table.name
        columns = [name for name in spec.stored if name in read.get(alias, set())] or list(spec.key[-1:])
        unmasked = unmasked or any(
            spec.columns[name].mask and not policies.masked(spec.columns[name]) for name in columns
        )
        view = policies.view(table.name, columns, table.catalog or None)
        wraps.append(view)
        table.replace(exp.Subquery(this=view.copy(), alias=exp.TableAlias(this=exp.to_identifier(alias))))
    for column in tree.find_all(exp.Column):
        column.set("db", None)
    names = tuple(dict.fromkeys(table.name for table in scans))
    content = _Content(
        tree=tree,
        columns=statement.columns,
        values=policies.bindings.values,
        tables=names,
        reads=frozenset(policies.read),
        rules=policies.reasons(names),
        wraps=tuple(wraps),
        schema=model.header.schema_,
        fingerprint=fingerprint(principal, model),
        principal=principal,
        tiers=tiers_of(tree),
        unmasked=unmasked,
        cut=statement.cut,
    )
    return ScopedQuery(_DOOR, content)


def fingerprint(principal: Principal, model: SemanticModel) -> str:
    """Equal for askers who may see the same rows and columns: tenant, regions, the roles that lift masks, the model."""
    lifting = {role for table in model.tables.values() for column in table.columns.values() for role in column.unmask}
    roles = sorted(lifting & set(principal.roles))
    parts = (principal.org_id, principal.regions, roles, model.hash, principal.mask_key)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
