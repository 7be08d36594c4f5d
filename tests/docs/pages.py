"""The pages of the documentation, and what stands in them."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)

FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One Markdown file of the repository."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Level and words of each heading."""
        found = re.findall(r"^(#+) (.+)$", FENCED.sub("", self.text), re.MULTILINE)
        return [(len(signs), words) for signs, words in found]

    @property
    def anchors(self) -> set[str]:
        """The names under which headings can be linked to, as GitHub makes them."""
        return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for _level, words in self.headings}

    @property
    def links(self) -> list[str]:
        """Targets of links and pictures."""
        return re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", self.text))

    @property
    def code_words(self) -> list[str]:
        """What stands between backticks in the running text."""
        return [word.replace("\n", " ") for word in re.findall(r"`([^`]+)`", FENCED.sub("", self.text))]

    @property
    def shell_lines(self) -> list[str]:
        """Lines of code blocks made by indentation: what a reader types."""
        return [line.strip() for line in re.findall(r"^    (\S.*)$", FENCED.sub("", self.text), re.MULTILINE)]


def every_page() -> list[Page]:
    return [Page(path) for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])]


def page(name: str) -> Page:
    return Page(ROOT / name)
