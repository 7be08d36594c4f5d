"""What the inspector's phone shows first: duty, walks to make, what was reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.models import Case, Evidence, Report, Task
from chengge.domain.errors import NotFound
from chengge.field.queries.duty import current_duty, grid_names, member_of
from chengge.field.queries.roster import todays_plan
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import classes
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Duty
from chengge.organization.queries import CITY_ZONE, Actor, city_day
from chengge.organization.queries.roster import Planned

MOST_CHIPS = 8
RECENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Home:
    """The first page of the phone."""

    duty: Duty | None
    plan: Sequence[Planned]
    grid_names: str
    tasks: Sequence[Task]
    reports: Sequence[Report]
    reports_today: int
    done_today: int


@dataclass(frozen=True, slots=True)
class Proofs:
    """What was shown and said of a case so far."""

    photos: Sequence[Evidence]
    voices: Sequence[Evidence]


def home(actor: Actor) -> Home:
    """Seven queries, however much there is."""
    now = clock.now()
    midnight = now.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Report.objects.filter(member_id=member_of(actor), reported_at__gte=midnight)
    return Home(
        duty=current_duty(actor.member_id, now),
        plan=todays_plan(member_of(actor), now),
        grid_names=grid_names(actor),
        tasks=list(open_tasks(actor)),
        reports=list(mine.select_related("problem_class", "case").order_by("-reported_at")[:5]),
        reports_today=mine.count(),
        done_today=Task.objects.filter(member_id=member_of(actor), done_at__gte=midnight).count(),
    )


def open_tasks(actor: Actor) -> Any:
    return Task.objects.filter(member_id=member_of(actor), done_at=None).select_related("case__problem_class").order_by("due_at", "id")


def task_of(actor: Actor, task_id: int) -> Task:
    """A walk of this inspector, done or not. Raises NotFound."""
    found = (
        Task.objects.filter(pk=task_id, member_id=member_of(actor))
        .select_related("case__problem_class", "case__rule", "case__department")
        .first()
    )
    if found is None:
        raise NotFound("task", _("This walk is not yours, or it was taken back."), _("Go back to your list."))
    return found


def proofs_of(case: Case) -> Proofs:
    """Photos and voice notes of a case, the oldest first. One query."""
    found = list(Evidence.objects.filter(case=case, entry__isnull=False).order_by("created_at", "id"))
    return Proofs([one for one in found if one.media == Evidence.Media.PHOTO], [one for one in found if one.media == Evidence.Media.VOICE])


def my_reports(actor: Actor, before_id: int | None, size: int) -> tuple[Sequence[Report], int | None]:
    """Reports of this inspector, the newest first, and the id from which the next page goes on. One query."""
    rows = Report.objects.filter(member_id=member_of(actor)).select_related("problem_class", "case")
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    listed = list(rows.order_by("-pk")[: size + 1])
    return listed[:size], listed[size - 1].pk if len(listed) > size else None


def suggested_classes(actor: Actor) -> Sequence[ProblemClass]:
    """What this inspector has reported most in the last weeks, filled up with what the whole city has. Three queries."""
    now = clock.now()
    recent = Report.objects.filter(reported_at__gte=now - timedelta(days=RECENT_DAYS), problem_class__isnull=False)
    own = _most_frequent(recent.filter(member_id=member_of(actor)))
    city = _most_frequent(recent) if len(own) < MOST_CHIPS else []
    wanted = list(dict.fromkeys([*own, *city]))[:MOST_CHIPS]
    holding = holding_on(ProblemClass.objects.all(), city_day(now))
    by_id = holding.in_bulk(wanted)
    found = [by_id[pk] for pk in wanted if pk in by_id]
    return found or classes(limit=MOST_CHIPS)


def _most_frequent(reports: Any) -> list[int]:
    return list(
        reports.values("problem_class_id")
        .annotate(times=Count("pk"))
        .order_by("-times")
        .values_list("problem_class_id", flat=True)[:MOST_CHIPS]
    )
