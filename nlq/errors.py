"""The tree of deliberate errors: everything nlq says no with, on one page.

An error answers what happened, where, and how to mend it. `str(error)` is for logs, operators and people at a
terminal; `error.public` is what an asker sees. `code` is stable: programs and tests match codes, never prose.

    NlqError
      BadRequest         the caller's input is wrong (exit 2)        SettingsError, ModelError, Unauthenticated
      Declined           understood, and not answered (exit 4)       NoMetric, OutOfScope, NoData, TierDown, Refused
        Refused          the guard said no                           NotPermitted, UnsafeSql, TooExpensive
      Failed             we could not (exit 1)                       TimedOut, EngineDown, WarehouseError, Internal
"""

from __future__ import annotations


class NlqError(Exception):
    """Base of every deliberate error.

    `where` is a place that a person can open (file:line:column, a field's name, a setting); `fix` is what to do about it.
    `public` is the only text that may leave the service, with the `fix` of what is refused; it defaults to the sentence of `what`.
    """

    code = "internal"

    def __init__(self, what: str, *, where: str = "", fix: str = "", public: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix
        self.public = public or what

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  at   {self.where}")
        if self.fix:
            lines.append(f"  fix  {self.fix}")
        return "\n".join(lines)


class BadRequest(NlqError):
    """The caller's input is wrong: an unknown metric, an empty question, a file that is not JSON."""

    code = "bad_request"


class SettingsError(BadRequest):
    """A setting is unknown or malformed."""


class Unauthenticated(BadRequest):
    """There is no token, or it does not hold; what exactly is wrong with a forged one is nobody's business."""

    code = "unauthenticated"


class ModelError(BadRequest):
    """The semantic layer is wrong. One error holds every problem that was found, each with its own place and fix."""

    def __init__(self, problems: tuple[NlqError, ...]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.what, where=first.where, fix=first.fix)

    def __str__(self) -> str:
        return "\n\n".join(str(problem) for problem in self.problems)


class Declined(NlqError):
    """The question was read and is not answered, on purpose."""

    code = "out_of_scope"


class NoMetric(Declined):
    """The model has no metric for what was asked."""

    code = "no_metric"


class OutOfScope(Declined):
    """Not a question about this data, or one that nlq cannot read safely."""

    code = "out_of_scope"


class NoData(Declined):
    """The period lies wholly outside the data."""

    code = "no_data"


class Refused(Declined):
    """The guard refuses: base of what `Assistant.scope` raises."""

    code = "not_permitted"


class NotPermitted(Refused):
    """Forbidden, or not there: the two are told apart nowhere that an asker can see."""

    code = "not_permitted"


class UnsafeSql(Refused):
    """Something other than one read-only SELECT over allowed constructs."""

    code = "unsafe_sql"


class TooExpensive(Refused):
    """Over a limit on size, depth or cost."""

    code = "too_expensive"


class Failed(NlqError):
    """We could not; the fault is not the asker's."""

    code = "internal"


class TimedOut(Failed):
    """The engine was interrupted at the statement's time limit."""

    code = "timeout"


class TierDown(Declined):
    """The engine that this needs is not there; another could answer something else."""

    code = "engine_down"


class EngineDown(Failed):
    """The engine, or the file that it reads, is not there."""

    code = "engine_down"


class WarehouseError(Failed):
    """Building, loading or transforming the warehouse failed; nothing half-written was left behind."""

    code = "warehouse"


class Internal(Failed):
    """A fault of ours. The detail goes to the log, never to the asker."""

    code = "internal"

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what, where=where, fix=fix, public="something went wrong on our side; it has been logged")
