"""The small form of an action: just the fields it needs, and what was typed into them, read back as `Given`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.actions import Given
from chengge.casework.actions.given import Part
from chengge.casework.models import Assignment, Basis, Case, Channel, Degree, LedgerEntry, SidePath, Task
from chengge.casework.queries import CaseDetail, candidates_for
from chengge.casework.queries.likeness import Alike, alike_to, in_sight_of
from chengge.casework.usual import MEANS, REASONS
from chengge.casework.words import action_name
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import ASKINGS, BASES, REQUEST_OF, Need, Transition
from chengge.foundation.models import HandbookRule, ProblemClass
from chengge.foundation.queries import Candidate, rules_of
from chengge.organization.models import Organization
from chengge.organization.queries import Actor, city_day
from chengge.organization.queries.levels import LowerBody, bodies_below
from chengge.organization.typed import day, id_in, latitude, longitude, moment, whole

# What a person most likely means to do; the first that is open becomes the main button.
FIRST = (
    "grant_extension", "grant_suspension", "grant_appeal", "answer_supervision", "dispatch", "take_up",
    "submit_part", "finish", "submit", "file", "confirm_return", "close", "ask_to_check", "accept",
)  # fmt: skip
NOTED = frozenset(
    {
        "ask_to_verify",
        "dispatch",
        "pass_down",
        "pass_part_on",
        "submit",
        "submit_part",
        "finish",
        "ask_to_check",
        "file",
        "close",
        "accept",
        "confirm_return",
        "grant_extension",
        "grant_suspension",
        "grant_appeal",
        "wake",
        "urge",
        "lift_supervision",
        "order_supervision",
    }
)
PART_FIELD = "part-"  # and the id of an organization: what it is to do
TO_LOWER = frozenset({"pass_down", "give_parts", "pass_part_on", "take_back_part", "refuse_part"})
WITH_PLACE = frozenset({"amend", "correct"})
WITH_CLASS = frozenset({"amend"})
WITH_RULE = frozenset({"accept", "reclassify"})
WITH_URGENT = frozenset({"accept", "amend", "correct"})
# What is asked and ordered may be proved by a photo; the rules of requests say when it must be.
WITH_EVIDENCE = frozenset({"hand_back", "ask_extension", "ask_suspension", "appeal", "answer_supervision"})
WITH_UNTIL = frozenset({"ask_suspension", "grant_suspension"})
# They end the case badly: they stand apart, in red, and open a form that says so.
DANGEROUS = frozenset({"void", "reject", "decline_filing"})
# Reports by these have been seen by a pair of eyes of our own.
SEEN_ON_THE_SPOT = frozenset({Channel.INSPECTOR.value, Channel.VIDEO.value, Channel.SENSOR.value})


@dataclass(frozen=True, slots=True)
class ActionForm:
    """The form of one action on one case.

    Attributes:
        key: sent with the form, so that a form sent twice is done once.
        seen: the case's entry count as the person saw it.
        typed: what was typed before, so that nothing is lost when something was refused.
        receivers: for an action that hands the case on: candidates, or the member's own lower platforms.
        alike: for a merge: the open cases that may be the same, the likeliest first.
    """

    row: Transition
    case: Case
    key: str
    seen: int
    typed: QueryDict
    candidates: tuple[Candidate, ...] = ()
    below: tuple[LowerBody, ...] = ()
    rules: tuple[HandbookRule, ...] = ()
    chosen: tuple[Organization, ...] = ()
    alike: tuple[Alike, ...] = ()
    refusal: Refused | None = None
    photos: tuple[str, ...] = field(default=())

    @classmethod
    def empty(cls, row: Transition, case: Case, actor: Actor, candidates: Sequence[Candidate] = ()) -> "ActionForm":
        """A fresh form. At most a query for lower platforms and one for rules; candidates are asked for where none are given."""
        return cls.again(row, case, actor, QueryDict(mutable=False), None, candidates)

    @classmethod
    def again(
        cls, row: Transition, case: Case, actor: Actor, typed: QueryDict, refusal: Refused | None, candidates: Sequence[Candidate] = ()
    ) -> "ActionForm":
        """The form with what was typed into it, and why it was refused."""
        day = city_day(clock.now())
        if row.action == "dispatch" and not candidates:
            candidates = candidates_for(case)
        below = _below(row, case, actor, day)
        wanted = id_in(typed.get("organization_id"))
        known = {candidate.organization.pk for candidate in candidates} | {organization.pk for organization in below}
        return cls(
            row=row,
            case=case,
            key=typed.get("key") or uuid4().hex,
            seen=case.entry_count,
            typed=typed,
            candidates=tuple(candidates),
            below=tuple(below),
            rules=tuple(rules_of(_class_wanted(typed, case), case.area_class, day)) if row.action in WITH_RULE else (),
            chosen=tuple(Organization.objects.filter(pk=wanted)) if wanted is not None and wanted not in known else (),
            alike=tuple(one for one in in_sight_of(actor, alike_to(case)) if one.case.ended_at is None) if Need.CASE in row.needs else (),
            refusal=refusal,
            photos=tuple(typed.getlist("photos")),
        )

    @property
    def action(self) -> str:
        return self.row.action

    @property
    def name(self) -> str:
        return action_name(self.row.action)

    @property
    def uid(self) -> str:
        """Makes the ids of the fields differ from those of another form on the page."""
        return f"{self.row.action}-{self.case.pk}"

    @property
    def means(self) -> str:
        return str(MEANS.get(self.row.action, ""))

    @property
    def reasons(self) -> tuple[Promise, ...]:
        return REASONS.get(self.row.action, ())

    @property
    def needs_reason(self) -> bool:
        return Need.REASON in self.row.needs

    @property
    def needs_photo(self) -> bool:
        return Need.PHOTO in self.row.needs

    @property
    def needs_organization(self) -> bool:
        return Need.ORGANIZATION in self.row.needs

    @property
    def takes_parts(self) -> bool:
        return Need.PARTS in self.row.needs

    @property
    def parts(self) -> tuple[tuple[LowerBody, str], ...]:
        """Every body below, with what was typed for it."""
        return tuple((body, self.typed.get(f"{PART_FIELD}{body.pk}", "")) for body in self.below)

    @property
    def takes_case(self) -> bool:
        return Need.CASE in self.row.needs

    @property
    def into(self) -> str:
        """Number of the case that goes on: what was chosen before, or the only one that may be the same."""
        if wanted := self.typed.get("into", ""):
            return wanted
        return self.alike[0].case.number if len(self.alike) == 1 else ""

    @property
    def into_number(self) -> str:
        """What is typed as the number of the other case; one that is among the choices needs no typing."""
        typed = self.typed.get("into_number", "")
        return typed if typed or self.into in {one.case.number for one in self.alike} else self.into

    @property
    def takes_rule(self) -> bool:
        return self.row.action in WITH_RULE

    @property
    def takes_place(self) -> bool:
        return self.row.action in WITH_PLACE

    @property
    def takes_class(self) -> bool:
        return self.row.action in WITH_CLASS

    @property
    def takes_evidence(self) -> bool:
        return self.row.action in WITH_EVIDENCE

    @property
    def takes_until(self) -> bool:
        return self.row.action in WITH_UNTIL

    @property
    def needs_until(self) -> bool:
        return Need.UNTIL in self.row.needs

    @property
    def bases(self) -> tuple[tuple[str, str], ...]:
        """The few words among which the person chooses why."""
        return tuple((one, str(Basis(one).label)) for one in BASES.get(self.row.action, ()))

    @property
    def chosen_basis(self) -> str:
        return self.typed.get("basis", "") or next(iter(BASES.get(self.row.action, ("",))))

    @property
    def degrees(self) -> tuple[tuple[int, str], ...]:
        """How pressing a supervision order is; nothing for other actions."""
        return tuple((one.value, str(one.label)) for one in Degree) if self.row.action == "order_supervision" else ()

    @property
    def chosen_degree(self) -> str:
        return self.typed.get("degree", "1")

    @property
    def demand(self) -> bool:
        """Whether what is to be done is said, and by when."""
        return Need.NOTE in self.row.needs

    @property
    def pending(self) -> SidePath | None:
        """The request that this action answers. One query."""
        kind = REQUEST_OF.get(self.row.action)
        if kind is None or ASKINGS[kind].ask == self.row.action:
            return None
        return SidePath.objects.filter(case=self.case, kind=kind.value, ended_at=None).order_by("-ordinal").first()

    @property
    def asked_in_words(self) -> str:
        """What the department said when it asked. Two queries."""
        path = self.pending
        if path is None:
            return ""
        return LedgerEntry.objects.filter(case=self.case, seq=path.asked_seq).values_list("reason", flat=True).first() or ""

    @property
    def until(self) -> str:
        """The day that is filled in: what was typed, or what was asked."""
        if typed := self.typed.get("until", ""):
            return typed
        asked = self.pending
        return f"{city_day(asked.until):%Y-%m-%d}" if asked is not None and asked.until else ""

    @property
    def takes_urgent(self) -> bool:
        return self.row.action in WITH_URGENT

    @property
    def takes_note(self) -> bool:
        return self.row.action in NOTED

    @property
    def chosen_organization(self) -> str:
        """The receiver that is marked: what was chosen before, else the likeliest."""
        if wanted := self.typed.get("organization_id", ""):
            return wanted
        if self.candidates:
            return str(self.candidates[0].organization.pk)
        return str(self.below[0].pk) if len(self.below) == 1 else ""

    @property
    def chosen_rule(self) -> str:
        """The condition that is marked: what was chosen before, the case's own, or the only one there is."""
        if wanted := self.typed.get("rule_id", ""):
            return wanted
        if self.row.action == "accept" and self.case.rule_id in {rule.pk for rule in self.rules}:
            return str(self.case.rule_id)
        return str(self.rules[0].pk) if len(self.rules) == 1 and self.row.action == "accept" else ""

    @property
    def is_dangerous(self) -> bool:
        return self.row.action in DANGEROUS

    @property
    def class_id(self) -> str:
        return self.typed.get("problem_class_id") or str(self.case.problem_class_id)

    @property
    def class_name(self) -> str:
        if self.class_id == str(self.case.problem_class_id):
            return self.case.problem_class.name
        return ProblemClass.objects.filter(pk=int(self.class_id)).values_list("name", flat=True).first() or ""

    @property
    def place(self) -> str:
        return self.typed.get("place", self.case.place)

    @property
    def description(self) -> str:
        return self.typed.get("description", self.case.description)

    @property
    def lon(self) -> str:
        return self.typed.get("lon") or repr(self.case.lon)

    @property
    def lat(self) -> str:
        return self.typed.get("lat") or repr(self.case.lat)

    @property
    def component(self) -> str:
        return self.typed.get("component_code", str(self.case.component_code or ""))

    @property
    def urgent(self) -> bool:
        return bool(self.typed.get("urgent")) if self.typed else self.case.urgent


def _below(row: Transition, case: Case, actor: Actor, day: date) -> Iterable[LowerBody]:
    """The bodies among which one chooses: where it goes down to, or who has a part or has fed one back. At most two queries."""
    if row.action not in TO_LOWER:
        return ()
    found = bodies_below(actor.organization_id, day)
    if row.action == "pass_down":
        return [body for body in found if body.is_next]
    parts = list(Assignment.objects.filter(case=case).exclude(part="").values_list("organization_id", "above", "outcome"))
    busy = {body_id for body_id, _above, outcome in parts if not outcome}
    match row.action:
        case "give_parts" | "pass_part_on":
            return [body for body in found if body.pk not in busy]
        case "take_back_part":
            given = {body_id for body_id, above, outcome in parts if above is None and not outcome}
            return [body for body in found if body.pk in given]
    back = {body_id for body_id, above, outcome in parts if above is None and outcome == "submit_part"}
    return [body for body in found if body.pk in back - busy]


def first_of(shown: CaseDetail) -> Transition | None:
    """The action that becomes the main button."""
    rows = {row.action: row for row in shown.open_actions}
    if "ask_to_verify" in rows and not _seen_by_our_own(shown):
        return rows["ask_to_verify"]
    if "reject" in rows and _last_verified(shown.tasks) == "verify_false":
        return rows["reject"]
    return next((rows[action] for action in FIRST if action in rows), None)


def given_from(sent: QueryDict, case: Case, row: Transition) -> Given:
    """What was typed into the form of an action.

    Raises:
        Refused: a value that is none; `field` names it.
    """
    amends = row.action in WITH_PLACE
    place, description = sent.get("place", "").strip(), sent.get("description", "").strip()
    lon, lat = longitude(sent), latitude(sent)
    class_id = whole(sent, "problem_class_id")
    return Given(
        reason=sent.get("reason", "").strip(),
        note=sent.get("note", "").strip()[:500],
        photos=tuple(dict.fromkeys(sent.getlist("photos"))),
        lon=lon if amends and (lon, lat) != (case.lon, case.lat) else None,
        lat=lat if amends and (lon, lat) != (case.lon, case.lat) else None,
        place=place if amends and place != case.place else "",
        description=description if amends and description != case.description else "",
        problem_class_id=class_id if row.action in WITH_CLASS and class_id != case.problem_class_id else None,
        rule_id=whole(sent, "rule_id"),
        component_code=whole(sent, "component_code") if amends else None,
        organization_id=whole(sent, "organization_id"),
        into_case_id=_other_case(sent) if Need.CASE in row.needs else None,
        urgent=(sent.get("urgent") == "1") if sent.get("urgent_shown") else None,
        until=day(sent, "until"),
        basis=sent.get("basis", "").strip()[:24],
        degree=whole(sent, "degree"),
        answer_by=moment(sent, "answer_by"),
        parts=_parts(sent) if Need.PARTS in row.needs else (),
    )


def _other_case(sent: QueryDict) -> int | None:
    """Id of the case that is named by its number, as typed or chosen. One query if one is named."""
    number = "".join(sent.get("into_number", "").split()) or sent.get("into", "")
    if not number:
        return None
    pk = Case.objects.filter(number=number[:20]).values_list("pk", flat=True).first()
    if pk is None:
        raise Refused("into", _("There is no case %(number)s.") % {"number": number[:20]}, _("Check the number."), "into_case_id")
    return pk


def _class_wanted(typed: QueryDict, case: Case) -> int:
    return id_in(typed.get("class_shown")) or case.problem_class_id


def _seen_by_our_own(shown: CaseDetail) -> bool:
    return shown.case.channel in SEEN_ON_THE_SPOT or _last_verified(shown.tasks) is not None


def _last_verified(tasks: Iterable[Task]) -> str | None:
    done = [task.result for task in tasks if task.kind == Task.Kind.VERIFY and task.done_at]
    return done[-1] if done else None


def _parts(sent: QueryDict) -> tuple[Part, ...]:
    """What was typed beside the organizations."""
    typed = ((name.removeprefix(PART_FIELD), sent.get(name, "").strip()) for name in sent if name.startswith(PART_FIELD))
    return tuple(Part(pk, task) for written, task in typed if task and (pk := id_in(written)) is not None)
