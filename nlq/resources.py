"""Where the files that come with nlq are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).with_name("_data")
ROOT = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parents[1]
