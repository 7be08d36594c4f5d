"""What a paper says, apart from how it looks: sections of paragraphs, figures, tables, cases, facts and signatures.

Page, PDF and DOCX are three tellings of the same document. It can be kept as JSON; its digest is that of the JSON's bytes.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

import orjson


class Tone(StrEnum):
    """How a paragraph is meant."""

    PLAIN = "plain"
    NOTE = "note"  # small: how something was reckoned


class Trend(StrEnum):
    """Whether a figure has moved for the good of the city."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One big number. `change` says in words how it stands to the period before; "" where there is nothing to compare with."""

    label: str
    value: str
    change: str = ""
    trend: Trend = Trend.SAME


@dataclass(frozen=True, slots=True)
class KeyFigures:
    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `share`: of the table's width; `is_number`: set to the right."""

    label: str
    share: float = 1
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, as many cells in each as there are columns."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        _require_whole(self.caption, self.columns, self.rows)


def _require_whole(caption: str, columns: tuple[Column, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    if any(len(row) != len(columns) for row in rows):
        raise ValueError(f"a row of the table “{caption}” has not one cell for each column")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or map, drawn once as SVG. `told` says what it shows, for whoever does not see it."""

    caption: str
    told: str
    svg: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CaseTold:
    """One notable case. `why` is the rule that chose it; `facts` are pairs of label and value; `words` are the editor's."""

    why: str
    title: str
    facts: tuple[tuple[str, str], ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Cases:
    cases: tuple[CaseTold, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of label and value, one below the other: when, where, who."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Signatures:
    """A table with room to sign in: rows of text, as many cells in each as there are columns; an empty cell is signed by hand."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        _require_whole(self.caption, self.columns, self.rows)


Block = Paragraph | KeyFigures | Table | Picture | Cases | Facts | Signatures
BLOCKS: dict[str, type[Any]] = {
    "paragraph": Paragraph,
    "figures": KeyFigures,
    "table": Table,
    "picture": Picture,
    "cases": Cases,
    "facts": Facts,
    "signatures": Signatures,
}
KINDS = {kind: name for name, kind in BLOCKS.items()}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document under a heading. `key` is the same in every language."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole paper.

    Attributes:
        language: "zh-hans" or "en".
        issuer, title, number, day: the head: who tells, what it is called, which number it has, of which day it is.
        labels: words that the frame needs (what a page is called, who signed), by key.
        sources: what the paper rests on: pairs of label and value; with any, `labels` has their heading under "sources".
    """

    language: str
    issuer: str
    title: str
    number: str
    day: str
    labels: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    sources: tuple[tuple[str, str], ...]


def as_plain(document: Document) -> dict[str, Any]:
    """The document as JSON knows it; each block says what it is."""
    plain = asdict(document)
    for section, told in zip(document.sections, plain["sections"], strict=True):
        told["blocks"] = [{"is": KINDS[type(block)], **asdict(block)} for block in section.blocks]
    return plain


def as_bytes(document: Document) -> bytes:
    """The document as canonical JSON: the same document gives the same bytes."""
    return orjson.dumps(as_plain(document), option=orjson.OPT_SORT_KEYS)


def digest_of(document: Document) -> str:
    """SHA-256 of the document."""
    return sha256(as_bytes(document)).hexdigest()


def from_plain(plain: dict[str, Any]) -> Document:
    """A document as it was kept. Raises KeyError, TypeError or ValueError for what is none."""
    return Document(
        **{name: plain[name] for name in ("language", "issuer", "title", "number", "day")},
        labels=_pairs(plain["labels"]),
        sections=tuple(
            Section(section["key"], section["heading"], tuple(_block(block) for block in section["blocks"]))
            for section in plain["sections"]
        ),
        sources=_pairs(plain["sources"]),
    )


def _block(plain: dict[str, Any]) -> Block:
    values = {name: value for name, value in plain.items() if name != "is"}
    match plain["is"]:
        case "figures":
            return KeyFigures(tuple(KeyFigure(**{**one, "trend": Trend(one["trend"])}) for one in values["figures"]))
        case "table":
            columns = tuple(Column(**column) for column in values["columns"])
            return Table(values["caption"], columns, tuple(tuple(row) for row in values["rows"]), values["note"])
        case "signatures":
            columns = tuple(Column(**column) for column in values["columns"])
            return Signatures(values["caption"], columns, tuple(tuple(row) for row in values["rows"]))
        case "facts":
            return Facts(_pairs(values["pairs"]))
        case "cases":
            return Cases(tuple(CaseTold(**{**case, "facts": _pairs(case["facts"])}) for case in values["cases"]))
        case "paragraph":
            return Paragraph(values["text"], Tone(values["tone"]))
        case kind:
            block: Block = BLOCKS[kind](**values)
            return block


def _pairs(rows: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(label), str(value)) for label, value in rows)
