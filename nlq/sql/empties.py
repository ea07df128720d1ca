"""Groups without rows: the buckets of a series that are zero, the members of a dimension that are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from nlq.errors import BadRequest
from nlq.semantics.joins import find_field
from nlq.sql import arms, calendar, conditions
from nlq.sql.build import joined, named
from nlq.sql.fields import SEGMENT, Keys
from nlq.sql.filters import fields_of
from nlq.sql.scan import Scan
from nlq.sql.sources import Source
from nlq.sql.tiers import branches

if TYPE_CHECKING:
    from nlq.semantics.periods import Unit
    from nlq.sql.figures import Gather


OF_ARMS = frozenset(
    {"fold", "first", "last", "reached", "converted", "small"}
)  # leaves that are no aggregate of one table


def fill(gather: Gather) -> bool:
    """The buckets of a plain series whose metrics are zero where there is nothing, as an arm of their own.

    They cover the days on which there is data: a day before the first or after the last is not zero, it is unknown. Where only
    some days were asked for (Mondays, a season), the others are not zero either: they were left out.
    """
    if _of_some_days(gather):
        return False
    plain = len(gather.keys) == 1 and gather.model.is_time_grain(gather.keys[0].field)
    zero = all(
        gather.model.metrics[leaf.metric].absence_is_zero and leaf.function not in OF_ARMS
        for leaf in gather.broken.leaves
        if not leaf.of
    )
    if not plain or not zero or gather.covered is None:
        return False
    span = calendar.within(gather.frames[0].period, gather.covered)
    if span is None:
        return False
    grain: Unit = gather.model.grains[gather.keys[0].field][1]  # type: ignore[assignment]
    days = calendar.buckets(gather.parts, span, grain, gather.keys[0].aliases[0])
    gather.arms.append((gather.parts.add(f"{gather.label}every_{grain}", days), ()))
    return True


def _of_some_days(gather: Gather) -> bool:
    """Whether a condition chooses days by what the calendar says of them."""
    time, known = gather.model.time_dimension, gather.model.dimensions
    fields = list(fields_of(gather.query.where))
    grained = any(map(gather.model.is_time_grain, fields))  # "the second-worst month": not the worst
    return grained or (time is not None and any(name in known and not known[name].time and known[name].table == time.table for name in fields))  # fmt: skip


def beside_days(gather: Gather) -> str:
    """One arm beside all of its buckets: within a period every row has one."""
    (arm, leaves), (days, _) = gather.arms
    key = gather.keys[0].aliases[0]
    picked = [exp.column(key, table=days), *(exp.column(leaf.alias, table=arm) for leaf in leaves)]
    same = exp.EQ(this=exp.column(key, table=arm), expression=exp.column(key, table=days))
    tree = joined(exp.select(*picked, copy=False).from_(named(days), copy=False), named(arm), on=same, side="LEFT")
    return gather.parts.add(f"{gather.label}figures", tree)


def members(gather: Gather) -> None:
    """Groups without rows: every member of these dimensions, with each combination of the others that there is."""
    others = tuple(key for key in gather.keys if key.field not in gather.query.include_empty)
    taken: set[str] = set()
    members: list[tuple[str, tuple[Keys, ...]]] = []
    for name in gather.query.include_empty:
        if name in taken:
            continue
        made, along = _every(gather, name)
        taken |= {key.field for key in along}
        members.append((gather.parts.add(f"{gather.label}every_{name.replace('.', '_')}", made), along))
    rest = tuple(key for key in others if key.field not in taken)
    picked: list[exp.Expr] = []
    relations: list[exp.Expr] = []
    if rest and gather.arms:
        found = gather.together() if len(gather.arms) > 1 else gather.arms[0][0]
        groups = exp.select(*arms.columns(rest), copy=False).from_(named(found), copy=False).distinct(copy=False)
        relations.append(named(gather.parts.add(f"{gather.label}groups", groups)))
        picked += arms.columns(rest, str(relations[0].name))
        gather.arms = [(found, gather.broken.leaves)]
    for name, along in members:
        relations.append(named(name))
        picked += arms.columns(along, name)
    wanted = [alias for key in gather.keys for alias in key.aliases]
    if len(relations) == 1 and [column.name for column in picked] == wanted:
        gather.arms.append((str(relations[0].name), ()))
        return
    by_name = {column.name: column for column in picked}
    tree = exp.select(*(by_name[alias] for alias in wanted), copy=False).from_(relations[0], copy=False)
    for relation in relations[1:]:
        tree = joined(tree, relation, kind="CROSS")
    gather.arms.append((gather.parts.add(f"{gather.label}members", tree), ()))


def _every(gather: Gather, name: str) -> tuple[exp.Select, tuple[Keys, ...]]:
    """All members of a dimension that the filters leave, with the other dimensions that a member has one of."""
    if gather.model.is_time_grain(name):
        period = gather.frames[0].period
        span = calendar.within(period, gather.covered) if gather.covered else period
        if span is None and not gather.covered:
            raise BadRequest(f"every {name} needs a period", where="include_empty", fix="give a period")
        key = next(key for key in gather.keys if key.field == name)
        grain: Unit = gather.model.grains[name][1]  # type: ignore[assignment]
        return calendar.buckets(gather.parts, span, grain, key.aliases[0]), (key,)
    table = gather.model.dimensions[name].table
    along = tuple(key for key in gather.keys if _reaches(gather, table, key.field) and
                  (key.field == name or key.field not in gather.query.include_empty))  # fmt: skip
    where = tuple(one for one in gather.query.where if all(_reaches(gather, table, part) for part in one.fields()))
    job = replace(gather.jobs[0], where=where, keys=along, segment=None)
    source = Source(table, table, None, 0, None, ())
    gather.parts.tables[table] = None
    scan = Scan(job, source, branches(gather.model.tables[table], None, None, gather.snapshot.watermark)[0])
    return scan.rows(scan.keyed()[1]).distinct(copy=False), along


def _reaches(gather: Gather, table: str, name: str) -> bool:
    if name == SEGMENT or gather.model.is_time_grain(name):
        return False
    inner = conditions.plain_fields(gather.model, [name])
    return all(find_field(gather.model, table, part) is not None for part in inner)
