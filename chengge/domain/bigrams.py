"""Search terms of Chinese and mixed text, for a PostgreSQL `tsvector` made with `array_to_tsvector`.

Chinese has no blanks, so a run of Chinese characters is indexed as every single character and every pair of neighbours
(bigrams); a query of two or more characters asks for its pairs alone, a query of one for that character. A word in any
other script is one term, in lower case. A number is one term, and from four digits on its beginnings are terms too, so
that the first digits of a case number find it. Everything else (blanks, punctuation, symbols) parts runs.
`P2管` and `浙A12345` therefore hold the runs p, 2, 管 and 浙, a, 12345.
"""

import re
import unicodedata
from itertools import pairwise

MOST_CHARACTERS = 20_000  # of a text; a tsvector holds 1 MB
LONGEST_TERM = 64  # of a word or a number
SHORTEST_PREFIX = 4  # digits

_CHINESE = "〇々\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"(?P<chinese>[{_CHINESE}]+)|(?P<number>[0-9]+)|(?P<word>[^\W0-9_{_CHINESE}]+)")


def terms(text: str) -> list[str]:
    """What a text is found by: each term once, in order of appearance."""
    found: dict[str, None] = {}
    for kind, run in _runs(text):
        if kind == "chinese":
            found.update(dict.fromkeys(run))
            found.update(dict.fromkeys(a + b for a, b in pairwise(run)))
        elif kind == "number":
            found.update(dict.fromkeys(run[:length] for length in range(SHORTEST_PREFIX, len(run))))
            found[run] = None
        else:
            found[run] = None
    return list(found)


def query_terms(text: str) -> list[str]:
    """What all must be among a text's terms for the text to be found; empty where there is nothing to look for."""
    found: dict[str, None] = {}
    for kind, run in _runs(text):
        if kind == "chinese" and len(run) > 1:
            found.update(dict.fromkeys(a + b for a, b in pairwise(run)))
        else:
            found[run] = None
    return list(found)


def _runs(text: str) -> list[tuple[str, str]]:
    clean = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower()
    runs = [(match.lastgroup or "", match.group()) for match in _RUNS.finditer(clean)]
    return [(kind, run if kind == "chinese" else run[:LONGEST_TERM]) for kind, run in runs]
