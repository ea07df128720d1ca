"""The values between the steps, in the order in which they come to exist."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from nlq.values.conversation import NOTHING, Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from datetime import date, datetime

    from sqlglot import exp

    from nlq.values.explaining import About, Decomposition
    from nlq.values.principal import Principal
    from nlq.values.query import SemanticQuery

Role = Literal["metric", "dimension"]
Planner = Literal["", "reader", "model", "both"]
CellType = Literal["string", "integer", "number", "boolean", "date", "timestamp"]


@dataclass(frozen=True, slots=True)
class Question:
    """One utterance. `as_of` is the day that "today" means; `asked_at` is timezone-aware and says when it was asked."""

    text: str
    principal: Principal
    asked_at: datetime
    as_of: date
    conversation_id: str = ""
    planner: Planner = ""  # who reads it; "" for the deployment's own way
    before: Conversation = NOTHING  # what was asked before in the same conversation


@dataclass(frozen=True, slots=True)
class Word:
    """What one part of the question (characters start to end) was taken for: a kind, and the model's name for it."""

    text: str
    start: int
    end: int
    kind: str
    ref: str

    def to_json(self) -> dict[str, Any]:
        """As the Answer's `words` hold it."""
        return {"text": self.text, "start": self.start, "end": self.end, "as": self.kind, "ref": self.ref}


@dataclass(frozen=True, slots=True)
class Assumed:
    """A choice made for the asker, with another choice beside it (parts of a SemanticQuery to replace)."""

    text: str
    change: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SqlDraft:
    """SQL written by a caller or a model, in the canonical dialect; nothing about it is trusted."""

    text: str
    author: Literal["caller", "model"]


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back, with at least two choices (label, query)."""

    text: str
    options: tuple[tuple[str, SemanticQuery], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Declined on purpose; `code` is one of the contract's. `firm`: it was understood, and no other reading can help."""

    code: str
    text: str
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What the reader made of the words: one outcome, what each word was taken for, and the doubts that remain."""

    outcome: SemanticQuery | Decomposition | About | SqlDraft | Clarification | Refusal
    words: tuple[Word, ...] = ()
    assumptions: tuple[Assumed, ...] = ()
    doubts: tuple[str, ...] = ()
    language: str = "en"
    given: bool = False  # the query came typed, not read from words
    verified: str = ""  # who vouches for this reading of these very words
    author: Literal["reader", "model"] = "reader"
    agreement: bool | None = None  # of two independent readings; None where there was one
    prompt_version: str | None = None
    notes: tuple[str, ...] = ()  # what the asker should know about how it was read
    changed: tuple[str, ...] | None = None  # of the query before; None where it goes on from none


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done. For a SemanticQuery every default is filled in, and `reading` says all of it in a sentence."""

    outcome: SemanticQuery | Decomposition | About | SqlDraft | Clarification | Refusal
    reading: str
    interpretation: Interpretation
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableState:
    """One table's state for one tenant (or over all, where none is named).

    `stale` holds the months whose rollup rows were not built from the current base rows; only rollups have any. `months` are the
    rows by month, where they are counted so; they do not tell two states apart, for that the version does.
    """

    version: str
    rows: int
    first: date | None
    last: date | None
    fresh_as_of: datetime | None
    stale: frozenset[date] = frozenset()
    months: tuple[tuple[date, int], ...] = field(default=(), compare=False)

    def rows_within(self, first: date | None, last: date | None) -> int:
        """At most how many rows are of the days from `first` to `last` (None: without end)."""
        if not self.months:
            return self.rows
        start, end = first.replace(day=1) if first else None, last
        return sum(rows for month, rows in self.months if (start is None or month >= start) and (end is None or month <= end))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The watermark and every table's version, read once for a question; `equal` names the checked equivalences."""

    watermark: date | None
    tables: Mapping[str, TableState]
    equal: frozenset[str] = frozenset()
    publication: str = ""  # another whenever anything that is published changes; "" where nothing can change
    unverified_s: float | None = None  # seconds since it was last read, where it cannot be read now
    counted: frozenset[str] = field(default=frozenset(), compare=False)  # tables whose rows are counted, for whomever

    def rows_of(self, name: str, first: date | None = None, last: date | None = None) -> int | None:
        """At most how many rows of a table are of these days; None where nobody counts them."""
        state = self.tables.get(name)
        if state is not None:
            return state.rows_within(first, last)
        return 0 if name in self.counted else None

    def version_of(self, names: tuple[str, ...]) -> str:
        """One string that changes when any of these tables' rows do."""
        return ".".join(f"{self.tables[name].version}" for name in names if name in self.tables) or "unversioned"


AS_GOOD = (
    "__as_good"  # the hidden last column of a limited query: how many rows (of its group) are as good as this or better
)
TOTAL = "__total"  # the column that says what a row is the total of; no metric and no dimension can be called so


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the result: `unit` is PHP, count, ratio, days or None; `labels` are what people read for cells that are codes."""

    name: str
    label: str
    type: CellType
    unit: str | None
    role: Role
    labels: Mapping[Any, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def grain(self) -> str:
        """What its name ends with, after a dot or two underscores: of a date its grain."""
        return self.name.replace("__", ".").rpartition(".")[2]

    def to_json(self) -> dict[str, Any]:
        """As the Answer's `columns` hold it."""
        return {"name": self.name, "label": self.label, "type": self.type, "unit": self.unit, "role": self.role}


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a statement's figures come from. `why` says which source was chosen and the reason; `notes` what to know of them."""

    tables: tuple[str, ...]
    metrics: tuple[str, ...] = ()
    rollup: str | None = None
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Sql(Protocol):
    """A statement's SQL: a tree, and the text of it."""

    @property
    def tree(self) -> exp.Expr:
        """The tree, a value by agreement: nobody changes it."""

    @property
    def key(self) -> Hashable:
        """Equal for SQL that is the same, though it may differ for some that is."""

    def own(self) -> exp.Expr:
        """The tree once more, for somebody who will change it."""

    def text(self, dialect: str, *, pretty: bool) -> str:
        """The text in a dialect."""


class Tree:
    """SQL as the tree that it is, which is taken over; `shown` makes of a tree what people are shown, where that is another.

    Of one that is `typed` the types of the nodes are kept beside it, and copies share them: to copy them as well costs several
    times what the tree does.
    """

    __slots__ = ("_shown", "_types", "tree")

    def __init__(self, tree: exp.Expr, shown: Callable[[exp.Expr], exp.Expr] | None = None, *, typed: bool = False) -> None:  # fmt: skip
        self.tree, self._shown = tree, shown
        self._types: list[tuple[int, exp.DataType]] = []
        for place, node in enumerate(tree.walk()) if typed else ():
            if node.type is not None:
                self._types.append((place, node.type))
                node.type = None

    @property
    def key(self) -> Hashable:
        """The tree is itself alone: to compare trees costs as much as to guard them."""
        return self

    @property
    def shown(self) -> Callable[[exp.Expr], exp.Expr] | None:
        """What makes of a tree what people are shown."""
        return self._shown

    def own(self) -> exp.Expr:
        """A copy of the tree, with its types."""
        tree = self.tree.copy()
        if self._types:
            nodes = list(tree.walk())
            for place, kind in self._types:
                nodes[place].type = kind
        return tree

    def text(self, dialect: str, *, pretty: bool) -> str:
        """The tree, written out."""
        tree = self.own() if self._shown is None else self._shown(self.own())
        return tree.sql(dialect=dialect, pretty=pretty)


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT in the canonical dialect (Trino), not yet scoped: no engine accepts it.

    Where `cut` says how many rows a limit leaves (of each group), a last column beyond `columns` says what ties with them.
    Where somebody wrote it (`foreign`), no condition of it may be tried on rows that a policy has not let through.
    """

    written: Sql
    columns: tuple[Column, ...]
    lineage: Lineage
    watermark: date | None = None  # where the tiers meet; None where there is one tier
    cut: int | None = None
    foreign: bool = False

    @property
    def tree(self) -> exp.Expr:
        """The SELECT, a value by agreement: whoever changes it takes `own_tree`."""
        return self.written.tree

    def own_tree(self) -> exp.Expr:
        """The SELECT once more, to be changed."""
        return self.written.own()

    def sql(self, dialect: str = "trino", *, pretty: bool = True) -> str:
        """The text, unscoped: for people to read."""
        return self.written.text(dialect, pretty=pretty)


@dataclass(frozen=True, slots=True)
class Result:
    """Typed columns and rows as the engine gave them (Decimal, date, str …), cut at the row limit.

    `tied` is how many rows the query's own limit left out that are as good as the last it shows (of a group, the most).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool
    engine: str
    sql: str
    execute_ms: float
    age_s: float | None = None  # seconds since it was computed, where it was kept; None where it was computed now
    tied: int = 0
