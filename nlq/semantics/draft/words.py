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
PEOPLE = frozenset(
    [
        "agent",
        "author",
        "buyer",
        "cashier",
        "client",
        "contact",
        "customer",
        "doctor",
        "driver",
        "employee",
        "guest",
        "member",
        "patient",
        "people",
        "person",
        "rep",
        "staff",
        "student",
        "subscriber",
        "teacher",
        "user",
        "worker",
    ]
)
PRIVATE = frozenset({"name", "title", "address", "street"})  # of people: of a product they are not
PRIVATE_ANYWHERE = frozenset(
    [
        "phone",
        "mobile",
        "email",
        "mail",
        "ssn",
        "passport",
        "iban",
        "birthdate",
        "birthday",
        "firstname",
        "lastname",
        "surname",
        "fullname",
    ]
)
OF_A_PERSON = frozenset({"first", "last", "middle", "full", "given", "family", "maiden"})  # before "name"
NOT_WORDS = frozenset({"id", "key", "uuid", "hash", "etl", "batch"})
WHOLE = frozenset({"update", "valid", "paid", "void", "grid", "lifetime", "overtime", "datetime", "downtime", "uptime", "anytime", "capacity", "velocity", "username", "candidate"})  # fmt: skip
CALENDAR = frozenset(
    {"week", "month", "quarter", "year", "weekend", "holiday", "payday", "season", "fiscal", "day", "dow"}
)


GLUED = re.compile(r"([a-z]{3,})(date|name|type|time|number|amount|price|country|city|region|id)")


def parts(name: str) -> list[str]:
    """The words of a name. One in which nothing parts them, as of OrderDate there is nothing left, ends with a common one."""
    found = [part for part in re.split(r"[^a-z0-9]+", name.lower()) if part]
    glued = GLUED.fullmatch(found[0]) if len(found) == 1 else None
    return found if glued is None or name in WHOLE else list(glued.groups())


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
    """Whether a column is called like what is somebody's alone: a mail anywhere, a name in a table of people or beside one."""
    words = parts(column)
    if PRIVATE_ANYWHERE & set(words) or ("name" in words and OF_A_PERSON & set(words)):
        return True
    people = any(singular(word).endswith(tuple(PEOPLE)) for word in (*parts(table), *words))
    return people and bool(PRIVATE & set(words))
