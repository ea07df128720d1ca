"""Names of written SQL: against the library's own resolver, and against the same written out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from guard import queries
from guard.test_differential import CASES, MODEL, SEEDS, database, rows, tell
from guard.test_honest import QUERIES
from nlq.errors import NlqError, NotPermitted, UnsafeSql
from nlq.sql.dialect import render
from nlq.sql.kinds import kind
from nlq.sql.names import STORED
from nlq.sql.resolve import resolve_tables
from nlq.sql.total import total
from nlq.sql.types import INTEGERS, is_of
from nlq.sql.validate import parse, validate

SCHEMA = MappingSchema(
    {"scout": {name: {column: STORED[table.columns[column].type] for column in table.stored} for name, table in MODEL.tables.items()}},
    dialect="trino",
)  # fmt: skip
TEXT, MOMENT, WHOLE, REAL = (
    {"returns": exp.DataType(this=one)}
    for one in (exp.DType.VARCHAR, exp.DType.TIMESTAMP, exp.DType.INT, exp.DType.DOUBLE)
)
SAME = {"annotator": lambda self, node: self._set_type(node, node.this.type)}
# What the library says of types, what it leaves out, and that a correlation is no whole number.
KNOWN = {**Trino.EXPRESSION_METADATA, exp.Reverse: TEXT, exp.Replace: TEXT, exp.AtTimeZone: MOMENT, exp.ArgMax: SAME, exp.ArgMin: SAME,
         exp.Trunc: SAME, exp.Grouping: WHOLE, exp.DayOfMonth: WHOLE, exp.Minute: WHOLE, exp.NthValue: SAME, exp.TimeToStr: TEXT,
         exp.TimestampTrunc: SAME, exp.Filter: SAME, exp.Corr: REAL}  # fmt: skip


def ours(text):
    return validate(parse(text), MODEL)[0]


def librarys(text):
    """The same text, resolved by the library: tables by us, for the library knows no model."""
    tree = parse(text)
    resolve_tables(list(tree.walk()), MODEL)
    tree = qualify(tree, schema=SCHEMA, dialect="trino", quote_identifiers=False, identify=False)
    return annotate_types(tree, schema=SCHEMA, dialect="trino", expression_metadata=KNOWN)


def found(tree):
    """The rows of a resolved tree over everybody's data: by DuckDB, as the guard would write it."""
    return rows(database("all"), render(total(tree), "duckdb"))


def kinds(tree):
    return [(kind(one), is_of(one.unalias(), INTEGERS)) for one in tree.selects]


def agree(text):
    mine, its = ours(text), librarys(text)
    assert [one.alias_or_name for one in mine.selects] == [one.alias_or_name for one in its.selects]
    for one, other in zip(kinds(mine), kinds(its), strict=True):
        assert None in (one[0], other[0]) or one == other
    assert found(mine) == found(its)


@CASES
@given(seed=SEEDS["seed"])
def test_a_drawn_query_means_what_the_library_takes_it_for(seed):
    text = queries.query(seed)
    tell(text)
    agree(text)


@pytest.mark.parametrize("one", QUERIES, ids=[one["id"] for one in QUERIES])
def test_an_honest_query_means_what_the_library_takes_it_for(one):
    try:
        total(ours(one["sql"]))
    except UnsafeSql:
        assert "refused" in one
    else:
        agree(one["sql"])


@pytest.mark.parametrize(
    ("text", "by_hand"),
    [
        # A name of the SELECT list where Trino has none: what stands under it, unless a column is called so.
        ("SELECT upper(city) AS town, count(*) AS n FROM dim_store GROUP BY town HAVING n > 1",
         "SELECT upper(s.city) AS town, count(*) AS n FROM scout.dim_store AS s GROUP BY upper(s.city) HAVING count(*) > 1"),
        ("SELECT lower(region) AS region, count(*) AS n FROM dim_store GROUP BY region",
         "SELECT lower(s.region) AS region, count(*) AS n FROM scout.dim_store AS s GROUP BY s.region"),
        ("SELECT lower(region) AS region, count(*) AS n FROM dim_store GROUP BY dim_store.region HAVING region = 'NCR'",
         "SELECT lower(s.region) AS region, count(*) AS n FROM scout.dim_store AS s GROUP BY s.region HAVING s.region = 'NCR'"),
        ("SELECT region, sum(latitude) AS latitude FROM dim_store GROUP BY region HAVING latitude > 20",
         "SELECT s.region, sum(s.latitude) AS latitude FROM scout.dim_store AS s GROUP BY s.region HAVING sum(s.latitude) > 20"),
        ("SELECT region, max(latitude) AS latitude FROM dim_store GROUP BY region HAVING sum(latitude) > 20",
         "SELECT s.region, max(s.latitude) AS latitude FROM scout.dim_store AS s GROUP BY s.region HAVING sum(s.latitude) > 20"),
        ("SELECT latitude * 2 AS twice, twice + 1 AS more FROM dim_store WHERE twice > 20",
         "SELECT s.latitude * 2 AS twice, s.latitude * 2 + 1 AS more FROM scout.dim_store AS s WHERE s.latitude * 2 > 20"),
        ("SELECT latitude - 1 AS less, 2 * less AS twice FROM dim_store",
         "SELECT s.latitude - 1 AS less, 2 * (s.latitude - 1) AS twice FROM scout.dim_store AS s"),
        # By place.
        ("SELECT 1 AS one, region, count(*) FROM dim_store GROUP BY 2 ORDER BY 3 DESC, 2",
         "SELECT 1, s.region, count(*) FROM scout.dim_store AS s GROUP BY s.region"),
        # ORDER BY: the names of the result before those of FROM.
        ("SELECT store_id, -latitude AS latitude FROM dim_store ORDER BY latitude, store_id LIMIT 3",
         "SELECT s.store_id, -s.latitude FROM scout.dim_store AS s ORDER BY -s.latitude, s.store_id LIMIT 3"),
        ("SELECT store_id, -latitude AS latitude FROM dim_store ORDER BY latitude * 2, store_id LIMIT 3",
         "SELECT s.store_id, -s.latitude FROM scout.dim_store AS s ORDER BY -s.latitude, s.store_id LIMIT 3"),
        ("SELECT region, count(*) AS n FROM dim_store GROUP BY region ORDER BY max(latitude) DESC LIMIT 1",
         "SELECT s.region, count(*) FROM scout.dim_store AS s GROUP BY s.region ORDER BY max(s.latitude) DESC LIMIT 1"),
        # Sub-queries see what is around them; what is nearest comes first, and a column before a name of the SELECT list.
        ("SELECT short_name FROM regions WHERE EXISTS (SELECT 1 FROM dim_store WHERE region = region_code)",
         "SELECT r.short_name FROM scout.regions AS r WHERE r.region_code IN (SELECT s.region FROM scout.dim_store AS s)"),
        ("SELECT region_code, (SELECT count(*) FROM dim_store AS s WHERE s.region = region_code AND short_name <> 'x') AS n FROM regions",
         "SELECT r.region_code, count(s.region) FROM scout.regions AS r LEFT JOIN scout.dim_store AS s ON s.region = r.region_code GROUP BY 1"),
        ("SELECT region FROM dim_store AS o WHERE latitude = (SELECT max(latitude) FROM dim_store AS i WHERE i.region = o.region)",
         "SELECT region FROM (SELECT *, rank() OVER (PARTITION BY region ORDER BY latitude DESC) AS place FROM scout.dim_store) WHERE place = 1"),
        ("SELECT short_name FROM regions AS r WHERE (SELECT max('x') AS short_name FROM dim_store WHERE region = r.region_code AND short_name = r.short_name) = 'x'",
         "SELECT r.short_name FROM scout.regions AS r WHERE r.region_code IN (SELECT s.region FROM scout.dim_store AS s)"),
        # A CTE hides a table of its name, but only after itself; a derived table may rename what it gives.
        ("WITH dim_store AS (SELECT region FROM dim_store) SELECT count(*) FROM dim_store", "SELECT count(*) FROM scout.dim_store"),
        ("SELECT n, place FROM (SELECT count(*), region FROM dim_store GROUP BY region) AS x (n, place)",
         "SELECT count(*), s.region FROM scout.dim_store AS s GROUP BY s.region"),
        ("WITH x (a, b) AS (SELECT region, max(city) FROM dim_store GROUP BY region ORDER BY region LIMIT 2) SELECT b, a FROM x",
         "SELECT max(s.city), s.region FROM scout.dim_store AS s GROUP BY s.region ORDER BY s.region LIMIT 2"),
        ("WITH x (a) AS (SELECT region FROM dim_store UNION SELECT 'none') SELECT a FROM x ORDER BY a",
         "SELECT DISTINCT s.region FROM scout.dim_store AS s UNION ALL SELECT 'none'"),
        ("SELECT a FROM (SELECT (SELECT max(city) FROM dim_store)) AS x (a)", "SELECT max(s.city) FROM scout.dim_store AS s"),
        ("SELECT x.n FROM (SELECT count(*) AS n FROM dim_store) AS x JOIN (SELECT 27 AS n) ON TRUE", "SELECT 27"),
        # USING: a column of whichever side has a row; a second USING joins what the first gave.
        ("SELECT region, count(*) FROM (SELECT DISTINCT region FROM dim_store) FULL JOIN (SELECT 'R99' AS region) USING (region) GROUP BY region",
         "SELECT region, 1 FROM (SELECT DISTINCT s.region FROM scout.dim_store AS s UNION ALL SELECT 'R99')"),
        ("SELECT k, b, c FROM (SELECT 1 AS k, 'a' AS a) x RIGHT JOIN (SELECT 2 AS k, 'b' AS b) y USING (k) JOIN (SELECT 2 AS k, 'c' AS c) z USING (k)",
         "SELECT 2, 'b', 'c'"),
        ("SELECT * FROM (SELECT 'a' AS a, 1 AS k) x JOIN (SELECT 'b' AS b, 1 AS k) y USING (k)", "SELECT 1, 'a', 'b'"),
        ("SELECT city FROM dim_store UNION SELECT region FROM dim_store ORDER BY length(city) DESC, city LIMIT 1",
         "SELECT n FROM (SELECT city AS n FROM scout.dim_store UNION SELECT region FROM scout.dim_store) ORDER BY length(n) DESC, n LIMIT 1"),
        # Stars.
        ("SELECT r.* FROM regions AS r JOIN (SELECT DISTINCT region FROM dim_store) AS s ON s.region = r.region_code",
         "SELECT * FROM scout.regions WHERE region_code IN (SELECT region FROM scout.dim_store)"),
        # A table by its schema, and names in whatever case.
        ("SELECT scout.dim_store.region, count(*) FROM scout.dim_store GROUP BY scout.dim_store.region",
         "SELECT s.region, count(*) FROM scout.dim_store AS s GROUP BY s.region"),
        ('SELECT D."REGION", Count(*) FROM DIM_STORE AS "d" GROUP BY d.Region', "SELECT s.region, count(*) FROM scout.dim_store AS s GROUP BY s.region"),
        # Windows by name, and figures of figures in a window.
        ("SELECT DISTINCT region, count(*) OVER w AS n FROM dim_store WINDOW w AS (PARTITION BY region)",
         "SELECT s.region, count(*) FROM scout.dim_store AS s GROUP BY s.region"),
        ("SELECT region, count(*) AS n, sum(n) OVER () AS every FROM dim_store GROUP BY region",
         "SELECT s.region, count(*), (SELECT count(*) FROM scout.dim_store) FROM scout.dim_store AS s GROUP BY s.region"),
    ],
)  # fmt: skip
def test_a_name_means_what_is_written_out_here(text, by_hand):
    assert found(ours(text)) == rows(database("all"), by_hand)


MEANS_NOTHING = [
    ("SELECT manager FROM dim_store", "no column manager that you may read here"),
    ("SELECT s.manager FROM dim_store AS s", "no column manager"),
    ("SELECT x.region FROM dim_store AS s", "no column region"),
    ("SELECT dim_store.region FROM dim_store AS s", "no column region"),
    ("SELECT bronze.dim_store.region FROM dim_store", "no column region"),
    ("SELECT scout.dim_store.region FROM dim_store AS a JOIN dim_store AS b ON a.store_id = b.store_id", "no column region"),
    ("SELECT region FROM dim_store AS a JOIN dim_customer AS b ON a.org_id = b.org_id", "no column region"),
    ("SELECT a.store_id FROM dim_store AS a JOIN dim_customer AS b ON a.org_id = c.org_id JOIN regions AS c ON TRUE", "no column org_id"),
    ("SELECT 1 FROM (SELECT region FROM dim_store) AS x JOIN (SELECT x.region) AS y ON TRUE", "no column region"),
    ("SELECT a.store_id FROM dim_store AS a JOIN regions AS b USING (region)", "no column region"),
    ("SELECT x.a FROM (SELECT 1 AS a, 2 AS a) AS x", "no column a"),
    ("SELECT 1 AS a, 2 AS a FROM dim_store ORDER BY a", "no column a"),
    ("SELECT max(latitude) AS most, sum(most) FROM dim_store", "no column most"),
    ("SELECT max(latitude) AS most FROM dim_store GROUP BY most", "no column most"),
    ("SELECT later AS a, 1 AS later FROM dim_store", "no column later"),
    ("SELECT city FROM dim_store UNION SELECT region FROM dim_store ORDER BY region", "no column region"),
    ("WITH x AS (SELECT * FROM y), y AS (SELECT 1 AS a) SELECT a FROM x", "no table y"),
    ("WITH x AS (SELECT a FROM x) SELECT a FROM x", "no table x"),
]  # fmt: skip
CONTRADICTS = [
    ("SELECT * FROM (SELECT 1 AS a, 2 AS a) AS x", "two columns called a"),
    ("SELECT * EXCEPT (a) FROM (SELECT 1 AS a) AS x", "stands for no column"),
    ("SELECT x.* FROM dim_store AS s", "no x in FROM"),
    ("SELECT 1 FROM dim_store AS a, regions AS a", "a stands twice in FROM"),
    ("SELECT 1 FROM dim_store AS a (b, c)", "are not renamed"),
    ("SELECT a FROM (SELECT region, city FROM dim_store) AS x (a)", "1 names stand for 2 columns"),
    ("SELECT region FROM dim_store UNION SELECT region, city FROM dim_store", "one side has 1 columns, the other 2"),
    ("SELECT region FROM dim_store ORDER BY 2", "no column 2 in the SELECT list"),
    ("SELECT region FROM dim_store GROUP BY 0", "no column 0 in the SELECT list"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said", "refusal"),
    [(*one, NotPermitted) for one in MEANS_NOTHING] + [(*one, UnsafeSql) for one in CONTRADICTS],
)
def test_names_that_mean_nothing_or_contradict_each_other_are_refused(text, said, refusal):
    with pytest.raises(refusal) as caught:
        ours(text)
    assert said in str(caught.value)


def test_a_refusal_says_where_the_name_stands():
    with pytest.raises(NlqError) as caught:
        ours("SELECT region,\n  manager FROM dim_store")
    assert caught.value.where == "line 2, column 3"


def test_every_allowed_value_has_a_type():
    """Values that engines read as something else than they are would not be made total."""
    tree = ours(
        "SELECT grouping(region) AS a, max(city) FILTER (WHERE region <> 'NCR') AS b, NULL AS c FROM dim_store GROUP BY region"
    )
    assert [kind(one) for one in tree.selects] == ["number", "text", None]
    assert all(one.type is not None for one in tree.find_all(exp.Column))
