"""The documentation is true: its commands run, its code runs, its tables are complete."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nlq import errors
from nlq.settings import SETTINGS, VARIABLES

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NLQ = str(Path(sys.executable).parent / "nlq")


def blocks(language):
    """Every fenced block of a language, with its page."""
    for page in PAGES:
        for body in re.findall(
            rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        ):
            yield page.name, body


def commands():
    for page, body in blocks("bash"):
        for line in body.splitlines():
            command, _, said = line.partition("  #")
            if command.startswith("nlq "):
                wanted = re.search(r"exits (\d)", said)
                yield pytest.param(
                    command.strip(), int(wanted.group(1)) if wanted else 0, id=f"{page}: {command.strip()[:60]}"
                )


@pytest.mark.parametrize(("command", "code"), list(commands()))
def test_commands_run(command, code, home):
    done = subprocess.run(
        [NLQ, *shlex.split(command)[1:]], check=False, cwd=ROOT, env=home, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize(("page", "body"), list(blocks("python")))
def test_python_runs(page, body, home):
    done = subprocess.run(
        [sys.executable, "-c", body], check=False, cwd=ROOT, env=home, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{page}: {done.stderr}"


@pytest.mark.parametrize(("page", "body"), list(blocks("json")))
def test_queries_run(page, body, assistant):
    answer = assistant.query(json.loads(body), assistant.settings.principal(None))
    assert answer.rows, page


def test_every_setting_is_described():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name in SETTINGS:
        assert f"| `{name}` |" in text, name
        assert VARIABLES.get(name, "–") in text, name


def test_every_error_code_is_described():
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.NlqError)]
    assert not [one.code for one in kinds if f"| `{one.code}` |" not in text]


def test_every_code_of_what_an_import_does_not_carry_is_described():
    from nlq.semantics.interop.carried import CODES

    text = (ROOT / "docs" / "interchange.md").read_text(encoding="utf-8")
    assert not [code for code in CODES if f"| {code} |" not in text]


def test_every_link_leads_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_schema_that_editors_read_is_current(home):
    done = subprocess.run([NLQ, "model", "schema"], check=True, cwd=ROOT, env=home, capture_output=True, text=True)
    assert json.loads((ROOT / "docs" / "model.schema.json").read_text(encoding="utf-8")) == json.loads(done.stdout)
