"""Orders that want an answer by a day: instructions, findings of inspections, tickets of 12345 and of the upper platform."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Reported, Said, report
from chengge.casework.models import Case, Channel
from chengge.casework.words import deed
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import ENDS, Post, Stage
from chengge.foundation.models import ProblemClass
from chengge.foundation.queries import holding_on
from chengge.intake.actions.messages import Outcome, Payload, report_key
from chengge.intake.models import InboundMessage, WorkOrder
from chengge.intake.queries.reading import read
from chengge.notices.actions import send
from chengge.notices.recipients import Recipient
from chengge.organization.queries import MACHINE, Actor, city_day

TAKES_ORDERS = frozenset({Post.OPERATOR, Post.SHIFT_LEADER})
CHANNEL_OF = {
    WorkOrder.Kind.INSTRUCTION: Channel.LEADER,
    WorkOrder.Kind.MEDIA: Channel.MEDIA,
    WorkOrder.Kind.INSPECTION: Channel.INSPECTION,
    WorkOrder.Kind.HOTLINE: Channel.HOTLINE,
    WorkOrder.Kind.UPPER: Channel.UPPER,
}
MOST_ANSWER = 1000
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is said of an order besides the report.

    Attributes:
        number: its number where it comes from.
        whose: the leader, the paper, the inspecting body.
        link: address of the article or the document; nothing is fetched from it.
    """

    kind: str
    number: str = ""
    whose: str = ""
    link: str = ""
    dated_on: date | None = None
    due_at: datetime | None = None


def take_order(actor: Actor, said: Said, ordered: Ordered, *, key: str | None = None) -> Reported:
    """Write down a report together with the order that it came by.

    Raises:
        Forbidden: for anybody but operators and shift leaders.
        Refused: an order of this number is known, or a value is none.
    """
    if actor is not MACHINE and not actor.posts & TAKES_ORDERS:
        raise Forbidden("post", _("Orders are taken down by operators and shift leaders."))
    _check(ordered, said)
    with transaction.atomic():
        made = report(actor, said, key=key)
        if not made.repeated:
            _refuse_known(ordered)
            _write(made.report_id, ordered)
    return made


def take_upper(message: InboundMessage, payload: Payload) -> Outcome:
    """An order of the upper platform: `number`, `text`, `due_at`, `class_code`, `place`, `lon`, `lat`, `name`, `contact`, `urgent`,
    `photos`."""
    text = payload["text"].strip()
    seen = read(text)
    has_place = payload.get("lon") is not None and payload.get("lat") is not None
    said = Said(
        channel=Channel.UPPER.value,
        problem_class_id=_class_of(payload["class_code"]) if payload.get("class_code") else seen.problem_class_id,
        description=text[:1000],
        place=payload.get("place") or seen.place,
        lon=payload["lon"] if has_place else seen.lon,
        lat=payload["lat"] if has_place else seen.lat,
        reporter_name=payload.get("name", ""),
        contact=payload.get("contact", ""),
        other_number=payload["number"],
        photos=tuple(payload.get("photos", ())),
        urgent=bool(payload.get("urgent")),
    )
    due_at = datetime.fromisoformat(payload["due_at"]) if payload.get("due_at") else None
    ordered = Ordered(WorkOrder.Kind.UPPER.value, payload["number"], message.source.name, due_at=due_at)
    _check(ordered, said)
    _refuse_known(ordered)
    made = report(MACHINE, said, key=report_key(message))
    _write(made.report_id, ordered, message.source_id)
    return Outcome(made.report_id)


def mark_answered(actor: Actor, order_id: int, answer: str) -> WorkOrder:
    """Write down that an order was answered by hand.

    Raises:
        Conflict: it was answered before.
    """
    if not actor.posts & TAKES_ORDERS:
        raise Forbidden("post", _("Orders are answered by operators and shift leaders."))
    if not answer.strip() or len(answer) > MOST_ANSWER:
        raise Refused("answer", _("What was answered, in at most %(most)d characters.") % {"most": MOST_ANSWER}, field="answer")
    with transaction.atomic():
        order = WorkOrder.objects.select_for_update().filter(pk=order_id).first()
        if order is None:
            raise NotFound("order", _("There is no such order."))
        if order.answered_at is not None:
            raise Conflict("order", _("This order is answered already."))
        _answer(order, answer.strip())
    return order


def answer_ended_orders() -> int:
    """Answer every order of a platform whose case has ended, by a notice to it. Returns how many."""
    ended = [stage.value for stage in ENDS if stage is not Stage.MERGED]
    waiting = (
        WorkOrder.objects.filter(answered_at=None, kind=WorkOrder.Kind.UPPER, report__case__stage__in=ended)
        .exclude(source__answers_to="")
        .order_by("pk")
        .values_list("pk", flat=True)[:MOST_AT_ONCE]
    )
    answered = 0
    for order_id in waiting:
        with transaction.atomic():
            order = (
                WorkOrder.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("report__case", "source")
                .filter(pk=order_id, answered_at=None)
                .first()
            )
            if order is None or order.source is None or order.report.case is None:
                continue
            answer = answer_of(order.report.case)
            _answer(order, answer)
            send(
                Recipient.contact(order.source.answers_to),
                _("Order %(number)s is answered") % {"number": order.number},
                answer,
                key=f"upper:{order.pk}",
                topic="upper",
                about=f"order:{order.number}",
            )
            answered += 1
    return answered


def answer_of(case: Case) -> str:
    """What the other platform is told: the number, how it ended, and when; nothing of any person."""
    entry = case.entries.order_by("-seq").first()
    how = deed(entry.action) if entry else case.get_stage_display()
    return _("Case %(number)s: %(how)s. %(reason)s") % {"number": case.number, "how": how, "reason": entry.reason if entry else ""}


def _write(report_id: int, ordered: Ordered, source_id: int | None = None) -> None:
    facts: dict[str, Any] = {name: getattr(ordered, name) for name in ("kind", "number", "whose", "link", "dated_on", "due_at")}
    WorkOrder.objects.create(report_id=report_id, source_id=source_id, received_at=clock.now(), **facts)


def _answer(order: WorkOrder, answer: str) -> None:
    order.answered_at, order.answer = clock.now(), answer[:MOST_ANSWER]
    order.save(update_fields=["answered_at", "answer"])


def _check(ordered: Ordered, said: Said) -> None:
    if ordered.kind not in WorkOrder.Kind.values:
        raise Refused("kind", _("There is no kind of order “%(kind)s”.") % {"kind": ordered.kind[:20]}, field="kind")
    if said.channel != CHANNEL_OF[WorkOrder.Kind(ordered.kind)]:
        raise Refused("channel", _("An order of this kind comes by another channel."), field="channel")
    for name, most in (("number", 60), ("whose", 60), ("link", 500)):
        if len(getattr(ordered, name)) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), name)
    if ordered.link and not ordered.link.startswith(("https://", "http://")):
        raise Refused("link", _("A link begins with https:// or http://."), field="link")
    if ordered.kind not in (WorkOrder.Kind.UPPER, WorkOrder.Kind.HOTLINE) and not ordered.whose.strip():
        raise Refused("whose", _("From whom is it?"), _("Name the leader, the paper or the inspecting body."), "whose")


def _refuse_known(ordered: Ordered) -> None:
    if not ordered.number:
        return
    known = WorkOrder.objects.select_related("report__case").filter(kind=ordered.kind, number=ordered.number).first()
    if known is not None:
        case = known.report.case
        hint = _("Its case is %(number)s.") % {"number": case.number} if case else _("Its report waits for an answer.")
        raise Conflict("number", _("The order %(number)s came before.") % {"number": ordered.number}, hint, "number")


def _class_of(code: str) -> int:
    """The class that holds today under its kind and code (`event0101`), or under its name."""
    wanted = re.fullmatch(r"(component|event)([0-9]{2})([0-9]{2})", code)
    rows = ProblemClass.objects.filter(name=code)
    if wanted:
        rows = ProblemClass.objects.filter(kind=wanted[1], major_code=wanted[2], minor_code=wanted[3])
    found = list(holding_on(rows, city_day(clock.now()))[:2])
    if len(found) != 1:
        raise Refused("class_code", _("There is no class “%(code)s” in the catalogue.") % {"code": code[:40]}, field="class_code")
    return found[0].pk
