"""A model's files, written as people would: one file a subject, short lists and mappings on one line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WIDTH = 118


def texts(files: Mapping[str, Mapping[str, Any]], schema: str = "") -> dict[str, str]:
    """The text of each file. `schema` is where editors find the JSON Schema of model files; none: no line of it."""
    head = f"# yaml-language-server: $schema={schema}\n" if schema else ""
    return {name: head + _document(content) for name, content in files.items()}


def write(folder: Path, files: Mapping[str, Mapping[str, Any]], schema: str = "") -> list[Path]:
    """Write the files into a folder, which is made; files of other names in it are left alone.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts(files, schema).items():
        path = folder / name
        draft = path.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
        written.append(path)
    return written


def dumper(*, ours: bool = True) -> Any:
    """A writer of YAML that flows what is short: a list or mapping of plain values on one line.

    `ours` are files for our own loader, to which on and off are words; to others they are truths, and are quoted.
    """
    import yaml  # noqa: PLC0415 - only where files are written

    class Dumper(yaml.SafeDumper):  # its methods are as the base has them: booleans by position
        """Flows what is short, and leaves an empty line between the parts of a section."""

        def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
            node = super().represent_mapping(tag, mapping, flow_style)
            return _flowed(node, [(key.value, value) for key, value in node.value])

        def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
            node = super().represent_sequence(tag, sequence, flow_style)
            return _flowed(node, [("", value) for value in node.value])

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
            super().increase_indent(flow, indentless=False)

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - every part is written out
            return True

    for first in "oO" if ours else "":  # `on` is a key here and no truth, as the loader has it
        kept = [one for one in Dumper.yaml_implicit_resolvers.get(first, []) if one[0] != "tag:yaml.org,2002:bool"]
        Dumper.yaml_implicit_resolvers = {**Dumper.yaml_implicit_resolvers, first: kept}
    return Dumper


def dumped(value: Any, *, ours: bool = False) -> str:
    """A value as text."""
    import yaml  # noqa: PLC0415 - the same

    return str(
        yaml.dump(
            value, Dumper=dumper(ours=ours), sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False
        )
    )


def _document(content: Mapping[str, Any]) -> str:
    import yaml  # noqa: PLC0415 - the same

    parts = []
    for key, value in content.items():
        if isinstance(value, dict):  # the header: a line a key
            block = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False)
            parts.append(f"{key}:\n" + "".join(f"  {line}\n" for line in block.splitlines()))
        elif value:
            items = [_item(dumped(one, ours=True)) for one in value]
            apart = [before.count("\n") + after.count("\n") > 2 for before, after in pairwise(items)]
            parts.append(
                f"{key}:\n"
                + "".join(item + ("\n" if gap else "") for item, gap in zip(items, [*apart, False], strict=True))
            )
    return "\n".join(parts)


def _item(text: str) -> str:
    """A mapping's text as an item of a list below a key."""
    first, *rest = text.splitlines()
    return "\n".join([f"  - {first}", *(f"    {line}" if line else "" for line in rest)]) + "\n"


def _flowed(node: Any, pairs: list[tuple[str, Any]]) -> Any:
    """A node on one line where it is short and holds nothing that is not."""
    plain = all(value.id == "scalar" or (value.flow_style and _length(value) < WIDTH // 2) for _, value in pairs)
    node.flow_style = plain and _length(node) < WIDTH - 30 and not any("\n" in value.value for _, value in pairs if value.id == "scalar")  # fmt: skip
    return node


def _length(node: Any) -> int:
    """About how many characters a node takes on one line."""
    if node.id == "scalar":
        return len(str(node.value)) + 2
    if node.id == "mapping":
        return sum(_length(key) + _length(value) + 2 for key, value in node.value)
    return sum(_length(one) + 2 for one in node.value)
