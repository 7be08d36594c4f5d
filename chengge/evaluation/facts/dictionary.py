"""The data dictionary: every table and column of the facts with its meaning, as Markdown."""

from collections.abc import Iterator

from django.utils import translation

from chengge.domain.facts import Scope
from chengge.evaluation.facts.tables import fact_tables

BEGIN, END = "<!-- facts: dictionary -->", "<!-- /facts -->"
WHERE = {Scope.CASE: "the month in which the case was reported", Scope.DAY: "the month of the day"}


def dictionary() -> str:
    """Every table, in English with the Chinese that the pages show beside it."""
    return "\n".join(_lines())


def renewed(page: str) -> str:
    """A page with the dictionary in it as it is now. Raises ValueError where the page has no place for it."""
    if BEGIN not in page or END not in page:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}\n{dictionary()}\n{END}{rest.split(END, 1)[1]}"


def _lines() -> Iterator[str]:
    for table in fact_tables():
        yield f"### `{table.name}`"
        yield ""
        yield f"{_in('en', table.title)} ({_in('zh-hans', table.title)}). Key: {', '.join(table.key)}. Lies in {WHERE[table.scope]}."
        yield ""
        yield "| column | kind | meaning | 含义 |"
        yield "|---|---|---|---|"
        for column in table.columns:
            kind = column.kind.value.replace("_", " ")
            yield f"| `{column.name}` | {kind} | {_in('en', column.meaning)} | {_in('zh-hans', column.meaning)} |"
        yield ""


def _in(language: str, text: object) -> str:
    with translation.override(language):
        return str(text)
