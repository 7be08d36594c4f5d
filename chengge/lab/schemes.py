"""The demo city judges by the shipped schemes, and an evaluator is at work on the next version of one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from chengge import clock
from chengge.evaluation.actions.schemes import SchemeValues, make_draft, make_scheme, put_into_effect
from chengge.evaluation.actions.schemes_shipped import load_shipped
from chengge.evaluation.models import Scheme, SchemeVersion
from chengge.evaluation.queries.schemes_content import VersionContent, content_of
from chengge.organization.actions.authority import COMMAND_LINE
from chengge.organization.models import Member, Organization
from chengge.organization.queries import actor_of, city_day

EVALUATOR = "evaluator"


def fill(seed: int) -> None:
    """Put the shipped schemes into effect since the first of the month before last, let some bodies judge those below them, begin a draft.

    Args:
        seed: not used: the same schemes in every demo city.
    """
    since = month_before_last(city_day(clock.now()))
    load_shipped(COMMAND_LINE, since)
    _let_bodies_judge(since)
    _begin_a_draft()


def month_before_last(day: date) -> date:
    """The first day of the month before the last one."""
    months = day.year * 12 + day.month - 1 - 2
    return date(months // 12, months % 12 + 1, 1)


def _let_bodies_judge(since: date) -> None:
    """The two second-level bodies with the most sections judge them by a copy of the shipped scheme for the third level."""
    pattern = content_of(SchemeVersion.objects.get(scheme__code="sections", state=SchemeVersion.State.IN_EFFECT))
    bodies = [one for one in Organization.objects.filter(level=2, valid_to=None).order_by("code") if one.children.filter(level=3).exists()]
    for body in sorted(bodies, key=lambda one: -one.children.count())[:2]:
        values = SchemeValues(
            f"sections-{body.code.lower()}",
            f"{body.short_name}评价下属单位",
            "organization",
            f"{body.short_name} judges its sections",
            3,
            "",
            body.pk,
        )
        draft = make_draft(COMMAND_LINE, make_scheme(COMMAND_LINE, values).pk, pattern)
        put_into_effect(COMMAND_LINE, draft.pk, since)


def _begin_a_draft() -> None:
    """A draft for next year: rework weighs more, what comes late less."""
    scheme = Scheme.objects.get(code="departments")
    content = content_of(SchemeVersion.objects.get(scheme=scheme, state=SchemeVersion.State.IN_EFFECT))
    evaluator = Member.objects.get(username=EVALUATOR)
    make_draft(actor_of(evaluator), scheme.pk, _next_year(content))


def _next_year(content: VersionContent) -> VersionContent:
    in_time, quality, *rest = content.aspects
    weights = {"D4": Decimal(60), "A9": Decimal(20), "D3": Decimal(20)}
    stricter = tuple(replace(item, weight=weights[item.code]) for item in quality.items)
    aspects = (replace(in_time, weight=in_time.weight - 10), replace(quality, weight=quality.weight + 10, items=stricter), *rest)
    return replace(content, aspects=aspects, note="明年拟加重返工的分量")
