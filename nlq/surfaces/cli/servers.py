"""`nlq warehouse migrate|load|tier`: the data on servers, with progress."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from nlq.errors import SettingsError
from nlq.wiring import need

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from nlq.settings import Settings


def migrate(settings: Settings) -> None:
    """Bring PostgreSQL's schema up to date."""

    async def work() -> tuple[str, ...]:
        from nlq.drivers.asyncpg import Owner  # noqa: PLC0415
        from nlq.warehouse.migrate import migrate as apply  # noqa: PLC0415

        async with Owner(_needed(settings, "postgres_owner_url")) as owner:
            return await apply(owner)

    need("postgres")
    done = asyncio.run(work())
    print("\n".join(f"applied {name}" for name in done) or "nothing to apply: the schema is current")


def load(settings: Settings, source: Path | None, watermark: date | None, *, force: bool, as_json: bool) -> None:
    """Load a warehouse file (without one the demo's, built where it is missing) onto the servers."""
    from nlq.surfaces.cli.build import ensure_demo  # noqa: PLC0415

    need("postgres")
    need("lake")
    if source is None:
        ensure_demo(settings, scale=1.0, seed=2026)

    async def work() -> dict[str, object]:
        from nlq.drivers.asyncpg import Owner  # noqa: PLC0415
        from nlq.drivers.iceberg import Lake  # noqa: PLC0415
        from nlq.warehouse.load import load as fill  # noqa: PLC0415
        from nlq.warehouse.load import report  # noqa: PLC0415

        lake = Lake(_needed(settings, "lake_catalog_url"), _needed(settings, "lake_folder"))
        async with Owner(_needed(settings, "postgres_owner_url")) as owner:
            return report(
                await fill(source or settings.warehouse, owner, lake, watermark=watermark, force=force, tell=_teller())
            )

    found = asyncio.run(work())
    if as_json:
        print(json.dumps(found))
    elif not found["fresh"]:
        print(f"loaded already, watermark {found['watermark']}; --force loads it again")
    else:
        print(f"loaded, watermark {found['watermark']}, in {found['seconds']} s")


def tier(settings: Settings, to: date, *, clean: bool) -> None:
    """Move the watermark forward; with `clean` also remove what is cold from PostgreSQL, once the grace time is over."""
    need("postgres")
    need("trino")

    async def work() -> None:
        from nlq.drivers.asyncpg import Owner  # noqa: PLC0415
        from nlq.drivers.trino import Trino  # noqa: PLC0415
        from nlq.warehouse import tier as tiering  # noqa: PLC0415

        async with Owner(_needed(settings, "postgres_owner_url")) as owner:
            moved = await tiering.move(owner, Trino(_needed(settings, "trino_url")), to)
            print(f"watermark {moved.before} -> {moved.after}: {sum(moved.rows.values()):,} rows copied")
            if clean:
                removed = await tiering.clean(owner)
                print(f"{sum(removed.values()):,} rows removed from the hot tier")

    asyncio.run(work())


def _needed(settings: Settings, name: str) -> str:
    value = str(getattr(settings, name))
    if not value:
        raise SettingsError(
            f"the setting {name} is needed here",
            where=settings.origin,
            fix="`make demo-stack` writes it for the demo's servers",
        )
    return value


def _teller() -> Callable[[str, float], None]:
    """Progress on stderr: a line that is written over on a terminal, else a line a step."""
    over = sys.stderr.isatty()

    def tell(label: str, done: float) -> None:
        print(
            f"\r{done:4.0%} {label:<40}" if over else f"{done:4.0%} {label}",
            file=sys.stderr,
            end="" if over and done < 1 else "\n",
            flush=True,
        )

    return tell
