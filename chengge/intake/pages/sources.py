"""Sources, their keys, and the messages that came in: for administrators; shift leaders look after messages."""

from typing import Any

from django import forms
from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import LookForm, page_of, tell, whole
from chengge.intake.actions.channels import (
    NewKey,
    SourceValues,
    change_source,
    end_old_keys,
    make_source,
    pause,
    resume,
    rotate_key,
)
from chengge.intake.actions.messages import payload_of, take_again
from chengge.intake.actions.takers import TAKERS
from chengge.intake.models import MACHINE_CHANNELS, InboundMessage, Source
from chengge.intake.queries.inbox import count_refused, message_in_sight, messages, sources_today
from chengge.organization.gates import actor_at, for_administrators, for_posts

keepers = for_posts(Post.ADMINISTRATOR, Post.SHIFT_LEADER)
# What a shift leader may read of a message: who sent it is not among it.
PERSONAL = frozenset({"from", "sender", "contact", "number", "name"})


class SourceForm(LookForm):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=60)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=[(one.value, one.label) for one in MACHINE_CHANNELS])
    rate_per_minute = forms.IntegerField(label=gettext_lazy("Requests a minute"), min_value=1, max_value=100_000, initial=120)
    jurisdiction = forms.CharField(
        label=gettext_lazy("Jurisdiction"), max_length=60, required=False, help_text=gettext_lazy("For Open311 only; empty: the whole city")
    )
    answers_to = forms.CharField(
        label=gettext_lazy("Answers go to"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("For the upper platform: e-mail or telephone of who hears how an order ended"),
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    may_report = forms.BooleanField(label=gettext_lazy("May report"), required=False, initial=True)

    def values(self) -> SourceValues:
        return SourceValues(**self.cleaned_data)


@require_safe
@for_administrators
def sources(request: HttpRequest) -> HttpResponse:
    """Every source with its keys and what it sent today."""
    context = {"tab": "manage", "part": "sources", "lines": sources_today(), "refused": count_refused(actor_at(request))}
    return render(request, "intake/sources/list.html", context)


@sensitive_variables("made")
@for_administrators
def edit(request: HttpRequest, source_id: int | None = None) -> HttpResponse:
    """A new source, whose key is shown once; or other facts of one."""
    old = get_object_or_404(Source, pk=source_id) if source_id is not None else None
    form = SourceForm(request.POST or None, initial=_facts(old) if old else None)
    if old is not None:
        form.fields["channel"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            if old is None:
                return _shown(request, make_source(actor_at(request), form.values()))
            change_source(actor_at(request), old.pk, form.values())
        except Refused as refusal:
            tell(form, refusal)
        else:
            notes.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("manage_sources")
    context = {"tab": "manage", "part": "sources", "form": form, "source": old}
    return render(request, "intake/sources/form.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def do(request: HttpRequest, source_id: int, what: str) -> HttpResponse:
    """Rotate a key, end the old ones, pause, resume."""
    actor = actor_at(request)
    if what == "rotate":
        return _shown(request, rotate_key(actor, source_id))
    {"end_old": end_old_keys, "pause": pause, "resume": resume}[what](actor, source_id)
    return redirect("manage_source_edit", source_id)


@require_safe
@keepers
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages that came in, and what became of them."""
    actor, asked = actor_at(request), request.GET
    state, text = asked.get("state", ""), asked.get("q", "").strip()[:60].replace("\0", "")
    source_id = whole(asked.get("source"), "source")
    keep = asked.copy()
    keep.pop("page", None)
    context = {
        "tab": "manage",
        "part": "messages",
        "rows": page_of(request, messages(actor, state=state, source_id=source_id, text=text)),
        "state": state,
        "q": text,
        "source_id": source_id,
        "states": InboundMessage.State.choices,
        "sources": Source.objects.all(),
        "keep": keep.urlencode(),
    }
    return render(request, "intake/inbox/list.html", context)


@require_safe
@keepers
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: what it said, and why it was refused."""
    kept = message_in_sight(actor_at(request), message_id)
    said, unreadable = _said(kept)
    can_try = kept.state != InboundMessage.State.TAKEN and not unreadable and kept.source.channel in TAKERS
    context = {"tab": "manage", "part": "messages", "message": kept, "said": said, "unreadable": unreadable, "can_try": can_try}
    return render(request, "intake/inbox/message.html", context)


@require_POST
@keepers
def again(request: HttpRequest, message_id: int) -> HttpResponse:
    """Take a message once more."""
    try:
        taken = take_again(actor_at(request), message_id, TAKERS)
    except Refused as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, _("The message is taken in.") if not taken.reason else taken.reason)
    return redirect("manage_message", message_id)


@sensitive_variables("made")
def _shown(request: HttpRequest, made: NewKey) -> HttpResponse:
    return render(request, "intake/sources/key.html", {"tab": "manage", "part": "sources", "made": made})


def _facts(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in SourceForm.base_fields}


def _said(kept: InboundMessage) -> tuple[list[tuple[str, str]], str]:
    """The values of a message without those that tell of a person; what could not be read, as it came."""
    try:
        payload = payload_of(kept)
    except Refused as refusal:
        return [], str(refusal)
    shown = [(name, value) for name, value in payload.items() if value not in ("", None, [], {}) and name != "photos"]
    return [(name, "•••" if name in PERSONAL else str(value)) for name, value in shown], ""
