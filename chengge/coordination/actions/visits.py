"""Weekly visits: the plan of a week drafts itself, people put it right, write down what was said, and promises are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.coordination.actions.inviting import Thing, body_named, require_words, tell_members, tell_units, this_second
from chengge.coordination.models import DepartmentVisit, VisitPromise
from chengge.coordination.queries.hard_cases import WORKERS
from chengge.coordination.queries.platform_rules import visit_rule
from chengge.coordination.queries.staff import clerks_of, on_posts, staff_at
from chengge.coordination.queries.visits import departments_now, visit_in_sight, visit_part, week_of
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.visits import week_plan
from chengge.organization.queries import Actor, city_day

FARTHEST = timedelta(weeks=8)
MOST_PROMISES = 30


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise as somebody writes it down; `whose`: `department` or `platform`."""

    whose: str
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Made:
    """A visit as it was made: when, whom we met, what was raised, and what was promised."""

    day: date | None
    met: str
    raised: str
    promises: Sequence[Promised] = ()


@transaction.atomic
def draft_week(week: date) -> int:
    """Draft the plan of a week where it has none yet; how many visits. Each department that is on it hears of it.

    Args:
        week: its Monday.
    """
    rule = visit_rule(week)
    if rule is None or DepartmentVisit.objects.filter(week=week).exists():
        return 0
    departments = {one.id: one for one in departments_now(week)}
    rows = []
    for chosen in week_plan(list(departments.values()), rule.a_week, rule.every_weeks):
        one = departments[chosen.id]
        row = DepartmentVisit(week=week, organization_id=one.id, whys=[why.value for why in chosen.whys])
        row.returns, row.hard, row.late = one.returns, one.hard, one.late
        rows.append(row)
    DepartmentVisit.objects.bulk_create(rows, ignore_conflicts=True)
    made = list(DepartmentVisit.objects.filter(week=week))
    staff = staff_at(clock.now())
    for visit in made:
        people = {person.member_id for person in clerks_of(staff, visit.organization_id)}
        subject = _("The platform visits you in the week of %(day)s") % {"day": week}
        tell_members(_thing(visit), "planned", subject, _("Say what should be talked about."), people)
    return len(made)


def draft_next_week() -> int:
    """Draft the plan of the coming week from Friday on; before, that of this week where it was left out."""
    today = city_day(clock.now())
    return draft_week(week_of(today + timedelta(days=3)))


@transaction.atomic
def add_visit(actor: Actor, organization_id: int | None, week: date | None) -> DepartmentVisit:
    """Put a department on the plan of a week. Raises Forbidden, Refused, Conflict."""
    _require_worker(actor)
    body = body_named(organization_id, _("Which department is visited?"))
    if body.level != 2:
        raise Refused("organization", _("Departments and territories of the second level are visited."), field="organization_id")
    monday = week_of(week or city_day(clock.now()))
    this = week_of(city_day(clock.now()))
    if not this <= monday <= this + FARTHEST:
        raise Refused("week", _("Visits are planned for this week and the next %(count)d.") % {"count": FARTHEST.days // 7}, field="week")
    visit, begun = DepartmentVisit.objects.get_or_create(week=monday, organization=body)
    if not begun:
        raise Conflict("visit", _("It is on the plan of that week already."), _("Look at the plan."))
    subject = _("The platform visits you in the week of %(day)s") % {"day": monday}
    tell_units(actor, _thing(visit), "planned", subject, _("Say what should be talked about."), [body.pk])
    return visit


@transaction.atomic
def write_visit(actor: Actor, visit_id: int, made: Made) -> DepartmentVisit:
    """Write down a visit that was made, with the promises given there; written again, promises are added.

    Raises:
        NotFound. Forbidden: no post of the platform. Conflict: called off. Refused: a value is missing.
    """
    visit = _locked(actor, visit_id)
    if visit.state == DepartmentVisit.State.CALLED_OFF:
        raise Conflict("state", _("This visit was called off."), _("Look at it again."))
    today = city_day(clock.now())
    if made.day is None or not visit.week - timedelta(weeks=1) <= made.day <= min(today, visit.week + timedelta(weeks=4)):
        raise Refused("day", _("When was the visit made?"), _("Name a day near its week, today at the latest."), "day")
    require_words({"met": (made.met, 200), "raised": (made.raised, 2000)}, _("Say whom you met and what was raised."))
    if visit.promises.count() + len(made.promises) > MOST_PROMISES:
        raise Refused("promises", _("At most %(most)d promises are kept of a visit.") % {"most": MOST_PROMISES}, field="promises")
    for one in made.promises:
        require_words({"promises": (one.text, 300)}, _("What was promised?"))
        if one.whose not in VisitPromise.Whose.values:
            raise Refused("whose", _("Who promised it?"), _("The department or the platform."), "promises")
        if one.due_on < made.day:
            raise Refused("due", _("A promise is for a day after the visit."), _("Name a later day."), "promises")
    visit.state, visit.day, visit.visitor_id = DepartmentVisit.State.MADE, made.day, actor.member_id
    visit.met, visit.raised, visit.written_at = made.met.strip(), made.raised.strip(), this_second()
    visit.save()
    VisitPromise.objects.bulk_create(
        [VisitPromise(visit=visit, whose=one.whose, text=one.text.strip(), due_on=one.due_on) for one in made.promises]
    )
    if made.promises:
        subject = _("Promised at the visit of %(day)s") % {"day": visit.day}
        text = _("; ").join(f"{one.due_on}: {one.text}" for one in made.promises)
        tell_units(actor, _thing(visit), f"made:{visit.written_at.timestamp():.0f}", subject, text, [visit.organization_id])
    return visit


@transaction.atomic
def call_visit_off(actor: Actor, visit_id: int, reason: str) -> DepartmentVisit:
    """Call a planned visit off, with a reason. Raises NotFound, Forbidden, Conflict, Refused."""
    visit = _locked(actor, visit_id)
    if visit.state != DepartmentVisit.State.PLANNED:
        raise Conflict("state", _("This visit is not planned any more."), _("Look at it again."))
    require_words({"reason": (reason, 300)}, _("A reason is needed."))
    visit.state, visit.raised, visit.written_at = DepartmentVisit.State.CALLED_OFF, reason.strip(), this_second()
    visit.visitor_id = actor.member_id
    visit.save()
    tell_units(actor, _thing(visit), "called-off", _("The platform does not come this week"), visit.raised, [visit.organization_id])
    return visit


@transaction.atomic
def keep_promise(actor: Actor, promise_id: int, how: str) -> VisitPromise:
    """A promise is kept; whoever gave it says how, or the platform does. Raises NotFound, Forbidden, Conflict, Refused."""
    promise = VisitPromise.objects.select_for_update(of=("self",)).select_related("visit").filter(pk=promise_id).first()
    if promise is None:
        raise NotFound("promise", _("There is no such promise."))
    visit = visit_in_sight(actor, promise.visit_id)
    if promise.whose not in visit_part(actor, visit).keeps:
        raise Forbidden("unit", _("A promise is called kept by whoever gave it, or by the platform."))
    if promise.kept_on is not None:
        raise Conflict("promise", _("This promise has been kept."), _("Look at it again."))
    require_words({"how": (how, 300)}, _("Say in a few words how."))
    promise.kept_on, promise.kept_by_id, promise.kept_how = city_day(clock.now()), actor.member_id, how.strip()
    promise.save()
    return promise


def tell_late_promises() -> int:
    """Tell of promises whose day has passed: whoever gave them, once. Returns how many people. One query while all are kept."""
    at = clock.now()
    late = list(VisitPromise.objects.filter(kept_on=None, due_on__lt=city_day(at)).select_related("visit__organization"))
    if not late:
        return 0
    staff, told = staff_at(at), 0
    for promise in late:
        of_department = promise.whose == VisitPromise.Whose.DEPARTMENT
        people = clerks_of(staff, promise.visit.organization_id) if of_department else on_posts(staff, (Post.COORDINATOR,), None)
        subject = _("A promise is late: %(unit)s") % {"unit": promise.visit.organization.short_name}
        text = f"{promise.due_on}: {promise.text}"
        told += tell_members(_thing(promise.visit), f"promise:{promise.pk}", subject, text, {person.member_id for person in people})
    return told


def _locked(actor: Actor, visit_id: int) -> DepartmentVisit:
    _require_worker(actor)
    visit_in_sight(actor, visit_id)
    return DepartmentVisit.objects.select_for_update(of=("self",)).get(pk=visit_id)


def _require_worker(actor: Actor) -> None:
    if not actor.posts & WORKERS or actor.member_id is None:
        raise Forbidden("post", _("Visits are planned and written down by coordinators and dispatchers."))


def _thing(visit: DepartmentVisit) -> Thing:
    return Thing("visit", f"visit:{visit.pk}", f"/coordination/visits/{visit.pk}/")
