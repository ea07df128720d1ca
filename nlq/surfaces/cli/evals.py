"""`nlq eval run|check|compare|import`: exit 1 where a gate or a rate does not hold, or a case got worse."""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nlq.errors import BadRequest
from nlq.surfaces.cli import options as opt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nlq.evals.public import Format
    from nlq.evals.run import Outcome
    from nlq.values.pipeline import Planner


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must hold of a run."""

    gate: dict[str, dict[str, dict[str, int]]]
    under: dict[str, float]
    over: dict[str, float]

    @classmethod
    def of(cls, gate: Path | None, under: Sequence[str], over: Sequence[str]) -> Wanted:
        """From what was typed.

        Raises:
            BadRequest: it is no gate, or no verdict and rate.
        """
        return cls(_gate(gate) if gate is not None else {}, dict(map(_rate, under)), dict(map(_rate, over)))


def run(folder: Path, out: Path | None, wanted: Wanted, config: Path | None, engine: str, *, planner: Planner, jobs: int,
        resume: bool, only: tuple[str | None, str | None], as_json: bool) -> int:  # fmt: skip
    """Ask every question; print the counts, write the reports, hold them to what is wanted."""
    from nlq import __version__  # noqa: PLC0415
    from nlq.evals import cases, page, report  # noqa: PLC0415
    from nlq.evals.run import Journal, beyond, broken, in_parallel  # noqa: PLC0415
    from nlq.evals.stats import summary  # noqa: PLC0415

    gc.enable()
    if resume and out is None:
        raise BadRequest("a run is taken up where it was written down", where="--resume", fix="give its --out as well")
    asked = [one for one in cases.read(folder) if only[0] in (None, one.family) and only[1] in (None, one.language)]
    if not asked:
        raise BadRequest("no case is of that family and language", where=str(folder), fix="leave --family or --language out")  # fmt: skip
    with opt.opened(config, engine) as assistant:
        model = assistant.settings.model
        about = {"version": __version__, "planner": planner or ("both" if model else "reader"), "engine": engine, "model_hash": assistant.model.hash[:12]}  # fmt: skip
    journal = Journal(out / "outcomes.jsonl", about) if out is not None else None
    found = journal.begun(asked) if journal is not None and resume else {}
    if journal is not None:
        journal.start(list(found.values()))
    left = [one for one in asked if one.key not in found]
    try:
        # A model's replies are asked for one after the other: its limits are its own.
        for one in heeded(in_parallel(partial(opt.opened, config, engine), left, planner, 1 if model else min(jobs, len(left) or 1))):  # fmt: skip
            found[one.case.key] = one
            if journal is not None:
                journal.add(one)
            _progress(len(found), len(asked))
    except KeyboardInterrupt:
        more = f"; `--resume --out {out}` goes on" if out is not None else ""
        print(f"\nstopped after {len(found)} of {len(asked)} questions{more}", file=sys.stderr)
        return 130
    outcomes = [found[one.key] for one in asked]
    if out is not None:
        for name, text in (("report.json", report.as_json(outcomes, about)), ("report.html", page.as_html(outcomes, about)),
                           ("report.md", report.as_markdown(outcomes, about)), ("junit.xml", report.as_junit(outcomes))):  # fmt: skip
            (out / name).write_text(text, encoding="utf-8")
        print(f"reports are in {out}", file=sys.stderr)
    print(report.as_json(outcomes, about) if as_json else report.as_text(outcomes))
    result = summary(outcomes)
    said = [*broken(result, wanted.gate), *beyond(result, wanted.under, wanted.over)]
    for line in said:
        print(f"gate   {line}", file=sys.stderr)
    return 1 if said else 0


@contextmanager
def interrupts() -> Iterator[list[int]]:
    """Ctrl-C as it always is, and noted: raised while an object is collected, the interpreter only prints it and goes on."""
    noted: list[int] = []

    def note(number: int, _frame: object) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # nobody else may set one
        yield noted
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def heeded(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """These, until a Ctrl-C, wherever that was raised."""
    with interrupts() as noted:
        for one in outcomes:
            yield one
            if noted:
                raise KeyboardInterrupt


def compared(before: Path, now: Path, *, as_json: bool) -> int:
    """Print which cases changed; 1 where one got worse."""
    from nlq.evals.compare import changes, read  # noqa: PLC0415

    was, is_ = read(before), read(now)
    found = changes(was, is_)
    if as_json:
        print(json.dumps({"before": was["about"], "now": is_["about"], "changes": [one.to_json() for one in found]}, ensure_ascii=False, indent=1))  # fmt: skip
    else:
        for one in found:
            print(f"{'worse ' if one.worse else 'change'}  {one.before or '-':>8} -> {one.now or '-':<8}  {one.id}: {one.question}")  # fmt: skip
        print(f"{len(found)} cases changed, {sum(one.worse for one in found)} for the worse")
    return 1 if any(one.worse for one in found) else 0


def checked(folder: Path, config: Path | None, *, quiet: bool, as_json: bool) -> int:
    """Print how many expected answers a second way gives too, and which it does not; 1 where one differs."""
    from nlq.evals import cases  # noqa: PLC0415
    from nlq.evals.check import check, counted  # noqa: PLC0415

    wanted = cases.read(folder)
    total = sum(bool(one.sql) for one in wanted)
    found = []
    with opt.opened(config, "duckdb") as assistant:
        for one in check(assistant, wanted, assistant.settings.warehouse):
            found.append(one)
            _progress(len(found), total)
    counts = counted(found)
    if as_json:
        shown = [] if quiet else [one.to_json() for one in found if one.agreement in ("differs", "alone")]
        print(json.dumps({"cases": len(found), **counts, "shown": shown}, ensure_ascii=False, indent=1))
    else:
        for one in () if quiet else found:
            if one.agreement in ("differs", "alone"):
                print(f"{one.agreement:<8} {one.case.id}: {one.case.question}{f' ({one.why})' if one.why else ''}")
        print(f"{len(found)} expected answers: {counts['agrees']} agree with a query of their own, {counts['read']} with the query that was read; "
              f"{counts['differs']} differ, {counts['alone']} have no second way")  # fmt: skip
    return 1 if counts["differs"] else 0


def imported(form: Format, file: Path, database: str, out: Path, asker: str) -> int:
    """Write cases of a published set; what cannot be read is said."""
    import yaml  # noqa: PLC0415 - slow to import

    from nlq.evals.public import read  # noqa: PLC0415

    cases, skipped = read(file, form, database, asker)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(yaml.safe_dump(cases, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")
    for line in skipped:
        print(f"left out  {line}", file=sys.stderr)
    print(f"{len(cases)} cases are in {out}, {len(skipped)} were left out")
    return 0


def _gate(path: Path) -> dict[str, dict[str, dict[str, int]]]:
    import tomllib  # noqa: PLC0415

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadRequest(
            f"the gate cannot be read ({type(problem).__name__})",
            where=str(path),
            fix="give a TOML file, as evals/scout/gate.toml",
        ) from None


def _rate(text: str) -> tuple[str, float]:
    from nlq.evals.score import VERDICTS  # noqa: PLC0415

    name, _, number = text.partition("=")
    try:
        rate = float(number)
    except ValueError:
        rate = -1.0
    if name not in VERDICTS or not 0 <= rate <= 1:
        raise BadRequest(f"{text!r} is no verdict and rate", where="--fail-under, --fail-over", fix=f"write right=0.9; verdicts are {', '.join(VERDICTS)}")  # fmt: skip
    return name, rate


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{of}", end="" if done < of else "\n", file=sys.stderr, flush=True)
