"""Slack's protocol, by slack-bolt: signatures, acknowledgements within three seconds, retries that are answered once."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import sys
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from nlq.api import Assistant
from nlq.errors import SettingsError
from nlq.observe.metrics import Metrics
from nlq.store.sqlite import SqliteStore
from nlq.surfaces.slack.blocks import CHOOSE, SHARE, SQL
from nlq.surfaces.slack.bot import Bot, Place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient
    from starlette.applications import Starlette

    from nlq.settings import Settings

    Ack = Callable[[], Awaitable[Any]]

log = logging.getLogger("nlq")
TIMEOUT_S = 10
PATH = "/slack/events"


def make_app(settings: Settings, bot: Bot) -> AsyncApp:
    """The listeners, over a bot."""
    from slack_bolt.async_app import AsyncApp  # noqa: PLC0415 - of the extra slack
    from slack_sdk.http_retry.builtin_async_handlers import (  # noqa: PLC0415
        AsyncConnectionErrorRetryHandler,
        AsyncRateLimitErrorRetryHandler,
    )
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415

    retries = [AsyncConnectionErrorRetryHandler(max_retry_count=1), AsyncRateLimitErrorRetryHandler(max_retry_count=2)]
    client = AsyncWebClient(
        settings.slack_bot_token, base_url=settings.slack_api_url, timeout=TIMEOUT_S, retry_handlers=retries
    )
    app = AsyncApp(client=client, signing_secret=settings.slack_signing_secret or None,
                   request_verification_enabled=bool(settings.slack_signing_secret))  # fmt: skip
    heard = Listeners(bot)
    app.event("app_mention")(heard.mentioned)
    app.event("message")(heard.written)
    app.command("/ask")(heard.command)
    app.action(re.compile("nlq_.*"))(heard.clicked)
    app.error(heard.failed)
    return app


class Listeners:
    """What Slack tells, each thing once: it says things again where it did not hear in time that they were heard."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._first = bot.assistant.first_time

    async def mentioned(self, event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        """Somebody named the bot in a channel."""
        if await self._first(f"slack:{body.get('event_id') or event['ts']}"):
            await self._bot.asked(client, _of_event(event, body), event.get("text") or "")

    async def written(self, event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        """A message: only what a person wrote to the bot itself counts, not its own, no edits, nothing said in channels."""
        person = event.get("channel_type") == "im" and not event.get("subtype") and not event.get("bot_id")
        if person and await self._first(f"slack:{body.get('event_id') or event['ts']}"):
            await self._bot.asked(client, _of_event(event, body), event.get("text") or "")

    async def command(self, ack: Ack, body: dict[str, Any], client: AsyncWebClient) -> None:
        """The command /ask."""
        await ack()
        if await self._first(f"slack:{body['trigger_id']}"):
            direct = str(body["channel_id"]).startswith("D")
            place = Place(body["team_id"], body["user_id"], body["channel_id"], direct=direct)
            await self._bot.asked(client, place, body.get("text") or "")

    async def clicked(self, ack: Ack, body: dict[str, Any], client: AsyncWebClient) -> None:
        """A button of an answer."""
        await ack()
        action = body["actions"][0]
        if not await self._first(f"slack:{action['action_ts']}:{body['user']['id']}"):
            return
        place, name, value = _of_click(body), action["action_id"], action.get("value") or ""
        if name.startswith(CHOOSE):
            await self._bot.chosen(client, place, value)
        elif name == SQL:
            await self._bot.show_sql(client, place, value)
        elif name == SHARE:
            await self._bot.share(client, place, value)

    async def failed(self, error: Exception) -> None:
        """Whatever went wrong is for the log alone."""
        log.error("a message of Slack's could not be dealt with", exc_info=error)


def _of_event(event: dict[str, Any], body: dict[str, Any]) -> Place:
    """Where an event comes from: an answer goes into its thread, which in a channel begins with it."""
    direct = event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")
    thread = event.get("thread_ts") or ("" if direct else event.get("ts") or "")
    team = event.get("team") or body.get("team_id") or ""
    return Place(team, event.get("user") or "", event.get("channel") or "", thread, direct=direct)


def _of_click(body: dict[str, Any]) -> Place:
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts") or ""
    user = body["user"]
    team = user.get("team_id") or (body.get("team") or {}).get("id") or ""
    return Place(team, user["id"], channel, thread, direct=channel.startswith("D"))


@asynccontextmanager
async def running(settings: Settings, engine: str) -> AsyncIterator[AsyncApp]:
    """The app, with its assistant open."""
    store = SqliteStore(settings.state_folder, keep_days=settings.keep_answers_days)
    async with Assistant(settings, engine=engine, store=store, surface="slack") as assistant:
        yield make_app(settings, Bot(assistant, settings.slack_users, Metrics()))


def over_http(settings: Settings, engine: str) -> Starlette:
    """The app behind Slack's request URL, with a check of its health."""
    from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler  # noqa: PLC0415
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.requests import Request  # noqa: PLC0415, TC002
    from starlette.responses import PlainTextResponse, Response  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from nlq.surfaces.rest.limits import Bounded  # noqa: PLC0415

    handlers: list[AsyncSlackRequestHandler] = []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with running(settings, engine) as app:
            handlers.append(AsyncSlackRequestHandler(app))
            yield

    async def events(request: Request) -> Response:
        found: Response = await handlers[0].handle(request)
        return found

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route(PATH, events, methods=["POST"]), Route("/healthz", healthy)], lifespan=lifespan)
    app.add_middleware(Bounded, max_body=settings.max_body_kb * 1_024)
    return app


async def over_socket(settings: Settings, engine: str) -> None:
    """The app in socket mode: it calls Slack, and needs no address of its own."""
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler  # noqa: PLC0415 - of the extra slack

    async with running(settings, engine) as app:
        handler = AsyncSocketModeHandler(app, settings.slack_app_token, web_client=app.client)
        try:
            await handler.start_async()  # type: ignore[no-untyped-call]
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


def serve(settings: Settings, host: str, port: int, engine: str) -> None:
    """Serve until stopped: in socket mode where there is an app-level token, else by HTTP.

    Raises:
        SettingsError: the extra slack is missing; a token is; nobody is mapped.
    """
    check(settings)
    gc.enable()  # this is no program of one answer
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    if settings.slack_app_token:
        asyncio.run(over_socket(settings, engine))
        return
    import uvicorn  # noqa: PLC0415 - slow to import

    uvicorn.run(
        over_http(settings, engine), host=host, port=port, log_level="warning", access_log=False, server_header=False
    )


def check(settings: Settings) -> None:
    """See that the bot can be started.

    Raises:
        SettingsError: the extra slack is missing; a token is; nobody is mapped.
    """
    if find_spec("slack_bolt") is None:
        raise SettingsError(
            "the extra slack is needed here and not installed", where="settings", fix='pip install "nlq[slack]"'
        )
    if not settings.slack_bot_token:
        raise SettingsError(
            "there is no bot token", where="SLACK_BOT_TOKEN", fix="set the xoxb- token of the Slack app"
        )
    if not (settings.slack_app_token or settings.slack_signing_secret):
        raise SettingsError("Slack's requests could not be verified", where="SLACK_SIGNING_SECRET",
                            fix="set it, or SLACK_APP_TOKEN for socket mode")  # fmt: skip
    if not settings.slack_users:
        raise SettingsError("nobody in Slack is known, so nobody could be answered", where="slack_users",
                            fix='add [slack_users."TEAM/USER"] with sub, org_id and regions to nlq.toml')  # fmt: skip
