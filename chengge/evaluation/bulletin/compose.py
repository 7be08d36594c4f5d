"""From figures, an evaluator's words and the chosen cases to the document that page, PDF and DOCX tell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import shapely
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.documents.document import (
    Block,
    Cases,
    CaseTold,
    Document,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Picture,
    Section,
    Tone,
)
from chengge.evaluation.bulletin import tables
from chengge.evaluation.bulletin.charts import Dot, Place, Series, over_days, ranked_dots, ranks_with_noise
from chengge.evaluation.bulletin.maps import Area, classes_of, shaded
from chengge.evaluation.bulletin.numbers import (
    change,
    count,
    count_of,
    day_in_words,
    issue_in_words,
    moment_in_words,
    numeral,
    percent,
    period_in_words,
    ratio,
    span,
)
from chengge.evaluation.bulletin.words import AREAS, first_day_note, group_name, groups_of, of_kind, scheme_name
from chengge.evaluation.models import Judged
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries.bulletin_figures import Candidate, Figures, Ranking

CHINESE, ENGLISH = "zh-hans", "en"
LANGUAGES = (CHINESE, ENGLISH)
MOST_PLACES = 40  # as many as a chart of ranks can show
STREET_DIGITS, COMMUNITY_DIGITS = 9, 12
KM2 = 1e6


class Audience(StrEnum):
    """For whom an edition is: the public one names no person, and no member of the staff."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Shape:
    """A division with its border; `area_m2` on the ground."""

    code: str
    name: str
    border: shapely.Geometry
    area_m2: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """A notable case with the editor's words on it."""

    candidate: Candidate
    words: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """All that a document is composed from, but for language and audience.

    Attributes:
        texts: by language and section.
        signatures: who drafted and who signed, for the internal edition: pairs of role and name. Roles are "drafted" and "signed".
        corrects: number of the edition that it replaces and why; None for a first one.
    """

    figures: Figures
    title: str
    edition: int
    day: date
    texts: Mapping[str, Mapping[str, str]]
    cases: Sequence[Chosen]
    shapes: Sequence[Shape]
    signatures: Mapping[str, str]
    corrects: tuple[int, str] | None = None


def compose(material: Material, language: str, audience: Audience) -> Document:
    """The document in a language, for an audience. The same material gives the same document."""
    with translation.override(language):
        return _composed(material, language, audience)


def default_title() -> str:
    """What a bulletin is called unless its evaluator calls it otherwise."""
    return _("Bulletin on the evaluation of city management")


def section_names() -> dict[str, str]:
    """The headings of the sections, in order."""
    return {
        "overview": _("The city as a whole"),
        "areas": pgettext("bulletin", "Areas"),
        "departments": pgettext("bulletin", "Departments"),
        "posts": pgettext("bulletin", "Posts"),
        "problems": pgettext("bulletin", "Problems"),
        "cases": _("Notable cases"),
        "ahead": _("What comes next"),
    }


def rule_names() -> dict[str, str]:
    """What the rules by which cases are chosen are called."""
    return {
        "longest_open": _("Open longest"),
        "quickest": _("Done quickest"),
        "most_reworked": _("Done again most often"),
        "most_reported": _("Reported by most"),
    }


def _composed(material: Material, language: str, audience: Audience) -> Document:
    figures = material.figures
    period = period_of(figures.period)
    texts = material.texts.get(language, {})
    blocks = {
        "overview": [*_paragraphs(texts, "overview"), *_overview(figures)],
        "areas": [*_paragraphs(texts, "areas"), *_areas(material)],
        "departments": [*_paragraphs(texts, "departments"), *_departments(figures)],
        "posts": [*_paragraphs(texts, "posts"), *_posts(figures, audience)],
        "problems": [*_paragraphs(texts, "problems"), *_problems(material)],
        "cases": _cases(material, texts),
        "ahead": _paragraphs(texts, "ahead"),
    }
    named = [(key, name, blocks[key]) for key, name in section_names().items() if blocks[key]]
    sections = tuple(
        Section(key, f"{numeral(position, language)}{name}", tuple(told)) for position, (key, name, told) in enumerate(named, 1)
    )
    title = material.title if language == CHINESE and material.title else default_title()
    edition = _(" (corrected edition %(number)s)") % {"number": material.edition} if material.edition > 1 else ""
    return Document(
        language=language,
        issuer=figures.issuer,
        title=_("%(title)s, %(period)s") % {"title": title, "period": period_in_words(period)},
        number=issue_in_words(period) + edition,
        day=day_in_words(material.day),
        labels=_labels(material, audience),
        sections=sections,
        sources=_sources(material),
    )


def _paragraphs(texts: Mapping[str, str], key: str) -> list[Block]:
    return [Paragraph(line.strip()) for line in texts.get(key, "").splitlines() if line.strip()]


def _overview(figures: Figures) -> list[Block]:
    now, before = figures.city, figures.city_before
    told = [
        (pgettext("bulletin", "reported"), "A0", count(count_of(now, "A0"))),
        (pgettext("bulletin", "filed"), "A8", count(count_of(now, "A8"))),
        (pgettext("bulletin", "closed"), "C3", count(count_of(now, "C3"))),
        (pgettext("bulletin", "handled in time"), "D2", percent(ratio(now, "D2"))),
        (pgettext("bulletin", "closing rate"), "D5", percent(ratio(now, "D5"))),
        (pgettext("bulletin", "rework"), "D4", percent(ratio(now, "D4"))),
        (pgettext("bulletin", "right at first dispatch"), "C1", percent(ratio(now, "C1"))),
        (pgettext("bulletin", "content reporters"), "A10", percent(ratio(now, "A10"))),
    ]
    blocks: list[Block] = [KeyFigures(tuple(KeyFigure(label, value, *change(now, before, code)) for label, code, value in told))]
    if note := first_day_note(figures):
        blocks.append(Paragraph(note, Tone.NOTE))
    days = [day for day in figures.days if not figures.first_day or day[0] >= figures.first_day]
    if len(days) > 1:
        reported = Series(pgettext("bulletin", "reported"), tuple(day[1] for day in days))
        closed = Series(pgettext("bulletin", "closed"), tuple(day[2] for day in days))
        busiest = max(days, key=lambda day: day[1])
        told_of = _("Cases reported and closed day by day; most were reported on %(day)s: %(count)s.") % {
            "day": busiest[0],
            "count": busiest[1],
        }
        labels = [f"{int(day[0][5:7])}-{int(day[0][8:])}" for day in days]
        blocks.append(over_days(_("Cases reported and closed, day by day"), told_of, labels, (reported, closed)))
    return blocks


def _areas(material: Material) -> list[Block]:
    figures = material.figures
    blocks: list[Block] = []
    values = {one.id: one for one in figures.streets}
    rankings = of_kind(figures, *AREAS)
    for ranking in rankings:
        blocks.append(tables.of_areas(ranking, values))
    if not rankings and figures.streets:
        blocks.append(tables.of_unscored_areas(figures.streets))
    return [*blocks, *_street_by_street(figures), *_map_of_streets(material)]


def _street_by_street(figures: Figures) -> list[Block]:
    """Handling in time as dots, on a scale from a round tenth below the lowest."""
    dots = [
        Dot(one.name, value, percent(value), ratio(one.before, "D2"))
        for one in figures.streets
        if (value := ratio(one.values, "D2")) is not None
    ]
    if not dots:
        return []
    dots.sort(key=lambda dot: (-dot.value, dot.name))
    lowest = min(value for dot in dots for value in (dot.value, dot.before) if value is not None)
    begin = min(math.floor(lowest * 10), 9) / 10
    step = 0.02 if begin >= 0.9 else 0.05 if begin >= 0.7 else 0.1 if begin >= 0.4 else 0.2
    ticks = [(begin + step * number, f"{round(100 * (begin + step * number))}%") for number in range(round((1 - begin) / step) + 1)]
    caption = _("Handling in time, street by street")
    told = tables.told_by_dots(caption, dots)
    return [ranked_dots(caption, told, dots, begin, 1, ticks, pgettext("bulletin", "the period before"))]


def _map_of_streets(material: Material) -> list[Block]:
    rankings = of_kind(material.figures, Judged.STREET.value)
    if rankings:
        values = {one.id: float(one.score) for one in rankings[0].subjects if one.score}
        caption, digits = _("Streets by score"), 1
    else:
        values = {one.id: 100 * value for one in material.figures.streets if (value := ratio(one.values, "D2")) is not None}
        caption, digits = _("Streets by handling in time, in percent"), 1
    streets = [shape for shape in material.shapes if len(shape.code) == STREET_DIGITS]
    if not streets or not values:
        return []
    areas = [Area(shape.border, values.get(shape.code), shape.name) for shape in streets]
    return [_shaded(caption, areas, digits)]


def _shaded(caption: str, areas: Sequence[Area], digits: int, outlines: Sequence[Area] = ()) -> Picture:
    values = [area.value for area in areas if area.value is not None]
    bounds = classes_of(values)
    ends = [min(values), *bounds, max(values)]
    labels = [f"{low:.{digits}f} – {high:.{digits}f}" for low, high in pairwise(ends)]
    told = _("%(caption)s: a map of %(count)s areas, from %(least)s to %(most)s.") % {
        "caption": caption,
        "count": len(areas),
        "least": f"{min(values):.{digits}f}",
        "most": f"{max(values):.{digits}f}",
    }
    return shaded(caption, told, areas, bounds, labels, _("nothing to judge by"), outlines)


def _departments(figures: Figures) -> list[Block]:
    blocks: list[Block] = []
    values = {one.id: one for one in figures.organizations}
    rankings = of_kind(figures, Judged.ORGANIZATION.value)
    for ranking in rankings:
        blocks.extend(tables.of_departments(ranking, values))
        blocks.extend(_noise(ranking))
    if not rankings and figures.organizations:
        blocks.append(tables.of_unscored_departments(figures.organizations))
    return blocks


def _noise(ranking: Ranking) -> list[Block]:
    """The ranks of the largest peer group with their spans."""
    groups = sorted(groups_of(ranking), key=lambda pair: -len(pair[1]))[:1]
    if not groups or any(one.rank_low is None or one.rank_high is None for one in groups[0][1]) or len(groups[0][1]) < 3:
        return []
    group, ranked = groups[0]
    places = [Place(one.name, one.rank or 0, one.rank_low or 0, one.rank_high or 0) for one in ranked[:MOST_PLACES]]
    caption = _("Ranks and how sure they are: %(name)s") % {"name": group_name(group) or scheme_name(ranking)}
    wide = sum(place.high > place.low for place in places)
    told = _("For %(count)s of %(all)s the rank could as well be another one, if the cases had fallen a little otherwise.") % {
        "count": wide,
        "all": len(places),
    }
    picture = ranks_with_noise(caption, told, places, pgettext("bulletin", "first"), pgettext("bulletin", "last"))
    note = Paragraph(
        _(
            "The bar is the span in which nine of ten ranks lie when the cases are drawn anew; "
            "where bars overlap, the order is no more than chance."
        ),
        Tone.NOTE,
    )
    return [picture, note]


def _posts(figures: Figures, audience: Audience) -> list[Block]:
    rankings = of_kind(figures, Judged.MEMBER.value)
    if not rankings:
        return []
    if audience is Audience.PUBLIC:
        return [tables.of_posts(rankings)]
    return [tables.of_posts(rankings), *(tables.of_people(ranking) for ranking in rankings)]


def _problems(material: Material) -> list[Block]:
    figures = material.figures
    blocks: list[Block] = []
    if figures.classes:
        blocks.append(tables.of_classes(figures))
    if figures.channels:
        blocks.append(Paragraph(tables.told_of_channels(figures)))
    counts = {one.id: count_of(one.values, "A0") for one in figures.communities}
    communities = [shape for shape in material.shapes if len(shape.code) == COMMUNITY_DIGITS and shape.area_m2 > 0]
    if communities and counts:
        areas = [Area(shape.border, counts.get(shape.code, 0) / (shape.area_m2 / KM2)) for shape in communities]
        outlines = [Area(shape.border, None, shape.name) for shape in material.shapes if len(shape.code) == STREET_DIGITS]
        blocks.append(_shaded(_("Problems reported per square kilometre, community by community"), areas, 0, outlines))
    return blocks


def _cases(material: Material, texts: Mapping[str, str]) -> list[Block]:
    if not material.cases:
        return []
    return [*_paragraphs(texts, "cases"), Cases(tuple(told_case(chosen) for chosen in material.cases))]


def told_case(chosen: Chosen) -> CaseTold:
    """A case as the document tells it, in the language that is active."""
    case = chosen.candidate
    place = "".join((case.street, case.community))
    facts = [
        (pgettext("bulletin", "Where"), place or "–"),
        (pgettext("bulletin", "Department"), case.department or "–"),
        (pgettext("bulletin", "Reported"), moment_in_words(case.reported_at)),
    ]
    if case.ended_at:
        facts.append((pgettext("bulletin", "Ended"), moment_in_words(case.ended_at)))
    match case.rule:
        case "longest_open":
            facts.append((_("Open at the end of the period for"), span(case.amount)))
        case "quickest":
            facts.append((_("From report to closing"), span(case.amount)))
        case "most_reworked":
            facts.append((pgettext("bulletin", "Checks failed"), count(case.amount)))
        case _unknown:
            facts.append((pgettext("bulletin", "Reports"), count(case.amount)))
    title = _("%(what)s, case %(number)s") % {"what": case.class_name, "number": case.number}
    return CaseTold(rule_names()[case.rule], title, tuple(facts), chosen.words)


def _labels(material: Material, audience: Audience) -> tuple[tuple[str, str], ...]:
    labels = [("sources", _("What the figures rest on"))]
    if audience is Audience.INTERNAL:
        labels.append(("audience", _("For use within the house: names people")))
        drafted, signed = material.signatures.get("drafted"), material.signatures.get("signed")
        if drafted:
            labels.append(("drafted", _("Drafted by: %(name)s") % {"name": drafted}))
        if signed:
            labels.append(("signed", _("Signed by: %(name)s") % {"name": signed}))
    if material.corrects:
        number, why = material.corrects
        labels.append(("corrects", _("This edition replaces edition %(number)s: %(why)s") % {"number": number, "why": why}))
    return tuple(labels)


def _sources(material: Material) -> tuple[tuple[str, str], ...]:
    figures = material.figures
    period = period_of(figures.period)
    rows = [
        (pgettext("bulletin", "Period"), _("%(first)s to %(last)s") % {"first": period.first.isoformat(), "last": period.last.isoformat()}),
        (_("Facts as of"), moment_in_words(figures.as_of)),
        (_("Digest of the facts"), figures.facts_digest),
    ]
    for ranking in figures.rankings:
        label = _("Run %(number)s, %(scheme)s, version %(version)s") % {
            "number": ranking.run_id,
            "scheme": scheme_name(ranking),
            "version": ranking.version,
        }
        rows.append((label, ranking.result_digest))
    rows.append((_("Open denominators"), tables.told_of_settings(figures.settings)))
    return tuple(rows)
