"""The plan cache: a statement made once for every query of the same shape over the same state of the tables that it read.

A plan is made from the query with its open values taken out (`literals`), so it cannot depend on them; and from a snapshot
that writes down what of it is read, so that it is taken again only where all of that is the same. What is kept is a model's
own, and knows neither principals nor policies: those come after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest
from nlq.sql.literals import Looked, Open, Places
from nlq.sql.prepared import Prepared
from nlq.sql.shapes import key_of, opened
from nlq.values.pipeline import Snapshot, Statement, TableState

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.sql.shapes import Key
    from nlq.values.query import SemanticQuery

Build = Callable[["SemanticModel", "SemanticQuery", Snapshot], Statement]
MOST = 256  # plans of a model, and shapes of queries; a plan is some 50 to 200 kB


@dataclass(frozen=True, slots=True)
class Use:
    """How often a plan was there, how often one was made, and how many are kept."""

    hits: int
    made: int
    kept: int


class Plans:
    """The plans of one model, those that were last asked for. Safe to share between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._lock, self._clock = most, Lock(), count(1)
        self._shapes: dict[Key, _Shape] = {}
        self._plans: dict[tuple[_Shape, tuple[Any, ...]], Prepared] = {}
        self._hits = self._misses = 0

    @classmethod
    def of(cls, model: SemanticModel) -> Plans:
        """The plans that are kept with a model; a model that differs is another object, with none."""
        found: Plans = model.memo.get("plans") or model.memo.setdefault("plans", cls())
        return found

    @property
    def use(self) -> Use:
        """What the cache did so far."""
        return Use(self._hits, self._misses, len(self._plans))

    def statement(self, model: SemanticModel, query: SemanticQuery, snapshot: Snapshot, build: Build) -> Statement:
        """What `build` gives, from a plan where there is one.

        A query that does not fit is built with its values in sight, for the compiler to say what is wrong with it.
        """
        try:
            key, given = key_of(query)
            shape = self._shapes.get(key)
        except TypeError:  # made by hand of something that has no hash
            return build(model, query, snapshot)
        plan = self._kept(shape, snapshot) if shape is not None else None
        if plan is None and (shape is None or shape.reads is not None):
            plan = self._made(key, model, query, snapshot, build)
        if plan is not None:
            try:
                return plan.filled(given)
            except BadRequest:
                pass
        return build(model, query, snapshot)

    def _kept(self, shape: _Shape, snapshot: Snapshot) -> Prepared | None:
        with self._lock:
            plan = self._plans.get((shape, _state(snapshot, shape.reads))) if shape.reads is not None else None
            if plan is not None:
                self._hits += 1
                plan.used = shape.used = next(self._clock)
            return plan

    def _made(self, key: Key, model: SemanticModel, query: SemanticQuery, snapshot: Snapshot, build: Build) -> Prepared | None:  # fmt: skip
        """A plan, kept; None where there can be none."""
        places, watched = Places(), Watched(snapshot.tables)
        unread: Any = Open(-1, places, digits=False)
        seen = Snapshot(snapshot.watermark, watched, snapshot.equal, publication=unread, unverified_s=unread)
        try:
            whole = build(model, opened(query, places), seen)
        except BadRequest:
            return None
        except (Looked, TypeError):  # the library's functions in C know no `Looked`
            with self._lock:
                self._remember(key).reads = None
            return None
        plan = Prepared(whole, places.found)
        with self._lock:
            self._misses += 1
            shape = self._remember(key)
            # What is read depends on what was read before: all that any plan of this shape has read is looked at.
            shape.reads = tuple(dict.fromkeys((*(shape.reads or ()), *watched.read)))
            self._plans[shape, _state(snapshot, shape.reads)] = plan
            plan.used = shape.used
            _let_go(self._plans, self._most)
        return plan

    def _remember(self, key: Key) -> _Shape:
        shape = self._shapes.setdefault(key, _Shape())
        shape.used = next(self._clock)
        _let_go(self._shapes, self._most)
        return shape


class _Shape:
    """Queries that differ in their open values alone: the tables whose state their plans read; None where there is no plan."""

    __slots__ = ("reads", "used")

    def __init__(self) -> None:
        self.reads: tuple[str, ...] | None = ()
        self.used = 0


class Watched(Mapping[str, TableState]):
    """The states of tables, and which of them were read: also those that there are not."""

    def __init__(self, tables: Mapping[str, TableState]) -> None:
        self._tables = tables
        self.read: dict[str, None] = {}

    def __getitem__(self, name: str) -> TableState:
        self.read[name] = None
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        raise Looked

    def __len__(self) -> int:
        raise Looked


def _let_go(kept: dict[Any, Any], most: int) -> None:
    """Forget what was not asked for the longest, some at once: to find them all has to be looked through."""
    if len(kept) > most:
        for key in nsmallest(max(1, most // 8), kept, key=lambda one: kept[one].used):
            del kept[key]


def _state(snapshot: Snapshot, tables: tuple[str, ...]) -> tuple[Any, ...]:
    """All that a plan may have read of a snapshot."""
    return snapshot.watermark, snapshot.equal, *map(snapshot.tables.get, tables)
