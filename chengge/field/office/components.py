"""The register of components: to look through, and every version of one with who changed it, when, and on what proof."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from chengge.domain.codes import CodeError, ComponentCode
from chengge.domain.errors import NotFound
from chengge.field.office.common import areas, for_office, keeping, page
from chengge.field.queries.surveys import component_history
from chengge.foundation.models import Component, ProblemKind
from chengge.foundation.queries import classes
from chengge.foundation.queries.register import components_like
from chengge.organization import typed

PAGE_SIZE = 50
MOST_CLASSES = 500


@require_safe
@for_office
def components(request: HttpRequest) -> HttpResponse:
    """The register by name, code, class, state and area."""
    asked = request.GET
    wanted: dict[str, Any] = {
        "text": asked.get("q", "").strip()[:60],
        "class_id": typed.whole(asked, "class"),
        "state": asked.get("state", "") if asked.get("state") in Component.State.values else "",
        "division_code": typed.whole(asked, "division"),
    }
    rows = components_like(**wanted).select_related("problem_class", "owning_body", "maintaining_body").order_by("code")
    if (after := typed.whole(asked, "after")) is not None:
        rows = rows.filter(code__gt=after)
    found = list(rows[: PAGE_SIZE + 1])
    context = {
        "rows": found[:PAGE_SIZE],
        "more": found[PAGE_SIZE - 1].code if len(found) > PAGE_SIZE else None,
        "keep": keeping(request, "after"),
        "is_later": "after" in asked,
        "wanted": wanted,
        "states": Component.State.choices,
        "classes": [one for one in classes(limit=MOST_CLASSES) if one.kind == ProblemKind.COMPONENT],
        "divisions": areas(),
    }
    return page(request, "office_components.html", "components", context)


@require_safe
@for_office
def component(request: HttpRequest, code: str) -> HttpResponse:
    """One component: what it is now, its surveys that wait, and all its versions."""
    try:
        number = ComponentCode.parse(code).value
    except CodeError as error:
        raise NotFound("component", _("This is no component code."), _("A component code has 16 digits.")) from error
    row = Component.objects.select_related("problem_class", "managing_body", "owning_body", "maintaining_body").filter(code=number).first()
    if row is None:
        raise NotFound("component", _("There is no component %(code)s.") % {"code": code})
    return page(request, "office_component.html", "components", {"component": row, "history": component_history(row)})
