"""What was seen and guessed, as a model's files. Everything that a constraint does not say is marked `review: true`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlq.semantics.draft.guess import DAYS, Guess, guess
from nlq.semantics.draft.levels import hierarchies
from nlq.semantics.draft.look import look, ways
from nlq.semantics.draft.measures import metrics_of
from nlq.semantics.draft.words import core, is_private, parts, plain, plural, said, singular
from nlq.semantics.interop.carried import Imported, Issue
from nlq.semantics.interop.policies import Policy, policed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlq.semantics.draft.look import Catalog, Seen

RAW = frozenset({"bronze", "raw", "stg", "staging", "tmp", "temp", "landing", "dead"})
KINDS = frozenset({"type", "kind", "format", "class", "tier"})
GRAINS = frozenset({"day", "week", "month", "quarter", "year"})
FEW, SOME = 60, 1_000  # different values: listed as of a kind, looked up in the data
Plain = dict[str, Any]


class Draft:
    """A first model of a database."""

    def __init__(
        self,
        catalog: Catalog,
        *,
        schema: str,
        name: str,
        timezone: str = "UTC",
        policy: Policy | None = None,
        currency: str | None = None,
    ) -> None:
        self.catalog, self.policy, self.currency = catalog, policy, currency
        self.schema, self.name, self.timezone = schema, plain(name), timezone
        self.issues: list[Issue] = []
        self.tenant = policy.tenant if policy else None
        self.dimensions: dict[str, Plain] = {}
        self.phrases: set[str] = set()
        self.entities: dict[str, str] = {}

    def build(self) -> Imported:
        """Look, guess, and write down.

        Raises:
            EngineDown, TimedOut: the database went away, or took too long.
        """
        types = self.catalog.types()
        chosen = [name for name in types if self._readable(name, types[name])]
        seen = look(self.catalog, chosen)
        for name in [name for name, one in seen.items() if not one.rows]:
            self.issues.append(Issue("left_out", f"table {name}", "it has no rows, so nothing can be found of it"))
            del seen[name]
        for one in seen.values():  # a key that holds the organisation is one within it; `_key` puts it back
            if self.tenant in one.key and len(one.key) > 1:
                one.key = tuple(name for name in one.key if name != self.tenant)
        self.made = made = guess(self.catalog, seen, ways(self.catalog, seen))
        for name in made.unplaced:
            self.issues.append(
                Issue("left_out", f"table {name}", "it looks like sums of other tables, and of which is not clear")
            )
        joins = self._joins(made)
        self._time(made)
        self._entities(made)
        self._columns(made)
        for name in self.entities:
            hierarchies(self.catalog, made, name, self.dimensions, self.entities)
        metrics, rollups = metrics_of(made, self.dimensions, self.tenant, self.currency, self.phrases)
        tables = [self._policed(self._table(seen[name])) for name in seen if name not in made.unplaced]
        default = next(
            (one["name"] for one in metrics if one["unit"] not in ("count", "ratio")),
            metrics[0]["name"] if metrics else "",
        )
        count = next(
            (
                one["name"]
                for one in metrics
                if one.get("agg", {}).get("function") == "count" and one["name"] != default
            ),
            None,
        )
        header = {"name": self.name, "description": f"Drafted from the database's {self.schema}.", "schema": self.schema, "timezone": self.timezone,
                  "default_period": "last 30 days", "default_metric": default, **({"second_metric": count} if count else {}),
                  **({"currency": self.currency} if self.currency else {})}  # fmt: skip
        files: dict[str, dict[str, Any]] = {
            "model.yml": {"model": header},
            "tables.yml": {"tables": tables, "joins": joins, "rollups": rollups},
            "dimensions.yml": {"dimensions": list(self.dimensions.values())},
            "metrics.yml": {"metrics": metrics},
        }
        if not metrics:
            self.issues.append(
                Issue(
                    "left_out", f"schema {self.schema}", "no table has a time and numbers to add up: there is no metric"
                )
            )
        return Imported(files, list(dict.fromkeys(self.issues)))

    def _readable(self, name: str, columns: dict[str, str]) -> bool:
        if RAW & set(parts(name)):
            self.issues.append(Issue("left_out", f"table {name}", "it is called like raw data"))
            return False
        if not columns or plain(name) != name:
            self.issues.append(Issue("name", f"table {name}", "its name or its columns cannot stand in a model"))
            return False
        return True

    def _policed(self, table: Plain) -> Plain:
        """A table with its policy; where it does not hold the region itself, through the table that it names and that does."""
        policy = self.policy
        if policy is None or policy.tenant is None or policy.tenant not in table["columns"]:
            return policed(table, policy, self.issues)
        if policy.regions is None and (
            named := [name for name in table["columns"] if name in ("region", "region_code", "region_id")]
        ):
            self.issues.append(
                Issue(
                    "no_policy",
                    f"table {table['name']}",
                    f"it has a column {named[0]}: say --regions {named[0]}, or write `regions:`",
                )
            )
            return table
        if policy.regions is None or policy.regions in table["columns"]:
            return policed(table, policy, self.issues)
        for way in self.made.out(table["name"]):
            parent = self.made.seen[way.end].types
            if policy.regions in parent and policy.tenant in parent:
                on = {policy.tenant: policy.tenant, way.column: way.key}
                return {
                    **table,
                    "policy": {"org_id": {"column": policy.tenant}, "regions": {"exists": way.end, "on": on}},
                }
        return policed(table, policy, self.issues)

    # Tables and joins.

    def _key(self, one: Seen) -> list[str]:
        if one.name in self.made.sums:
            return list(self.made.sums[one.name].keeps)
        tenant = [self.tenant] if self.tenant in one.types and self.tenant not in one.key else []
        return [*tenant, *one.key]

    def _table(self, one: Seen) -> Plain:
        words = said(core(one.name))
        columns = {}
        for name, kind in one.types.items():
            if plain(name) != name:
                self.issues.append(Issue("name", f"table {one.name}", f"the column {name}"))
                continue
            hidden = is_private(one.name, name) and kind == "string"
            columns[name] = {"type": kind, **({"mask": "redact", "unmask": ["pii"]} if hidden else {})}
        counted = one.name in self.made.facts or one.name in self.made.sums
        time = self.made.time.get(one.name) if counted else None
        valid = self.made.valid.get(one.name)
        if isinstance(valid, str):
            self.issues.append(Issue("review", f"table {one.name}", f"rows count only where {valid}: is that so?"))
        if isinstance(valid, dict) and self.tenant and self.tenant in one.types:
            valid = {**valid, "on": {self.tenant: self.tenant, **valid["on"]}}  # type: ignore[dict-item]
        return {
            "name": one.name, "description": f"{words.capitalize()}.", "grain": f"one row a {singular(words)}" + (f" and {time}" if one.name in self.made.sums else ""),
            "key": self._key(one), **({"time": time} if time else {}), **({"valid": valid} if valid else {}), "columns": columns,
            **({} if one.declared and not valid else {"review": True}),
        }  # fmt: skip

    def _joins(self, made: Guess) -> list[Plain]:
        found = []
        for way in made.ways:
            if way.start in made.unplaced or way.end in made.unplaced:
                continue
            both = self.tenant and self.tenant in made.seen[way.start].types and self.tenant in made.seen[way.end].types
            if both and self.tenant != way.column:
                found.append({"from": way.start, "to": way.end, "on": {self.tenant: self.tenant, way.column: way.key}})
            else:
                found.append({"from": way.start, "to": way.end, "on": {way.column: way.key}})
        return self._single(found, made.facts)

    def _single(self, joins: list[Plain], facts: Sequence[str]) -> list[Plain]:
        """The joins without those that would lead to one table in two ways of one length."""
        while True:
            doubled = next((pair for start in facts for pair in _doubled(joins, start)), None)
            if doubled is None:
                return joins
            joins = [one for one in joins if one is not doubled]
            self.issues.append(
                Issue(
                    "ambiguous",
                    f"join {doubled['from']} > {doubled['to']}",
                    "another way of the same length leads there: left out",
                )
            )

    # Dimensions.

    def _say(self, *words: str) -> Plain:
        """Those of the phrases that nothing else has."""
        free = [word for word in dict.fromkeys(words) if word and word not in self.phrases]
        self.phrases |= set(free)
        return {"synonyms": {"en": free}} if free else {}

    def _add(self, name: str, **more: Any) -> str:
        free = plain(name)
        while free in self.dimensions:
            free = (
                f"{plain(singular(core(more['table'])))}_{free}"
                if not free.startswith(plain(singular(core(more["table"]))))
                else f"{free}_2"
            )
        label, of = said(free).capitalize(), said(singular(core(more["table"])))
        many: tuple[str, ...] = (said(plural(free)),) if more.get("key") or more.get("values") else ()
        if more.get("type") == "boolean":  # is_weekend: weekends, and days that are none
            bare = said(free.removeprefix("is_").removeprefix("has_"))
            yes = {"value": True, "label": bare, **self._say(bare, said(plural(bare.replace(" ", "_"))))}
            more["values"] = [yes, {"value": False, "label": f"not {bare}", **self._say(f"not {bare}", f"non {bare}")}]
        self.dimensions[free] = {
            "name": free, "label": label, "description": f"A {of}." if said(free) == of else f"{label} of the {of}.", **more, "review": True,
            **self._say(said(free), *many),
        }  # fmt: skip
        return free

    def _time(self, made: Guess) -> None:
        time: Plain = {"name": "date", "label": "Date", "description": "The day that a figure counts on.", "time": True}
        if made.calendar:
            time |= {"table": made.calendar, "column": made.seen[made.calendar].key[0]}
        self.dimensions["date"] = time
        self.phrases |= {
            "date",
            "dates",
            "day",
            "days",
            "week",
            "weeks",
            "month",
            "months",
            "quarter",
            "quarters",
            "year",
            "years",
        }

    def _entities(self, made: Guess) -> None:
        """What other tables name: grouped by key and shown by name."""
        for name in dict.fromkeys(way.end for way in made.ways):
            one = made.seen[name]
            if name == made.calendar or name in made.facts or name in made.unplaced or name in made.sums:
                continue
            label = _label(one)
            called = singular(core(name))
            if label is not None:
                more: Plain = {"key": self._key(one), "id": one.key[0], "show": label}
            else:
                more = {"column": one.key[0], "type": one.types[one.key[0]]}
            values = {"values": "from_data"} if one.rows <= 100 * SOME and not is_private(name, label or "") else {}
            # Rows of a fact that name none would be ranked, and counted, as one of them.
            unnamed = any(
                way.end == name and way.start in made.facts and made.seen[way.start].nulls[way.column]
                for way in made.ways
            )
            self.entities[name] = self._add(
                called, table=name, **more, **values, **({"optional": True} if unnamed else {})
            )

    def _columns(self, made: Guess) -> None:
        """Columns of few different values, of the facts and of what they name."""
        taken = {(way.start, way.column) for way in made.ways}
        reached = [
            *made.facts,
            *dict.fromkeys(way.end for way in made.ways if way.end not in (*made.facts, *made.unplaced, *made.sums)),
        ]
        for name in sorted(reached, key=lambda table: table in made.facts):
            one = made.seen[name]
            for column, kind in one.types.items():
                if (
                    column in one.key
                    or (name, column) in taken
                    or column == self.tenant
                    or plain(column) != column
                    or is_private(name, column)
                ):
                    continue
                if (column, kind) == (_label(one), "string") and name not in made.facts:
                    continue
                if (
                    name == made.calendar
                    and GRAINS & set(parts(column))
                    and kind in ("date", "integer")
                    and "of" not in parts(column)
                ):
                    continue  # a grain of any date
                self._column(made, one, column, kind)

    def _column(self, made: Guess, one: Seen, column: str, kind: str) -> None:
        different = one.different[column]
        if kind == "boolean" and different:
            self._add(column, table=one.name, column=column, type="boolean")
        elif kind == "string" and 1 <= different <= SOME and (different <= FEW or different * 2 <= one.rows):
            entity = self.entities.get(one.name)
            kind_of = {"kind_of": entity} if entity and KINDS & set(parts(column)) else {}
            self._add(column, table=one.name, column=column, values="from_data", **kind_of)
        elif kind == "integer" and 1 < different <= FEW and column not in made.measures(one.name):
            self._add(column, table=one.name, column=column, type="integer")
        elif (
            kind in DAYS
            and column != made.time.get(one.name)
            and one.name != made.calendar
            and different > 1
            and one.name not in made.facts
        ):
            self._add(column, table=one.name, column=column, type="date")


def _label(one: Seen) -> str | None:
    """The column that a row is called by."""
    named = [
        name for name, kind in one.types.items() if kind == "string" and {"name", "title", "label"} & set(parts(name))
    ]
    mine = singular(core(one.name))
    ranked = sorted(named, key=lambda name: (not name.startswith(mine), "short" in name, len(name)))
    full = [name for name in ranked if not one.nulls[name]]
    return full[0] if full else None


def _doubled(joins: list[Plain], start: str) -> list[Plain]:
    """Joins that give a second way, of the same number of joins, from a table to another."""
    edge: dict[str, list[Plain]] = {start: []}
    seen = {start}
    while edge:
        fresh: dict[str, list[Plain]] = {}
        for table in edge:
            for join in joins:
                if join["from"] == table and join["to"] not in seen:
                    if join["to"] in fresh:
                        return [join]
                    fresh[join["to"]] = [join]
        seen |= set(fresh)
        edge = fresh
    return []
