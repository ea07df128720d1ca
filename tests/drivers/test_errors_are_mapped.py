"""Every error class of the clients' becomes one of ours, and none of their texts is what an asker sees."""

from __future__ import annotations

import inspect

import asyncpg
import pytest
import requests
from trino import exceptions

from nlq.drivers import asyncpg as postgres
from nlq.drivers import trino as cluster
from nlq.errors import EngineDown, NlqError, TimedOut

SECRET = "a value of someone else"
POSTGRES = [
    one
    for _, one in inspect.getmembers(asyncpg.exceptions, inspect.isclass)
    if issubclass(one, (asyncpg.PostgresError, asyncpg.InterfaceError))
]
TRINO = [
    one
    for _, one in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(one, Exception) and not issubclass(one, exceptions.TrinoQueryError)
]


@pytest.mark.parametrize("kind", POSTGRES, ids=lambda kind: kind.__name__)
def test_postgres(kind):
    found = postgres.mapped(kind(SECRET), timeout_s=1)
    assert isinstance(found, NlqError)
    assert SECRET not in found.public


@pytest.mark.parametrize("kind", [*TRINO, requests.ConnectionError, requests.Timeout], ids=lambda kind: kind.__name__)
def test_trino(kind):
    found = cluster.mapped(kind(SECRET), timeout_s=1)
    assert isinstance(found, NlqError)
    assert SECRET not in found.public


@pytest.mark.parametrize(("name", "kind", "expected"), [
    ("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", TimedOut), ("USER_CANCELED", "USER_ERROR", TimedOut),
    ("NO_NODES_AVAILABLE", "INSUFFICIENT_RESOURCES", EngineDown), ("JDBC_ERROR", "EXTERNAL", EngineDown),
    ("DIVISION_BY_ZERO", "USER_ERROR", NlqError), ("GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", NlqError),
])  # fmt: skip
def test_trinos_own_errors(name, kind, expected):
    problem = exceptions.TrinoQueryError({"errorName": name, "errorType": kind, "message": SECRET}, "id")
    found = cluster.mapped(problem, timeout_s=1)
    assert isinstance(found, expected)
    assert SECRET not in found.public
