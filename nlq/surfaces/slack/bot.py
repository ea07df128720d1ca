"""What the bot does with a question or a click; it knows Slack's API by its web client alone.

Who asks is who typed or clicked, by the deployment's table of people; never the channel, and never whoever set the bot up. In
a channel the answer is for the asker's eyes, since the others there may not see the same rows; the asker may show it to them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nlq.answer.export import png
from nlq.errors import NlqError
from nlq.surfaces.slack import blocks
from nlq.values.given import parse_query

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from nlq.api import Assistant
    from nlq.observe.metrics import Metrics
    from nlq.values import Answer, Principal

log = logging.getLogger("nlq")
PATIENCE_S = 1.5
MENTION = re.compile(r"^\s*<@[A-Z0-9]+(?:\|[^>]*)?>\s*|\s*<@[A-Z0-9]+(?:\|[^>]*)?>\s*$")
WORKING = "Working on it …"
STRANGER = "I do not know who you are here, so I can show you nothing. Ask whoever runs nlq to add you as {who}."
LOST = "Something went wrong on our side; it has been logged."
NOT_YOURS = "That is not an answer of yours, or it is no longer kept. Ask again."
NOTHING = "Ask me something, such as: top 5 stores in NCR last month"
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question was asked, by whom, and which conversation it belongs to."""

    team: str
    user: str
    channel: str
    thread: str = ""
    direct: bool = False

    @property
    def conversation(self) -> str:
        """A thread is a conversation; outside of one, what a person asks in that channel is."""
        return f"slack:{self.team}:{self.channel}:{self.thread or self.user}"


@dataclass(frozen=True, slots=True)
class Bot:
    """Answers people in Slack. `people` are principals by TEAM/USER."""

    assistant: Assistant
    people: Mapping[str, Principal]
    metrics: Metrics

    def principal(self, team: str, user: str) -> Principal | None:
        """Who somebody is, without the roles that lift masks: a channel is no place for what is masked."""
        found = self.people.get(f"{team}/{user}")
        return None if found is None else replace(found, roles=())

    async def asked(self, client: AsyncWebClient, place: Place, text: str) -> None:
        """Answer a question where it was asked."""
        who = self.principal(place.team, place.user)
        if who is None:
            await self._say(
                client,
                place,
                blocks.of_text(STRANGER.format(who=f"{place.team}/{place.user}")),
                STRANGER.partition(",")[0],
            )
            return
        question = typed(text)
        if not question:
            await self._say(client, place, blocks.of_text(NOTHING), NOTHING)
            return
        await self._answer(client, place, self.assistant.ask(question, who, conversation_id=place.conversation))

    async def chosen(self, client: AsyncWebClient, place: Place, value: str) -> None:
        """Answer with the option that was clicked: of an answer that the one who clicks was given."""
        who, kept = await self._mine(place, _loaded(value).get("id"))
        index = _loaded(value).get("index")
        options = (kept or {}).get("options") or []
        if who is None or kept is None or not isinstance(index, int) or not 0 <= index < len(options):
            await self._whisper(client, place, blocks.of_text(NOT_YOURS), NOT_YOURS)
            return
        work = self.assistant.ask(
            kept["question"], who, conversation_id=kept["conversation_id"], choice=parse_query(options[index]["query"])
        )
        await self._answer(client, place, work)

    async def show_sql(self, client: AsyncWebClient, place: Place, ident: str) -> None:
        """The SQL of an answer, for the eyes of the one who clicks."""
        _, kept = await self._mine(place, ident)
        if kept is None or not kept["sql_executed"]:
            await self._whisper(client, place, blocks.of_text(NOT_YOURS), NOT_YOURS)
            return
        await self._whisper(client, place, blocks.of_sql(kept["sql_executed"]), "The SQL")

    async def share(self, client: AsyncWebClient, place: Place, ident: str) -> None:
        """Show an answer to everyone in the channel: the asker decides that, and is named."""
        who, kept = await self._mine(place, ident)
        if who is None or kept is None or kept["query"] is None:
            await self._whisper(client, place, blocks.of_text(NOT_YOURS), NOT_YOURS)
            return
        answer = await self.assistant.query(kept["query"], who)
        head = {
            "type": "context",
            "elements": [
                {"type": "mrkdwn", "text": f"<@{place.user}> asked: {blocks.escaped(kept['question'])[:500]}"}
            ],
        }
        await self._post(client, place, [head, *blocks.of_answer(answer, private=False)], blocks.summary(answer))
        await self._picture(client, place, answer)

    async def _answer(self, client: AsyncWebClient, place: Place, work: Coroutine[Any, Any, Answer]) -> None:
        """Say an answer; where it takes a while, say first that it does."""
        running, note = asyncio.create_task(work), None
        try:
            await asyncio.wait({running}, timeout=PATIENCE_S)
            if not running.done() and place.direct:
                note = (
                    await client.chat_postMessage(channel=place.channel, text=WORKING, thread_ts=place.thread or None)
                )["ts"]
            answer = await running
        except NlqError as problem:
            said = f"{problem.public} ({problem.fix})" if problem.fix else problem.public
            await self._say(client, place, blocks.of_text(said), blocks.escaped(said), note)
            return
        except Exception:
            log.exception("a question from Slack failed")
            await self._say(client, place, blocks.of_text(LOST), LOST, note)
            return
        finally:
            running.cancel()
        self.metrics.answered(answer, "slack")
        await self._say(client, place, blocks.of_answer(answer, private=not place.direct), blocks.summary(answer), note)
        if place.direct:
            await self._picture(client, place, answer)

    async def _picture(self, client: AsyncWebClient, place: Place, answer: Answer) -> None:
        """The chart, where there is one and everyone here may see it; without it the table says the same."""
        if answer.chart is None:
            return
        try:
            drawn = await asyncio.to_thread(png, answer.chart)
            await client.files_upload_v2(channel=place.channel, thread_ts=place.thread or None, content=drawn,
                                         filename="chart.png", title="Chart", alt_txt=answer.text[:900])  # fmt: skip
        except Exception as problem:  # noqa: BLE001 - Slack's errors are many; the answer itself is there
            log.warning("a chart could not be sent to Slack (%s)", type(problem).__name__)

    async def _mine(self, place: Place, ident: Any) -> tuple[Principal | None, dict[str, Any] | None]:
        """Whoever clicks, and the answer, if it is theirs."""
        who = self.principal(place.team, place.user)
        found = await self.assistant.stored(ident, who) if who is not None and isinstance(ident, str) else None
        return who, found

    async def _say(
        self, client: AsyncWebClient, place: Place, content: list[blocks.Block], text: str, note: str | None = None
    ) -> None:
        if note is not None:
            await client.chat_update(channel=place.channel, ts=note, blocks=content, text=text)
        elif place.direct:
            await self._post(client, place, content, text)
        else:
            await self._whisper(client, place, content, text)

    async def _post(self, client: AsyncWebClient, place: Place, content: list[blocks.Block], text: str) -> None:
        await client.chat_postMessage(channel=place.channel, thread_ts=place.thread or None, blocks=content, text=text,
                                      unfurl_links=False, unfurl_media=False)  # fmt: skip

    async def _whisper(self, client: AsyncWebClient, place: Place, content: list[blocks.Block], text: str) -> None:
        if place.direct:
            await self._post(client, place, content, text)
        else:
            await client.chat_postEphemeral(
                channel=place.channel, user=place.user, thread_ts=place.thread or None, blocks=content, text=text
            )


def typed(text: str) -> str:
    """What a person typed: without the mention of the bot, and without Slack's escapes."""
    text = MENTION.sub("", text)
    for entity, letter in ENTITIES:
        text = text.replace(entity, letter)
    return text.strip()


def _loaded(value: str) -> dict[str, Any]:
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
