"""What a text is made of for the models: runs of one to three characters. Training and answering must cut alike, so both cut here.

People say first what it is about, and tell the story after: runs near the beginning may count several times.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

LONGEST_GRAM = 3
MOST_CHARACTERS = 4000
HEAD_CHARACTERS = 20

_APART = re.compile(r"[^\w]+|_+")


def clean(text: str) -> str:
    """One form for each character, in lower case, with a blank wherever words or sentences are parted."""
    return _APART.sub(" ", unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower()).strip()


def grams(text: str) -> Iterator[str]:
    """Every run of one to three characters that no blank parts, as often as it stands there."""
    for run in clean(text).split(" "):
        for length in range(1, LONGEST_GRAM + 1):
            for start in range(len(run) - length + 1):
                yield run[start : start + length]


def counted(text: str, head_times: int) -> Counter[str]:
    """How often each run counts: once where it stands, and `head_times` more where it stands in the head."""
    counts = Counter(grams(text))
    if head_times:
        for gram in grams(text[:HEAD_CHARACTERS]):
            counts[gram] += head_times
    return counts
