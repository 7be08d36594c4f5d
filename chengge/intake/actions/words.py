"""Reports in plain words: texts by telephone and letters by e-mail. What they leave open is asked by an operator."""

from django.utils.translation import gettext as _

from chengge.casework.actions import Said, report
from chengge.intake.actions.messages import Outcome, Payload, report_key
from chengge.intake.models import InboundMessage
from chengge.intake.queries.reading import read
from chengge.organization.queries import MACHINE

LONGEST_DESCRIPTION = 1000


def take_text(message: InboundMessage, payload: Payload) -> Outcome:
    """A report from words: `text`, `from` (how the sender is reached), `name`, `subject`, `photos` (SHA-256), `left_out`, `automatic`.

    It becomes a case where it says class and place for certain; else it waits for an operator.
    """
    text = payload["text"].strip()
    seen = read(f"{payload.get('subject', '')}\n{text}")
    description = text if not payload.get("subject") else f"{payload['subject'].strip()}\n{text}".strip()
    said = Said(
        channel=message.source.channel,
        problem_class_id=seen.problem_class_id,
        description=description[:LONGEST_DESCRIPTION],
        place=seen.place,
        lon=seen.lon,
        lat=seen.lat,
        reporter_name=payload.get("name", "")[:40],
        contact=payload.get("from", "")[:100],
        photos=tuple(payload.get("photos", ())),
    )
    if payload.get("automatic"):
        return Outcome(aside=_("An answer by a machine, or a letter to many: %(why)s.") % {"why": payload["automatic"]})
    if not text and not said.photos:
        return Outcome(aside=_("Empty: neither words nor photos."))
    remark = _("Attachments not taken: %(names)s.") % {"names": ", ".join(payload["left_out"])} if payload.get("left_out") else ""
    return Outcome(report(MACHINE, said, key=report_key(message)).report_id, remark=remark)
