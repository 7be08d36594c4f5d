"""Answers in JSON and XML from one value, as the specification maps them (the Spark convention).

A list is an array in JSON; in XML it is an element with one child for each item, whose name is that of the list's kind.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import orjson
from django.http import HttpResponse

# How an item of a list is called in XML.
ITEM_OF = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
CONTENT_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# What XML 1.0 cannot hold.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def answer(root: str, value: Any, form: str, status: int = 200) -> HttpResponse:
    """The response.

    Args:
        root: name of the whole in XML; JSON has none.
        value: mappings, sequences, texts, numbers, booleans and None.
        form: `json` or `xml`.
    """
    body = orjson.dumps(value) if form == "json" else as_xml(root, value)
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPES[form])
    # Anybody's page may ask: no answer depends on who is signed in.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def as_xml(root: str, value: Any) -> bytes:
    """The value as an XML document in UTF-8, with its declaration."""
    element = ElementTree.Element(root)
    _fill(element, value)
    ElementTree.indent(element, "  ")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(element, encoding="unicode").encode() + b"\n"


def _fill(element: ElementTree.Element, value: Any) -> None:
    match value:
        case None:
            pass
        case bool():
            element.text = "true" if value else "false"
        case str():
            element.text = UNSPEAKABLE.sub("", value)
        case Mapping():
            for name, part in value.items():
                _fill(ElementTree.SubElement(element, name), part)
        case Sequence():
            for part in value:
                _fill(ElementTree.SubElement(element, ITEM_OF[element.tag]), part)
        case _:
            element.text = str(value)
