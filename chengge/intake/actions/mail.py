"""The city's mailbox: every letter is looked at once."""

from django.conf import settings
from django.utils.translation import gettext as _

from chengge.casework.models import Channel
from chengge.casework.photos import store
from chengge.domain.errors import Refused
from chengge.intake.actions.channels import looked_into, own_source
from chengge.intake.actions.messages import receive, refuse, was_done
from chengge.intake.actions.words import take_text
from chengge.intake.letters import MOST_BYTES, MailboxFailed, Waiting, opened, read_letter, shown_address
from chengge.intake.models import Source
from chengge.organization.queries import MACHINE


def look_into_mailbox(address: str = "") -> int:
    """Take in the letters that nobody has read; returns how many. What fails is written down with the source.

    A letter is marked as read only after it is kept: one that was kept and not marked is known by its Message-ID.
    """
    address = address or settings.MAIL_URL
    if not address:
        return 0
    source = own_source(Channel.EMAIL.value, shown_address(address))
    if source.paused_at is not None:
        return 0
    taken = 0
    try:
        with opened(address) as box:
            for letter in box.waiting():
                _take_in(source, letter)
                box.done(letter)
                taken += 1
    except MailboxFailed as trouble:
        looked_into(source, str(trouble))
        return taken
    looked_into(source)
    return taken


def _take_in(source: Source, waiting: Waiting) -> None:
    """One letter; whatever it says, it is kept, and no letter stops those behind it."""
    if waiting.size > MOST_BYTES:
        reason = _("The letter is larger than %(most)d MB.") % {"most": MOST_BYTES // 2**20}
        refuse(source, f"size {waiting.number} {waiting.size}", _("letter"), {}, reason)
        return
    letter = read_letter(waiting.raw)
    if was_done(source, letter.message_id):
        return
    left_out, photos = list(letter.left_out), []
    if not letter.automatic:
        for name, data in letter.pictures:
            try:
                photos.append(store(data, MACHINE).sha256)
            except Refused:
                left_out.append(name)
    payload = {
        "from": letter.sender,
        "name": letter.name,
        "subject": letter.subject,
        "text": letter.text,
        "automatic": letter.automatic,
        "photos": photos,
        "left_out": left_out,
    }
    try:
        receive(source, letter.message_id, _("letter"), payload, take_text)
    except Refused:
        return  # It is kept with the reason.
