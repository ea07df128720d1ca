"""Words for what people and things do in a shop: by them those who did something are told, and whose figure is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlq.language.draft import SILENT

if TYPE_CHECKING:
    from nlq.language.match import Span

# What only people do.
SHOPPED = frozenset((
    "shopped", "shop", "bumili", "bumibili", "namili", "namimili", "mamimili", "namalit", "mamalit", "mamamalit", "mipalit", "nipalit", "mopalit",
))  # fmt: skip
BOUGHT = SHOPPED | frozenset((
    "shops", "visited", "visits", "buy", "buys", "bought", "buying", "spend", "spends", "spent", "purchase", "purchased", "gumastos", "migasto", "nigasto",
))  # fmt: skip
SOLD = frozenset(("sold", "nabenta", "nabentang", "naibenta", "naibentang", "nabaligya", "nabaligyang", "nahalin"))
# What brings money in, or takes it: whoever did more of it had more of the usual figure.
TOOK = frozenset(
    (
        "sell",
        "sold",
        "sells",
        "earn",
        "earned",
        "make",
        "made",
        "spend",
        "spent",
        "bumenta",
        "kumita",
        "gumastos",
        "nakabenta",
    )
)
DOES = SHOPPED | SOLD | frozenset((
    "buy", "buys", "bought", "buying", "visited", "order", "orders", "ordered", "ordering", "binili", "binibili", "nabili", "nabibili", "bumisita", "palit",
    "pay", "pays", "paid", "paying", "nagbabayad", "nagbayad", "bayad", "mobayad", "mibayad", "nibayad",
    "sell", "sells", "selling", "nagbebenta", "nagbenta", "binebenta", "ibinebenta", "ibinenta", "nabebenta", "nagtinda", "nagtitinda", "gibaligya", "namaligya", "baligya", "nagbaligya",
    "ibinayad", "binayad", "binabayad", "pambayad", "pinambayad", "ipinambayad", "gibayad", "ibayad",
    "use", "uses", "used", "using", "gumagamit", "gumamit", "ginagamit", "ginamit", "ginagamitan", "ginamitan", "gamit", "nagamit", "gigamit", "gipanggamit", "migamit", "nigamit", "mogamit",
))  # fmt: skip


def does(one: Span) -> bool:
    """Whether a word only says what somebody does: "bought", "nagbenta ng", or a figure that ends with it, "customers who bought"."""
    words = one.text.lower().split()
    return (one.kind in SILENT and not DOES.isdisjoint(words)) or (one.kind == "metric" and words[-1] in DOES)
