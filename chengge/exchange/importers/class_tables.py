"""The table that says which class a word of the source stands for."""

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.errors import Refused
from chengge.exchange.importers.columns import BadCell, Column, text
from chengge.exchange.importers.options import Options
from chengge.exchange.importers.reading import read

COLUMNS = (
    Column(
        "word",
        "原类别",
        "word",
        text(80),
        also=("类别", "来源类别", "source"),
        required=True,
        help=lazy("As the source writes it"),
        example="公共厕所",
    ),
    Column(
        "class",
        "部件小类",
        "class",
        text(60),
        also=("小类", "小类名称", "小类代码", "target"),
        required=True,
        help=lazy("Code or name of the class"),
        example="0301",
    ),
)


def read_class_table(path: Path) -> tuple[tuple[str, str], ...]:
    """Pairs of word and class from a table (CSV or XLSX) for the option `class_map`.

    Raises:
        Refused: the file cannot be read as such a table, or a word stands for two classes.
    """
    pairs: dict[str, str] = {}
    for row in read(path, COLUMNS, Options()).rows:
        try:
            word, name = (str(column.parse(row.get(column.name))) for column in COLUMNS)
        except BadCell as bad:
            said = {"file": path.name, "row": row.number, "why": bad.message}
            raise Refused("class_map", _("%(file)s, row %(row)d: %(why)s") % said, bad.hint, field="class_map") from bad
        if pairs.setdefault(word, name) != name:
            raise Refused(
                "class_map", _("%(file)s: “%(word)s” stands for two classes.") % {"file": path.name, "word": word}, field="class_map"
            )
    return tuple((word, name.zfill(4) if name.isdigit() else name) for word, name in pairs.items())
