"""What is written down while somebody is seconded: training, days, visits to the home unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from chengge.coordination.actions.inviting import require_words, this_second
from chengge.coordination.actions.seconded import managed, require_manager
from chengge.coordination.models import HomeVisit, Secondment, SecondmentDay, SecondmentTraining
from chengge.coordination.queries.seconded import part_in, secondment_in_sight
from chengge.domain.errors import Conflict, Forbidden, NotFound, Refused
from chengge.organization.queries import Actor, city_day

MOST_HOURS, MOST_MARK = Decimal(200), 100
TRAINED_IN = {
    SecondmentTraining.Phase.BEFORE: (Secondment.State.PROPOSED, Secondment.State.CHECKED),
    SecondmentTraining.Phase.DURING: (Secondment.State.BEGUN,),
    SecondmentTraining.Phase.AFTER: (Secondment.State.BEGUN, Secondment.State.ENDED),
}


@dataclass(frozen=True, slots=True)
class Training:
    """A training that is planned."""

    phase: str
    subject: str
    day: date | None
    hours: Decimal | None


@transaction.atomic
def plan_training(actor: Actor, secondment_id: int, training: Training) -> SecondmentTraining:
    """Plan a training before, during or after the term.

    Raises:
        Forbidden: not the platform's, or one's own. Conflict: not at this stage. Refused: something is missing.
    """
    secondment = managed(actor, secondment_id)
    if training.phase not in SecondmentTraining.Phase.values:
        raise Refused("phase", _("Before, during or after the term?"), field="phase")
    if secondment.state not in TRAINED_IN[SecondmentTraining.Phase(training.phase)]:
        raise Conflict(
            "state",
            _("“%(phase)s” is not trained while the secondment stands at “%(state)s”.")
            % {"phase": SecondmentTraining.Phase(training.phase).label, "state": secondment.get_state_display()},
            _("Choose another part of the term."),
        )
    require_words({"subject": (training.subject, 120)}, _("What is trained?"))
    if training.day is None:
        raise Refused("day", _("On which day?"), field="day")
    if training.hours is None or not 0 < training.hours <= MOST_HOURS:
        raise Refused("hours", _("A training takes up to %(most)d hours.") % {"most": MOST_HOURS}, field="hours")
    return SecondmentTraining.objects.create(
        secondment=secondment,
        phase=training.phase,
        subject=training.subject.strip(),
        day=training.day,
        hours=training.hours,
        written_by_id=require_manager(actor),
        written_at=this_second(),
    )


@transaction.atomic
def record_training(actor: Actor, training_id: int, result: str, mark: int | None = None) -> SecondmentTraining:
    """How a training went. Raises Forbidden, NotFound, Refused, Conflict where it has not been yet or is written down already."""
    training = SecondmentTraining.objects.select_for_update().filter(pk=training_id).first()
    if training is None:
        raise NotFound("training", _("There is no such training."))
    managed(actor, training.secondment_id)
    if result not in SecondmentTraining.Result.values or result == SecondmentTraining.Result.PLANNED:
        raise Refused("result", _("How did it go?"), _("Passed, failed or missed."), "result")
    if mark is not None and not 0 <= mark <= MOST_MARK:
        raise Refused("mark", _("A mark lies between 0 and %(most)d.") % {"most": MOST_MARK}, field="mark")
    if training.result != SecondmentTraining.Result.PLANNED:
        raise Conflict("state", _("The result is written down already."), _("Plan another training if it is done again."))
    if training.day > city_day(this_second()):
        raise Conflict("early", _("This training is on %(day)s.") % {"day": training.day}, _("Write down the result then."))
    training.result, training.mark = result, mark
    training.written_by_id, training.written_at = require_manager(actor), this_second()
    training.save(update_fields=["result", "mark", "written_by", "written_at"])
    return training


@transaction.atomic
def write_day(actor: Actor, secondment_id: int, day: date | None, kind: str, remark: str = "") -> SecondmentDay:
    """What a day was; written again it replaces what was written.

    Raises:
        Forbidden: not the platform's, or one's own. Refused: no day of the term that has come, or no kind.
    """
    secondment = managed(actor, secondment_id)
    last = min(secondment.end_day or secondment.last_day, city_day(this_second()))
    if day is None or not secondment.first_day <= day <= last or secondment.begun_at is None:
        raise Refused("day", _("A day of the term that has come."), _("From %(first)s on.") % {"first": secondment.first_day}, "day")
    if kind not in SecondmentDay.Kind.values:
        raise Refused("kind", _("What was this day?"), _("Choose one."), "kind")
    if len(remark.strip()) > 200:
        raise Refused("length", _("This text is longer than %(most)d characters.") % {"most": 200}, _("Shorten it."), "remark")
    written, _made = SecondmentDay.objects.update_or_create(
        secondment=secondment,
        day=day,
        defaults={"kind": kind, "remark": remark.strip(), "written_by_id": require_manager(actor), "written_at": this_second()},
    )
    return written


@transaction.atomic
def note_visit(actor: Actor, visit_id: int, day: date | None, notes: str) -> HomeVisit:
    """Note a visit to the home unit: by the member, by the home unit, or by the platform.

    Raises:
        NotFound: out of sight. Forbidden: none of these. Conflict: noted already. Refused: no day that has come, or no notes.
    """
    visit = HomeVisit.objects.select_for_update().filter(pk=visit_id).first()
    if visit is None:
        raise NotFound("visit", _("There is no such visit."))
    secondment = secondment_in_sight(actor, visit.secondment_id)
    part = part_in(actor, secondment)
    if not (part.own or part.home or part.manages):
        raise Forbidden("visit", _("A visit is noted by the member, the home unit or the platform."))
    if visit.visited_day is not None:
        raise Conflict("noted", _("This visit is noted already."), _("Look at it again."))
    if day is None or not secondment.first_day <= day <= city_day(this_second()):
        raise Refused("day", _("On which day was it?"), _("A day of the term that has come."), "day")
    require_words({"notes": (notes, 1000)}, _("What was spoken about?"))
    visit.visited_day, visit.notes = day, notes.strip()
    visit.noted_by_id, visit.noted_at = actor.member_id, this_second()
    visit.save(update_fields=["visited_day", "notes", "noted_by", "noted_at"])
    return visit
