"""Conversations, each its asker's own (org_id, sub); those of one process. A file keeps them longer: see `conversation_file`."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from nlq.values.conversation import NOTHING

if TYPE_CHECKING:
    from nlq.values import Principal
    from nlq.values.conversation import Conversation

MOST = 1_000


class Conversations(Protocol):
    """What was asked before."""

    async def of(self, principal: Principal, ident: str) -> Conversation:
        """A conversation of this asker's; an empty one where there is none of theirs."""

    async def keep(self, principal: Principal, ident: str, conversation: Conversation) -> None:
        """Keep it, in place of what it was before."""


class InProcess:
    """The newest conversations of one process."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[tuple[str, str, str], Conversation] = OrderedDict()
        self._most, self._lock = most, threading.Lock()

    async def of(self, principal: Principal, ident: str) -> Conversation:
        """See `Conversations`."""
        with self._lock:
            return self._kept.get((principal.org_id, principal.sub, ident), NOTHING)

    async def keep(self, principal: Principal, ident: str, conversation: Conversation) -> None:
        """See `Conversations`."""
        key = principal.org_id, principal.sub, ident
        with self._lock:
            self._kept[key] = conversation
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
