"""Reads of orders that want an answer."""

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from chengge import clock
from chengge.casework.queries.sight import sight
from chengge.domain.errors import Forbidden
from chengge.intake.actions.orders import TAKES_ORDERS
from chengge.intake.models import WorkOrder
from chengge.organization.queries import Actor


def orders(actor: Actor, *, kind: str = "", answered: bool = False, text: str = "") -> QuerySet[WorkOrder]:
    """Orders in sight: those to be answered by their day, those answered by when."""
    rows = _in_sight(actor).select_related("report__case", "source").filter(answered_at__isnull=not answered)
    if kind in WorkOrder.Kind.values:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(whose__icontains=text) | Q(report__case__number=text))
    return rows.order_by("-answered_at", "-pk") if answered else rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def count_orders(actor: Actor) -> dict[str, int]:
    """How many wait for an answer, and how many of them are late. One query."""
    now = clock.now()
    counts: dict[str, int] = (
        _in_sight(actor).filter(answered_at=None).aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )
    return counts


def _in_sight(actor: Actor) -> QuerySet[WorkOrder]:
    if not actor.posts & TAKES_ORDERS:
        raise Forbidden("post", _("Orders belong to operators and shift leaders."))
    return WorkOrder.objects.filter((Q(report__case__isnull=False) & sight(actor, "report__case__")) | Q(report__case=None))
