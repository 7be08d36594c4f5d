"""Orders: instructions of leaders, the media, inspections, tickets of 12345, and the upper platform."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.casework.actions import Said
from chengge.casework.pages.photos import keep_files
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.foundation.pages.manage.common import page_of
from chengge.intake.actions.hotline import END_OF_WORK
from chengge.intake.actions.orders import CHANNEL_OF, Ordered, mark_answered, take_order
from chengge.intake.models import WorkOrder
from chengge.intake.pages.typed import chosen_class
from chengge.intake.queries.orders import count_orders, orders
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.queries import CITY_ZONE
from chengge.organization.refusals import status_of
from chengge.organization.typed import day, latitude, longitude, whole

takers = for_posts(Post.OPERATOR, Post.SHIFT_LEADER)
TAKEN_DOWN = (WorkOrder.Kind.INSTRUCTION, WorkOrder.Kind.MEDIA, WorkOrder.Kind.INSPECTION, WorkOrder.Kind.HOTLINE)
TYPED = (
    "kind", "number", "whose", "link", "dated_on", "due_on", "description", "place", "lon", "lat", "component_code", "problem_class_id",
    "reporter_name", "contact", "urgent",
)  # fmt: skip


@require_safe
@takers
def listed(request: HttpRequest) -> HttpResponse:
    """Orders to be answered, the most pressing first; answered ones on wish."""
    actor, asked = actor_at(request), request.GET
    kind, answered, text = asked.get("kind", ""), bool(asked.get("answered")), asked.get("q", "").strip()[:60].replace("\0", "")
    keep = asked.copy()
    keep.pop("page", None)
    context = {
        "tab": "orders",
        "rows": page_of(request, orders(actor, kind=kind, answered=answered, text=text)),
        "counts": count_orders(actor),
        "kind": kind,
        "answered": answered,
        "q": text,
        "kinds": WorkOrder.Kind.choices,
        "keep": keep.urlencode(),
    }
    return render(request, "intake/orders/list.html", context)


@takers
def new(request: HttpRequest) -> HttpResponse:
    """Take down an order with what it speaks of."""
    actor = actor_at(request)
    if request.method != "POST":
        return _form(request, request.GET, None, 200)
    sent = request.POST.copy()
    try:
        for digest in keep_files(request, actor):
            sent.appendlist("photos", digest)
        made = take_order(actor, _said(sent), _ordered(sent), key=sent.get("key") or None)
    except Refused as refusal:
        return _form(request, sent, refusal, status_of(refusal))
    if made.number is None:
        asked = " ".join(question.message for question in made.questions)
        notes.warning(request, _("The report is kept, but is no case yet. To be asked: %(questions)s") % {"questions": asked})
        return redirect("complete_report", made.report_id)
    notes.success(request, _("Case %(number)s is opened.") % {"number": made.number})
    return redirect("orders")


@require_POST
@takers
def answer(request: HttpRequest, order_id: int) -> HttpResponse:
    """Write down that an order was answered by hand."""
    try:
        mark_answered(actor_at(request), order_id, request.POST.get("answer", ""))
    except Refused as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, _("The answer is written down."))
    return redirect(f"{reverse('orders')}")


def _form(request: HttpRequest, typed: QueryDict, refusal: Refused | None, status: int) -> HttpResponse:
    context: dict[str, Any] = {
        "tab": "orders",
        "typed": {name: typed.get(name, "") for name in TYPED},
        "photos": typed.getlist("photos"),
        "kinds": [(one.value, one.label) for one in TAKEN_DOWN],
        "chosen_class": chosen_class(typed),
        "key": typed.get("key") or uuid4().hex,
        "refusal": refusal,
    }
    return render(request, "intake/orders/form.html", context, status=status)


def _said(sent: QueryDict) -> Said:
    kind = sent.get("kind", "")
    return Said(
        channel=CHANNEL_OF[WorkOrder.Kind(kind)].value if kind in WorkOrder.Kind.values else "",
        problem_class_id=whole(sent, "problem_class_id"),
        description=sent.get("description", "").strip(),
        place=sent.get("place", "").strip(),
        lon=longitude(sent),
        lat=latitude(sent),
        component_code=whole(sent, "component_code"),
        reporter_name=sent.get("reporter_name", "").strip(),
        contact=sent.get("contact", "").strip(),
        other_number=sent.get("number", "").strip(),
        photos=tuple(dict.fromkeys(sent.getlist("photos"))),
        urgent=sent.get("urgent") == "1",
    )


def _ordered(sent: QueryDict) -> Ordered:
    due_on = day(sent, "due_on")
    return Ordered(
        kind=sent.get("kind", ""),
        number=sent.get("number", "").strip(),
        whose=sent.get("whose", "").strip(),
        link=sent.get("link", "").strip(),
        dated_on=day(sent, "dated_on"),
        due_at=datetime.combine(due_on, END_OF_WORK, CITY_ZONE) if due_on else None,
    )
