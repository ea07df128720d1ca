"""What passes along the pipeline: frozen values, no I/O. Nothing else goes from one step to the next."""

from nlq.values.answer import Answer, Assumption, Confidence, Option, Provenance, Reason, Timings
from nlq.values.known import KnownValue, ScopeValues
from nlq.values.pipeline import (
    Assumed,
    Clarification,
    Column,
    Interpretation,
    Lineage,
    Plan,
    Question,
    Refusal,
    Result,
    Snapshot,
    SqlDraft,
    Statement,
    TableState,
    Tree,
    Word,
)
from nlq.values.principal import Principal
from nlq.values.query import Condition, MetricEntry, Order, Period, SemanticQuery

__all__ = [
    "Answer",
    "Assumed",
    "Assumption",
    "Clarification",
    "Column",
    "Condition",
    "Confidence",
    "Interpretation",
    "KnownValue",
    "Lineage",
    "MetricEntry",
    "Option",
    "Order",
    "Period",
    "Plan",
    "Principal",
    "Provenance",
    "Question",
    "Reason",
    "Refusal",
    "Result",
    "ScopeValues",
    "SemanticQuery",
    "Snapshot",
    "SqlDraft",
    "Statement",
    "TableState",
    "Timings",
    "Tree",
    "Word",
]
