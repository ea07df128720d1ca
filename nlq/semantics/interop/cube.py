"""Cube's YAML data models, read into a `Layer`. References such as {CUBE.x}, {piers.kind} and {revenue} are put into the SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from nlq.semantics.interop.carried import NotCarried
from nlq.semantics.interop.expressions import parsed
from nlq.semantics.interop.layer import Figure, Layer, Member, Relation, Way
from nlq.semantics.interop.reading import documents, list_of, named, selected

if TYPE_CHECKING:
    from pathlib import Path

Plain = dict[str, Any]
DIALECT = "duckdb"
REFERENCE = re.compile(r"\{\s*([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?\s*\}(?:\.([A-Za-z_]\w*))?")
TYPES = {"time": "datetime", "number": "decimal", "string": "string", "boolean": "boolean"}
SIMPLE = {"sum": "SUM({})", "avg": "AVG({})", "min": "MIN({})", "max": "MAX({})", "count_distinct": "COUNT(DISTINCT {})",
          "count_distinct_approx": "APPROX_COUNT_DISTINCT({})"}  # fmt: skip
TO_ONE, TO_MANY = ("many_to_one", "one_to_one", "belongs_to", "has_one"), ("one_to_many", "has_many")
BESIDE = ("pre_aggregations", "hierarchies", "refresh_key", "data_source")  # of performance, connections and display


def read(place: Path) -> Layer:
    """The cubes of a folder or file.

    Raises:
        BadRequest: there are none.
    """
    found = documents(place, lambda one: "cubes" in one or "views" in one)
    layer = Layer(named(place.stem if place.is_file() else place.resolve().parent.name), "", DIALECT)
    cubes = {str(cube["name"]): _snake(cube) for _, content in found for cube in list_of(content, "cubes")}
    for script in sorted(place.rglob("*.js")) if place.is_dir() else ():
        layer.lose("not_read", script.relative_to(place).as_posix(), "a cube in JavaScript: write it in YAML")
    for _, content in found:
        for view in list_of(content, "views"):
            layer.lose(
                "left_out", f"view {view.get('name')}", "other names for members of cubes: ask for the cubes' own"
            )
    whole = {name: _extended(cubes, name) for name in cubes}
    extended = {str(cube.get("extends")) for cube in cubes.values()}
    for name, cube in whole.items():
        if _public(cube) or name not in extended:
            _Cube(layer, whole, name).read()
    schemas = {one.schema for one in layer.relations.values()} - {None}
    layer.schema = next(iter(schemas)) if len(schemas) == 1 else None
    return layer


def _snake(value: Any) -> Any:
    """The same with its keys as they are written here: Cube takes rollingWindow for rolling_window. What `meta` holds is people's own."""
    if isinstance(value, list):
        return [_snake(one) for one in value]
    if not isinstance(value, dict):
        return value
    keys = {key: re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(key)).lower() for key in value}
    return {keys[key]: one if keys[key] == "meta" else _snake(one) for key, one in value.items()}


def _extended(cubes: dict[str, Plain], name: str) -> Plain:
    """A cube with what it takes over from the one that it extends: lists are put together by name."""
    cube = cubes[name]
    parent = cubes.get(str(cube.get("extends"))) if cube.get("extends") else None
    if parent is None or parent is cube:
        return cube
    base = _extended(cubes, str(cube["extends"]))
    made = {**base, **cube}
    if cube.get("sql") or cube.get(
        "sql_table"
    ):  # its own rows stand in place of the other's, whichever way both are said
        made |= {key: cube.get(key) for key in ("sql", "sql_table")}
    for key, value in cube.items():
        if isinstance(value, list) and isinstance(base.get(key), list):
            own = {str(one.get("name")): one for one in value if isinstance(one, dict)}
            made[key] = [*(one for one in base[key] if str(one.get("name")) not in own), *value]
    return made


def _public(one: Plain) -> bool:
    return bool(one.get("public", one.get("shown", True)))


class _Cube:
    """One cube, with the others that it may name."""

    def __init__(self, layer: Layer, cubes: dict[str, Plain], name: str) -> None:
        self.layer, self.cubes, self.name, self.cube = layer, cubes, name, cubes[name]
        self.dimensions = {str(one["name"]): one for one in list_of(self.cube, "dimensions")}
        self.measures = {str(one["name"]): one for one in list_of(self.cube, "measures")}

    def read(self) -> None:
        cube, name = self.cube, self.name
        for key in BESIDE:
            if cube.get(key):
                self.layer.lose("left_out", f"{name}.{key}", "how it is built, kept or shown")
        if cube.get("access_policy"):
            self.layer.lose(
                "no_policy", f"{name}.access_policy", "who may see what has to be said here again, as `policy:`"
            )
        try:
            relation, schema, where = self._source()
        except NotCarried as problem:
            self.layer.lose(problem.code, f"cube {name}", problem.what)
            return
        made = self.layer.relations[name] = Relation(name, relation, schema, where, label=str(cube.get("title") or ""), description=str(cube.get("description") or "").strip())  # fmt: skip
        for one in self.dimensions.values():
            self._each(f"{name}.{one['name']}", lambda one=one: self._dimension(made, one))
        made.key = tuple(
            str(one["name"])
            for one in self.dimensions.values()
            if one.get("primary_key") and str(one["name"]) in made.members
        )
        made.time = next(
            (
                str(one["name"])
                for one in self.dimensions.values()
                if one.get("type") == "time" and str(one["name"]) in made.members
            ),
            None,
        )
        meta = cube.get("meta") or {}
        if "default_time" in meta:  # an export of ours says by which date its rows count, or by none
            made.time = meta["default_time"] if meta["default_time"] in made.members else None
        for one in list_of(cube, "segments"):
            self._each(f"{name}.{one['name']}", lambda one=one: self._segment(made, one))
        for one in list_of(cube, "joins"):
            self._each(f"{name} joins {one['name']}", lambda one=one: self._join(one))
        for one in self.measures.values():
            self._each(f"metric {name}.{one['name']}", lambda one=one: self.layer.figures.append(self._measure(one)))

    def _each(self, where: str, read: Any) -> None:
        try:
            read()
        except NotCarried as problem:
            self.layer.lose(problem.code, where, problem.what)

    def _source(self) -> tuple[str, str | None, str | None]:
        table = self.cube.get("sql_table")
        if table is None:
            return selected(str(self.cube.get("sql") or ""), DIALECT)
        *before, relation = str(table).strip().lower().split(".")
        return relation, before[-1] if before else None, None

    # SQL.

    def _sql(self, text: str, *, figures: bool = False) -> str:
        """SQL with its references put in: own columns by bare names, own dimensions as their SQL, others as cube.member."""

        def put(found: re.Match[str]) -> str:
            first, second, column = found.groups()
            mine = first in ("CUBE", self.name) and (second or column)
            if mine and second is None:
                return str(column)
            member = second if mine else first if second is None and column is None else None
            if member is not None and member in self.measures:
                if not figures:
                    raise NotCarried("expression", f"it is made of a measure: {text}")
                return f"{self.name}.{member}"
            if member is not None and member in self.dimensions:
                return f"({self._of_dimension(self.dimensions[member])})"
            if member is not None and mine:
                return member
            if first in self.cubes and (second or column):
                return f"{first}.{second or column}"
            raise NotCarried("unknown_reference", f"there is no {found.group(0)}, in {text}")

        return REFERENCE.sub(put, text)

    def _of_dimension(self, one: Plain) -> str:
        case = one.get("case")
        if isinstance(case, dict) and "when" in case:
            whens = " ".join(
                f"WHEN {self._sql(str(when['sql']))} THEN {_quoted(when['label'])}" for when in case["when"]
            )
            other = f" ELSE {_quoted(case['else']['label'])}" if isinstance(case.get("else"), dict) else ""
            return f"CASE {whens}{other} END"
        return self._sql(str(one.get("sql") or one["name"]))

    def _own(self, text: str) -> str:
        """SQL over this cube's columns alone.

        Raises:
            NotCarried: it reads another cube.
        """
        others = sorted({column.table for column in parsed(text, DIALECT).find_all(exp.Column) if column.table})
        if others:
            raise NotCarried("expression", f"it reads {', '.join(others)}: ask for the field there")
        return text

    # Members.

    def _dimension(self, made: Relation, one: Plain) -> None:
        kind = str(one.get("type") or "string")
        if kind not in TYPES or one.get("sub_query"):
            raise NotCarried(
                "expression",
                f"a dimension of type {kind}" if kind not in TYPES else "a measure of many rows as a column of one",
            )
        name = str(one["name"])
        if one.get("granularities"):
            self.layer.lose(
                "grain",
                f"{self.name}.{name}",
                f"grains of its own: {', '.join(str(grain.get('name')) for grain in one['granularities'])}",
            )
        if one.get("mask"):
            self.layer.lose(
                "left_out", f"{self.name}.{name}", "what is shown in place of a hidden value: say `mask:` on the column"
            )
        text = self._own(self._of_dimension(one))
        made.members[name] = Member(name, text, TYPES[kind], "dimension", str(one.get("title") or ""), str(one.get("description") or ""),
                                    tuple(map(str, (one.get("meta") or {}).get("synonyms") or ())), _public(one) and _public(self.cube))  # fmt: skip

    def _segment(self, made: Relation, one: Plain) -> None:
        name = str(one["name"])
        made.members[name] = Member(name, self._own(self._sql(str(one["sql"]))), "boolean", "filter", str(one.get("title") or ""), str(one.get("description") or ""))  # fmt: skip

    def _join(self, one: Plain) -> None:
        other, kind = str(one["name"]), str(one.get("relationship") or "many_to_one")
        pairs = []
        for part in _flat(parsed(self._sql(str(one["sql"])), DIALECT)):
            sides = (part.left.unnest(), part.right.unnest()) if isinstance(part, exp.EQ) else ()
            columns = {(side.table or self.name): side.name for side in sides if isinstance(side, exp.Column)}
            if set(columns) != {self.name, other}:
                raise NotCarried("expression", f"a join that is not by equal columns: {one['sql']}")
            pairs.append((columns[self.name], columns[other]))
        if kind in TO_ONE:
            self.layer.ways.append(Way(self.name, other, tuple(pairs)))
        elif kind in TO_MANY:
            self.layer.ways.append(Way(other, self.name, tuple((its, mine) for mine, its in pairs)))
        else:
            raise NotCarried("not_read", f"there is no relationship {kind}")

    def _measure(self, one: Plain) -> Figure:
        name, kind = str(one["name"]), str(one.get("type") or "number")
        extra = sorted({"grain", "reduce_by", "order_by", "case", "add_group_by", "group_by"} & set(one))
        if kind in ("rank", "number_agg", "string", "boolean") or extra:
            raise NotCarried(
                "aggregation", f"a measure of type {kind}" if not extra else f"a measure with {', '.join(extra)}"
            )
        own, others = self._filters(one)
        made = Figure(name, self._aggregate(one, kind, own), self.name, others, self._window(one), self._offset(one), _unit(one),
                      label=str(one.get("title") or ""), description=str(one.get("description") or ""),
                      synonyms=tuple(map(str, (one.get("meta") or {}).get("synonyms") or ())), public=_public(one) and _public(self.cube))  # fmt: skip
        if made.window is not None and made.offset is not None:
            raise NotCarried("aggregation", "a window that is moved")
        return made

    def _aggregate(self, one: Plain, kind: str, filters: list[str]) -> str:
        condition = " AND ".join(f"({text})" for text in filters)
        if kind == "count":  # counts rows, whatever its sql
            return f"COUNT(CASE WHEN {condition} THEN 1 END)" if condition else "COUNT(*)"
        text = self._sql(str(one.get("sql") or one["name"]), figures=kind not in SIMPLE)
        if kind not in SIMPLE:
            return text
        if one.get("multi_stage"):
            raise NotCarried("aggregation", "a measure over groups of another")
        return SIMPLE[kind].format(f"CASE WHEN {condition} THEN {text} END" if condition else text)

    def _filters(self, one: Plain) -> tuple[list[str], tuple[str, ...]]:
        """The filters over own columns, and those over another cube's fields."""
        texts = [self._sql(str(part["sql"])) for part in list_of(one, "filters")]
        foreign = [text for text in texts if any(column.table for column in parsed(text, DIALECT).find_all(exp.Column))]
        return [text for text in texts if text not in foreign], tuple(foreign)

    def _window(self, one: Plain) -> dict[str, object] | None:
        window = one.get("rolling_window")
        if not window:
            return None
        if window.get("type") == "to_date":
            return {"to_date": str(window["granularity"])}
        if window.get("leading") or window.get("offset", "end") != "end" or not window.get("trailing"):
            raise NotCarried("aggregation", "a window that looks ahead, or does not end with its bucket")
        return {"running": True} if window["trailing"] == "unbounded" else {"trailing": _length(window["trailing"])}

    def _offset(self, one: Plain) -> str | None:
        shifts = list_of(one, "time_shift")
        if not shifts:
            return None
        if len(shifts) > 1 or shifts[0].get("type", "prior") != "prior" or not shifts[0].get("interval"):
            raise NotCarried("aggregation", "a shift other than back by one interval")
        return _length(shifts[0]["interval"])


def _flat(tree: exp.Expr) -> list[exp.Expr]:
    tree = tree.unnest()
    return (
        [part for side in (tree.this, tree.expression) for part in _flat(side)] if isinstance(tree, exp.And) else [tree]
    )


def _quoted(text: object) -> str:
    return exp.Literal.string(str(text)).sql(DIALECT)


def _length(text: object) -> str:
    count, _, unit = str(text).strip().partition(" ")
    return f"{int(count)} {unit.rstrip('s')}"


def _unit(one: Plain) -> str:
    shown = str(one.get("format") or "")
    currency = str(one.get("currency") or "")
    return (
        currency
        if shown.startswith("currency") and re.fullmatch(r"[A-Z]{3}", currency)
        else "ratio"
        if shown.startswith("percent")
        else ""
    )
