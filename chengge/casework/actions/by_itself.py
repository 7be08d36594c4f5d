"""Dispatch by itself: taking cases to whoever certainly answers for them, where the city lets that be done, and stopping where it errs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions.door import Given, Moved, perform
from chengge.casework.clocks import epoch
from chengge.casework.models import Assignment, ByItselfRule, ByItselfSwitch, Case, Origin, SelfDispatch
from chengge.casework.queries.by_itself import (
    Values,
    classes_gone_wrong,
    records,
    switched_on,
    switches,
    values_for,
    values_on,
    verdict_of,
    waiting,
    way_down,
    window_of,
    written,
)
from chengge.casework.reminders import Person, Staff
from chengge.domain.by_itself import LEAST_BAR, Record, Verdict
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.domain.worktime import CalendarEnds
from chengge.foundation.actions.dated import let_hold
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import candidates
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import MACHINE, Actor, city_day

KEEPERS = frozenset({Post.ADMINISTRATOR, Post.COORDINATOR})
MOST_AT_ONCE = 500
LONGEST_UNDO_MINUTES, LONGEST_WINDOW_DAYS, LARGEST_SAMPLE = 24 * 60, 730, 10_000
LONGEST_WHY, LONGEST_NOTE = 300, 300
TOPIC = "by_itself"


@dataclass(frozen=True, slots=True)
class RuleValues:
    """The values of a rule; the names are those of `ByItselfRule`."""

    least_percent: int = 90
    undo_minutes: int = 15
    bar_percent: int = 90
    minimum_sample: int = 20
    window_days: int = 90


MOST: dict[str, tuple[int, int]] = {
    "least_percent": (round(LEAST_BAR * 100), 100),
    "undo_minutes": (0, LONGEST_UNDO_MINUTES),
    "bar_percent": (1, 100),
    "minimum_sample": (1, LARGEST_SAMPLE),
    "window_days": (1, LONGEST_WINDOW_DAYS),
}


def look(changed_since: datetime | None = None, origin: str = Origin.LIVE) -> int:
    """Dispatch the filed cases of which it is certain enough who answers; how many. Two queries where no class is switched on.

    Looking twice does no harm: what is dispatched is filed no more, and a case that somebody moves meanwhile is left to them.

    Args:
        changed_since: look only at cases that moved since then.
    """
    allowed = switched_on()
    if not allowed:
        return 0
    values = values_on(city_day(clock.now()))
    found = waiting(allowed, changed_since)[:MOST_AT_ONCE]
    return sum(dispatch_if_certain(case, values_for(case.problem_class_id, values), origin) is not None for case in found)


def look_at(case_id: int, origin: str = Origin.LIVE) -> Moved | None:
    """The same for one case; None where it stays for a dispatcher."""
    case = waiting(switched_on(), None).filter(pk=case_id).first()
    if case is None:
        return None
    values = values_on(city_day(clock.now()))
    return dispatch_if_certain(case, values_for(case.problem_class_id, values), origin)


def dispatch_if_certain(case: Case, values: Values, origin: str) -> Moved | None:
    """Take a case to whoever answers for it, down to the body that is named; None where that is not certain enough, or it moved."""
    try:
        found = verdict_of(case)
    except NotFound:  # its class has been taken out of the catalogue
        return None
    if found.claim is None or found.certainty < values.least:
        return None
    try:
        return _dispatch(case, found, values, origin)
    except (Refused, CalendarEnds):  # somebody was faster, the organization ended today, or its calendar ends: for people to see to
        return None


@transaction.atomic
def _dispatch(case: Case, found: Verdict, values: Values, origin: str) -> Moved:
    claim = found.claim
    if claim is None:
        raise ValueError("nobody answers for this case")
    at = clock.now().replace(microsecond=0)
    day = city_day(at)
    until = epoch(max(at, case.changed_at) + timedelta(minutes=values.undo_minutes))
    given = Given(
        organization_id=claim.platform_id, note=_basis(case, claim.platform_id, day), by_itself=written(found) | {"undo_until": until}
    )
    moved = perform(case.pk, "dispatch", MACHINE, given, seen=case.entry_count, origin=origin)
    held = Assignment.objects.filter(case_id=case.pk).order_by("-ordinal").values_list("ordinal", flat=True)[0]
    SelfDispatch.objects.create(
        case_id=case.pk,
        seq=moved.seq,
        ordinal=held,
        problem_class_id=case.problem_class_id,
        platform_id=claim.platform_id,
        body_id=claim.organization_id,
        ground=claim.ground.value,
        certainty=found.certainty,
        at=moved.at,
    )
    for body_id in way_down(claim.platform_id, claim.organization_id, day):
        try:
            perform(case.pk, "pass_down", MACHINE, Given(organization_id=body_id, by_itself={"dispatch": moved.seq}), origin=origin)
        except Refused:  # a level that cannot take it: whoever stands above passes it on by hand
            break
    return moved


def _basis(case: Case, platform_id: int, day: date) -> str:
    """Why they answer, in words, as the desk would have shown it."""
    ranked = candidates(case.problem_class_id, case.rule_id, case.grid_code, case.component_code, day, case.lon, case.lat)
    return next((one.basis[:LONGEST_NOTE] for one in ranked if one.organization.pk == platform_id), "")


@transaction.atomic
def save_rule(actor: Actor, class_id: int | None, values: RuleValues, day: date) -> ByItselfRule:
    """Let values hold from `day` on for a class, or without one for every class that has none of its own.

    Raises:
        Forbidden: neither administrator nor coordinator. Refused: a value is none; `field` names it. NotFound: no such class.
    """
    require_keeper(actor)
    for name, (least, most) in MOST.items():
        if not least <= getattr(values, name) <= most:
            raise Refused(name, _("A whole number from %(least)d to %(most)d.") % {"least": least, "most": most}, field=name)
    if class_id is not None:
        _require_class(ProblemClass.objects.all(), class_id)
    return let_hold(
        ByItselfRule,
        {"problem_class_id": class_id},
        day,
        least_percent=values.least_percent,
        undo_minutes=values.undo_minutes,
        bar_percent=values.bar_percent,
        minimum_sample=values.minimum_sample,
        window_days=values.window_days,
    )


@transaction.atomic
def switch(actor: Actor, class_id: int, on: bool, why: str) -> ByItselfSwitch:
    """Switch dispatch by itself on or off for a class.

    Raises:
        Forbidden: neither administrator nor coordinator. Refused: no reason. Conflict: it is so already. NotFound: no such class.
    """
    require_keeper(actor)
    said = why.strip()
    if not said:
        raise Refused("why", _("A reason is needed."), _("Say in a few words why."), "why")
    if len(said) > LONGEST_WHY:
        raise Refused("why", _("This text is longer than %(most)d characters.") % {"most": LONGEST_WHY}, _("Shorten it."), "why")
    _require_class(ProblemClass.objects.select_for_update(of=("self",)), class_id)
    now = switches().get(class_id)
    if (now is not None and now.is_on) is on:
        raise Conflict("switch", _("It is so already."), _("Look at the page again."))
    return ByItselfSwitch.objects.create(problem_class_id=class_id, is_on=on, at=_now(), member_id=actor.member_id, why=said)


@transaction.atomic
def stop_what_errs(since: datetime | None = None) -> list[ByItselfSwitch]:
    """Switch off every class whose accuracy is under its bar, and tell the coordinators. Two queries where nothing has gone wrong.

    Args:
        since: look only at classes of which something has gone wrong since then: counting a quarter of a busy city takes a second.
    """
    at = _now()
    among = None if since is None else classes_gone_wrong(since)
    on = {class_id: row for class_id, row in switches().items() if row.is_on and (among is None or class_id in among)}
    if not on:
        return []
    values = values_on(city_day(at))
    judged = records({class_id: window_of(values_for(class_id, values), row, at) for class_id, row in on.items()})
    erring = [
        class_id for class_id, record in judged.items() if record.falls_under((own := values_for(class_id, values)).bar, own.minimum_sample)
    ]
    made = []
    for one in ProblemClass.objects.select_for_update(of=("self",)).filter(pk__in=erring).order_by("pk"):
        if not ByItselfSwitch.objects.filter(problem_class=one, pk__gt=on[one.pk].pk).exists():
            record = judged[one.pk]
            made.append(
                ByItselfSwitch.objects.create(
                    problem_class=one, is_on=False, at=at, member=None, judged_count=record.judged, right_count=record.right
                )
            )
            _tell(one, made[-1], record, values_for(one.pk, values))
    return made


def _tell(one: ProblemClass, made: ByItselfSwitch, record: Record, values: Values) -> None:
    """Coordinators hear of it, each in their own language."""
    drafts = []
    for person in _once(Staff(made.at).by_post[Post.COORDINATOR]):
        with translation.override(person.language or None):
            subject = _("Dispatch by itself is off: %(class)s") % {"class": one.name}
            text = _("Of %(judged)d cases %(right)d were right; the bar is %(bar)d %%. It stays off until somebody switches it on.") % {
                "judged": record.judged,
                "right": record.right,
                "bar": round(values.bar * 100),
            }
        key = f"by_itself:{made.pk}:member:{person.member_id}"
        drafts.append(Draft(Recipient.member(person.member_id), subject, text, key, TOPIC, "/coordination/by-itself/"))
    send_many(drafts)


def _once(people: Iterable[Person]) -> list[Person]:
    return list({person.member_id: person for person in people}.values())


def require_keeper(actor: Actor) -> None:
    """Raises Forbidden where the member does not decide about dispatch by itself."""
    if not actor.posts & KEEPERS:
        raise Forbidden("post", _("Administrators and coordinators decide about dispatch by itself."), _("Ask one of them."))


def _require_class(rows: QuerySet[ProblemClass], class_id: int) -> None:
    if rows.filter(pk=class_id).first() is None:
        raise NotFound("class", _("There is no such class."), _("Choose a class of the catalogue."))


def _now() -> datetime:
    return clock.now().replace(microsecond=0)
