"""Names resolved against the model: every table in its schema, every column with its table and type, stars expanded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.errors import OptimizeError

from nlq.errors import NotPermitted, UnsafeSql
from nlq.sql.allowed import RETURNS

if TYPE_CHECKING:
    from sqlglot.schema import MappingSchema

    from nlq.semantics.model import SemanticModel

KINDS = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "decimal": "DECIMAL(38, 2)", "boolean": "BOOLEAN",
         "date": "DATE", "timestamp": "TIMESTAMPTZ", "datetime": "TIMESTAMP", "array": "ARRAY(VARCHAR)", "json": "JSON"}  # fmt: skip


def is_cte(table: exp.Table) -> bool:
    """Whether an unqualified name is a CTE where it stands: one of its own WITH defined before, or of one around it."""
    if table.args.get("db") or table.args.get("catalog"):
        return False
    inside: exp.Expr = table
    holder = table.parent
    while holder is not None:
        clause = holder.args.get("with_")
        if clause is not None:
            for cte in clause.expressions:
                if cte is inside or (isinstance(inside, exp.With) and _holds(cte, table)):
                    break  # a CTE does not see itself, nor those after it
                if cte.alias == table.name:
                    return True
        inside, holder = holder, holder.parent
    return False


def _holds(ancestor: exp.Expr, node: exp.Expr) -> bool:
    while node is not None and node is not ancestor:
        node = node.parent  # type: ignore[assignment]
    return node is ancestor


def resolve_tables(tree: exp.Expr, model: SemanticModel) -> None:
    """Fold names as the dialect does, and give every base table its schema; one that is not in the model is refused."""
    from sqlglot.optimizer.normalize_identifiers import normalize_identifiers  # noqa: PLC0415 - slow to import

    for table in tree.find_all(exp.Table):
        if any(part.args.get("quoted") and part.name != part.name.lower() for part in table.parts):
            raise no_table(table.name)  # a quoted name is taken as it is written
    normalize_identifiers(tree, dialect="trino")
    schema = model.header.schema_
    for table in list(tree.find_all(exp.Table)):
        if is_cte(table):
            continue
        if table.db not in ("", schema) or table.name not in model.tables:
            raise no_table(table.name)
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("db", exp.to_identifier(schema))


def resolve_columns(tree: exp.Expr, model: SemanticModel) -> exp.Expr:
    """Every column with its table, stars expanded, types known."""
    from sqlglot.optimizer.annotate_types import annotate_types  # noqa: PLC0415 - slow to import
    from sqlglot.optimizer.qualify import qualify  # noqa: PLC0415 - slow to import

    schema = _schema(model)
    try:
        tree = qualify(tree, schema=schema, dialect="trino", quote_identifiers=False, identify=False,
                       validate_qualify_columns=True)  # fmt: skip
        return annotate_types(tree, schema=schema, dialect="trino", expression_metadata=_metadata())
    except OptimizeError as problem:
        raise _no_column(problem) from None
    except RecursionError:
        raise
    except Exception:  # noqa: BLE001 - as above
        raise UnsafeSql(
            "the SQL cannot be resolved", fix="give every table an alias and every column its table"
        ) from None


def _schema(model: SemanticModel) -> MappingSchema:
    """A model's stored columns as the library knows them, made once."""
    if "sql_schema" not in model.memo:
        from sqlglot.schema import MappingSchema  # noqa: PLC0415 - slow to import

        columns = {name: {column: KINDS[table.columns[column].type] for column in table.stored}
                   for name, table in model.tables.items()}  # fmt: skip
        model.memo["sql_schema"] = MappingSchema({model.header.schema_: columns}, dialect="trino")
    found: MappingSchema = model.memo["sql_schema"]
    return found


@cache
def _metadata() -> dict[Any, Any]:
    """What functions return, by the library and where it does not say."""
    from sqlglot.dialects.trino import Trino  # noqa: PLC0415 - slow to import

    return {**Trino.EXPRESSION_METADATA, **RETURNS}


def no_table(name: str) -> NotPermitted:
    """The one sentence for a table that is forbidden and for one that does not exist."""
    return NotPermitted(
        f"there is no table {name} that you may read", fix="`nlq model show tables` lists those that can be read"
    )


def _no_column(problem: OptimizeError) -> NotPermitted:
    """The one sentence for a column that is hidden and for one that does not exist."""
    text = str(problem)
    name = text.split("'")[1] if text.count("'") >= 2 else ""
    return NotPermitted(f"there is no column {name} that you may read here".replace("  ", " "),
                        fix="`nlq model show tables` lists columns; a column of two tables needs its table's name")  # fmt: skip
