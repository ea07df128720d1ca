"""Who asks: the attributes that row policies are written over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nlq.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

Everything = Literal["*"]


@dataclass(frozen=True, slots=True)
class Principal:
    """One asker. It comes from a verified token or the deployment's settings, never from a question or a prompt.

    `regions` is "*" for all, or the codes that may be seen; none, an empty list or a malformed one means no rows. `mask_key` is the
    tenant's own key of hashing masks, which the deployment adds; without one what is to be hashed is redacted.
    """

    sub: str
    org_id: str
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] | Everything = ()
    locale: str = "en"
    mask_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not (isinstance(self.sub, str) and self.sub and isinstance(self.org_id, str) and self.org_id):
            raise BadRequest("a principal needs a sub and an org_id", fix="both are non-empty strings")
        object.__setattr__(self, "roles", _strings(self.roles))
        if self.regions != "*":
            object.__setattr__(self, "regions", _strings(self.regions))

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> Principal:
        """The principal that a token's (or a settings file's) claims describe. Unknown claims are ignored."""
        return cls(
            sub=claims.get("sub", ""),
            org_id=claims.get("org_id", ""),
            roles=claims.get("roles") or (),
            regions=claims.get("regions") or (),
            locale=str(claims.get("locale") or "en"),
        )

    def attribute(self, name: str) -> tuple[str, ...] | Everything:
        """The values of a policy attribute; "*" means unrestricted, () means none."""
        if name == "org_id":
            return (self.org_id,)
        if name == "regions":
            return self.regions
        return ()


def _strings(values: object) -> tuple[str, ...]:
    """A tuple of strings, or () where the input is anything else: absence and malformation both mean none."""
    if isinstance(values, (list, tuple, set, frozenset)) and all(isinstance(value, str) for value in values):
        return tuple(sorted(values))
    return ()
