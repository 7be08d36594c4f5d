"""Alarms begin, end, are told to the inspector and then to the shift leader, explained, and closed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from chengge import clock
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.fences import Bit, Turn
from chengge.domain.lifecycle import Post
from chengge.field.models import Alarm, AlarmKind, AlarmRule
from chengge.field.words import alarm_sentence
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.queries import Actor

KIND_OF = {Bit.OUTSIDE: AlarmKind.OUT_OF_BOUNDS, Bit.STILL: AlarmKind.STILL, Bit.SILENT: AlarmKind.SILENT}
MOST_WORDS = 300


def carry_out_turns(turns: Sequence[Turn], rules: Mapping[str, AlarmRule]) -> int:
    """Let alarms begin and end as the judge of tracks says, in that order; returns how many began."""
    begun = 0
    for turn in turns:
        kind = KIND_OF[turn.bit]
        if turn.begins:
            place = {"lon": turn.lon, "lat": turn.lat, "grid_code": turn.grid or None}
            begun += len(raise_alarms([_new(turn.member, kind, _moment(turn.since), rules, **place)]))
        else:
            end_alarms([turn.member], kind, _moment(turn.since))
    return begun


def _new(member_id: int, kind: AlarmKind, began_at: datetime, rules: Mapping[str, AlarmRule], **place: Any) -> Alarm:
    rule = rules.get(kind)
    detail = {} if rule is None else {"minutes": rule.minutes, "threshold": rule.threshold}
    return Alarm(member_id=member_id, kind=kind, began_at=began_at, raised_at=clock.now(), detail=detail, **place)


def raise_alarms(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Write new alarms and tell their inspectors; one that goes on already is not written twice. Returns those that are new.

    Three queries, however many.
    """
    wanted = list(alarms)
    if not wanted:
        return []
    before = Alarm.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    Alarm.objects.bulk_create(wanted, ignore_conflicts=True)
    found = {
        (row.member_id, row.kind, row.task_id, row.began_at): row
        for row in Alarm.objects.filter(pk__gt=before, member_id__in={alarm.member_id for alarm in wanted}).select_related("member")
    }
    new = [found[key] for alarm in wanted if (key := (alarm.member_id, alarm.kind, alarm.task_id, alarm.began_at)) in found]
    send_many(_to_inspector(alarm) for alarm in new)
    return new


def _to_inspector(alarm: Alarm) -> Draft:
    with translation.override(alarm.member.language):
        return Draft(
            to=Recipient.member(alarm.member_id),
            subject=str(alarm.get_kind_display()),
            text=alarm_sentence(alarm),
            key=f"alarm:{alarm.pk}",
            topic=alarm.kind,
            link="/phone/day/",
            about=f"alarm:{alarm.pk}",
        )


def end_alarms(member_ids: Iterable[int], kind: str, at: datetime) -> int:
    """What the alarm is about is over. How far somebody has looked at it is another matter."""
    going_on = Alarm.objects.filter(member_id__in=list(member_ids), kind=kind, ended_at=None)
    return going_on.update(ended_at=at)


@transaction.atomic
def explain(actor: Actor, alarm_id: int, words: str) -> Alarm:
    """The inspector says what it was.

    Raises:
        NotFound: it is no alarm of this inspector.
        Refused: nothing is said.
        Conflict: it is explained or closed already.
    """
    words = " ".join(words.split())[:MOST_WORDS]
    alarm = Alarm.objects.select_for_update().filter(pk=alarm_id).first()
    if alarm is None or alarm.member_id != actor.member_id:
        raise NotFound("alarm", _("This alarm is not yours."), _("Go back to your list."))
    if not words:
        raise Refused("words", _("Say in a few words why."), field="words")
    if alarm.state in (Alarm.State.EXPLAINED, Alarm.State.CLOSED):
        raise Conflict("explained", _("This alarm is explained already."), _("Reload the page."))
    alarm.state, alarm.explanation, alarm.explained_at = Alarm.State.EXPLAINED, words, clock.now()
    alarm.save(update_fields=["state", "explanation", "explained_at"])
    return alarm


@transaction.atomic
def close(actor: Actor, alarm_id: int, excused: bool | None, reason: str) -> Alarm:
    """The shift leader closes an alarm: excused or not, with a reason where there is no explanation or it is not accepted.

    Raises:
        Forbidden: the actor is no shift leader, or the place lies outside their scope.
        NotFound: there is no such alarm.
        Refused: no verdict, or the reason is missing.
        Conflict: it is closed already.
    """
    if Post.SHIFT_LEADER not in actor.posts or actor.member_id is None:
        raise Forbidden("post", _("Alarms are closed by the shift leader."))
    alarm = Alarm.objects.select_for_update(of=("self",)).select_related("member").filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFound("alarm", _("There is no such alarm."), _("Reload the page."))
    if alarm.grid_code is not None and not actor.reaches(alarm.grid_code):
        raise Forbidden("scope", _("This alarm does not lie in your area."))
    if alarm.state == Alarm.State.CLOSED:
        raise Conflict("closed", _("This alarm is closed already."), _("Reload the page."))
    reason = " ".join(reason.split())[:MOST_WORDS]
    if excused is None:
        raise Refused("excused", _("Say whether the alarm is excused."), field="excused")
    if not reason and not (excused and alarm.explanation):
        raise Refused("reason", _("A reason is needed."), _("Only an accepted explanation is reason enough."), field="reason")
    alarm.state, alarm.excused, alarm.reason = Alarm.State.CLOSED, excused, reason
    alarm.closed_at, alarm.closed_by_id = clock.now(), actor.member_id
    alarm.save(update_fields=["state", "excused", "reason", "closed_at", "closed_by"])
    return alarm


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
