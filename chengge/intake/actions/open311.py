"""Requests that come by Open311, and the questions asked with a service."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import F
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework import photos
from chengge.casework.actions import Reported, Said, report
from chengge.casework.actions.given import is_place
from chengge.casework.contacts import mark, seal, unseal
from chengge.casework.models import Channel
from chengge.domain.codes import code_range
from chengge.domain.errors import Forbidden, NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.models import Revision
from chengge.foundation.queries import Place, find_place, locate
from chengge.intake.actions.following import new_token, token_hash_of
from chengge.intake.models import ApiReport, Jurisdiction, ServiceAttribute, Source
from chengge.intake.queries.open311 import attributes_of, service_class
from chengge.organization.queries import MACHINE, Actor

# The same words from the same device about the same place within this time are a repeat, not another problem.
REPEAT_WITHIN = timedelta(minutes=10)
LONGEST_WORDS = 1000
# What somebody can be sent to; a road or a division is too long or too wide.
EXACT_KINDS = frozenset({"place", "component", "grid"})


class Faults(Exception):
    """Several values are at fault at once; one sentence for each."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was posted; texts are empty where nothing was sent.

    Attributes:
        attributes: answers to the questions of the service, by their code.
        media: photos that came along, as they came.
    """

    service_code: str = ""
    lat: float | None = None
    lon: float | None = None
    address_string: str = ""
    address_id: str = ""
    email: str = ""
    device_id: str = ""
    account_id: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    description: str = ""
    media_url: str = ""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    media: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """What is answered: the number of the case, or a token while the report waits for an answer. `repeated`: it came before."""

    number: str = ""
    token: str = ""
    notice: str = ""
    account_id: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Where:
    """A place as far as it is known: lon and lat are None where the address means several places, or none."""

    lon: float | None
    lat: float | None
    words: str
    component_code: int | None = None


def post_request(source: Source, jurisdiction: Jurisdiction | None, asked: Asked, key: str = "") -> Posted:
    """Take a request in: it becomes a report of the channel Open311, done by nobody.

    Args:
        key: the sender's idempotency key; the same key gives the first answer.

    Raises:
        Refused: something is missing or is no value. NotFound: there is no such service. Faults: several answers are at fault.
    """
    problem_class = service_class(asked.service_code)
    questions = attributes_of(asked.service_code)
    answers = _answered(questions, asked.attributes)
    _check_email(asked.email)
    where = _where(asked)
    _check_inside(where, jurisdiction)
    description, notice = _description(asked, answers)
    fingerprint = _fingerprint(source, asked)
    report_key = _key_of(source, key)
    with transaction.atomic():
        _one_at_a_time(report_key or fingerprint)
        if (before := _before(source, asked, fingerprint, report_key)) is not None:
            return _again(before, asked)
        digests = tuple(dict.fromkeys(photos.store(data, MACHINE).sha256 for data in asked.media))
        token, token_hash = new_token() if where.lon is None else ("", "")
        said = Said(
            channel=Channel.OPEN311.value,
            problem_class_id=problem_class.pk,
            description=description,
            place=where.words[:200],
            lon=where.lon,
            lat=where.lat,
            component_code=where.component_code,
            reporter_name=_name(asked)[:40],
            contact=(asked.phone or asked.email)[:100],
            photos=digests,
        )
        made = report(MACHINE, said, key=report_key or None, token_hash=token_hash)
        told = {"token": token, "email": asked.email, "phone": asked.phone, "account_id": asked.account_id, "device_id": asked.device_id}
        beside = told | {"media_url": asked.media_url, "answers": {code: list(values) for code, values in asked.attributes.items()}}
        keep_beside(made, source, asked.device_id, fingerprint, token_hash, beside)
        return Posted(made.number or "", token, notice, asked.account_id)


def keep_beside(made: Reported, source: Source, device_id: str, fingerprint: str, token_hash: str, told: Mapping[str, Any]) -> ApiReport:
    """Write down how a report came, and seal what was told beside it."""
    kept = {name: value for name, value in told.items() if value}
    return ApiReport.objects.create(
        report_id=made.report_id,
        source=source,
        device_mark=mark(device_id),
        email_mark=mark(str(told.get("email", ""))),
        fingerprint=fingerprint,
        token_hash=token_hash,
        sealed=seal(json.dumps(kept, ensure_ascii=False)) if kept else b"",
        received_at=clock.now(),
    )


def told_beside(kept: ApiReport) -> dict[str, Any]:
    """What was told beside a report; empty once it was forgotten, or where it is under a lost key."""
    try:
        found = json.loads(unseal(bytes(kept.sealed)) or "{}")
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def save_attribute(actor: Actor, row: ServiceAttribute) -> ServiceAttribute:
    """Keep a question of a service. Raises Forbidden, Refused."""
    _require_administrator(actor)
    try:
        service_class(row.service_code)
    except NotFound as missing:
        raise Refused("service_code", missing.message, _("Kind and code, such as event0110 or component0103."), "service_code") from missing
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused("attribute", " ".join(error.messages)) from error
    with transaction.atomic():
        row.save()
        _services_changed()
    return row


def remove_attributes(actor: Actor, ids: Sequence[int]) -> int:
    """Ask these questions no more; what was answered stays. Returns how many went."""
    _require_administrator(actor)
    with transaction.atomic():
        gone = ServiceAttribute.objects.filter(pk__in=ids).delete()[0]
        _services_changed()
    return gone


def save_jurisdiction(actor: Actor, row: Jurisdiction) -> Jurisdiction:
    """Keep a jurisdiction. Raises Forbidden, Refused."""
    _require_administrator(actor)
    if row.division_code is not None:
        try:
            code_range(row.division_code)
        except ValueError as error:
            raise Refused("division", str(error), field="division_code") from error
    row.save()
    return row


# --- What was sent ------------------------------------------------------------------------------------------------------------------------


def _answered(questions: Sequence[ServiceAttribute], given: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Questions with their answers in words. Raises Faults, one for each answer that is missing or none."""
    asked = {one.code: one for one in questions if one.variable}
    faults = [_("There is no attribute “%(code)s” here.") % {"code": code[:40]} for code in given if code not in asked]
    told = []
    for code, question in asked.items():
        values = given.get(code, ())
        if not values:
            if question.required:
                faults.append(_("attribute[%(code)s] is required: %(question)s") % {"code": code, "question": question.description})
            continue
        fault = _fault_of(question, values)
        if fault:
            faults.append(f"attribute[{code}]: {fault}")
        else:
            told.append((question.description, _("; ").join(question.choices.get(value, value) for value in values)))
    if faults:
        raise Faults(faults)
    return told


def _fault_of(question: ServiceAttribute, values: Sequence[str]) -> str:
    kinds = ServiceAttribute.Datatype
    if len(values) > 1 and question.datatype != kinds.MULTIPLE:
        return _("one answer only.")
    if question.is_list:
        strange = [value for value in values if value not in question.choices]
        known = ", ".join(question.choices)
        return _("“%(value)s” is none of %(known)s.") % {"value": strange[0][:40], "known": known} if strange else ""
    (value,) = values
    if len(value) > (1000 if question.datatype == kinds.TEXT else 200):
        return _("this answer is too long.")
    match question.datatype:
        case kinds.STRING if "\n" in value:
            return _("one line only.")
        case kinds.NUMBER if not _is_number(value):
            return _("“%(value)s” is no number.") % {"value": value[:40]}
        case kinds.DATETIME if not _is_datetime(value):
            return _("“%(value)s” is no date and time, such as 2026-11-24T08:00:00Z.") % {"value": value[:40]}
    return ""


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _is_datetime(text: str) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False


def _where(asked: Asked) -> _Where:
    """The place, from the surest of what was sent. Raises Refused where nothing was, or an id means nothing."""
    if asked.lat is not None and asked.lon is not None:
        if not is_place(asked.lon, asked.lat):
            raise Refused("location", _("lat and long are no place on earth."), field="lat")
        found = _by_id(asked.address_id) if asked.address_id else None
        component = int(found.code) if found is not None and found.kind == "component" else None
        return _Where(asked.lon, asked.lat, asked.address_string, component)
    if asked.address_id:
        found = _by_id(asked.address_id)
        if found is None:
            raise Refused("address_id", _("address_id “%(id)s” is no unit grid and no component.") % {"id": asked.address_id[:40]})
        component = int(found.code) if found.kind == "component" else None
        return _Where(found.lon, found.lat, asked.address_string or found.name, component)
    if not asked.address_string:
        raise Refused("location", _("A location was not provided: lat and long, address_string or address_id."), field="lat")
    found = _by_words(asked.address_string)
    return _Where(found.lon, found.lat, asked.address_string) if found else _Where(None, None, asked.address_string)


def _by_id(address_id: str) -> Place | None:
    if not (address_id.isascii() and address_id.isdigit() and len(address_id) in (15, 16)):
        return None
    found = find_place(address_id, 2)
    return found[0] if len(found) == 1 else None


def _by_words(address: str) -> Place | None:
    """The one place that an address means: its name itself, or all of its first part; None where there are several, or none."""
    for words in dict.fromkeys((address, address.replace("，", ",").split(",")[0].strip())):
        found = [place for place in find_place(words) if place.kind in EXACT_KINDS]
        named = [place for place in found if place.name == words]
        if len(named) == 1 or (not named and len(found) == 1):
            return (named or found)[0]
    return None


def _check_inside(where: _Where, jurisdiction: Jurisdiction | None) -> None:
    if where.lon is None or where.lat is None or jurisdiction is None or jurisdiction.division_code is None:
        return
    grid_code = locate(where.lon, where.lat).grid_code
    first, end = code_range(jurisdiction.division_code)
    if grid_code is None or not first <= grid_code < end:
        raise Refused("location", _("The location lies outside of %(name)s.") % {"name": jurisdiction.name}, field="lat")


def _check_email(email: str) -> None:
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Refused("email", _("email is no e-mail address."), field="email") from None


def _description(asked: Asked, answers: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """What an operator reads: words, answers, and where media lie; and a notice where not all of the words fit."""
    beside = [f"{question} {answer}" for question, answer in answers]
    beside += [_("Media: %(url)s") % {"url": asked.media_url}] if asked.media_url else []
    tail = "\n".join(beside)[: LONGEST_WORDS - 100]
    room = LONGEST_WORDS - len(tail) - bool(tail)
    if len(asked.description) <= room:
        return "\n".join(filter(None, (asked.description, tail))), ""
    words = f"{asked.description[: room - 1]}…"
    notice = _("Only the first %(most)d characters of the description were kept.") % {"most": room - 1}
    return "\n".join(filter(None, (words, tail))), notice


def _name(asked: Asked) -> str:
    """Chinese names begin with the family."""
    parts = (asked.first_name, asked.last_name)
    if all(part.isascii() for part in parts):
        return " ".join(filter(None, parts))
    return "".join(reversed(parts))


# --- Sent again ---------------------------------------------------------------------------------------------------------------------------


def _fingerprint(source: Source, asked: Asked) -> str:
    """Of who said what where. Nothing can be read out of it: contacts and device enter it by their marks."""
    who = [mark(value) for value in (asked.device_id, asked.account_id, asked.phone, asked.email)]
    where = [asked.lat, asked.lon, asked.address_string, asked.address_id]
    what = [asked.service_code, asked.description, sorted((code, list(values)) for code, values in asked.attributes.items())]
    return sha256(json.dumps([source.pk, who, where, what]).encode()).hexdigest()


def _key_of(source: Source, key: str) -> str:
    return f"open311-{source.pk}-{sha256(key.encode()).hexdigest()[:40]}" if key else ""


def _one_at_a_time(same: str) -> None:
    """Of two that are the same, the second waits until the first is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"open311 {same}"])


def _before(source: Source, asked: Asked, fingerprint: str, report_key: str) -> ApiReport | None:
    rows = ApiReport.objects.select_related("report__case")
    if report_key:
        found = rows.filter(report__key=report_key, report__member=None).first()
        if found is not None and found.fingerprint != fingerprint:
            raise Refused("key_used", _("This Idempotency-Key was used for another request."), _("Use a new key for a new wish."))
        return found
    if not (asked.device_id or asked.account_id or asked.phone or asked.email):
        return None
    recent = rows.filter(fingerprint=fingerprint, source=source, received_at__gt=clock.now() - REPEAT_WITHIN)
    return recent.order_by("-received_at").first()


def _again(before: ApiReport, asked: Asked) -> Posted:
    case = before.report.case
    if case is not None:
        return Posted(case.number, account_id=asked.account_id, repeated=True)
    return Posted(token=_token_again(before), account_id=asked.account_id, repeated=True)


def _token_again(before: ApiReport) -> str:
    token = str(told_beside(before).get("token", ""))
    return token if token and token_hash_of(token) == before.token_hash else ""


def _services_changed() -> None:
    Revision.objects.bulk_create([Revision(name="services", number=0)], ignore_conflicts=True)
    Revision.objects.filter(name="services").update(number=F("number") + 1)


def _require_administrator(actor: Actor) -> None:
    if Post.ADMINISTRATOR not in actor.posts:
        raise Forbidden("post", _("Only an administrator keeps what Open311 asks."))
