"""Sheets between leaders and those who act: written, instructed, answered, sent back, ended; each step tells whose turn it is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Given, perform
from chengge.casework.models import Case, Degree, Origin
from chengge.casework.queries import case_in_sight
from chengge.coordination.models import Sheet, SheetStep
from chengge.coordination.queries.orders import turn_of
from chengge.coordination.queries.staff import clerks_of, on_posts, staff_at
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.notices.actions import Draft, send_many
from chengge.notices.recipients import Recipient
from chengge.organization.models import Member, MemberPost, Organization
from chengge.organization.queries import Actor, city_day

MOST_SUBJECT, MOST_TEXT = 120, 1000
REPORTERS = frozenset({Post.DISPATCHER, Post.COORDINATOR, Post.SHIFT_LEADER})
TOPIC = "sheet"


@dataclass(frozen=True, slots=True)
class Written:
    """A sheet as somebody writes it.

    Attributes:
        number: of the case it is about; empty where it is about none.
        organization_id: the department that is to act; where it is left out, the case's own.
        leader_id: to whom a direct report goes.
    """

    subject: str
    text: str
    number: str = ""
    organization_id: int | None = None
    leader_id: int | None = None
    degree: int = Degree.ORDINARY
    due_at: datetime | None = None


@transaction.atomic
def write_instruction(actor: Actor, written: Written, origin: str = Origin.LIVE) -> Sheet:
    """A leader writes an instruction. Where it is about a case that a department has in work, the case comes under a supervision order.

    Raises:
        Forbidden: no leader. Refused: a value is missing. NotFound: no such case or organization.
    """
    if Post.LEADER not in actor.posts or actor.member_id is None:
        raise Forbidden("post", _("Instructions are written by leaders."))
    _check(written)
    case = case_in_sight(actor, written.number) if written.number else None
    organization_id = written.organization_id or (case.department_id if case else None)
    _require_department(organization_id)
    sheet = _begin(Sheet.Kind.INSTRUCTION, actor.member_id, actor.member_id, case, organization_id, written)
    if case is not None and case.stage in {"dispatched", "handling"} and not case.supervision:
        demand = Given(
            reason=_("Instruction of a leader: %(subject)s") % {"subject": written.subject},
            note=written.text[:500],
            basis="leader",
            degree=written.degree,
            answer_by=written.due_at,
        )
        perform(case.pk, "order_supervision", actor, demand, origin=origin)
    _tell(sheet, actor)
    return sheet


@transaction.atomic
def write_direct_report(actor: Actor, written: Written) -> Sheet:
    """Coordination tells a leader of something directly, past all lists.

    Raises:
        Forbidden: no post that reports. Refused: a value is missing, or whom it is for is no leader. NotFound: no such case.
    """
    if not actor.posts & REPORTERS or actor.member_id is None:
        raise Forbidden("post", _("Direct reports are written by dispatchers, coordinators and shift leaders."))
    _check(written)
    day = city_day(clock.now())
    held = MemberPost.objects.filter(post=Post.LEADER.value, valid_from__lte=day, valid_to=None)
    if written.leader_id is None or not held.filter(member_id=written.leader_id).exists():
        raise Refused("leader", _("To which leader does it go?"), _("Choose one of the leaders."), "leader_id")
    case = case_in_sight(actor, written.number) if written.number else None
    sheet = _begin(Sheet.Kind.DIRECT_REPORT, actor.member_id, written.leader_id, case, case.department_id if case else None, written)
    _tell(sheet, actor)
    return sheet


@transaction.atomic
def move_sheet(actor: Actor, sheet_id: int, step: str, text: str, organization_id: int | None = None, origin: str = Origin.LIVE) -> Sheet:
    """One step on a sheet: `instruct` and `send_back` hand it to those who act, `answer` to the leader, `end` ends it.

    Args:
        organization_id: for `instruct`: the department that is to act; left out: coordination.

    Raises:
        NotFound: no such sheet. Conflict: it is somebody else's turn. Refused: nothing said.
    """
    sheet = Sheet.objects.select_for_update(of=("self",)).select_related("case").filter(pk=sheet_id).first()
    if sheet is None:
        raise NotFound("sheet", _("There is no such sheet, or it lies out of your sight."))
    if step not in turn_of(actor, sheet) or actor.member_id is None:
        raise Conflict("turn", _("This is not yours to do now."), _("Look at the sheet again."))
    said = text.strip()
    if not said and step != "end":
        raise Refused("text", _("Nothing is said."), _("Write a few words."), "text")
    if len(said) > MOST_TEXT:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": MOST_TEXT}, _("Shorten it."), "text")
    match step:
        case "instruct":
            _require_department(organization_id)
            sheet.organization_id = organization_id or sheet.organization_id
            sheet.waits_for = _whose(sheet.organization_id)
            kind = SheetStep.Kind.INSTRUCTED
        case "answer":
            sheet.waits_for = Sheet.Turn.LEADER
            kind = SheetStep.Kind.ANSWERED
            _answer_the_order_too(sheet, actor, said, origin)
        case "send_back":
            sheet.waits_for = _whose(sheet.organization_id)
            kind = SheetStep.Kind.SENT_BACK
        case _other:
            sheet.waits_for = ""
            sheet.ended_at = clock.now().replace(microsecond=0)
            kind = SheetStep.Kind.ENDED
    sheet.save()
    _step(sheet, kind, actor.member_id, said)
    _tell(sheet, actor)
    return sheet


def _check(written: Written) -> None:
    for name, value, most in (("subject", written.subject, MOST_SUBJECT), ("text", written.text, MOST_TEXT)):
        if not value.strip():
            raise Refused(name, _("Subject and text are needed."), _("Write a few words."), name)
        if len(value) > most:
            raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": most}, _("Shorten it."), name)
    if written.degree not in Degree.values:
        raise Refused("degree", _("There are the degrees 1, 2 and 3."), _("Choose one of them."), "degree")
    if written.due_at is not None and written.due_at <= clock.now():
        raise Refused("due_at", _("This moment is over."), _("Name a later one."), "due_at")


def _require_department(organization_id: int | None) -> None:
    if organization_id is not None and not Organization.objects.filter(pk=organization_id, valid_to=None, level__gte=2).exists():
        raise NotFound("organization", _("There is no such organization today."), _("Choose another one."))


def _begin(kind: Sheet.Kind, author_id: int, leader_id: int, case: Case | None, organization_id: int | None, written: Written) -> Sheet:
    sheet = Sheet.objects.create(
        kind=kind,
        case=case,
        subject=written.subject.strip(),
        degree=written.degree,
        author_id=author_id,
        leader_id=leader_id,
        organization_id=organization_id,
        written_at=clock.now().replace(microsecond=0),
        due_at=written.due_at,
        waits_for=Sheet.Turn.LEADER if kind is Sheet.Kind.DIRECT_REPORT else _whose(organization_id),
    )
    _step(sheet, SheetStep.Kind.WRITTEN, author_id, written.text.strip())
    return sheet


def _whose(organization_id: int | None) -> str:
    return Sheet.Turn.ORGANIZATION if organization_id else Sheet.Turn.COORDINATION


def _step(sheet: Sheet, kind: SheetStep.Kind, member_id: int, text: str) -> None:
    SheetStep.objects.create(sheet=sheet, kind=kind, member_id=member_id, at=clock.now().replace(microsecond=0), text=text)


def _answer_the_order_too(sheet: Sheet, actor: Actor, said: str, origin: str) -> None:
    """The department's answer to the leader is its answer to the order that came with the instruction."""
    case = sheet.case
    if case is None or case.supervision != "ordered" or case.department_id != actor.organization_id or Post.DEPARTMENT not in actor.posts:
        return
    perform(case.pk, "answer_supervision", actor, Given(reason=said[:500]), origin=origin)


def _tell(sheet: Sheet, actor: Actor) -> None:
    """Whose turn it is now hears of it."""
    staff = staff_at(clock.now())
    match sheet.waits_for:
        case Sheet.Turn.LEADER:
            members = [sheet.leader_id]
        case Sheet.Turn.ORGANIZATION:
            members = [person.member_id for person in clerks_of(staff, sheet.organization_id)]
        case Sheet.Turn.COORDINATION:
            members = [person.member_id for person in on_posts(staff, (Post.COORDINATOR,), sheet.case.grid_code if sheet.case else None)]
        case _ended:
            members = [sheet.author_id]
    count = sheet.steps.count()
    subject = f"{sheet.get_kind_display()}：{sheet.subject}"
    text = sheet.steps.order_by("-pk").values_list("text", flat=True)[0] or _("It has ended.")
    about = f"case:{sheet.case.number}" if sheet.case else ""
    send_many(
        Draft(
            Recipient.member(pk), subject, text, f"sheet:{sheet.pk}:{count}:member:{pk}", TOPIC, f"/coordination/sheets/{sheet.pk}/", about
        )
        for pk in dict.fromkeys(members)
        if pk != actor.member_id
    )


def leaders() -> list[Member]:
    """Everybody who is a leader today, by name. One query."""
    day = city_day(clock.now())
    held = MemberPost.objects.filter(post=Post.LEADER.value, valid_from__lte=day, valid_to=None).values("member_id")
    return list(Member.objects.filter(pk__in=held, is_active=True).order_by("full_name"))
