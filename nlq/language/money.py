"""What people call the money of a currency: the first is how it is said."""

from __future__ import annotations

NAMES = {
    "PHP": ("pesos", "peso", "php", "piso"),
    "USD": ("dollars", "dollar", "usd"),
    "EUR": ("euros", "euro", "eur"),
}
WORDS = frozenset(name for names in NAMES.values() for name in names)


def names(currency: str) -> tuple[str, ...]:
    """The words for a currency, by its ISO 4217 code; that itself where no others are known."""
    return NAMES.get(currency, (currency,))


def marked(text: str) -> bool:
    """Whether a number is written as money: "₱500", "P1,000", "p50k"."""
    return text[:1] == "₱" or (text[:1] in ("P", "p") and text[1:].lstrip()[:1].isdigit())
