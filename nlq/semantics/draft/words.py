"""Names of tables and columns as words: what is of the layer and not of the thing, one and many, what is money, what is private."""

from __future__ import annotations

import re

LAYERS = ("dim", "fact", "fct", "stg", "silver", "gold", "platinum", "bronze", "raw", "tbl", "mart", "vw", "v", "agg")
ENDINGS = ("cleaned", "clean", "raw", "current", "latest", "all", "v1", "v2", "dim", "fact")
MONEY = frozenset(
    {
        "amount",
        "revenue",
        "sales",
        "price",
        "cost",
        "value",
        "total",
        "peso",
        "pesos",
        "php",
        "usd",
        "eur",
        "fee",
        "charge",
        "spend",
        "balance",
    }
)
CURRENCIES = {
    "peso": "PHP",
    "pesos": "PHP",
    "php": "PHP",
    "usd": "USD",
    "dollar": "USD",
    "eur": "EUR",
    "euro": "EUR",
    "gbp": "GBP",
}
PEOPLE = frozenset({"customer", "customers", "user", "users", "member", "members", "person", "people", "employee", "employees", "patient", "patients", "contact", "contacts", "subscriber", "subscribers", "student", "students"})  # fmt: skip
PRIVATE = frozenset(
    {
        "name",
        "phone",
        "mobile",
        "email",
        "mail",
        "address",
        "street",
        "ssn",
        "passport",
        "iban",
        "birthdate",
        "firstname",
        "lastname",
    }
)
NOT_WORDS = frozenset({"id", "key", "uuid", "hash", "etl", "batch"})
CALENDAR = frozenset(
    {"week", "month", "quarter", "year", "weekend", "holiday", "payday", "season", "fiscal", "day", "dow"}
)


def parts(name: str) -> list[str]:
    """The words of a name."""
    return [part for part in re.split(r"[^a-z0-9]+", name.lower()) if part]


def core(table: str) -> str:
    """A table's name without what says only which layer it is in: silver_orders_cleaned is orders."""
    words = parts(table)
    while len(words) > 1 and words[0] in LAYERS:
        words = words[1:]
    while len(words) > 1 and words[-1] in ENDINGS:
        words = words[:-1]
    return "_".join(words)


def singular(name: str) -> str:
    """One of what a name has many of: stores, categories, branches; what is no plural stays."""
    for many, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if name.endswith(many) and len(name) > len(many) + 1:
            return name[: -len(many)] + one
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) and len(name) > 3 else name


def plural(name: str) -> str:
    """Many of what a name has one of."""
    if name.endswith(("s", "x", "ch", "sh")):
        return name if name.endswith("s") and not name.endswith("ss") else f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else f"{name}s"


def plain(name: str) -> str:
    """A name that a model may have."""
    made = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "x"
    return (made if made[0].isalpha() else f"x_{made}")[:60]


def said(name: str) -> str:
    """A name as people say it."""
    return " ".join(parts(name))


def is_money(column: str) -> bool:
    """Whether a number is called like money."""
    return bool(MONEY & set(parts(column)))


def currency(column: str) -> str | None:
    """The currency that a name says."""
    return next((CURRENCIES[part] for part in parts(column) if part in CURRENCIES), None)


def is_private(table: str, column: str) -> bool:
    """Whether a column of people's is called like what is theirs alone."""
    return bool(PEOPLE & set(parts(table))) and bool(PRIVATE & {*parts(column), *parts(column)[-1:]})
