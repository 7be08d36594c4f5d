"""The import guide names every kind, column and option, in both languages."""

from pathlib import Path

import pytest

from chengge.exchange.exports import SOURCES
from chengge.exchange.importers import KINDS, Options, importer_of

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {name: (DOCS / name).read_text(encoding="utf-8") for name in ("import.md", "import.zh-CN.md")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("guide", "yes"), [("import.md", "yes"), ("import.zh-CN.md", "是")])
def test_the_guide_describes_every_kind_with_its_columns_and_options(kind: str, guide: str, yes: str) -> None:
    importer = importer_of(kind)
    part = GUIDES[guide].split(f"### `{kind}`")[1].split("\n### ")[0]
    for column in importer.columns:
        if column.name != "border":
            assert f"| {column.chinese} | {column.english} | {yes if column.required else ''} |" in part
    for option in importer.options:
        assert f"`--{option.replace('_', '-')}`" in part


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_describes_every_option_and_export(guide: str) -> None:
    for option in Options.__dataclass_fields__:
        assert f"| `--{option.replace('_', '-')}` |" in GUIDES[guide]
    for kind in SOURCES:
        assert f"`{kind}`" in GUIDES[guide]
