"""`nlq audit`: the log of who asked what. What is slow to import is imported where it is used."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from nlq.surfaces.cli import options as opt

if TYPE_CHECKING:
    from nlq.store.audit import AuditLog

audit_app = typer.Typer(no_args_is_help=True, help="The log of who asked what, and what was read.")
Head = Annotated[str | None, typer.Option("--head", metavar="N:HASH", help="A line's number and hash that were kept elsewhere: it has to be there.")]  # fmt: skip
Count = Annotated[int, typer.Option("--last", min=1, max=10_000, help="How many lines, the newest first.")]


def _log(config: opt.Config) -> AuditLog:
    from nlq.errors import SettingsError  # noqa: PLC0415
    from nlq.settings import load  # noqa: PLC0415
    from nlq.store.audit import FILE, AuditLog  # noqa: PLC0415

    folder = load(config).state_folder
    if not (folder / FILE).is_file():
        raise SettingsError(
            "there is no audit log yet", where=str(folder), fix="ask something, or let NLQ_STATE name its folder"
        )
    return AuditLog(folder)


@audit_app.command("verify")
def audit_verify(head: Head = None, format_: opt.Format = opt.Shape.table, config: opt.Config = None) -> None:
    """Go through the whole chain; exits 1 where a line was changed, taken out or put in. Prints the head, to be kept elsewhere."""
    from nlq.errors import BadRequest  # noqa: PLC0415

    given = re.fullmatch(r"([1-9][0-9]*):([0-9a-f]{64})", head) if head else None
    if head and given is None:
        raise BadRequest(
            f"{head!r} is no number and hash", where="--head", fix="write what `nlq audit verify` printed: 12:3f…"
        )
    log = _log(config)
    found = log.verify((int(given[1]), given[2]) if given else None)
    log.close()
    if format_ is opt.Shape.json:
        print(
            json.dumps(
                {
                    "lines": found.lines,
                    "head": f"{found.lines}:{found.head}",
                    "holds": not found.problem,
                    "problem": found.problem,
                }
            )
        )
    elif found.problem:
        print(f"{found.problem}; {found.lines:,} lines before it hold", file=sys.stderr)
    else:
        print(f"{found.lines:,} lines hold; the head is {found.lines}:{found.head}")
    raise typer.Exit(1 if found.problem else 0)


@audit_app.command("show")
def audit_show(last: Count = 20, format_: opt.Format = opt.Shape.table, config: opt.Config = None) -> None:
    """The newest lines: for who runs the deployment. With --format json, all that each says."""
    log = _log(config)
    lines = log.last(last)
    log.close()
    for line in lines:
        entry = line.entry
        if format_ is opt.Shape.json:
            print(json.dumps({"seq": line.seq, **entry, "hash": line.hash}, ensure_ascii=False))
            continue
        outcome = entry["status"] + (f" ({entry['reason']})" if entry["reason"] else f", {entry['rows']:,} rows")
        asked = entry["question"] or json.dumps(
            {part: value for part, value in (entry["query"] or {}).items() if value}
        )
        said = " ".join("".join(one if one.isprintable() else " " for one in asked).split())
        print(
            f"{line.seq:>6}  {entry['at']}  {entry['sub']} of {entry['org_id']}  {entry['surface']} {entry['kind']}  {outcome}  {said[:100]}"
        )
