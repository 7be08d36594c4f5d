"""Who looked at how reporters are reached."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from chengge.casework.models import ContactView
from chengge.organization.models import Member


@dataclass(frozen=True, slots=True)
class Looks:
    """What the list is narrowed to: days (both included) with their first and last moment, a member, a purpose."""

    first: date
    last: date
    after: datetime
    before: datetime
    member_id: int | None = None
    purpose: str = ""


def contact_views(looks: Looks) -> QuerySet[ContactView]:
    """Looks at contacts, the latest first."""
    rows = ContactView.objects.filter(seen_at__gte=looks.after, seen_at__lt=looks.before)
    if looks.member_id is not None:
        rows = rows.filter(member_id=looks.member_id)
    if looks.purpose:
        rows = rows.filter(purpose=looks.purpose)
    return rows.select_related("member__organization", "report__case").order_by("-seen_at", "-pk")


def members_who_looked() -> list[Member]:
    """Everybody who ever did. One query."""
    return list(Member.objects.filter(pk__in=ContactView.objects.order_by().values("member_id").distinct()).order_by("full_name"))
