"""A document for Word (DOCX): the same sections, tables and pictures, with styles that an office can go on from."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import docx
from docx.document import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from chengge.documents.document import (
    Block,
    Cases,
    Document,
    Facts,
    KeyFigures,
    Paragraph,
    Picture,
    Signatures,
    Table,
    Tone,
    Trend,
)
from chengge.documents.pdf import as_png

# Word takes the first of these that a machine has; it comes with Windows and macOS's Word. Others take their own.
CHINESE_FONT, LATIN_FONT = "Microsoft YaHei", "Arial"
INK, SOFT, RED, GREEN = RGBColor(0x1D, 0x29, 0x35), RGBColor(0x5A, 0x68, 0x74), RGBColor(0xB3, 0x26, 0x1E), RGBColor(0x2E, 0x7D, 0x4F)
TRENDS = {Trend.BETTER: GREEN, Trend.WORSE: RED, Trend.SAME: SOFT}
TEXT_WIDTH_MM = 162
FIGURES_IN_A_ROW = 4
SIGNED_MM = 13  # of a row with room for a signature
FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)  # of a ZIP; the same for every part, so that the same document gives the same bytes
START, END, CENTRE = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER


def as_docx(document: Document, day: date) -> bytes:
    """The document for Word. The same document and day give the same bytes."""
    paper = docx.Document()
    _set_up(paper, document, day)
    _head(paper, document)
    for section in document.sections:
        if section.heading:
            paper.add_heading(section.heading, level=1)
        for block in section.blocks:
            _put(paper, block, document.language)
    _foot(paper, document)
    out = io.BytesIO()
    paper.save(out)
    return _settled(out.getvalue())


def _set_up(paper: Paper, document: Document, day: date) -> None:
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(24)
    page.top_margin, page.bottom_margin = Mm(25), Mm(23)
    for name, size, bold in (("Normal", 10.5, False), ("Heading 1", 14, True), ("Title", 20, True), ("Caption", 9.5, True)):
        style: Any = paper.styles[name]
        style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN_FONT, Pt(size), bold, False
        style.font.color.rgb = INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:ascii"), LATIN_FONT)
        fonts.set(qn("w:hAnsi"), LATIN_FONT)
        fonts.set(qn("w:eastAsia"), CHINESE_FONT)
    normal: Any = paper.styles["Normal"]
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(6), 1.35
    heading: Any = paper.styles["Heading 1"]
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(16), Pt(6)
    about = paper.core_properties
    about.title, about.author, about.comments = document.title, document.issuer, ""
    about.language = "zh-CN" if document.language == "zh-hans" else "en-GB"
    about.created = about.modified = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (the file keeps no zone)
    _numbered(page.footer.paragraphs[0])


def _head(paper: Paper, document: Document) -> None:
    issuer = paper.add_paragraph()
    issuer.alignment = CENTRE
    _run(issuer, document.issuer, 26, RED, bold=True)
    line = paper.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM), alignment=2)  # 2 is right
    _run(line, f"{document.number}\t{document.day}", 10)
    _edge(line, "bottom", 18, "B3261E")
    title = paper.add_paragraph(style="Title")
    title.alignment = CENTRE
    title.paragraph_format.space_before = Pt(14)
    _edge(title, "bottom", 0, "auto")
    title.add_run(document.title)
    labels = dict(document.labels)
    for key, colour in (("audience", SOFT), ("corrects", RED)):
        if key in labels:
            told = paper.add_paragraph()
            told.alignment = CENTRE
            _run(told, labels[key], 9.5, colour)


def _put(paper: Paper, block: Block, language: str) -> None:
    match block:
        case Paragraph():
            told = paper.add_paragraph()
            if block.tone is Tone.NOTE:
                _run(told, block.text, 8.5, SOFT)
            else:
                told.paragraph_format.first_line_indent = Pt(21) if language == "zh-hans" else None
                told.add_run(block.text)
        case KeyFigures():
            _key_figures(paper, block)
        case Table():
            _table(paper, block)
        case Picture():
            _picture(paper, block)
        case Cases():
            _cases(paper, block)
        case Facts():
            _facts(paper, block)
        case Signatures():
            _signatures(paper, block)


def _facts(paper: Paper, block: Facts) -> None:
    for label, value in block.pairs:
        line = paper.add_paragraph()
        line.paragraph_format.tab_stops.add_tab_stop(Mm(30))
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(30), Mm(-30)
        _tight(line)
        _run(line, f"{label}\t", 10.5, SOFT)
        _run(line, value, 10.5)


def _signatures(paper: Paper, block: Signatures) -> None:
    _table(paper, Table(block.caption, block.columns, block.rows))
    table = paper.tables[-1]
    for row in table.rows[1:]:
        row.height = Mm(SIGNED_MM)


def _key_figures(paper: Paper, block: KeyFigures) -> None:
    rows = -(-len(block.figures) // FIGURES_IN_A_ROW)
    grid = paper.add_table(rows=rows, cols=FIGURES_IN_A_ROW)
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for index, one in enumerate(block.figures):
        cell = grid.cell(index // FIGURES_IN_A_ROW, index % FIGURES_IN_A_ROW)
        _shade(cell, "ECEFF2", "FFFFFF")
        first = cell.paragraphs[0]
        _tight(first)
        _run(first, one.label, 8.5, SOFT)
        value = cell.add_paragraph()
        _tight(value)
        _run(value, one.value, 16, INK, bold=True)
        change = cell.add_paragraph()
        _tight(change)
        _run(change, one.change, 8, TRENDS[one.trend])
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _table(paper: Paper, block: Table) -> None:
    if block.caption:
        caption = paper.add_paragraph(block.caption, style="Caption")
        caption.alignment = CENTRE
        caption.paragraph_format.keep_with_next = True
    whole = sum(column.share for column in block.columns)
    widths = [Mm(TEXT_WIDTH_MM * column.share / whole) for column in block.columns]
    table = paper.add_table(rows=1, cols=len(block.columns))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _ruled(table)
    for cell, column, width in zip(table.rows[0].cells, block.columns, widths, strict=True):
        _fill(cell, column.label, column.is_number, bold=True)
        cell.width = width
        _shade(cell, "ECEFF2")
    _repeated(table.rows[0])
    for row in block.rows:
        # The cells of a row are asked for once: python-docx counts the whole table for each.
        for cell, text, column, width in zip(table.add_row().cells, row, block.columns, widths, strict=True):
            _fill(cell, text, column.is_number)
            cell.width = width
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    note = paper.add_paragraph()
    _run(note, block.note, 8.5, SOFT)


def _picture(paper: Paper, block: Picture) -> None:
    place = paper.add_paragraph()
    place.alignment = CENTRE
    place.paragraph_format.keep_with_next = True
    drawn = place.add_run().add_picture(io.BytesIO(as_png(block)), width=Mm(min(TEXT_WIDTH_MM, block.width * 0.253)))
    drawn._inline.docPr.set("descr", block.told)
    caption = paper.add_paragraph(block.caption, style="Caption")
    caption.alignment = CENTRE
    caption.paragraph_format.space_after = Pt(10)


def _cases(paper: Paper, block: Cases) -> None:
    for case in block.cases:
        parts = [(case.why, 8.5, RED, True), (case.title, 10.5, INK, True)]
        parts.append(("　".join(f"{label} {value}" for label, value in case.facts), 9.5, SOFT, False))
        if case.words:
            parts.append((case.words, 10.5, INK, False))
        for number, (text, size, colour, bold) in enumerate(parts, 1):
            line = paper.add_paragraph()
            line.paragraph_format.left_indent = Mm(4)
            line.paragraph_format.space_after = Pt(10 if number == len(parts) else 0)
            line.paragraph_format.keep_with_next = number < len(parts)
            _edge(line, "left", 18, "B3261E")
            _run(line, text, size, colour, bold)


def _foot(paper: Paper, document: Document) -> None:
    labels = dict(document.labels)
    for text, size in (
        (document.issuer, 10.5),
        (document.day, 10.5),
        *((labels[role], 9.5) for role in ("drafted", "signed") if role in labels),
    ):
        line = paper.add_paragraph()
        line.alignment = END
        line.paragraph_format.space_after = Pt(0)
        _run(line, text, size)
    if not document.sources:
        return
    head = paper.add_paragraph()
    head.paragraph_format.space_before = Pt(18)
    _edge(head, "top", 4, "C9D1D8")
    _run(head, labels["sources"], 8, SOFT, bold=True)
    for label, value in document.sources:
        line = paper.add_paragraph()
        _tight(line)
        _run(line, f"{label}　{value}", 8, SOFT)


def _run(paragraph: Any, text: str, size: float, colour: RGBColor = INK, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.color.rgb, run.font.bold = Pt(size), colour, bold


def _tight(paragraph: Any) -> None:
    paragraph.paragraph_format.space_after, paragraph.paragraph_format.line_spacing = Pt(1), 1.1


def _fill(cell: Any, text: str, is_number: bool, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = END if is_number else START
    _tight(paragraph)
    _run(paragraph, text, 9.5, INK, bold)


def _edge(paragraph: Any, side: str, eighths: int, colour: str) -> None:
    """A line along a side of a paragraph; 0: none, though its style has one."""
    borders = OxmlElement("w:pBdr")
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", "single" if eighths else "nil"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _shade(cell: Any, fill: str, edge: str = "") -> None:
    properties = cell._tc.get_or_add_tcPr()
    if edge:
        borders = OxmlElement("w:tcBorders")
        for side in ("top", "left", "bottom", "right"):
            line = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", "24"), ("color", edge)):
                line.set(qn(f"w:{name}"), value)
            borders.append(line)
        properties.append(borders)
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    properties.append(shade)


def _ruled(table: Any) -> None:
    """Strong lines above and below, fine ones between the rows, none between the columns."""
    borders = OxmlElement("w:tblBorders")
    for side, size, colour in (("top", "9", "1D2935"), ("bottom", "9", "1D2935"), ("insideH", "3", "C9D1D8")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _repeated(row: Any) -> None:
    """The head of a table stands again on every page, and no row is cut in two."""
    for name in ("w:cantSplit", "w:tblHeader"):
        row._tr.get_or_add_trPr().append(OxmlElement(name))


def _numbered(paragraph: Any) -> None:
    paragraph.alignment = CENTRE
    _run(paragraph, "— ", 9, SOFT)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
    _run(paragraph, " —", 9, SOFT)


def _settled(content: bytes) -> bytes:
    """The same parts in the same order, with no moment of packing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as settled:
        for name in sorted(packed.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            part = zipfile.ZipInfo(name, FIRST_MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            settled.writestr(part, packed.read(name))
    return out.getvalue()
