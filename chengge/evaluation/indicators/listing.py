"""The list of all indicators with their formulas, as Markdown for the documentation."""

from collections.abc import Iterator

from django.utils.translation import override

from chengge.evaluation.indicators.catalogue import indicators
from chengge.evaluation.indicators.populations import POPULATIONS
from chengge.evaluation.indicators.shapes import Better, Indicator, Settings, Subject, Unit

BEGIN, END = "<!-- indicators: list -->", "<!-- /indicators -->"
HEAD = "code | name | 名称 | formula | 公式 | counted from | for | unit | better | basis"
GROUPS = {"P": "Posts", "D": "Departments", "A": "Areas", "C": "Our own"}
BETTER = {Better.HIGHER: "more", Better.LOWER: "less", Better.NEITHER: "–"}


def renewed(page: str) -> str:
    """A page with the list in it as it is now. Raises ValueError where the page has no place for it."""
    if BEGIN not in page or END not in page:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}\n" + "\n".join(_lines()) + f"\n{END}{rest.split(END, 1)[1]}"


def _lines() -> Iterator[str]:
    everything = indicators(Settings())
    for letter, title in GROUPS.items():
        yield from (
            f"### {title}",
            "",
            "| code | name | 名称 | formula | 公式 | counted from | for | unit | better | basis |",
            "|" + "---|" * 10,
        )
        yield from (_line(one) for one in everything if one.code[0] == letter)
        yield ""
    yield from ("### Populations", "", "| population | rows | 含义 |", "|---|---|---|")
    for name, population in POPULATIONS.items():
        yield f"| `{name}` | {_in('en', population.words)} | {_in('zh-hans', population.words)} |"
    yield ""


def _line(one: Indicator) -> str:
    measures = [measure for measure in (one.numerator, one.denominator) if measure]
    counted = " / ".join(dict.fromkeys(f"`{measure.population}`" for measure in measures))
    subjects = ", ".join(kind.value.removesuffix("_code") for kind in Subject if kind in one.subjects)
    unit = one.unit.value if one.unit is not Unit.SHARE else "%"
    cells = (f"`{one.code}`", one.name_en, one.name_zh, _in("en", one.formula), _in("zh-hans", one.formula), counted, subjects, unit)
    return f"| {' | '.join(cells)} | {BETTER[one.better]} | {one.basis} |"


def _in(language: str, text: object) -> str:
    with override(language):
        return str(text)
