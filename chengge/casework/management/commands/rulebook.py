"""`chengge rulebook`: what docs/architecture.md shows of the rule book, and its picture: written anew, or compared with it."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chengge.casework.actions.reports import REPORTERS
from chengge.casework.lifecycle_picture import picture
from chengge.domain.lifecycle import OPEN, REPORT, TRANSITIONS, ClockKind, Holder, Need, Post, Stage, Transition, diagram

PAGE = Path(settings.BASE_DIR) / "docs" / "architecture.md"
PICTURE = Path(settings.BASE_DIR) / "docs" / "images" / "lifecycle.svg"
PART = re.compile(r"(<!-- rulebook: (\w+) -->\n).*?(<!-- /rulebook -->)", re.DOTALL)

MARK_OF_HOLDER = {
    Holder.ANY: "●",
    Holder.TASK: "task",
    Holder.DEPARTMENT: "department",
    Holder.LOWER: "lower",
    Holder.CURRENT: "current",
    Holder.RESPONSIBLE: "responsible",
    Holder.ABOVE: "above",
    Holder.PART: "part",
}


class Command(BaseCommand):
    help = "The transition diagram, the tables of the rule book and its picture in docs/: write them anew, or check them"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("write", "check"))

    def handle(self, *, what: str, **_options: Any) -> None:
        for path, now in files().items():
            stale = not path.exists() or path.read_text(encoding="utf-8") != now
            if what == "check" and stale:
                raise CommandError(f"{path.name} says something else than the rule book. Write it anew: chengge rulebook write")
            if stale:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(now, encoding="utf-8")
            self.stdout.write(f"{path.name}: {'written anew' if stale else 'as it should be'}")


def files() -> dict[Path, str]:
    """What is read off the rule book, and how each file should be now."""
    return {PAGE: renewed(PAGE.read_text(encoding="utf-8")), PICTURE: picture()}


def renewed(page: str) -> str:
    """The page with every part between its marks as the rule book has it now. Raises CommandError for a part of unknown name."""

    def part(found: re.Match[str]) -> str:
        if found[2] not in PARTS:
            raise CommandError(f"There is no part '{found[2]}' of the rule book; there are: {', '.join(PARTS)}")
        return f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}"

    return PART.sub(part, page)


def drawing() -> str:
    """All moves but those that are open in every stage, as a Mermaid diagram."""
    return f"```mermaid\n{diagram()}```\n"


def rules() -> str:
    """The rule book row by row."""
    heads = ("action", "from", "to", "post", "needs", "clocks", "counts or asks")
    return table(heads, [(f"`{row.action}`", sources(row), row.target or "as it was", *details(row)) for row in TRANSITIONS])


def matrix() -> str:
    """Which post may take which action."""
    first = (f"`{REPORT}`", *("●" if post in REPORTERS else "" for post in Post))
    rows = [(f"`{row.action}`", *(mark(row, post) for post in Post)) for row in TRANSITIONS]
    return table(("action", *(post.value.replace("_", " ") for post in Post)), [first, *rows])


def mark(row: Transition, post: Post) -> str:
    """How a post may take an action. That it must be the responsible department's binds departments alone."""
    if post not in row.posts:
        return ""
    return MARK_OF_HOLDER[Holder.ANY if row.holder is Holder.RESPONSIBLE and post is not Post.DEPARTMENT else row.holder]


def clocks() -> str:
    """What moves each clock."""
    heads = ("clock", "starts with", "is paused by", "runs on with", "stops with")
    return table(heads, [(f"`{kind}`", *(", ".join(movers(kind, move)) for move in MOVES)) for kind in ClockKind])


PARTS = {"diagram": drawing, "rules": rules, "matrix": matrix, "clocks": clocks}
MOVES = ("starts", "pauses", "resumes", "stops")
SIGNS = {"stops": "−", "starts": "+", "pauses": "‖", "resumes": "▸"}


def movers(kind: ClockKind, move: str) -> list[str]:
    """The actions that start, pause, resume or stop a clock. The report, which is no row of the book, starts the first."""
    first = [REPORT] if (kind, move) == (ClockKind.ACCEPTANCE, "starts") else []
    return first + [row.action for row in TRANSITIONS if getattr(row, move) == kind]


def sources(row: Transition) -> str:
    return "every open stage" if row.sources == frozenset(OPEN) else in_order(Stage, row.sources)


def details(row: Transition) -> tuple[str, ...]:
    """Posts, needs, clocks, and what is counted or asked."""
    moves = " ".join(f"{sign}{'all' if name == '*' else name}" for move, sign in SIGNS.items() if (name := getattr(row, move)))
    facts = [row.mark, f"only if {row.only_if}" if row.only_if else ""]
    return in_order(Post, row.posts), in_order(Need, row.needs), moves, ", ".join(filter(None, facts)).replace("_", " ")


def in_order(kind: type[StrEnum], some: frozenset[StrEnum]) -> str:
    return ", ".join(item.value for item in kind if item in some)


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
