"""The words of a bulletin as they are drafted from its figures, for an evaluator to go on from. One text for each section."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from chengge.evaluation.bulletin.numbers import (
    change,
    count,
    count_of,
    day_in_words,
    percent,
    period_in_words,
    ratio,
    span,
)
from chengge.evaluation.models import Judged
from chengge.evaluation.periods import period_of
from chengge.evaluation.queries.bulletin_figures import Figures, Ranked, Ranking, Told
from chengge.organization.models import OrganizationKind

FEW = 5  # handlings below which a department's rate is no ground for a word about it
AREAS = (Judged.STREET.value, Judged.COMMUNITY.value)


def drafted(figures: Figures) -> dict[str, str]:
    """The text of every section, in the language that is active. Paragraphs are parted by line breaks."""
    return {key: "\n".join(one for one in write(figures) if one) for key, write in DRAFTS.items()}


def joined(names: list[str]) -> str:
    """Names one after the other, as the language parts them."""
    return pgettext("between names of a list", ", ").join(names)


def between_sentences() -> str:
    """Chinese parts sentences by their full stops alone."""
    return "" if (get_language() or "").startswith("zh") else " "


def scheme_name(ranking: Ranking) -> str:
    """What the scheme of a ranking is called in the language that is active."""
    return ranking.scheme if (get_language() or "").startswith("zh") else ranking.scheme_en


def group_name(group: str) -> str:
    """What a peer group is called: its own name, or that of a kind of organization."""
    return str(OrganizationKind(group).label) if group in OrganizationKind.values else group


def of_kind(figures: Figures, *judged: str) -> list[Ranking]:
    return [ranking for ranking in figures.rankings if ranking.judged in judged]


def _overview(figures: Figures) -> list[str]:
    now, before = figures.city, figures.city_before
    reported, moved = count_of(now, "A0"), change(now, before, "A0")[0]
    taken = _("In %(period)s the city took in %(count)s problems") % {
        "period": period_in_words(period_of(figures.period)),
        "count": count(reported),
    }
    taken += _(" (%(change)s on the period before)") % {"change": moved} if moved else ""
    first = taken + _(
        "; %(filed)s were filed, which is %(rate)s of what was reported, and %(closed)s were closed. "
        "%(public)s of the filed ones were found by the public."
    ) % {
        "filed": count(count_of(now, "A8")),
        "rate": percent(ratio(now, "A1")),
        "closed": count(count_of(now, "C3")),
        "public": percent(ratio(now, "A7")),
    }
    due = now.get("D2", [0, 0])[1] or 0
    second = ""
    if due:
        second = _(
            "%(due)s handlings fell due. %(in_time)s of them were finished in time, %(closed)s have been closed; %(rework)s of what "
            "departments finished failed its check and was done again. A handling took %(span)s of limit time on average."
        ) % {
            "due": count(due),
            "in_time": percent(ratio(now, "D2")),
            "closed": percent(ratio(now, "D5")),
            "rework": percent(ratio(now, "D4")),
            "span": span(ratio(now, "D10") or 0),
        }
    third = ""
    if ratio(now, "A10") is not None:
        third = _("Of %(count)s reporters who told how content they were, %(rate)s were.") % {
            "count": count(now["A10"][1]),
            "rate": percent(ratio(now, "A10")),
        }
    return [first, second + (between_sentences() if second and third else "") + third]


def _areas(figures: Figures) -> list[str]:
    lines = []
    for ranking in of_kind(figures, *AREAS):
        lines.append(_of_ranking(ranking))
    most = sorted(figures.streets, key=lambda one: -count_of(one.values, "A0"))[:2]
    if most:
        told = [_("%(name)s (%(rate)s)") % {"name": one.name, "rate": count(count_of(one.values, "A0"))} for one in most]
        lines.append(_("Most problems were reported in %(names)s.") % {"names": joined(told)})
    slow = _slowest(figures.streets)
    if slow:
        lines.append(
            _("Handling in time was rarest in %(name)s, with %(rate)s.") % {"name": slow.name, "rate": percent(ratio(slow.values, "D2"))}
        )
    return lines


def _departments(figures: Figures) -> list[str]:
    lines = [_of_ranking(ranking) for ranking in of_kind(figures, Judged.ORGANIZATION.value)]
    judged = [one for one in figures.organizations if (one.values.get("D2") or [0, 0])[1] >= FEW]
    if not judged:
        return lines
    full = [one.name for one in judged if ratio(one.values, "D2") == 1]
    short = sorted((one for one in judged if (ratio(one.values, "D2") or 0) < 0.8), key=lambda one: ratio(one.values, "D2") or 0)[:4]
    if full:
        lines.append(
            ngettext(
                "%(names)s finished everything in time.",
                "%(count)s departments finished everything in time, among them %(names)s.",
                len(full),
            )
            % {"count": len(full), "names": joined(full[:6])}
        )
    if short:
        told = [_("%(name)s (%(rate)s)") % {"name": one.name, "rate": percent(ratio(one.values, "D2"))} for one in short]
        lines.append(_("Below 80%% in time were %(names)s.") % {"names": joined(told)})
    return lines


def _posts(figures: Figures) -> list[str]:
    if not of_kind(figures, Judged.MEMBER.value):
        return []
    return [_("People are scored by post. The public edition tells how the scores of a post lie, and no names.")]


def _problems(figures: Figures) -> list[str]:
    top = sorted(figures.classes, key=lambda one: -count_of(one.values, "A0"))[:3]
    whole = count_of(figures.city, "A0")
    if not top or not whole:
        return []
    told = [_("%(name)s (%(rate)s)") % {"name": one.name, "rate": percent(count_of(one.values, "A0") / whole)} for one in top]
    lines = [_("The commonest problems were %(names)s.") % {"names": joined(told)}]
    again = ratio(figures.city, "A9")
    if again:
        lines.append(
            _("%(rate)s of the filed cases were of a kind that had been closed in the same unit grid within %(days)s days before.")
            % {"rate": percent(again), "days": figures.settings["recurs_within_days"]}
        )
    return [between_sentences().join(lines)]


def _cases(_figures: Figures) -> list[str]:
    return [_("Chosen by rule from the cases of the period; what reporters said, and who they are, is not told.")]


def _ahead(figures: Figures) -> list[str]:
    slow, weak = _slowest(figures.streets), _slowest(figures.organizations)
    lines = []
    if slow and weak:
        lines.append(
            _("%(area)s and %(department)s are asked to look into what was late and to say by when it will be mended.")
            % {"area": slow.name, "department": weak.name}
        )
    top = max(figures.classes, key=lambda one: count_of(one.values, "A0"), default=None)
    if top:
        lines.append(_("For %(name)s, the commonest problem, departments and streets plan visits ahead of reports.") % {"name": top.name})
    if count_of(figures.city, "D4"):
        lines.append(_("Work that failed its check goes back to whoever did it; a check that fails twice is told to their leader."))
    return lines


def _of_ranking(ranking: Ranking) -> str:
    """Who stands first and last in each group, and whether that is more than chance."""
    told = []
    for group, ranked in groups_of(ranking):
        if len(ranked) < 2:
            continue
        first, last = ranked[0], ranked[-1]
        words = _("first %(first)s with %(best)s points, last %(last)s with %(worst)s") % {
            "first": first.name,
            "best": first.score,
            "last": last.name,
            "worst": last.score,
        }
        told.append(_("in the group %(group)s: %(words)s") % {"group": group_name(group), "words": words} if group else words)
    if not told:
        return ""
    named = pgettext("between parts of a sentence", "; ").join(told)
    return _("By the scheme %(scheme)s: %(order)s.") % {"scheme": scheme_name(ranking), "order": named}


def groups_of(ranking: Ranking) -> list[tuple[str, list[Ranked]]]:
    """The scored subjects of each peer group, best first."""
    groups: dict[str, list[Ranked]] = {}
    for one in ranking.subjects:
        if one.rank is not None:
            groups.setdefault(one.group, []).append(one)
    return [(group, sorted(ranked, key=lambda one: (one.rank or 0, one.name))) for group, ranked in groups.items()]


def _slowest(subjects: list[Told]) -> Told | None:
    judged = [one for one in subjects if (one.values.get("D2") or [0, 0])[1] >= FEW]
    return min(judged, key=lambda one: (ratio(one.values, "D2") or 0, one.id), default=None)


def first_day_note(figures: Figures) -> str:
    """A word where the facts begin within the period."""
    if not figures.first_day:
        return ""
    day = day_in_words(date.fromisoformat(figures.first_day))
    return _("The records begin on %(day)s; figures of this period are those from then on.") % {"day": day}


DRAFTS: dict[str, Callable[[Figures], list[str]]] = {
    "overview": _overview,
    "areas": _areas,
    "departments": _departments,
    "posts": _posts,
    "problems": _problems,
    "cases": _cases,
    "ahead": _ahead,
}
