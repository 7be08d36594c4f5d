"""What the phone sends: files one by one, then the report or result that names them."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.actions import Given, Reported, Said, perform
from chengge.casework.models import Channel, Task
from chengge.domain.errors import Refused
from chengge.field import queries
from chengge.field.actions.phone import hand_in, keep_file, kept_before, require_photos, with_voice
from chengge.field.pages import sent as read
from chengge.field.pages.gate import for_inspectors, telling
from chengge.organization import typed
from chengge.organization.gates import actor_at

MOST_KEYS = 200
# Which results a walk may have: action, whether the walk found things as they should be.
RESULTS = {Task.Kind.VERIFY: ("verify_true", "verify_false"), Task.Kind.CHECK: ("pass_check", "fail_check")}


@require_safe
@never_cache
@for_inspectors
def who(request: HttpRequest) -> HttpResponse:
    """Whom the house takes this phone for now, and the token that proves that a request comes from it."""
    return JsonResponse({"member": actor_at(request).member_id, "name": str(request.user), "token": get_token(request)})


@require_POST
@for_inspectors
@telling
def photo(request: HttpRequest) -> HttpResponse:
    """Take one photo in; its hash is what a report or a result is given."""
    sent = request.FILES.get("photo")
    if sent is None:
        raise Refused("photo", _("A photo is needed."), _("Take one on the spot."), "photo")
    kept = keep_file(actor_at(request), "photo", sent.read(), read.key(request.POST))
    return JsonResponse({"sha256": kept.sha256, "thumb": reverse("photo", args=(kept.sha256, "thumb"))}, status=201)


@require_POST
@for_inspectors
@telling
def voice(request: HttpRequest) -> HttpResponse:
    """Take one voice note in."""
    sent = request.FILES.get("voice")
    if sent is None:
        raise Refused("voice", _("No voice note came with this."), _("Record it again."), "voice")
    kept = keep_file(actor_at(request), "voice", sent.read(), read.key(request.POST))
    return JsonResponse({"sha256": kept.sha256, "seconds": round((kept.duration_ms or 0) / 1000, 1)}, status=201)


@require_safe
@for_inspectors
@telling
def files(request: HttpRequest) -> HttpResponse:
    """Which of a phone's files (`key`, repeated) have arrived, and their hashes: what of it need not be sent again."""
    found = kept_before(actor_at(request), request.GET.getlist("key")[:MOST_KEYS])
    return JsonResponse({"files": {key: evidence.sha256 for key, evidence in found.items()}})


@require_POST
@for_inspectors
@telling
def report(request: HttpRequest) -> HttpResponse:
    """A report: a case of its own, one more report on a case (`same`), or disposed of already (`disposed`)."""
    made = _handed_in(request)
    if made.questions:
        raise Refused("incomplete", " ".join(question.message for question in made.questions), field=made.questions[0].field)
    return JsonResponse({"number": made.number, "to": reverse("phone")}, status=200 if made.repeated else 201)


@require_POST
@for_inspectors
@telling
def result(request: HttpRequest, task_id: int) -> HttpResponse:
    """What a walk has found."""
    actor = actor_at(request)
    found = queries.task_of(actor, task_id)
    action = request.POST.get("action", "")
    if action not in RESULTS[Task.Kind(found.kind)]:
        raise Refused("action", _("Choose a result."), field="action")
    given = read.given(request.POST)
    require_photos(given.photos)
    if given.photos:
        given = replace(given, photos=with_voice(given.photos, request.POST.get("voice", "")))
    perform(found.case_id, action, actor, given, seen=typed.whole(request.POST, "seen"), key=read.key(request.POST))
    return JsonResponse({"number": found.case.number, "to": reverse("phone")})


def _handed_in(request: HttpRequest) -> Reported:
    sent = request.POST
    said = Said(
        channel=Channel.INSPECTOR,
        problem_class_id=typed.whole(sent, "problem_class"),
        description=sent.get("description", "").strip(),
        place=sent.get("place", "").strip(),
        lon=typed.longitude(sent),
        lat=typed.latitude(sent),
        accuracy_m=typed.metres(sent, "accuracy"),
        component_code=typed.whole(sent, "component"),
        photos=tuple(sent.getlist("photos")),
        urgent=sent.get("urgent") == "1",
    )
    after = Given(photos=tuple(sent.getlist("after")), rule_id=typed.whole(sent, "rule")) if sent.get("disposed") == "1" else None
    return hand_in(actor_at(request), said, same_as=sent.get("same", ""), voice_note=sent.get("voice", ""), after=after, key=read.key(sent))
