"""The administrator's first page: how much there is, and what is missing for a case to go round."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.domain.lifecycle import ClockKind
from chengge.foundation.pages.manage.common import page, today
from chengge.foundation.queries.keeping import completeness
from chengge.foundation.words import clock_words
from chengge.organization.gates import for_administrators


@require_safe
@for_administrators
def overview(request: HttpRequest) -> HttpResponse:
    found = completeness(today())
    names = {
        "classes": (_("Classes of the catalogue"), "manage_handbook"),
        "rules": (_("Handbook rules"), "manage_handbook"),
        "responsibilities": (_("Responsibilities"), "manage_responsibilities"),
        "organizations": (_("Organizations"), "manage_organizations"),
        "members": (_("Members"), "manage_members"),
        "divisions": (_("Divisions"), "city_map"),
        "grids": (_("Unit grids"), "city_map"),
        "responsibility_grids": (_("Responsibility grids"), "city_map"),
        "components": (_("Components"), "city_map"),
    }
    context = {
        "counts": [{"label": label, "count": found.counts[name], "to": to} for name, (label, to) in names.items()],
        "found": found,
        "clocks": [clock_words(ClockKind(kind)) for kind in found.clocks_without_limit],
        "complete": not (
            found.classes_without_rule or found.clocks_without_limit or found.calendars_without_days or found.members_without_post
        ),
    }
    return page(request, "overview.html", "overview", context)
