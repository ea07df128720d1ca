"""What other programs import: `Assistant`, asynchronous, and `Assistant.open_sync()` for notebooks and scripts."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from nlq.errors import BadRequest, Internal, NlqError, SettingsError
from nlq.policy.scope import ScopedQuery, draft_statement, fingerprint, scope
from nlq.records import LIBRARY, Records
from nlq.settings import Settings, load
from nlq.sql.compile import compile_query
from nlq.values import Answer, Interpretation, Question, SemanticQuery, SqlDraft, Statement
from nlq.values.given import check_text, parse_query
from nlq.wiring import in_file, load_model, pipeline, waits

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Coroutine, Mapping
    from concurrent.futures import ThreadPoolExecutor
    from types import TracebackType

    from nlq.semantics.model import SemanticModel
    from nlq.store.audit import Line
    from nlq.store.conversation_file import InFile
    from nlq.store.sqlite import SqliteStore
    from nlq.values import Principal, Result, ScopeValues, Snapshot
    from nlq.values.pipeline import Planner

T = TypeVar("T")
SHORTEST_KEY = 32


class Assistant:
    """Questions to answers over one deployment.

    async with Assistant.open() as assistant:
        answer = await assistant.ask("top stores in NCR", principal)
    """

    def __init__(self, settings: Settings, *, blocking: bool = False, engine: str = "auto", store: SqliteStore | None = None,
                 surface: str = LIBRARY, conversations: InFile | None = None) -> None:  # fmt: skip
        """Use `open` or `open_sync`; with `blocking`, queries run in the caller's thread; with a store, answers are kept.

        `surface` is the way in that the audit log names; `conversations` outlive this process, as with a store they do.
        """
        if settings.mask_key and len(settings.mask_key.encode()) < SHORTEST_KEY:
            raise SettingsError(f"the key of hashing masks is shorter than {SHORTEST_KEY} bytes", where="NLQ_MASK_KEY",
                                fix="make one: openssl rand -hex 32")  # fmt: skip
        self.settings = settings
        self.model: SemanticModel = load_model(settings)
        self._conversations = conversations or (in_file(settings, blocking=False) if store is not None else None)
        self._pipeline = pipeline(settings, self.model, blocking=blocking, engine=engine, counted=surface != LIBRARY,
                                  conversations=conversations)  # fmt: skip
        self._blocking = blocking
        self._records = Records(settings, self.model, store, surface)
        self._loops = waits(settings, engine)
        self._runner: asyncio.Runner | None = None
        self._portal: ThreadPoolExecutor | None = None

    @classmethod
    def open(cls, config: str | Path | None = None, *, engine: str = "auto") -> Assistant:
        """The assistant of a deployment: of this nlq.toml, or found as the command line finds it."""
        return cls(load(Path(config) if config else None), engine=engine)

    @classmethod
    def open_sync(
        cls, config: str | Path | None = None, *, engine: str = "auto", surface: str = LIBRARY, converses: bool = False
    ) -> SyncAssistant:
        """The same without async. What is asked can be gone on from within the process; where it `converses`, later too."""
        settings = load(Path(config) if config else None)
        kept = in_file(settings, blocking=True) if converses else None
        return SyncAssistant(cls(settings, blocking=True, engine=engine, surface=surface, conversations=kept))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pipeline.close()
        await self._records.close_store()
        self.close()

    def close(self) -> None:
        """Let go of the databases, from synchronous code; `async with` does it in the loop."""
        self._records.close()
        if self._conversations is not None:
            self._conversations.close()
        if self._blocking:
            self.finish(self._pipeline.close())
        elif self._portal is not None:
            self._portal.submit(self._in_runner, self._pipeline.close()).result()
        if self._runner is not None:
            self._runner.close()
            self._runner = None
        if self._portal is not None:
            self._portal.shutdown()
            self._portal = None

    async def ask(self, text: str, principal: Principal, *, as_of: date | None = None, conversation_id: str = "",
                  planner: Planner = "", choice: SemanticQuery | None = None, explain: bool = False) -> Answer:  # fmt: skip
        """The answer to a question in words. `planner` says who reads it: reader, model or both ("": both with a model).

        `choice` is the reading that the asker chose, where the question was asked back.

        Raises:
            BadRequest: an empty, binary or over-long text; a model is asked for, and none is set.
        """
        question = self._question(check_text(text), principal, as_of, conversation_id, planner)
        return await self._last(question, _chosen(choice), explain=explain)

    async def query(self, query: SemanticQuery | Mapping[str, Any], principal: Principal, *, as_of: date | None = None,
                    explain: bool = False) -> Answer:  # fmt: skip
        """The answer to a typed query.

        Raises:
            BadRequest: it is not a SemanticQuery, or does not fit the model.
        """
        parsed = query if isinstance(query, SemanticQuery) else parse_query(query)
        return await self._last(
            self._question("", principal, as_of), Interpretation(parsed, given=True), explain=explain
        )

    async def sql(self, text: str, principal: Principal, *, as_of: date | None = None, explain: bool = False) -> Answer:
        """The answer to SQL (Trino's), through the whole guard."""
        draft = Interpretation(SqlDraft(text, "caller"), given=True)
        return await self._last(self._question(text, principal, as_of), draft, explain=explain)

    async def steps(self, text: str, principal: Principal, *, as_of: date | None = None, conversation_id: str = "",
                    planner: Planner = "", choice: SemanticQuery | None = None, explain: bool = False,
                    ) -> AsyncIterator[object]:  # fmt: skip
        """Each value of the pipeline as it comes to exist, the Answer last. `choice` is the reading that the asker chose."""
        question = self._question(check_text(text), principal, as_of, conversation_id, planner)
        async for step in self._steps(question, _chosen(choice), explain=explain):
            yield step

    def compile(self, query: SemanticQuery | Mapping[str, Any]) -> Statement:
        """A typed query's SQL, unscoped. Reads the snapshot, no data."""
        parsed = query if isinstance(query, SemanticQuery) else parse_query(query)
        return compile_query(self.model, parsed, self._now(self._pipeline.engine.snapshot(None)))

    async def run(self, statement: Statement, principal: Principal, snapshot: Snapshot) -> Result:
        """A statement's rows without an answer around them: for what looks at the data itself, as an asker."""
        scoped = scope(statement, self.keyed(principal), self.model)
        return await self._pipeline.engine.run(scoped, self._pipeline.limits, snapshot)

    async def snapshot(self, principal: Principal) -> Snapshot:
        """What is published of the tables, as far as it is the asker's tenant's."""
        return await self._pipeline.engine.snapshot(principal.org_id)

    def scope(self, sql: str, principal: Principal) -> ScopedQuery:
        """The guard alone.

        Raises:
            Refused: UnsafeSql, NotPermitted or TooExpensive.
        """
        watermark = self._now(self._pipeline.engine.snapshot(principal.org_id)).watermark if self._loops else None
        today = self.settings.day(self.model.header.timezone)
        statement = draft_statement(SqlDraft(sql, "caller"), self.model, watermark, today)
        return scope(statement, self.keyed(principal), self.model)

    def keyed(self, principal: Principal) -> Principal:
        """The asker with their tenant's own key of hashing masks, which is made of the deployment's."""
        secret = self.settings.mask_key
        if not secret or principal.mask_key:
            return principal
        return replace(principal, mask_key=hmac.new(secret.encode(), principal.org_id.encode(), "sha256").hexdigest())

    def _question(self, text: str, principal: Principal, as_of: date | None, conversation_id: str = "",
                  planner: Planner = "") -> Question:  # fmt: skip
        day = as_of or self.settings.day(self.model.header.timezone)
        if planner in ("model", "both") and not self.settings.model:
            raise BadRequest(
                "there is no language model here", where="planner", fix="set NLQ_MODEL, or let the reader read"
            )
        return Question(text, self.keyed(principal), datetime.now(UTC), day, conversation_id, planner)

    async def stored(self, ident: str, principal: Principal) -> dict[str, Any] | None:
        """The JSON of an answer that this asker was given; None where there is none of theirs.

        Where they may see something else by now than then, the query is run anew, and it says so; stored SQL is never run.
        """
        kept = await self._records.get(ident, principal)
        if kept is None:
            return None
        plain: dict[str, Any] = json.loads(kept.content)
        if kept.fingerprint == fingerprint(self.keyed(principal), self.model):
            return plain
        if plain["query"] is None:
            changed = "what you may see has changed since this was answered: ask it again"
            said = changed if kept.fingerprint else "rows with what is masked for others are not kept: ask it again"
            nothing: dict[str, Any] = {
                "columns": [],
                "rows": [],
                "chart": None,
                "text": said,
                "sql": "",
                "sql_executed": "",
                "words": [],
            }
            return {**plain, **nothing, "status": "declined", "reason": {"code": "not_permitted", "text": said}}
        again = await self.query(plain["query"], principal, as_of=date.fromisoformat(plain["as_of"]))
        fresh: dict[str, Any] = json.loads(again.to_json_text())
        changed = "what you may see, or the model, has changed since: this was run anew"
        fresh["provenance"]["warnings"] += [changed] if kept.fingerprint else []
        return {**fresh, "id": ident, "conversation_id": kept.conversation_id, "question": plain["question"]}

    async def last_asked(self, conversation_id: str, principal: Principal) -> dict[str, Any] | None:
        """The JSON of the newest answer in a conversation of this asker's."""
        ident = await self._records.last(conversation_id, principal)
        return None if ident is None else await self.stored(ident, principal)

    async def rate(self, ident: str, principal: Principal, rating: Literal["up", "down"], comment: str = "") -> bool:
        """Keep what an asker says of an answer; False where it is none of theirs."""
        return await self._records.rate(ident, principal, rating, comment)

    async def first_time(self, key: str) -> bool:
        """Whether this key is new to this deployment: for surfaces that are told things twice."""
        return await self._records.first_time(key)

    async def values(self, principal: Principal) -> ScopeValues:
        """The values of every dimension that takes them from the data, as this asker sees them."""
        snapshot = await self._pipeline.engine.snapshot(principal.org_id)
        return await self._pipeline.values.of(principal, snapshot)

    async def ready(self) -> None:
        """Look at the data's state once.

        Raises:
            NlqError: it cannot be read now.
        """
        await self._pipeline.engine.snapshot(None)

    async def _steps(self, question: Question, given: Interpretation | None, *, explain: bool) -> AsyncIterator[object]:
        """The pipeline's values; the answer is in the audit log, and kept, before it is handed out."""
        from nlq.store.audited import Watched  # noqa: PLC0415 - the command line's help needs none of it

        watched, written = Watched(question, given, self._records.surface, explain=explain), False
        try:
            async for step in self._pipeline.steps(question, given, explain=explain):
                watched.saw(step)
                if isinstance(step, Answer):
                    written = True
                    self._records.audit(watched.entry)
                    if not explain:
                        await self._records.keep(step, question.principal, secret=watched.unmasked)
                yield step
        except NlqError as problem:
            watched.saw(problem)
            raise
        finally:
            if not written:  # cancelled, or it was no question at all
                self._records.audit(watched.entry)

    def audited(self, org_id: str, count: int) -> list[Line]:
        """The newest lines of the audit log of an organisation, the newest first; none where there is no log."""
        return self._records.lines(org_id, count)

    async def _last(self, question: Question, given: Interpretation | None, *, explain: bool) -> Answer:
        last: object = None
        async for step in self._steps(question, given, explain=explain):
            last = step
        if not isinstance(last, Answer):
            raise Internal("the pipeline ended without an answer")
        return last

    def _now(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end from synchronous code, whether or not a loop is running."""
        if self._blocking:
            return self.finish(work)
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        if self._portal is None:
            self._portal = ThreadPoolExecutor(1)
        return self._portal.submit(self._in_runner, work).result()

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of this assistant's from synchronous code; where nothing waits for a server, without a loop."""
        return self._in_runner(work) if self._loops or not self._blocking else drive(work)

    def _in_runner(self, work: Coroutine[Any, Any, T]) -> T:
        """One loop for all calls, so that connections are kept from one to the next."""
        import asyncio  # noqa: PLC0415 - slow to import, and the command line over a file needs none

        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(work)


class SyncAssistant:
    """`Assistant` for notebooks and scripts: the same methods, without await."""

    def __init__(self, assistant: Assistant) -> None:
        """Made by `Assistant.open_sync`."""
        self._assistant = assistant
        self.model = assistant.model
        self.settings = assistant.settings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._assistant.close()

    def ask(
        self,
        text: str,
        principal: Principal,
        *,
        as_of: date | None = None,
        conversation_id: str = "",
        planner: Planner = "",
        explain: bool = False,
    ) -> Answer:
        """See `Assistant.ask`."""
        return self._assistant.finish(
            self._assistant.ask(
                text, principal, as_of=as_of, conversation_id=conversation_id, planner=planner, explain=explain
            )
        )

    def query(
        self,
        query: SemanticQuery | Mapping[str, Any],
        principal: Principal,
        *,
        as_of: date | None = None,
        explain: bool = False,
    ) -> Answer:
        """See `Assistant.query`."""
        return self._assistant.finish(self._assistant.query(query, principal, as_of=as_of, explain=explain))

    def sql(self, text: str, principal: Principal, *, as_of: date | None = None, explain: bool = False) -> Answer:
        """See `Assistant.sql`."""
        return self._assistant.finish(self._assistant.sql(text, principal, as_of=as_of, explain=explain))

    def steps(
        self, text: str, principal: Principal, *, as_of: date | None = None, explain: bool = False
    ) -> list[object]:
        """Every value of the pipeline, in order."""

        async def collected() -> list[object]:
            return [step async for step in self._assistant.steps(text, principal, as_of=as_of, explain=explain)]

        return self._assistant.finish(collected())

    def compile(self, query: SemanticQuery | Mapping[str, Any]) -> Statement:
        """See Assistant.compile."""
        return self._assistant.compile(query)

    def run(self, statement: Statement, principal: Principal, snapshot: Snapshot) -> Result:
        """See Assistant.run."""
        return self._assistant.finish(self._assistant.run(statement, principal, snapshot))

    def snapshot(self, principal: Principal) -> Snapshot:
        """See Assistant.snapshot."""
        return self._assistant.finish(self._assistant.snapshot(principal))

    def keyed(self, principal: Principal) -> Principal:
        """See `Assistant.keyed`."""
        return self._assistant.keyed(principal)

    def scope(self, sql: str, principal: Principal) -> ScopedQuery:
        """See `Assistant.scope`."""
        return self._assistant.scope(sql, principal)


def _chosen(choice: SemanticQuery | None) -> Interpretation | None:
    return None if choice is None else Interpretation(choice, given=True)


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits for a loop: with a blocking engine there is nothing to wait for.

    It spares the command line the import of asyncio, a tenth of its time.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise Internal("a blocking pipeline tried to wait")
