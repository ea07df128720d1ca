"""What a scoped text depends on of its asker: how many values each attribute has and which masks are lifted, never the values.

Askers of one reach get one text; their values are bound to its placeholders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlq.semantics.model import ATTRIBUTES

if TYPE_CHECKING:
    from nlq.semantics.model import SemanticModel
    from nlq.values.principal import Principal

MASK_KEY = "nlq_mask_key"


@dataclass(frozen=True, slots=True)
class Reach:
    """What all askers have in common who get one text.

    Args:
        counts: of each attribute, how many values are bound; None where it does not restrict.
        lifts: the asker's roles that lift a mask of the model.
        keyed: whether there is a key of hashing masks.
    """

    counts: tuple[int | None, ...]
    lifts: frozenset[str]
    keyed: bool

    @classmethod
    def of(cls, principal: Principal, model: SemanticModel) -> Reach:
        """The reach of an asker of a model."""
        values = [principal.attribute(name) for name in ATTRIBUTES]
        counts = tuple(None if one == "*" else len(one) for one in values)
        return cls(counts, lifting(model).intersection(principal.roles), bool(principal.mask_key))

    def count(self, attribute: str) -> int | None:
        """How many values an attribute has; None where it does not restrict."""
        return self.counts[ATTRIBUTES.index(attribute)]


def lifting(model: SemanticModel) -> frozenset[str]:
    """Every role that lifts a mask of the model."""
    found: frozenset[str] | None = model.memo.get("lifting")
    if found is None:
        found = frozenset(role for table in model.tables.values() for column in table.columns.values() for role in column.unmask)  # fmt: skip
        model.memo["lifting"] = found
    return found


def placeholder(attribute: str, index: int) -> str:
    """The name under which a value of an attribute is bound."""
    return f"nlq_{attribute}_{index}"


def values_of(principal: Principal) -> dict[str, str]:
    """An asker's values by the names under which they are bound: policy values are never text in a statement."""
    found = {placeholder(name, index): value for name in ATTRIBUTES if (values := principal.attribute(name)) != "*"
             for index, value in enumerate(values)}  # fmt: skip
    return {**found, MASK_KEY: principal.mask_key} if principal.mask_key else found
