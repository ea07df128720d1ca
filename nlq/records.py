"""What a deployment writes down of what it was asked: the audit log, and the answers that it keeps for their askers."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from nlq.errors import Internal, SettingsError
from nlq.policy.scope import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from nlq.semantics.model import SemanticModel
    from nlq.settings import Settings
    from nlq.store.audit import AuditLog, Line
    from nlq.store.sqlite import Kept, SqliteStore
    from nlq.values import Answer, Principal

LIBRARY = "python"  # programs, whose askers are whoever they say
log = logging.getLogger(__name__)


class Records:
    """The audit log, opened at the first need, and the store of answers, where there is one. `surface` is the way in."""

    def __init__(self, settings: Settings, model: SemanticModel, store: SqliteStore | None, surface: str) -> None:
        self._settings, self._model, self._store, self.surface = settings, model, store, surface
        self._log: AuditLog | None = None

    def audit(self, entry: Callable[[], dict[str, Any]]) -> None:
        """Write one line; where nobody may be held to it (a demo), a log that cannot be written stops nothing.

        Raises:
            SettingsError, Internal: it cannot be written. Nothing is handed out then.
        """
        try:
            audit = self._audit_log()
            if audit is not None:
                audit.append(entry())
        except (SettingsError, Internal) as problem:
            if not self._settings.may_name_askers:
                raise
            log.warning("%s", problem)

    def lines(self, org_id: str, count: int) -> list[Line]:
        """The newest lines of the audit log of an organisation, the newest first; none where there is no log."""
        audit = self._audit_log()
        return [] if audit is None else audit.last(count, org_id)

    async def keep(self, answer: Answer, principal: Principal, *, secret: bool) -> None:
        """Keep an answer. Rows that show what is masked for others are not written down: they are run anew."""
        if self._store is None:
            return
        from nlq.store.sqlite import Kept  # noqa: PLC0415 - only with a store

        scope_name = "" if secret else fingerprint(principal, self._model)
        content = replace(answer, rows=(), chart=None, text="") if secret else answer
        kept = Kept(answer.id, principal.org_id, principal.sub, answer.conversation_id, answer.asked_at.isoformat(),
                    answer.status, scope_name, content.to_json_text())  # fmt: skip
        await self._store.put(kept)

    async def get(self, ident: str, principal: Principal) -> Kept | None:
        """An answer of this asker's; that it was read again has its line in the log."""
        kept = await self._store.get(ident, principal.org_id, principal.sub) if self._store else None
        if kept is not None:
            from nlq.store.audited import of_kept  # noqa: PLC0415 - only with a store

            self.audit(lambda: of_kept(kept, principal, self.surface))
        return kept

    async def last(self, conversation_id: str, principal: Principal) -> str | None:
        """The id of the newest answer in a conversation of this asker's."""
        kept = await self._store.last(conversation_id, principal.org_id, principal.sub) if self._store else None
        return None if kept is None else kept.id

    async def rate(self, ident: str, principal: Principal, rating: Literal["up", "down"], comment: str) -> bool:
        """Keep what an asker says of an answer; False where it is none of theirs."""
        store = self._store
        return store is not None and await store.rate(ident, principal.org_id, principal.sub, rating, comment)

    async def first_time(self, key: str) -> bool:
        """Whether this key is new to this deployment: for surfaces that are told things twice."""
        return self._store is None or await self._store.first_time(key)

    async def close_store(self) -> None:
        """Let go of the store of answers."""
        if self._store is not None:
            await self._store.close()

    def close(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _audit_log(self) -> AuditLog | None:
        """The log, opened once; None where none is kept."""
        wanted = self._settings.audit
        if wanted == "off" or (wanted == "auto" and self.surface == LIBRARY):
            return None
        from nlq.store.audit import AuditLog  # noqa: PLC0415 - only where there is one

        self._log = self._log or AuditLog(self._settings.state_folder)
        return self._log
