"""The handbook: browse, search, replace a rule from a day on with a look at what changes, and its history."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import Refused
from chengge.foundation.actions import end_rule, save_rule
from chengge.foundation.models import HandbookRule, ProblemClass
from chengge.foundation.pages.manage.common import day_of, page, page_of, tell, today, whole
from chengge.foundation.pages.manage.forms import DayForm, RuleForm
from chengge.foundation.queries.keeping import class_tree, rules_like, versions_of
from chengge.foundation.words import area_words, limit_words
from chengge.organization.gates import actor_at, for_administrators
from chengge.organization.models import Organization

# The form's fields as a person reads them in a comparison; the limit and its unit are one thing.
COMPARED = ("condition", "area", "limit", "closing_condition", "evidence_wanted", "check_limit", "urgent", "body", "basis", "note")


@require_safe
@for_administrators
def handbook(request: HttpRequest) -> HttpResponse:
    """The tree of classes, and the rules of one class, of a kind, or those that hold a text."""
    day = day_of(request.GET.get("on"), today())
    class_id, text, kind = whole(request.GET.get("class"), "class"), request.GET.get("q", "").strip()[:60], request.GET.get("kind", "")
    chosen = ProblemClass.objects.filter(pk=class_id).first() if class_id is not None else None
    context = {
        "tree": class_tree(day),
        "rules": page_of(request, rules_like(day, class_id, text, kind)),
        "chosen": chosen,
        "q": text,
        "kind": kind,
        "on": day,
        "is_today": day == today(),
    }
    return page(request, "handbook.html", "handbook", context)


@for_administrators
def edit_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A new version of a rule, from a day on: write it, look at what changes, confirm."""
    rule = get_object_or_404(HandbookRule.objects.select_related("problem_class", "organization"), pk=rule_id, valid_to=None)
    return _write(request, rule, RuleForm(request.POST or None, initial=RuleForm.of(rule)))


@for_administrators
def new_rule(request: HttpRequest) -> HttpResponse:
    """A rule that a class has not had yet."""
    return _write(request, None, RuleForm(request.POST or None, initial={"problem_class": request.GET.get("class")}))


@require_safe
@for_administrators
def history(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Every version of a rule, and what changed from one to the next."""
    rule = get_object_or_404(HandbookRule.objects.select_related("problem_class"), pk=rule_id)
    versions = versions_of(rule)
    earlier = [*versions[1:], None]
    lines = [{"rule": row, "changes": _changes(before, row) if before else []} for row, before in zip(versions, earlier, strict=True)]
    return page(request, "rule_history.html", "handbook", {"rule": rule, "lines": lines, "end_form": DayForm(), "today": today()})


@require_POST
@for_administrators
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """From a day on nobody is judged by this rule."""
    rule = get_object_or_404(HandbookRule, pk=rule_id)
    form = DayForm(request.POST)
    if not form.is_valid():
        raise Refused("day", _("A day is missing."), _("Choose the day on which the rule ends."), field="day")
    end_rule(actor_at(request), rule_id, form.cleaned_data["day"])
    messages.success(request, _("The rule ends on %(day)s. Cases judged by it keep it.") % {"day": form.cleaned_data["day"]})
    return redirect(f"{reverse('manage_handbook')}?class={rule.problem_class_id}")


def _write(request: HttpRequest, rule: HandbookRule | None, form: RuleForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        if "confirm" in request.POST:
            try:
                begun = save_rule(actor_at(request), rule.pk if rule else None, form.values(), form.cleaned_data["day"])
            except Refused as refusal:
                tell(form, refusal)
            else:
                messages.success(request, _("The rule holds from %(day)s on.") % {"day": begun.valid_from})
                return redirect(f"{reverse('manage_handbook')}?class={begun.problem_class_id}&on={begun.valid_from}")
        else:
            new = _with_body(form)
            context = {"rule": rule, "form": form, "new": new, "changes": _changes(rule, new), "day": form.cleaned_data["day"]}
            return page(request, "rule_preview.html", "handbook", context)
    return page(request, "rule_form.html", "handbook", {"rule": rule, "form": form}, 422 if form.errors else 200)


def _with_body(form: RuleForm) -> HandbookRule:
    """The row as it would begin, for a look at it."""
    row = form.values().row()
    row.problem_class = ProblemClass.objects.get(pk=row.problem_class_id)
    if row.organization_id:
        row.organization = Organization.objects.get(pk=row.organization_id)
    return row


def _changes(old: HandbookRule | None, new: HandbookRule) -> list[dict[str, Any]]:
    """What a person sees differ between two versions: name of the field, before, after."""
    names = {
        "condition": _("Filing condition"),
        "area": _("Area"),
        "limit": _("Limit"),
        "closing_condition": _("Closing condition"),
        "evidence_wanted": _("Evidence wanted"),
        "check_limit": _("Check limit"),
        "urgent": _("Urgent"),
        "body": _("Responsible body"),
        "basis": _("Basis"),
        "note": _("Note"),
    }
    before, after = (_shown(old) if old else {}), _shown(new)
    return [
        {"name": names[field], "before": before.get(field, ""), "after": after[field]}
        for field in COMPARED
        if before.get(field, "") != after[field]
    ]


def _shown(rule: HandbookRule) -> dict[str, str]:
    plain = {name: getattr(rule, name) for name in ("condition", "closing_condition", "evidence_wanted", "basis", "note")}
    return plain | {
        "area": area_words(rule.area_class),
        "limit": limit_words(rule.limit_amount, rule.limit_unit),
        "check_limit": limit_words(rule.check_limit_amount, rule.check_limit_unit) if rule.check_limit_amount else "",
        "urgent": _("yes") if rule.urgent else _("no"),
        "body": rule.organization.name if rule.organization else rule.responsible_body,
    }
