"""The indicators as they are shown: with their words, found by text and by whom they are for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.evaluation.indicators import POPULATIONS, Better, Indicator, Measure, Settings, Subject, Unit, indicators
from chengge.evaluation.queries.schemes_words import in_language

GROUPS = ("P", "D", "A", "C")
KINDS = (Subject.CITY, Subject.STREET, Subject.COMMUNITY, Subject.GRID, Subject.CLASS, Subject.ORGANIZATION, Subject.MEMBER)


@dataclass(frozen=True, slots=True)
class Shown:
    """One indicator in the language of the moment, its Chinese and English names both.

    Attributes:
        above, below: which rows of the facts numerator and denominator are taken from; `below` is empty for a count.
    """

    code: str
    name: str
    name_zh: str
    name_en: str
    group: str
    subjects: tuple[str, ...]
    subject_words: tuple[str, ...]
    unit: str
    unit_words: str
    better: str
    better_words: str
    formula: str
    above: str
    below: str
    basis: str


def subject_words(subject: Subject) -> str:
    return {
        Subject.CITY: _("The whole city"),
        Subject.STREET: _("Streets"),
        Subject.COMMUNITY: _("Communities"),
        Subject.GRID: _("Unit grids"),
        Subject.CLASS: _("Classes"),
        Subject.ORGANIZATION: _("Organizations"),
        Subject.MEMBER: _("People in a post"),
    }[subject]


def unit_words(unit: Unit) -> str:
    return {
        Unit.SHARE: pgettext("unit of an indicator", "percent"),
        Unit.COUNT: pgettext("unit of an indicator", "number"),
        Unit.SECONDS: pgettext("unit of an indicator", "time"),
        Unit.MEAN: pgettext("unit of an indicator", "mean"),
    }[unit]


def better_words(better: Better) -> str:
    return {
        Better.HIGHER: pgettext("indicator", "more is better"),
        Better.LOWER: pgettext("indicator", "less is better"),
        Better.NEITHER: pgettext("indicator", "neither"),
    }[better]


def group_words(group: str) -> str:
    return {"P": _("Posts"), "D": _("Departments"), "A": _("Areas"), "C": pgettext("indicators", "Our own")}[group]


def listed(settings: Settings, text: str = "", subject: str = "", group: str = "") -> list[Shown]:
    """The indicators in their order, cut down.

    Args:
        text: in the code, either name or the formula, in whatever case; every word of it.
        subject: a kind of subject that they must be for; "" for all. Unknown kinds find nothing.
        group: the letter that their code begins with; "" for all.
    """
    words = text.casefold().split()
    found = []
    for one in indicators(settings):
        shown = _shown(one)
        looked_at = " ".join((shown.code, shown.name_zh, shown.name_en, shown.formula)).casefold()
        if (not subject or subject in shown.subjects) and (not group or shown.group == group) and all(word in looked_at for word in words):
            found.append(shown)
    return found


def _shown(one: Indicator) -> Shown:
    subjects = tuple(kind for kind in KINDS if kind in one.subjects)
    return Shown(
        code=one.code,
        name=in_language(one.name_zh, one.name_en),
        name_zh=one.name_zh,
        name_en=one.name_en,
        group=one.code[0],
        subjects=tuple(kind.value for kind in subjects),
        subject_words=tuple(subject_words(kind) for kind in subjects),
        unit=one.unit.value,
        unit_words=unit_words(one.unit),
        better=one.better.value,
        better_words=better_words(one.better),
        formula=str(one.formula),
        above=_rows(one.numerator),
        below=_rows(one.denominator) if one.denominator else "",
        basis=one.basis,
    )


def _rows(measure: Measure) -> str:
    return str(POPULATIONS[measure.population].words)
