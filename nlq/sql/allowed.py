"""What written SQL may hold: nodes by class and their parts, functions, types, units of time. What is not here is refused."""

from __future__ import annotations

import re
from typing import Any

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
CLAUSES = (
    exp.From, exp.Where, exp.Having, exp.Order, exp.Ordered, exp.Offset, exp.Identifier, exp.TableAlias, exp.Alias, exp.Literal,
    exp.Null, exp.Boolean, exp.Paren, exp.Tuple, exp.Var, exp.DataType, exp.DataTypeParam, exp.Interval, exp.Case, exp.If,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is,
    exp.In, exp.Between, exp.Like, exp.Escape, exp.Exists, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe,
    exp.Rollup, exp.Cube, exp.GroupingSets, exp.Filter, exp.AtTimeZone,
)  # fmt: skip
# Functions that give a value for every value: none reads anything but its arguments, none makes rows, none raises.
FUNCTIONS = (
    exp.Sum, exp.Count, exp.CountIf, exp.Avg, exp.Min, exp.Max, exp.ArgMax, exp.ArgMin, exp.AnyValue,
    exp.ApproxDistinct, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.Corr,
    exp.LogicalOr, exp.LogicalAnd, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Abs, exp.Sign, exp.Round, exp.Floor,
    exp.Ceil, exp.Trunc, exp.Lower, exp.Upper, exp.Length, exp.Trim, exp.Substring, exp.Concat, exp.Replace, exp.StartsWith,
    exp.StrPosition, exp.Reverse, exp.DateTrunc, exp.TimestampTrunc, exp.DateAdd, exp.DateDiff, exp.Extract, exp.Year,
    exp.Quarter, exp.Month, exp.WeekOfYear, exp.Day, exp.DayOfWeekIso, exp.DayOfYear, exp.Hour, exp.LastDay, exp.RowNumber, exp.Rank,
    exp.Grouping, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.Date,
)  # fmt: skip
ALLOWED: frozenset[type[exp.Expr]] = frozenset((*PARTS, *CLAUSES, *FUNCTIONS))
TYPES = frozenset({"BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL", "VARCHAR", "TEXT", "CHAR",
                   "DATE", "TIMESTAMP", "TIMESTAMPTZ"})  # fmt: skip
BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
UNITS = frozenset(
    {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "DOW", "DAY_OF_WEEK", "DOY", "DAY_OF_YEAR"}
)
# What the library does not say of these: a type, or that it is that of what they are given.
TEXT, MOMENT = ({"returns": exp.DataType(this=kind)} for kind in (exp.DType.VARCHAR, exp.DType.TIMESTAMP))
SAME = {"annotator": lambda self, node: self._set_type(node, node.this.type)}
RETURNS: dict[type[exp.Expr], dict[str, Any]] = {exp.Reverse: TEXT, exp.Replace: TEXT, exp.AtTimeZone: MOMENT, exp.ArgMax: SAME, exp.ArgMin: SAME, exp.Trunc: SAME,
           exp.TimestampTrunc: SAME, exp.Filter: SAME}  # fmt: skip
