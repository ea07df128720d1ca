"""What written SQL may hold: nodes by class and their parts, functions, types, units of time. What is not here is refused."""

from __future__ import annotations

from sqlglot import exp

# Nodes by class, and for the structural ones which of their parts may be filled.
PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        {
            "with_",
            "expressions",
            "distinct",
            "from_",
            "joins",
            "where",
            "group",
            "having",
            "windows",
            "order",
            "limit",
            "offset",
        }
    ),
    exp.Union: frozenset({"with_", "this", "expression", "distinct", "order", "limit", "offset"}),
    exp.Intersect: frozenset({"with_", "this", "expression", "distinct", "order", "limit", "offset"}),
    exp.Except: frozenset({"with_", "this", "expression", "distinct", "order", "limit", "offset"}),
    exp.Subquery: frozenset({"this", "alias", "order", "limit", "offset"}),
    exp.Table: frozenset({"this", "db", "alias"}),
    exp.Join: frozenset({"this", "on", "side", "kind", "using"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Column: frozenset({"this", "table", "db"}),
    exp.Window: frozenset({"this", "partition_by", "order", "spec", "over", "alias"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
    exp.Limit: frozenset({"expression"}),
    exp.Group: frozenset({"expressions", "rollup", "cube", "grouping_sets"}),
    exp.Distinct: frozenset({"expressions"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.TryCast: frozenset({"this", "to", "safe"}),
    exp.Star: frozenset({"except_"}),
}
# The others, with the arguments that they may have.
ONE, TWO, LIST, NONE = (
    frozenset({"this"}),
    frozenset({"this", "expression"}),
    frozenset({"expressions"}),
    frozenset[str](),
)
BINARY = (
    exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Escape, exp.Add, exp.Sub,
    exp.Mul, exp.Mod, exp.Filter,
)  # fmt: skip
CLAUSES: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys(
        (
            exp.From,
            exp.Where,
            exp.Having,
            exp.Paren,
            exp.Not,
            exp.Neg,
            exp.Exists,
            exp.Var,
            exp.Boolean,
            exp.DataTypeParam,
        ),
        ONE,
    ),
    **dict.fromkeys(BINARY, TWO),
    **dict.fromkeys((exp.Order, exp.Tuple, exp.Rollup, exp.Cube, exp.GroupingSets), LIST),
    **dict.fromkeys((exp.Is, exp.Like), TWO | {"negate"}),
    exp.Div: TWO | {"typed", "safe"},
    exp.DPipe: TWO | {"safe"},
    exp.Null: NONE,
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Offset: TWO,
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Alias: frozenset({"this", "alias"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.DataType: frozenset({"this", "expressions"}),
    exp.Interval: frozenset({"this", "unit"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true", "false"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.AtTimeZone: frozenset({"this", "zone"}),
}
# Functions that give a value for every value: none reads anything but its arguments, none makes rows, none raises. Each with the
# arguments that it may be given; what the parser notes of itself (true or false) is none.
FUNCTIONS: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((
        exp.Sum, exp.Count, exp.CountIf, exp.Avg, exp.Min, exp.Max, exp.AnyValue, exp.ApproxDistinct, exp.Stddev, exp.StddevPop,
        exp.StddevSamp, exp.Variance, exp.VariancePop, exp.LogicalOr, exp.LogicalAnd, exp.Abs, exp.Sign, exp.Floor, exp.Ceil, exp.Lower,
        exp.Upper, exp.Length, exp.Reverse, exp.Year, exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeekIso,
        exp.DayOfYear, exp.Hour, exp.Minute, exp.LastDay, exp.Date, exp.Ntile, exp.FirstValue, exp.LastValue,
    ), ONE),
    **dict.fromkeys((exp.Corr, exp.Nullif, exp.StartsWith, exp.Extract), TWO),
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist), NONE),
    **dict.fromkeys((exp.Concat, exp.Grouping), LIST),
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), ONE | LIST),
    **dict.fromkeys((exp.Round, exp.Trunc), frozenset({"this", "decimals"})),
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), frozenset({"this", "unit"})),
    **dict.fromkeys((exp.DateAdd, exp.DateDiff), frozenset({"this", "expression", "unit"})),
    **dict.fromkeys((exp.Lag, exp.Lead), frozenset({"this", "offset", "default"})),
    exp.NthValue: frozenset({"this", "offset"}),
    exp.TimeToStr: frozenset({"this", "format"}),
    **dict.fromkeys((exp.ArgMax, exp.ArgMin), TWO | {"count"}),
    exp.Trim: frozenset({"this", "expression", "position"}),
    exp.Substring: frozenset({"this", "start", "length"}),
    exp.Replace: frozenset({"this", "expression", "replacement"}),
    exp.StrPosition: frozenset({"this", "substr"}),
}  # fmt: skip
ALLOWED: dict[type[exp.Expr], frozenset[str]] = {**FUNCTIONS, **CLAUSES, **PARTS}
CALLS = frozenset(kind for kind in ALLOWED if issubclass(kind, exp.Func))
TYPES = frozenset({"BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL", "VARCHAR", "TEXT", "CHAR",
                   "DATE", "TIMESTAMP", "TIMESTAMPTZ"})  # fmt: skip
# What stands in a type's parentheses: of each the least and the most that every engine has.
SIZES: dict[str, tuple[tuple[int, int], ...]] = {
    "DECIMAL": ((1, 38), (0, 38)), **dict.fromkeys(("VARCHAR", "TEXT", "CHAR"), ((1, 1_000_000),)), **dict.fromkeys(("TIMESTAMP", "TIMESTAMPTZ"), ((0, 6),)),
}  # fmt: skip
UNITS = frozenset(
    {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "DOW", "DAY_OF_WEEK", "DOY", "DAY_OF_YEAR"}
)
