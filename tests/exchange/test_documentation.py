"""The import guide names every kind, column and option."""

from pathlib import Path

import pytest

from chengge.exchange.exports import SOURCES
from chengge.exchange.importers import KINDS, Options, importer_of

GUIDE = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_describes_every_kind_with_its_columns_and_options(kind: str) -> None:
    importer = importer_of(kind)
    part = GUIDE.split(f"### `{kind}`: ")[1].split("\n### ")[0]
    for column in importer.columns:
        if column.name != "border":
            assert f"| {column.chinese} | {column.english} | {'yes' if column.required else ''} |" in part
    for option in importer.options:
        assert f"`--{option.replace('_', '-')}`" in part


def test_the_guide_describes_every_option_and_export() -> None:
    for option in Options.__dataclass_fields__:
        assert f"| `--{option.replace('_', '-')}` |" in GUIDE
    for kind in SOURCES:
        assert f"`{kind}`" in GUIDE
