"""Requests and supervision orders: what asking, answering, waking and lifting change, by the rules that hold that day.

A request is pending from the entry that asks to the one that grants or refuses it; an order is in force from the entry that places
it until it is lifted or the case ends. Whatever takes the case on beyond the reach of an answer lets a pending request lapse.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge.casework import clocks, ledger
from chengge.casework.actions.given import Given
from chengge.casework.models import Case, LedgerEntry, RequestRule, Supervision
from chengge.casework.words import action_name, post_names
from chengge.domain.errors import Forbidden, Refused
from chengge.domain.lifecycle import ASKINGS, BY_ACTION, REQUEST_OF, Post, Request, Stage, Transition
from chengge.domain.worktime import CalendarEnds, ContinuousTime, Limit, Unit
from chengge.foundation.queries.dated import holding_on
from chengge.organization.calendars import calendar_id_of, calendar_of
from chengge.organization.queries import CITY_ZONE, Actor, city_day

if TYPE_CHECKING:
    from chengge.casework.actions.effects import Effect

ORDER, URGE = "order", "urge"

HANDLING = """
SELECT clock.due_at, clock.limit_amount, clock.limit_unit, rule.limit_amount, rule.limit_unit
FROM casework_clock clock JOIN casework_case sitting ON sitting.id = clock.case_id
LEFT JOIN foundation_handbookrule rule ON rule.id = sitting.rule_id
WHERE clock.case_id = %s AND clock.kind = 'handling' AND clock.stopped_at IS NULL ORDER BY clock.ordinal DESC LIMIT 1
"""
WAS_LATE = "SELECT 1 FROM casework_clock WHERE case_id = %s AND kind = 'handling' AND overdue AND organization_id = %s LIMIT 1"
GRANTED = "SELECT count(*) FROM casework_sidepath WHERE case_id = %s AND kind = %s AND answered_at IS NOT NULL AND outcome = 'granted'"


def side_path_of(row: Transition, effect: Effect, case: Case, actor: Actor, given: Given, at: datetime) -> None:
    """What `row` does to the requests and orders of a case, put into `effect`.

    Raises:
        Refused: the rule that holds today does not allow it; Forbidden: it names other posts.
    """
    kind = REQUEST_OF.get(row.action)
    if kind is not None:
        asking = ASKINGS[kind]
        if row.action == asking.ask:
            _ask(kind, effect, case, actor, given, at)
        else:
            _answer(kind, row, effect, case, actor, given, at)
    match row.action:
        case "wake":
            effect.facts["suspended_until"] = None
            _change(effect, case, Request.SUSPENSION, ended_at=clocks.epoch(at))
        case "order_supervision":
            _order(effect, case, actor, given, at)
        case "answer_supervision":
            effect.facts["supervision"] = Supervision.ANSWERED.value
            _change(effect, case, ORDER, answered_at=clocks.epoch(at), outcome="answered")
        case "lift_supervision":
            effect.facts["supervision"] = ""
            _change(effect, case, ORDER, ended_at=clocks.epoch(at), outcome="lifted")
        case "urge":
            _require_apart(case, at)
        case "withdraw_request":
            _withdraw(effect, case, at)
    _let_lapse(row, effect, case, at)


def rule_for(kind: str, day: date) -> RequestRule | None:
    """The rule of one kind that holds on `day`. One query."""
    return holding_on(RequestRule.objects.filter(kind=kind), day).order_by("-valid_from").first()


def answer_due(rule: RequestRule | None, organization_id: int | None, at: datetime) -> int | None:
    """By when an answer is due, in epoch seconds; none without a rule and beyond the calendar's last year. At most two queries."""
    if rule is None:
        return None
    limit, since = Limit(rule.answer_amount, Unit(rule.answer_unit)), clocks.epoch(at)
    if limit.continuous:
        return ContinuousTime().after(since, limit.seconds())
    calendar_id = calendar_id_of(organization_id)
    if calendar_id is None:
        return None
    calendar = calendar_of(calendar_id)
    try:
        return calendar.after(since, limit.seconds(calendar.work_day_hours))
    except CalendarEnds:
        return None


def morning_of(day: date) -> int:
    """The first second of a day in the city, in epoch seconds."""
    return clocks.epoch(datetime.combine(day, time(), CITY_ZONE))


def _ask(kind: Request, effect: Effect, case: Case, actor: Actor, given: Given, at: datetime) -> None:
    rule = rule_for(kind.value, city_day(at))
    if rule is None and kind is not Request.RETURN:
        raise Refused("no_rule", _("No rule for this request holds today."), _("The administrator keeps the rules of requests."))
    until = None
    match kind:
        case Request.EXTENSION:
            _require_in_time(case, at)
        case Request.SUSPENSION:
            until = _until(rule, given, at)
        case Request.APPEAL:
            _require_late_and_recent(rule, case, at)
            effect.facts["appealed"] = True
    if rule is not None:
        _require_not_too_often(rule, case, given)
    if case.asked:  # a return takes the place of what was asked before
        _lapse(effect, case, at)
    effect.facts["asked"] = kind.value
    _open(effect, case, kind.value, case.department_id, answer_due(rule, actor.organization_id, at), until=until, basis=given.basis)


def _answer(kind: Request, row: Transition, effect: Effect, case: Case, actor: Actor, given: Given, at: datetime) -> None:
    rule = rule_for(kind.value, city_day(at))
    if rule is not None and rule.granted_by and not {post.value for post in actor.posts & row.posts} & set(rule.granted_by):
        raise Forbidden(
            "post",
            _("“%(action)s” is done by: %(posts)s.") % {"action": action_name(row.action), "posts": post_names(map(Post, rule.granted_by))},
            _("The rules of requests name them; ask one of them."),
        )
    grants = row.action == ASKINGS[kind].grant
    now = clocks.epoch(at)
    change: dict[str, Any] = {"answered_at": now, "outcome": "granted" if grants else "refused"}
    match kind, grants:
        case Request.EXTENSION, True:
            effect.added = _original_limit(case), rule.adds_limits if rule else 1
        case Request.SUSPENSION, True:
            until = _until(rule, given, at) if given.until else _asked_until(case)
            if until <= now:
                raise Refused("until", _("The day until which it was asked has come."), _("Name a later day, or refuse it."), "until")
            effect.facts["suspended_until"] = until
            change["until"] = until
    if not (kind is Request.SUSPENSION and grants):
        change["ended_at"] = now
    effect.facts["asked"] = ""
    _change(effect, case, kind.value, **change)


def _withdraw(effect: Effect, case: Case, at: datetime) -> None:
    """What was asked is not asked any more, and leaves no trace in what counts; an appeal may be made once more."""
    _change(effect, case, case.asked, ended_at=clocks.epoch(at), outcome="withdrawn")
    effect.facts["asked"] = ""
    if case.asked == Request.APPEAL:
        effect.facts["appealed"] = False


def _order(effect: Effect, case: Case, actor: Actor, given: Given, at: datetime) -> None:
    now = clocks.epoch(at)
    if given.answer_by is not None:
        due: int | None = clocks.epoch(given.answer_by)
        if due is not None and due <= now:
            raise Refused("answer_by", _("This moment is over."), _("Name a later one."), "answer_by")
    else:
        rule = rule_for(ORDER, city_day(at))
        due = answer_due(rule, case.department_id, at)
    effect.facts["supervision"] = Supervision.ORDERED.value
    _open(effect, case, ORDER, case.department_id, due, basis=given.basis, degree=given.degree or 1)


def _until(rule: RequestRule | None, given: Given, at: datetime) -> int:
    """The first second of the day on which a suspended case wakes."""
    if given.until is None:
        raise Refused("until", _("Until which day?"), _("Choose the day on which it goes on."), "until")
    today = city_day(at)
    if given.until <= today:
        raise Refused("until", _("The day must lie in the future."), _("Choose a later day."), "until")
    if rule is not None and rule.most_days and given.until > today + timedelta(days=rule.most_days):
        said = ngettext("A suspension lasts at most %(days)d day.", "A suspension lasts at most %(days)d days.", rule.most_days)
        raise Refused("until", said % {"days": rule.most_days}, _("Choose an earlier day."), "until")
    return morning_of(given.until)


def _asked_until(case: Case) -> int:
    path = case.side_paths.filter(kind=Request.SUSPENSION.value, ended_at=None).order_by("-ordinal").first()
    if path is None or path.until is None:
        raise Refused("until", _("Until which day?"), _("Choose the day on which it goes on."), "until")
    return clocks.epoch(path.until)


def _handling(case: Case) -> tuple[datetime, Limit, Limit | None]:
    """When the handling that runs is due, its limit, and that of the filing condition."""
    with connection.cursor() as cursor:
        cursor.execute(HANDLING, [case.pk])
        found = cursor.fetchone()
    if found is None:
        raise Refused("no_clock", _("No handling runs on this case."), _("Look at the case again."))
    due_at, amount, unit, rule_amount, rule_unit = found
    return due_at, Limit(amount, Unit(unit)), Limit(rule_amount, Unit(rule_unit)) if rule_amount else None


def _original_limit(case: Case) -> Limit:
    """The limit that an extension adds: the filing condition's, where the clock counts by it, else the clock's own at its start."""
    _due, own, of_rule = _handling(case)
    if of_rule is not None and of_rule.unit is own.unit:
        return of_rule
    return Limit(max(own.amount // (1 + case.extension_count), 1), own.unit)


def _require_in_time(case: Case, at: datetime) -> None:
    due_at, _own, _rule = _handling(case)
    if at > due_at:
        hint = _("Finish the work; after closing an appeal is possible.")
        raise Refused("too_late", _("An extension is asked before the case is overdue."), hint)


def _require_late_and_recent(rule: RequestRule | None, case: Case, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WAS_LATE, [case.pk, case.department_id])
        if cursor.fetchone() is None:
            raise Refused("not_late", _("The handling was in time; there is nothing to appeal against."))
    most = rule.most_days if rule else 0
    if most and case.ended_at is not None and at > case.ended_at + timedelta(days=most):
        said = ngettext(
            "An appeal is made within %(days)d day after closing.", "An appeal is made within %(days)d days after closing.", most
        )
        raise Refused("too_late", said % {"days": most})


def _require_not_too_often(rule: RequestRule, case: Case, given: Given) -> None:
    count = {"extension": case.extension_count, "suspension": case.suspension_count}.get(rule.kind)
    if count is None:
        with connection.cursor() as cursor:
            cursor.execute(GRANTED, [case.pk, rule.kind])
            count = cursor.fetchone()[0]
    if rule.most and count >= rule.most:
        said = ngettext("This is granted at most %(most)d time.", "This is granted at most %(most)d times.", rule.most)
        raise Refused("too_often", said % {"most": rule.most}, _("Ask the dispatcher what else can be done."))
    if rule.evidence_from and count + 1 >= rule.evidence_from and not given.photos:
        raise Refused("photo", _("This request needs a photo as evidence."), _("Take a photo of the document or of the place."), "photos")


def _require_apart(case: Case, at: datetime) -> None:
    rule = rule_for(URGE, city_day(at))
    if rule is None or not case.urge_count:
        return
    if rule.most and case.urge_count >= rule.most:
        said = ngettext("A case is urged at most %(most)d time.", "A case is urged at most %(most)d times.", rule.most)
        raise Refused("too_often", said % {"most": rule.most}, _("Place a supervision order instead."))
    last = LedgerEntry.objects.filter(case=case, action="urge").order_by("-seq").values_list("at", flat=True).first()
    if last is not None and at < last + timedelta(minutes=rule.apart_minutes):
        said = ngettext(
            "This case was urged less than %(minutes)d minute ago.",
            "This case was urged less than %(minutes)d minutes ago.",
            rule.apart_minutes,
        )
        raise Refused("too_soon", said % {"minutes": rule.apart_minutes}, _("Give them a little time."))


def _let_lapse(row: Transition, effect: Effect, case: Case, at: datetime) -> None:
    """Whatever takes the case on beyond the reach of an answer ends what was asked; the end of the case ends the order."""
    target, now = row.target_from(Stage(case.stage)), clocks.epoch(at)
    if case.asked and "asked" not in effect.facts and target not in BY_ACTION[ASKINGS[Request(case.asked)].grant].sources:
        effect.facts["asked"] = ""
        _lapse(effect, case, at)
    if target.is_end and case.stage != target:
        if case.supervision:
            effect.facts["supervision"] = ""
            _change(effect, case, ORDER, ended_at=now)
        if case.suspended_until is not None:
            effect.facts["suspended_until"] = None
            _change(effect, case, Request.SUSPENSION.value, ended_at=now)


def _lapse(effect: Effect, case: Case, at: datetime) -> None:
    _change(effect, case, case.asked, ended_at=clocks.epoch(at), outcome="lapsed")


def _open(effect: Effect, case: Case, kind: str, organization_id: int | None, due: int | None, **more: Any) -> None:
    path = {"op": "open", "n": len(ledger.side_paths_of(case.pk)), "kind": kind, "organization_id": organization_id}
    told = {name: value for name, value in more.items() if value not in (None, "")}
    effect.side_paths.append(path | {"asked_seq": case.entry_count + 1, "answer_due_at": due} | told)


def _change(effect: Effect, case: Case, kind: str, **changes: Any) -> None:
    """Change the last side path of a kind that lasts. Cases from before there were any have none."""
    lasting = [ordinal for ordinal, its_kind, lasts, _unanswered in ledger.side_paths_of(case.pk) if lasts and its_kind == kind]
    if lasting:
        effect.side_paths.append({"op": "change", "n": lasting[-1]} | changes)
