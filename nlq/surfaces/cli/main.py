"""`nlq`: the commands. Everything that is slow to import is imported where it is used."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import TYPE_CHECKING, Annotated

import typer

from nlq.errors import BadRequest, Declined, NlqError
from nlq.surfaces.cli import options as opt
from nlq.surfaces.cli.commands_audit import audit_app
from nlq.surfaces.cli.commands_eval import eval_app
from nlq.surfaces.cli.commands_model import model_app, rollup_app
from nlq.surfaces.cli.commands_policy import policy_app
from nlq.surfaces.cli.commands_warehouse import warehouse_app

if TYPE_CHECKING:
    from nlq.values import Answer
    from nlq.values.pipeline import Planner

EXIT = {"answered": 0, "failed": 1, "clarify": 3, "declined": 4}
FIRST_QUESTION = "Show me top performing stores in NCR"

app = typer.Typer(
    name="nlq", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Questions in plain words to figures that can be trusted. Exit codes: 0 answered, 1 failed, 2 usage, 3 asked back, 4 declined.",
)  # fmt: skip
app.add_typer(model_app, name="model")
app.add_typer(warehouse_app, name="warehouse")
app.add_typer(rollup_app, name="rollup")
app.add_typer(policy_app, name="policy")
app.add_typer(audit_app, name="audit")
app.add_typer(eval_app, name="eval")


def run() -> None:
    """The program: errors as sentences on stderr, and their exit codes. `--debug` anywhere shows the traceback."""
    gc.disable()  # one answer makes little garbage, and collecting takes a tenth of its time; what loops turns it on again
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them reads every installed package's metadata
    debug = "--debug" in sys.argv
    arguments = [one for one in sys.argv[1:] if one != "--debug"]
    try:
        code = app(args=arguments, standalone_mode=False)
    except NlqError as problem:
        if debug:
            raise
        print(f"nlq: {problem}", file=sys.stderr)
        code = 2 if isinstance(problem, BadRequest) else 4 if isinstance(problem, Declined) else 1
    except KeyboardInterrupt:
        print("\nnlq: stopped", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as problem:  # noqa: BLE001 - the last door: a sentence instead of a traceback
        code = _unexpected(problem, debug=debug)
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(problem: Exception, *, debug: bool) -> int:
    """Click's own usage errors say what is wrong; anything else is a fault of ours, said without a traceback."""
    show = getattr(problem, "show", None)
    if callable(show):
        show()
        return int(getattr(problem, "exit_code", 2))
    if type(problem).__name__ == "Abort":
        print("nlq: stopped", file=sys.stderr)
        return 130
    if debug:
        raise problem
    print(f"nlq: something went wrong on our side ({type(problem).__name__}); --debug shows where", file=sys.stderr)
    return 1


@app.command()
def demo(
    format_: opt.Format = opt.Shape.table, scale: opt.Scale = 1.0, seed: opt.Seed = 2026, config: opt.Config = None
) -> None:
    """Build the demo warehouse (once) and answer "Show me top performing stores in NCR"."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.surfaces.cli.build import ensure_demo  # noqa: PLC0415

    settings = load(config)
    ensure_demo(settings, scale=scale, seed=seed)
    _finish(_ask_one(FIRST_QUESTION, None, None, "auto", config, explain=False, conversation=None), format_)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; without it, and on a terminal, a prompt opens.")] = None,
    as_: opt.As = None, as_of: opt.AsOf = None, engine: opt.EngineName = opt.Engine.auto, format_: opt.Format = opt.Shape.table,
    explain: opt.Explain = False, planner: opt.Planner = None, conversation: opt.Conversation = None,
    lines: opt.Lines = None, config: opt.Config = None,
) -> None:  # fmt: skip
    """Answer a question in words."""
    who = opt.planner(planner)
    if lines is not None:
        from nlq.surfaces.cli.lines import answer_lines  # noqa: PLC0415

        answer_lines("question", lines, as_, as_of, engine.value, config, planner=who, explain=explain)
        return
    if question is None:
        if not sys.stdin.isatty():
            raise BadRequest("there is no question", where="QUESTION", fix='nlq ask "total sales last month"')
        from nlq.surfaces.cli.prompt import converse  # noqa: PLC0415

        converse(as_, as_of, engine.value, format_.value, config)
        return
    answer = _ask_one(
        question, as_, as_of, engine.value, config, explain=explain, conversation=conversation, planner=who
    )
    _finish(answer, format_)


@app.command()
def query(
    source: Annotated[str, typer.Argument(metavar="FILE|JSON", help="A SemanticQuery: JSON, a file of it, or - for stdin.")],
    as_: opt.As = None, as_of: opt.AsOf = None, engine: opt.EngineName = opt.Engine.auto, format_: opt.Format = opt.Shape.table,
    explain: opt.Explain = False, config: opt.Config = None,
) -> None:  # fmt: skip
    """Run a SemanticQuery."""
    from nlq.surfaces.cli.inputs import read_json  # noqa: PLC0415

    plain = read_json(source)
    with opt.opened(config, engine.value) as assistant, opt.working():
        principal, day = opt.asker(assistant.settings, as_), opt.day(as_of)
        answer = assistant.query(plain, principal, as_of=day, explain=explain)
    _finish(answer, format_)


@app.command()
def sql(
    text: Annotated[str | None, typer.Argument(metavar="SQL|FILE|-", help="One SELECT in Trino's SQL, a file of it, or - for stdin.")] = None,
    as_: opt.As = None, as_of: opt.AsOf = None, engine: opt.EngineName = opt.Engine.auto, format_: opt.Format = opt.Shape.table,
    explain: opt.Explain = False, lines: opt.Lines = None, config: opt.Config = None,
) -> None:  # fmt: skip
    """Run SQL through the guard: only your rows leave."""
    if lines is not None:
        from nlq.surfaces.cli.lines import answer_lines  # noqa: PLC0415

        answer_lines("sql", lines, as_, as_of, engine.value, config, explain=explain)
        return
    from nlq.surfaces.cli.inputs import read_sql  # noqa: PLC0415

    statement = read_sql(text)
    with opt.opened(config, engine.value) as assistant, opt.working():
        answer = assistant.sql(statement, opt.asker(assistant.settings, as_), as_of=opt.day(as_of), explain=explain)
    _finish(answer, format_)


@app.command(name="compile")
def compile_(
    source: Annotated[str, typer.Argument(metavar="FILE|JSON", help="A SemanticQuery: JSON, a file of it, or - for stdin.")],
    dialect: Annotated[opt.Dialect, typer.Option(help="The dialect to write.")] = opt.Dialect.trino,
    scoped: Annotated[bool, typer.Option("--scoped", help="With the asker's policy in it.")] = False,
    as_: opt.As = None, as_of: opt.AsOf = None, engine: opt.EngineName = opt.Engine.auto,
    format_: opt.Format = opt.Shape.table, explain: opt.Explain = False, config: opt.Config = None,
) -> None:  # fmt: skip
    """Print the SQL of a SemanticQuery; nothing is run. --explain adds which table was chosen, and why."""
    from nlq.surfaces.cli.inputs import read_json  # noqa: PLC0415

    plain = read_json(source)
    with opt.opened(config, engine.value) as assistant:
        if format_ is opt.Shape.json:
            _finish(
                assistant.query(plain, opt.asker(assistant.settings, as_), as_of=opt.day(as_of), explain=True), format_
            )
            return
        statement = assistant.compile(plain)
        if scoped:
            from nlq.policy.scope import scope  # noqa: PLC0415

            asker = assistant.keyed(opt.asker(assistant.settings, as_))
            print(scope(statement, asker, assistant.model).sql(dialect.value)[0])
        else:
            print(statement.sql(dialect.value))
        if explain:
            for reason in statement.lineage.why:
                print(f"-- {reason}")


@app.command()
def mcp(as_: opt.As = None, engine: opt.EngineName = opt.Engine.auto, config: opt.Config = None) -> None:
    """Serve tools to agents over stdio (MCP), as one asker: --as in a demo, else NLQ_TOKEN."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.surfaces.mcp import serve  # noqa: PLC0415

    settings = load(config)
    serve(settings, opt.asker(settings, as_), engine.value)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port.")] = 8_080,
    demo: Annotated[bool, typer.Option("--demo", help="No tokens: the page chooses one of the demo's askers. This machine only.")] = False,
    engine: opt.EngineName = opt.Engine.auto, config: opt.Config = None,
) -> None:  # fmt: skip
    """Serve the chat page and the REST API. Tokens say who asks; without a way to verify them it does not start, but with --demo."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.surfaces.rest.serve import serve as run_service  # noqa: PLC0415

    settings = load(config)
    if demo and not settings.server_url and not settings.warehouse.exists():
        from nlq.surfaces.cli.build import ensure_demo  # noqa: PLC0415

        ensure_demo(settings, scale=1.0, seed=2026)
    run_service(settings, host, port, demo=demo, engine=engine.value)


@app.command()
def slack(
    host: Annotated[str, typer.Option(help="The address to listen on, without socket mode.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port.")] = 8_081,
    engine: opt.EngineName = opt.Engine.auto, config: opt.Config = None,
) -> None:  # fmt: skip
    """Serve the Slack bot: in socket mode with SLACK_APP_TOKEN, else by HTTP with SLACK_SIGNING_SECRET."""
    from nlq.settings import load  # noqa: PLC0415
    from nlq.surfaces.slack.app import serve as run_bot  # noqa: PLC0415

    run_bot(load(config), host, port, engine.value)


@app.command()
def doctor(format_: opt.Format = opt.Shape.table, config: opt.Config = None) -> None:
    """Show every dependency: is it reachable, and what to do if not."""
    from nlq.surfaces.cli.doctor import examine  # noqa: PLC0415

    raise typer.Exit(examine(config, as_json=format_ is opt.Shape.json))


def _ask_one(question: str, as_: str | None, as_of: str | None, engine: str, config: Path | None, *, explain: bool,
             conversation: str | None, planner: Planner = "") -> Answer:  # fmt: skip
    from nlq.values.given import check_text  # noqa: PLC0415

    check_text(question)
    with opt.opened(config, engine, converses=bool(conversation)) as assistant, opt.working():
        principal = opt.asker(assistant.settings, as_)
        return assistant.ask(
            question,
            principal,
            as_of=opt.day(as_of),
            conversation_id=conversation or "",
            planner=planner,
            explain=explain,
        )


def _finish(answer: Answer, format_: opt.Shape) -> None:
    """Print an answer and leave with its code."""
    from nlq.surfaces.cli.render import render  # noqa: PLC0415

    render(answer, format_.value)
    raise typer.Exit(EXIT[answer.status])
