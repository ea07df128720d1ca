"""Every knob, once: its name in nlq.toml, its NLQ_ variable, its default and what it does.

What is set in the environment wins over nlq.toml, which wins over the default. An unknown name is an error.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlq.errors import BadRequest, SettingsError
from nlq.resources import ROOT
from nlq.values.principal import Principal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILE = "nlq.toml"
IGNORED = frozenset({"NLQ_REQUIRE"})  # read by the tests alone


def _setting(default: Any, doc: str, env: str = "") -> Any:
    return field(default=default, metadata={"doc": doc, "env": env})


@dataclass(frozen=True, slots=True)
class Settings:
    """One deployment's settings. `origin` is the file that they came from, `folder` what its relative paths mean."""

    demo: bool = _setting(default=False, doc="a demo: askers may be named with --as, the data is made up")
    development: bool = _setting(default=False, doc="a developer's machine: askers may be named with --as")
    database_url: str = _setting(
        "", "the warehouse: duckdb:///PATH or postgresql://…; unset: the demo's file", "NLQ_DATABASE_URL"
    )
    duckdb_path: str = _setting("", "the DuckDB file, where it is not in the URL", "NLQ_DUCKDB_PATH")
    postgres_url: str = _setting(
        "",
        "PostgreSQL, the hot tier: postgresql://USER:PASSWORD@HOST/DATABASE, as an account that only reads",
        "NLQ_POSTGRES_URL",
    )
    trino_url: str = _setting(
        "", "Trino, over both tiers: http://HOST:PORT; unset: what is cold is declined", "NLQ_TRINO_URL"
    )
    redis_url: str = _setting(
        "", "Redis, the shared cache of results: redis://HOST:PORT/DB; unset: each process has its own", "NLQ_REDIS_URL"
    )
    postgres_owner_url: str = _setting("", "PostgreSQL as the account that owns the schema: for `nlq warehouse` alone")
    lake_catalog_url: str = _setting("", "the Iceberg catalog's database: for `nlq warehouse` alone")
    lake_folder: str = _setting("", "the folder of the Iceberg files: for `nlq warehouse` alone")
    state: str = _setting("", "the folder of nlq's own state; unset: under XDG_STATE_HOME", "NLQ_STATE")
    semantic_layer: str = _setting(
        "", "the folder of the semantic layer; unset: the one that comes with nlq", "NLQ_SEMANTIC_LAYER"
    )
    as_of: str = _setting("", 'the day that "today" means, YYYY-MM-DD; unset: today in the model\'s zone', "NLQ_AS_OF")
    model: str = _setting(
        "",
        "the language model: openai:NAME, langchain:module:Class, or replay:DIR (recorded replies); unset: the reader alone",
        "NLQ_MODEL",
    )
    model_record: str = _setting(
        "", "a folder where the model's replies are written down, for replay", "NLQ_MODEL_RECORD"
    )
    model_timeout_s: float = _setting(
        20.0, "seconds that the model may take over one question; then the reader answers"
    )
    openai_base_url: str = _setting(
        "", "where a server that speaks the OpenAI API is; unset: OpenAI's own", "OPENAI_BASE_URL"
    )
    openai_api_key: str = _setting("", "the key for it; a server of one's own may need none", "OPENAI_API_KEY")
    jwt_secret: str = _setting("", "verifies HS256 tokens: at least 32 bytes", "NLQ_JWT_SECRET")
    jwt_public_key: str = _setting(
        "", "verifies RS256 tokens: a PEM public key, or the path of one", "NLQ_JWT_PUBLIC_KEY"
    )
    jwks_url: str = _setting("", "where the keys that verify RS256 tokens are found", "NLQ_JWKS_URL")
    jwt_audience: str = _setting("", "the audience that tokens must name; unset: not checked", "NLQ_JWT_AUDIENCE")
    jwt_issuer: str = _setting("", "the issuer that tokens must name; unset: not checked", "NLQ_JWT_ISSUER")
    mask_key: str = _setting(
        "", "the key of hashing masks, at least 32 bytes; unset: what is to be hashed is redacted", "NLQ_MASK_KEY"
    )
    token: str = _setting(
        "", "the asker's token, for the command line where nobody may be named with --as", "NLQ_TOKEN"
    )
    slack_bot_token: str = _setting("", "the Slack app's bot token (xoxb-…)", "SLACK_BOT_TOKEN")
    slack_signing_secret: str = _setting(
        "", "verifies Slack's requests, where they come by HTTP", "SLACK_SIGNING_SECRET"
    )
    slack_app_token: str = _setting(
        "", "the app-level token (xapp-…): set, Slack is spoken to in socket mode", "SLACK_APP_TOKEN"
    )
    slack_api_url: str = _setting("https://slack.com/api/", "Slack's API, or a proxy in front of it", "SLACK_API_URL")
    audit: str = _setting(
        "auto",
        "the audit log: on, off, or auto (the command line and the services write it, programs in Python do not)",
    )
    cache_ttl_s: int = _setting(3_600, "seconds that a result is kept in the cache")
    cache_max_kb: int = _setting(1_024, "the largest result that is kept, in kB, compressed")
    keep_answers_days: int = _setting(90, "days that the service keeps answers, for their links and for feedback")
    requests_per_minute: int = _setting(
        120, "requests that one asker may make in a minute, to one process of the service"
    )
    max_body_kb: int = _setting(256, "the largest request that the service reads, in kB")
    default_principal: str = _setting("", "who asks where --as is not given (demo and development only)")
    max_rows: int = _setting(10_000, "the most rows that an answer holds")
    max_result_mb: int = _setting(64, "the most text that an answer's rows hold, in MB; what holds more is declined")
    statement_timeout_s: float = _setting(30.0, "seconds until a statement is interrupted in the engine")
    max_cells: int = _setting(
        2_000_000_000, "the most cells (rows times columns, from our own counts) that one question may read"
    )
    daily_cells: int = _setting(100_000_000_000, "the most cells that one asker may read on a day, of the model's zone")
    questions_at_once: int = _setting(8, "questions of one asker that may run at once, in one process")
    memory_limit: str = _setting("1GB", "the memory that DuckDB may use")
    threads: int = _setting(2, "the threads that DuckDB may use")
    principals: Mapping[str, Principal] = field(
        default_factory=dict,
        metadata={"doc": "askers by name, for --as: sub, org_id, roles, regions, locale", "env": ""},
    )
    slack_users: Mapping[str, Principal] = field(
        default_factory=dict,
        metadata={
            "doc": "who people in Slack are, by TEAM/USER id: sub, org_id, regions, locale; roles are not lifted there",
            "env": "",
        },
    )
    budgets: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict,
        metadata={
            "doc": "what those with a role may spend, where it is more: max_cells, daily_cells, questions_at_once by role",
            "env": "",
        },
    )
    folder: Path = field(default_factory=Path.cwd)
    origin: str = ""

    @property
    def may_name_askers(self) -> bool:
        """Whether --as works here."""
        return self.demo or self.development

    @property
    def server_url(self) -> str:
        """PostgreSQL's URL, where the data is on servers; "" where it is one file.

        NLQ_DATABASE_URL decides; without it NLQ_DUCKDB_PATH, then NLQ_POSTGRES_URL.
        """
        if self.database_url.startswith(("postgresql://", "postgres://")):
            return self.database_url
        return "" if self.database_url or self.duckdb_path else self.postgres_url

    @property
    def warehouse(self) -> Path:
        """The DuckDB file.

        Raises:
            SettingsError: the URL is of a kind that this version cannot serve.
        """
        url = self.database_url or (f"duckdb:///{self.duckdb_path}" if self.duckdb_path else "")
        if not url or (self.server_url and url == self.database_url):
            return _xdg("XDG_DATA_HOME", ".local/share") / "demo.duckdb"
        if not url.startswith("duckdb:///") or url == "duckdb:///":
            raise SettingsError(f"the warehouse {url.partition('://')[0]}://… cannot be served by this version",
                                where="NLQ_DATABASE_URL", fix="give duckdb:///PATH or postgresql://…")  # fmt: skip
        return (self.folder / url.removeprefix("duckdb:///")).resolve()

    @property
    def layer(self) -> Path:
        """The folder of the semantic layer."""
        return (
            (self.folder / self.semantic_layer).resolve() if self.semantic_layer else ROOT / "semantic_layer" / "scout"
        )

    @property
    def cache(self) -> Path:
        """Where things are kept that can be made again."""
        return _xdg("XDG_CACHE_HOME", ".cache")

    @property
    def state_folder(self) -> Path:
        """Where nlq's own state is kept."""
        return (self.folder / self.state).resolve() if self.state else _xdg("XDG_STATE_HOME", ".local/state")

    def day(self, timezone: str) -> date:
        """The day that "today" means.

        Raises:
            SettingsError: it is set, and no date.
        """
        if self.as_of:
            return parse_day(self.as_of, "NLQ_AS_OF")
        from datetime import datetime  # noqa: PLC0415
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads zone files; not needed where the day is set

        return datetime.now(ZoneInfo(timezone)).date()

    def principal(self, name: str | None) -> Principal:
        """The asker of that name, or the default one.

        Raises:
            SettingsError: nobody may be named here, or nobody of that name is known.
        """
        if not self.may_name_askers:
            raise SettingsError("askers cannot be named here", where=self.origin or "settings",
                                fix="set demo = true or development = true, or give a token")  # fmt: skip
        wanted = name or self.default_principal
        if wanted not in self.principals:
            names = ", ".join(self.principals) or "nobody"
            near = get_close_matches(wanted, list(self.principals), n=1)
            raise SettingsError(f"there is no principal {wanted!r}", where="--as",
                                fix=f"did you mean {near[0]}?" if near else f"known are: {names}")  # fmt: skip
        return self.principals[wanted]


ASKERS = ("principals", "slack_users")
TABLES = (*ASKERS, "budgets")  # by name: in the file alone
SPENT = ("max_cells", "daily_cells", "questions_at_once")
SETTINGS = {name: one for name, one in Settings.__dataclass_fields__.items() if one.metadata}
BY_VARIABLE = {
    one.metadata["env"] or f"NLQ_{name.upper()}": name for name, one in SETTINGS.items() if name not in TABLES
}
VARIABLES = {name: variable for variable, name in BY_VARIABLE.items()}


def load(config: Path | None = None, env: Mapping[str, str] | None = None, start: Path | None = None) -> Settings:
    """The settings of a deployment.

    Args:
        config: the file; None looks for nlq.toml from `start` upward, then takes the packaged demo's.
        start: where to begin to look; None begins in the working folder.
        env: the environment; None reads the process's.

    Raises:
        SettingsError: a file that cannot be read, an unknown name, a value of the wrong kind.
    """
    env = os.environ if env is None else env
    path = config or _find(start or Path.cwd()) or ROOT / FILE
    values = _read(path)
    local = values.pop("include", None)
    if isinstance(local, str) and (path.parent / local).is_file():
        values |= _read(path.parent / local)
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in SETTINGS:
            raise _unknown(name, list(SETTINGS), f"{path}: {name}")
        found[name] = _entry(name, value, path)
    for variable, value in env.items():
        if variable in IGNORED or not (variable.startswith("NLQ_") or variable in BY_VARIABLE):
            continue
        if variable not in BY_VARIABLE:
            raise _unknown(variable, list(BY_VARIABLE), f"environment: {variable}")
        found[BY_VARIABLE[variable]] = _value(BY_VARIABLE[variable], value, f"environment: {variable}")
        if BY_VARIABLE[variable] == "duckdb_path" and "NLQ_DATABASE_URL" not in env:
            found["database_url"] = ""
    if found.get("audit", "auto") not in ("auto", "on", "off"):
        raise SettingsError(f"{found['audit']!r} is no way of auditing", where="audit", fix="write auto, on or off")
    return Settings(**found, folder=path.parent if _is_project(path) else Path.cwd(), origin=str(path))


def parse_day(text: str, where: str) -> date:
    """A date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{text!r} is no date", where=where, fix="write YYYY-MM-DD") from None


def _is_project(path: Path) -> bool:
    """Whether relative paths in the settings mean the file's folder (not so for the packaged file)."""
    return path.parent != ROOT or not ROOT.name.startswith("_")


def _find(start: Path) -> Path | None:
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder / FILE
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(f"the settings cannot be read ({type(problem).__name__})", where=str(path),
                            fix="give another file with --config") from None  # fmt: skip
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(
            f"the settings are not valid TOML: {problem}", where=str(path), fix="mend the line"
        ) from None


def _value(name: str, value: Any, where: str) -> Any:
    kind = str(SETTINGS[name].type)
    converters: dict[str, Callable[[Any], Any]] = {"bool": _boolean, "int": int, "float": float, "str": str}
    try:
        if kind == "str" and not isinstance(value, (str, date)):
            raise ValueError  # noqa: TRY301 - the one way out of here is below
        return converters[kind](value)
    except (TypeError, ValueError):
        raise SettingsError(f"{value!r} is not a {kind}", where=where, fix=SETTINGS[name].metadata["doc"]) from None


def _entry(name: str, value: Any, path: Path) -> Any:
    """A setting of the file's: a value, askers by name, or budgets by role."""
    if name in ASKERS:
        return _principals(name, value, path)
    return _budgets(value, path) if name == "budgets" else _value(name, value, f"{path}: {name}")


def _budgets(value: Any, path: Path) -> dict[str, dict[str, int]]:
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise SettingsError("budgets is a table of limits by role", where=str(path), fix="write [budgets.ROLE]")
    for role, limits in value.items():
        for name, most in limits.items():
            if name not in SPENT:
                raise _unknown(name, list(SPENT), f"{path}: budgets.{role}")
            if type(most) is not int or most < 0:
                raise SettingsError(f"{most!r} is no limit", where=f"{path}: budgets.{role}.{name}", fix="write a whole number")  # fmt: skip
    return value


def _boolean(value: Any) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "1": True, "0": False}
    if value not in known:
        raise ValueError
    return known[value]


def _principals(table: str, value: Any, path: Path) -> dict[str, Principal]:
    if not isinstance(value, dict):
        raise SettingsError(f"{table} is a table of askers by name", where=str(path), fix=f'write [{table}."name"]')
    found = {}
    for name, claims in value.items():
        try:
            found[name] = Principal.from_claims(claims if isinstance(claims, dict) else {})
        except BadRequest as problem:
            raise SettingsError(problem.what, where=f"{path}: {table}.{name}", fix=problem.fix) from None
    return found


def _unknown(name: str, names: list[str], where: str) -> SettingsError:
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]}?" if near else "docs/settings.md lists all"
    return SettingsError(f"there is no setting {name}", where=where, fix=hint)


def _xdg(variable: str, default: str) -> Path:
    base = os.environ.get(variable)
    return (Path(base) if base and Path(base).is_absolute() else Path.home() / default) / "nlq"
