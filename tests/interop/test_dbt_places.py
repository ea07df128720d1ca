"""Where dbt puts its models: recorded from the manifest of `dbt parse` (dbt-core 1.11.16) over the same files."""

from __future__ import annotations

import pytest
import yaml

from nlq.drivers.duckdb import connect
from nlq.semantics.interop.dbt_import import DbtImport, Source
from nlq.semantics.interop.policies import Policy
from nlq.warehouse.catalog import Relations, open_catalog

PROJECT = {
    "name": "shop", "version": "1.0", "config-version": 2, "profile": "shop",
    "models": {"shop": {"+schema": "base", "marts": {"+schema": "marts", "core": {"+alias": "wide_orders"}}, "staging": {"schema": "staging"}}},
    "seeds": {"shop": {"+schema": "seeds"}},
}  # fmt: skip
FILES = {
    "models/plain.sql": "select 1 as id",
    "models/marts/core/orders.sql": "select 1 as id",
    "models/staging/customers.sql": "{{ config(materialized='table', alias='people') }} select 1 as id",
    "models/marts/things.sql": "{{ config(\n   schema='special',\n   alias=\"odd\"\n) }}\nselect 1 as id",
    "models/marts/said.sql": "select 1 as id",
    "seeds/kinds.csv": "id\n1\n",
}
SAID = [{"name": "said", "config": {"schema": "by_yaml", "alias": "told"}}, {"name": "things", "config": {"schema": "lost", "alias": "lost"}}]  # fmt: skip
RECORDED = {
    "plain": ("main_base", "plain"), "said": ("main_by_yaml", "told"), "things": ("main_special", "odd"), "orders": ("main_marts", "wide_orders"),
    "customers": ("main_staging", "people"), "kinds": ("main_seeds", "kinds"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path):
    """The project's folder, with a semantic model over each of its tables."""
    place = tmp_path / "shop"
    for name, text in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    models = [{"name": f"the_{name}", "model": f"ref('{name}')", "entities": [{"name": name, "type": "primary", "expr": "id"}],
               "measures": [{"name": f"n_{name}", "agg": "count", "expr": "id", "create_metric": True}]} for name in RECORDED]  # fmt: skip
    (place / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT), encoding="utf-8")
    (place / "models" / "said.yml").write_text(
        yaml.safe_dump({"models": SAID, "semantic_models": models}), encoding="utf-8"
    )
    return place


def sources(made):
    header = made.files["model.yml"]["model"]["schema"]
    found = {one["name"].removeprefix("the_"): one.get("source", one["name"]) for one in made.files["tables.yml"]["tables"]}  # fmt: skip
    return {name: source if "." in source else f"{header}.{source}" for name, source in found.items()}


def test_aliases_and_schemas_are_where_dbt_has_them(project):
    made = DbtImport(project, Source(policy=Policy(shared=True))).finished()
    assert sources(made) == {name: ".".join(place) for name, place in RECORDED.items()}
    assert not [one for one in made.issues if one.code in ("review", "not_read")]


def test_columns_are_looked_up_in_the_schema_of_each(project, tmp_path):
    with connect(str(tmp_path / "shop.duckdb")) as connection:
        for schema, table in RECORDED.values():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            connection.execute(f"CREATE TABLE {schema}.{table} (id BIGINT)")
        connection.execute("DROP TABLE main_special.odd; CREATE TABLE main.odd (id BIGINT)")
    with open_catalog(f"duckdb://{tmp_path / 'shop.duckdb'}", "main") as catalog:
        made = DbtImport(project, Source(policy=Policy(shared=True), types=Relations(catalog))).finished()
    lost = [one.what for one in made.issues if one.code == "unknown_reference"]
    assert lost == ["the database has no table main_special.odd"]
    kinds = {one["name"]: one["columns"]["id"] for one in made.files["tables.yml"]["tables"] if one["columns"]}
    assert kinds["the_orders"] == {"type": "integer"}


def test_names_of_schemas_that_a_project_makes_itself_are_taken_and_said(project):
    (project / "macros").mkdir()
    (project / "macros" / "names.sql").write_text(
        "{% macro generate_schema_name(custom_schema_name, node) -%}{{ custom_schema_name }}{%- endmacro %}",
        encoding="utf-8",
    )
    (project / "models" / "plain.sql").write_text("{{ config(alias=var('called')) }} select 1 as id", encoding="utf-8")
    made = DbtImport(project, Source(policy=Policy(shared=True))).finished()
    assert sources(made)["orders"] == "marts.wide_orders"
    assert [one.where for one in made.issues if one.code == "review"] == ["models/plain.sql", "generate_schema_name"]
