"""The tables of a bulletin."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chengge.casework.models import Channel
from chengge.documents.document import Column, Table
from chengge.evaluation.bulletin.charts import Dot
from chengge.evaluation.bulletin.numbers import NOTHING, count, count_of, percent, ratio
from chengge.evaluation.bulletin.words import group_name, groups_of, joined, scheme_name
from chengge.evaluation.queries.bulletin_figures import Figures, Ranked, Ranking, Told
from chengge.organization.models import PostChoice

CLASSES_SHOWN = 10
CHANNELS_SHOWN = 6


def of_areas(ranking: Ranking, values: Mapping[str, Told]) -> Table:
    """Areas in the order of their scores, with the figures behind."""
    columns = (
        Column(pgettext("bulletin", "Rank"), 0.7, True),
        Column(pgettext("bulletin", "Area"), 2.2),
        Column(pgettext("bulletin", "Score"), 1, True),
        Column(pgettext("bulletin", "Grade"), 0.8),
        Column(pgettext("bulletin", "Since last"), 1.1),
        Column(pgettext("bulletin", "Reported"), 1, True),
        Column(pgettext("bulletin", "In time"), 1.3, True),
        Column(pgettext("bulletin", "Rework"), 0.9, True),
    )
    rows = tuple(_area_row(one, values.get(one.id)) for one in _in_order(ranking))
    return _without_empty(Table(scheme_name(ranking), columns, rows, _note_of_spans(ranking)))


def of_unscored_areas(streets: Sequence[Told]) -> Table:
    """Streets by handling in time, where nothing has been scored."""
    columns = (
        Column(pgettext("bulletin", "Rank"), 0.7, True),
        Column(pgettext("bulletin", "Area"), 2.2),
        Column(pgettext("bulletin", "Reported"), 1, True),
        Column(pgettext("bulletin", "Filed"), 1, True),
        Column(pgettext("bulletin", "Closed"), 1, True),
        Column(pgettext("bulletin", "In time"), 1.3, True),
        Column(pgettext("bulletin", "Rework"), 0.9, True),
    )
    ordered = sorted(streets, key=lambda one: (-(ratio(one.values, "D2") or 0), one.id))
    rows = tuple(
        (
            str(rank),
            one.name,
            *(count(count_of(one.values, code)) for code in ("A0", "A8", "C3")),
            percent(ratio(one.values, "D2")),
            percent(ratio(one.values, "D4")),
        )
        for rank, one in enumerate(ordered, 1)
    )
    return Table(
        _("Streets by handling in time"), columns, rows, _("No scheme has been run for this period; the order is that of one figure.")
    )


def of_departments(ranking: Ranking, values: Mapping[str, Told]) -> list[Table]:
    """A table for each peer group."""
    columns = (
        Column(pgettext("bulletin", "Rank"), 0.7, True),
        Column(pgettext("bulletin", "Department"), 3.2),
        Column(pgettext("bulletin", "Score"), 1, True),
        Column(pgettext("bulletin", "Grade"), 0.8),
        Column(pgettext("bulletin", "Since last"), 1.1),
        Column(pgettext("bulletin", "Work"), 0.8, True),
        Column(pgettext("bulletin", "In time"), 1.3, True),
        Column(pgettext("bulletin", "Rework"), 0.9, True),
    )
    tables = []
    for group, ranked in groups_of(ranking):
        caption = (
            _("%(scheme)s: %(group)s") % {"scheme": scheme_name(ranking), "group": group_name(group)} if group else scheme_name(ranking)
        )
        rows = tuple(_department_row(one, values.get(one.id)) for one in ranked)
        tables.append(_without_empty(Table(caption, columns, rows)))
    left_out = [one.name for one in ranking.subjects if one.rank is None]
    if tables and left_out:
        note = _("Without a score, for want of work to judge by: %(names)s.") % {"names": joined(left_out)}
        tables[-1] = replace(tables[-1], note=note)
    return tables


def of_unscored_departments(organizations: Sequence[Told]) -> Table:
    """Departments by handling in time, where nothing has been scored."""
    columns = (
        Column(pgettext("bulletin", "Rank"), 0.7, True),
        Column(pgettext("bulletin", "Department"), 3.2),
        Column(pgettext("bulletin", "Dispatched"), 1, True),
        Column(pgettext("bulletin", "Due"), 1, True),
        Column(pgettext("bulletin", "In time"), 1.3, True),
        Column(pgettext("bulletin", "Rework"), 0.9, True),
        Column(pgettext("bulletin", "Handed back"), 1.1, True),
    )
    judged = [one for one in organizations if ratio(one.values, "D2") is not None]
    ordered = sorted(judged, key=lambda one: (-(ratio(one.values, "D2") or 0), -one.values["D2"][1], one.id))
    rows = tuple(
        (
            str(rank),
            one.name,
            count(count_of(one.values, "P15")),
            count(one.values["D2"][1]),
            *(percent(ratio(one.values, code)) for code in ("D2", "D4", "D7")),
        )
        for rank, one in enumerate(ordered, 1)
    )
    note = _("No scheme has been run for this period; the order is that of one figure.")
    return Table(_("Departments by handling in time"), columns, rows, note)


def of_posts(rankings: Sequence[Ranking]) -> Table:
    """How the scores of each post lie, without a name."""
    columns = (
        Column(pgettext("bulletin", "Post"), 1.6),
        Column(pgettext("bulletin", "People"), 0.8, True),
        Column(pgettext("bulletin", "Highest"), 1, True),
        Column(pgettext("bulletin", "Middle"), 1, True),
        Column(pgettext("bulletin", "Lowest"), 1, True),
        Column(pgettext("bulletin", "Grades"), 3),
    )
    return Table(_("Scores by post"), columns, tuple(_post_row(ranking) for ranking in rankings))


def of_people(ranking: Ranking) -> Table:
    """Everybody in a post by score: for the house alone."""
    columns = (
        Column(pgettext("bulletin", "Rank"), 0.7, True),
        Column(pgettext("bulletin", "Name"), 2),
        Column(pgettext("bulletin", "Score"), 1, True),
        Column(pgettext("bulletin", "Grade"), 1),
        Column(pgettext("bulletin", "Since last"), 1.1),
        Column(pgettext("bulletin", "Work"), 1, True),
    )
    rows = tuple(
        (_rank(one), one.name, one.score or NOTHING, one.grade or NOTHING, _since(one), count(one.workload)) for one in _in_order(ranking)
    )
    return _without_empty(Table(_("%(post)s, by name") % {"post": _post_name(ranking)}, columns, rows))


def of_classes(figures: Figures) -> Table:
    """The commonest classes of problems."""
    columns = (
        Column(pgettext("bulletin", "Class"), 2.6),
        Column(pgettext("bulletin", "Reported"), 1, True),
        Column(pgettext("bulletin", "Share"), 1, True),
        Column(pgettext("bulletin", "Closed"), 1, True),
        Column(pgettext("bulletin", "In time"), 1.3, True),
        Column(pgettext("bulletin", "Again"), 1, True),
    )
    whole = count_of(figures.city, "A0") or 1
    top = sorted(figures.classes, key=lambda one: (-count_of(one.values, "A0"), one.id))[:CLASSES_SHOWN]
    rows = tuple(
        (
            one.name,
            count(count_of(one.values, "A0")),
            percent(count_of(one.values, "A0") / whole),
            count(count_of(one.values, "C3")),
            percent(ratio(one.values, "D2")),
            percent(ratio(one.values, "A9")),
        )
        for one in top
    )
    note = _("Again: filed cases in whose unit grid one of the same class had been closed within %(days)s days before.") % {
        "days": figures.settings["recurs_within_days"]
    }
    return Table(_("The commonest problems"), columns, rows, note)


def told_of_channels(figures: Figures) -> str:
    """By which ways the problems came in, in a sentence."""
    whole = sum(row[1] for row in figures.channels) or 1
    names = dict(Channel.choices)
    told = [
        _("%(name)s (%(rate)s)") % {"name": names.get(code, code), "rate": percent(number / whole)}
        for code, number in figures.channels[:CHANNELS_SHOWN]
    ]
    return _("They came in by %(ways)s.") % {"ways": joined(told)}


def told_by_dots(caption: str, dots: Sequence[Dot]) -> str:
    return _("%(caption)s: %(values)s.") % {"caption": caption, "values": joined([f"{dot.name} {dot.shown}" for dot in dots])}


def told_of_settings(settings: Mapping[str, Any]) -> str:
    """The open denominators in words."""
    filed_of = _("filing rate over what was reported") if settings["filed_of"] == "reported" else _("filing rate over what was accepted")
    public_of = _("public share over what was filed") if settings["public_of"] == "filed" else _("public share over what was accepted")
    again = _("recurrence within %(days)s days") % {"days": settings["recurs_within_days"]}
    return joined([filed_of, public_of, again])


def _without_empty(table: Table) -> Table:
    """The table without columns in which nothing stands."""
    kept = [index for index in range(len(table.columns)) if not table.rows or any(row[index] != NOTHING for row in table.rows)]
    columns = tuple(table.columns[index] for index in kept)
    return Table(table.caption, columns, tuple(tuple(row[index] for index in kept) for row in table.rows), table.note)


def _in_order(ranking: Ranking) -> list[Ranked]:
    return [one for _group, ranked in groups_of(ranking) for one in ranked] + [one for one in ranking.subjects if one.rank is None]


def _area_row(one: Ranked, told: Told | None) -> tuple[str, ...]:
    values = told.values if told else {}
    return (
        _rank(one),
        one.name,
        one.score or NOTHING,
        one.grade or NOTHING,
        _since(one),
        count(count_of(values, "A0")),
        percent(ratio(values, "D2")),
        percent(ratio(values, "D4")),
    )


def _department_row(one: Ranked, told: Told | None) -> tuple[str, ...]:
    values = told.values if told else {}
    return (
        _rank(one),
        one.name,
        one.score or NOTHING,
        one.grade or NOTHING,
        _since(one),
        count(one.workload),
        percent(ratio(values, "D2")),
        percent(ratio(values, "D4")),
    )


def _rank(one: Ranked) -> str:
    return NOTHING if one.rank is None else str(one.rank)


def _since(one: Ranked) -> str:
    """How score and rank have moved since the period before."""
    if not one.score or not one.score_before:
        return NOTHING
    moved = float(one.score) - float(one.score_before)
    arrow = "▲" if moved > 0.005 else "▼" if moved < -0.005 else "＝"
    return arrow if arrow == "＝" else f"{arrow}{abs(moved):.2f}"


def _note_of_spans(ranking: Ranking) -> str:
    """Who could as well stand elsewhere."""
    wide = [
        _("%(name)s %(low)s–%(high)s") % {"name": one.name, "low": one.rank_low, "high": one.rank_high}
        for one in _in_order(ranking)
        if one.rank_low is not None and one.rank_high is not None and one.rank_high > one.rank_low
    ]
    if not wide:
        return ""
    return _("Ranks that could as well be others (nine of ten drawings of the cases): %(names)s.") % {"names": joined(wide)}


def _post_name(ranking: Ranking) -> str:
    return str(PostChoice(ranking.post).label) if ranking.post in PostChoice.values else scheme_name(ranking)


def _post_row(ranking: Ranking) -> tuple[str, ...]:
    scores = sorted(float(one.score) for one in ranking.subjects if one.score)
    grades: dict[str, int] = {}
    for one in _in_order(ranking):
        if one.grade:
            grades[one.grade] = grades.get(one.grade, 0) + 1
    told = joined(
        [pgettext("grade and how many", "%(grade)s %(count)s") % {"grade": grade, "count": number} for grade, number in grades.items()]
    )
    if not scores:
        return (_post_name(ranking), "0", NOTHING, NOTHING, NOTHING, told or NOTHING)
    return (_post_name(ranking), str(len(scores)), f"{scores[-1]:.2f}", f"{median(scores):.2f}", f"{scores[0]:.2f}", told or NOTHING)
