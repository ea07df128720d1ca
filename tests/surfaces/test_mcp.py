"""The MCP server, spoken to by the official client over stdio."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest
from helpers import ROOT
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

NLQ = str(Path(sys.executable).parent / "nlq")


def talk(home, *calls, asker="analyst@tingi", env=None):
    """The results of some calls, in one session."""

    async def work():
        server = StdioServerParameters(
            command=NLQ, args=["mcp", *(["--as", asker] if asker else [])], env={**home, **(env or {})}, cwd=ROOT
        )
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            tools = (await session.list_tools()).tools
            return tools, [await session.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(asyncio.wait_for(work(), 90))


def content(result):
    assert not result.isError, result.content
    return result.structuredContent or json.loads(result.content[0].text)


def test_its_tools_answer_as_the_assistant_does(home, assistant):
    query = {
        "metrics": ["revenue", "transactions"],
        "group_by": ["region"],
        "period": {"start": "2026-10-01", "end": "2026-10-31"},
        "limit": 3,
    }
    tools, found = talk(home, ("list_metrics", {}), ("get_dimensions", {"metrics": ["revenue"]}), ("get_dimensions", {"metrics": ["revenue", "stores"]}),
                        ("query_metrics", query), ("ask", {"question": "Show me top performing stores in NCR"}))  # fmt: skip
    assert {one.name for one in tools} == {"list_metrics", "get_dimensions", "query_metrics", "ask"}
    assert all(one.annotations.readOnlyHint and one.description for one in tools)
    metrics, reach, fewer, table, answer = map(content, found)
    assert {one["name"] for one in metrics["metrics"]} == set(assistant.model.public_metrics())
    names = {one["name"] for one in reach["dimensions"]}
    assert {"region", "store", "category", "date.month"} <= names
    assert {one["name"] for one in fewer["dimensions"]} < names
    principal = assistant.settings.principal("analyst@tingi")
    plain = {"dimensions" if name == "group_by" else name: value for name, value in query.items()}
    assert table["rows"] == json.loads(assistant.query(plain, principal).to_json_text())["rows"]
    assert (
        answer["rows"]
        == json.loads(assistant.ask("Show me top performing stores in NCR", principal).to_json_text())["rows"]
    )
    assert answer["reading"]
    assert answer["provenance"]["scope"]


def test_every_dimension_that_is_named_can_be_asked_for(home, assistant):
    _, (found,) = talk(home, ("get_dimensions", {"metrics": ["transactions"]}))
    for one in content(found)["dimensions"]:
        query = {
            "metrics": ["transactions"],
            "dimensions": [one["name"]],
            "period": {"start": "2026-11-14", "end": "2026-11-15"},
        }
        assert assistant.query(query, assistant.settings.principal("analyst@tingi")).status == "answered", one


def test_what_is_wrong_is_said_and_the_session_goes_on(home):
    _, found = talk(home, ("query_metrics", {"metrics": ["revenu"]}), ("get_dimensions", {"metrics": ["nothing"]}), ("ask", {"question": ""}),
                    ("ask", {"question": "profit by region"}), ("ask", {"question": "total sales last month"}))  # fmt: skip
    for result in found[:3]:
        assert result.isError
        assert "Traceback" not in result.content[0].text
    assert "revenue" in found[0].content[0].text
    assert content(found[3])["status"] == "declined"
    assert content(found[4])["status"] == "answered"


@pytest.mark.parametrize("asker", ["analyst@suki", "ncr-analyst@tingi"])
def test_each_asker_has_their_own_rows(home, assistant, asker):
    _, (found,) = talk(home, ("query_metrics", {"metrics": ["revenue"], "group_by": ["region"]}), asker=asker)
    expected = assistant.query({"metrics": ["revenue"], "dimensions": ["region"]}, assistant.settings.principal(asker))
    assert content(found)["rows"] == json.loads(expected.to_json_text())["rows"]


def test_an_agent_sees_no_unmasked_name(home, assistant, raw):
    """The manager's role lifts masks for the manager, not for a model that works for them."""
    names = {row[0] for row in raw.execute("SELECT full_name FROM scout.dim_customer").fetchall()}
    query = {"metrics": ["revenue"], "dimensions": ["customer"], "limit": 5}
    own = assistant.query(query, assistant.settings.principal("manager@tingi"))
    assert {row[0] for row in own.rows} - {None} <= names
    _, (found,) = talk(
        home, ("query_metrics", {"metrics": ["revenue"], "group_by": ["customer"], "limit": 5}), asker="manager@tingi"
    )
    answer = content(found)
    assert not {row[0] for row in answer["rows"]} & names
    masked = assistant.query(query, assistant.settings.principal("analyst@tingi"))
    assert (answer["status"], answer["rows"]) == (masked.status, json.loads(masked.to_json_text())["rows"])


def test_without_an_asker_it_does_not_start(home, tmp_path):
    import subprocess

    (tmp_path / "nlq.toml").write_text('as_of = "2026-11-15"\n')
    done = subprocess.run([NLQ, "mcp", "--config", str(tmp_path / "nlq.toml")], check=False, env=home, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
