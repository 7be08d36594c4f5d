"""The shift leader's list of alarms, and the city's rules for them."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from chengge import clock
from chengge.domain.errors import NotFound, Refused
from chengge.domain.lifecycle import Post
from chengge.field.actions.alarm_rules import RuleValues, end_alarm_rule, save_alarm_rule
from chengge.field.actions.alarms import close
from chengge.field.models import Alarm, AlarmKind, AlarmRule
from chengge.field.office.common import keeping
from chengge.field.office.tracks import frame, words_for_maps
from chengge.field.queries.alarms import ALL, AlarmFilter, alarm_page
from chengge.field.queries.watching import WATCHING
from chengge.field.words import alarm_sentence, threshold_words
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.foundation.queries.dated import holding_on
from chengge.organization.gates import actor_at, for_administrators, for_posts
from chengge.organization.queries import city_day

# Which numbers of a rule mean something for which kind.
ASKED = {
    AlarmKind.OUT_OF_BOUNDS: ("threshold", "minutes", "fixes", "fixes_back", "escalate_minutes"),
    AlarmKind.STILL: ("threshold", "minutes", "escalate_minutes"),
    AlarmKind.SILENT: ("minutes", "escalate_minutes"),
    AlarmKind.LATE: ("minutes", "escalate_minutes"),
    AlarmKind.UNVISITED: ("threshold", "escalate_minutes"),
    AlarmKind.TASK_DUE: ("minutes",),
    AlarmKind.TASK_OVERDUE: ("minutes", "escalate_minutes"),
}


class AlarmRuleForm(LookForm):
    """The numbers of one rule, and from when it holds."""

    threshold = forms.IntegerField(min_value=0, required=False)
    minutes = forms.IntegerField(label=gettext_lazy("minutes"), min_value=0)
    fixes = forms.IntegerField(label=gettext_lazy("fixes in a row"), min_value=1)
    fixes_back = forms.IntegerField(label=gettext_lazy("fixes in a row to end it"), min_value=1)
    escalate_minutes = forms.IntegerField(label=gettext_lazy("minutes until the shift leader is told"), min_value=1)
    day = DayField(label=gettext_lazy("from"))

    def __init__(self, kind: AlarmKind, *args: object, **named: object) -> None:
        super().__init__(*args, prefix=kind.value, **named)
        self.kind = kind
        for name in list(self.fields):
            if name != "day" and name not in ASKED[kind]:
                del self.fields[name]
        if "threshold" in self.fields:
            self.fields["threshold"].label = threshold_words(kind)

    def values(self) -> RuleValues:
        return RuleValues(**{name: value for name, value in self.cleaned_data.items() if name != "day" and value is not None})


@require_safe
@for_posts(*WATCHING)
def alarms(request: HttpRequest) -> HttpResponse:
    """Alarms by what is to be done with them, on the map too."""
    actor = actor_at(request)
    wanted = AlarmFilter.parse(request.GET)
    shown = alarm_page(actor, wanted, request.GET.get("cursor", ""))
    rows = [{"alarm": alarm, "says": alarm_sentence(alarm), "day": city_day(alarm.began_at)} for alarm in shown.rows]
    states = [("", pgettext("alarms", "To be closed")), *Alarm.State.choices]
    context = frame(
        request,
        "alarms",
        rows=rows,
        next=shown.next,
        wanted=wanted,
        states=[(value, label, shown.counts.get(value, 0)) for value, label in states] + [(ALL, pgettext("alarms", "All"), None)],
        kinds=AlarmKind.choices,
        kept=keeping(request, "state", "cursor"),
        kept_all=keeping(request, "cursor"),
        opened=request.GET.get("opened", ""),
        may_close=Post.SHIFT_LEADER in actor.posts,
        points=[_point(alarm) for alarm in shown.rows if alarm.lon is not None],
        words=words_for_maps(),
    )
    return render(request, "field/alarms.html", context)


@require_POST
@for_posts(*WATCHING)
def close_alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Close one alarm, and go back to the list as it was filtered."""
    excused = {"yes": True, "no": False}.get(request.POST.get("excused", ""))
    back = request.POST.get("back", "")
    if not (back.startswith("?") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
        back = ""
    try:
        alarm = close(actor_at(request), alarm_id, excused, request.POST.get("reason", ""))
    except Refused as refusal:
        if refusal.field == "":
            raise
        messages.warning(request, str(refusal))
        query = urlencode({"opened": alarm_id})
        return redirect(f"{reverse('alarms')}{back}{'&' if back else '?'}{query}#alarm-{alarm_id}")
    messages.success(request, _("Closed: %(name)s, %(kind)s") % {"name": alarm.member, "kind": alarm.get_kind_display()})
    return redirect(f"{reverse('alarms')}{back}")


@require_safe
@for_administrators
def rules(request: HttpRequest) -> HttpResponse:
    """Each kind of alarm with its rule today, and what was before."""
    return _show_rules(request)


@for_administrators
def edit_rule(request: HttpRequest, kind: str) -> HttpResponse:
    """Set the rule of one kind from a day on, or switch it off."""
    if kind not in AlarmKind.values:
        raise NotFound("kind", _("There is no such alarm."))
    of = AlarmKind(kind)
    if request.method == "POST" and request.POST.get("off") == "1":
        end_alarm_rule(actor_at(request), of, today())
        messages.success(request, _("%(kind)s: switched off.") % {"kind": of.label})
        return redirect("manage_alarm_rules")
    form = AlarmRuleForm(of, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = save_alarm_rule(actor_at(request), of, form.values(), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("%(kind)s: the rule holds from %(day)s on.") % {"kind": of.label, "day": row.valid_from})
            return redirect("manage_alarm_rules")
    return _show_rules(request, {of: form}, 422 if form.errors else 200)


def _show_rules(request: HttpRequest, given: dict[AlarmKind, AlarmRuleForm] | None = None, status: int = 200) -> HttpResponse:
    holding = {rule.kind: rule for rule in holding_on(AlarmRule.objects.all(), today())}
    history: dict[str, list[AlarmRule]] = {}
    for row in AlarmRule.objects.order_by("-valid_from", "-pk"):
        history.setdefault(row.kind, []).append(row)
    lines = []
    for kind in AlarmKind:
        rule = holding.get(kind.value)
        base = rule or next(iter(history.get(kind.value, ())), None)
        first = {name: getattr(base, name) for name in ASKED[kind]} if base else {}
        lines.append(
            {
                "kind": kind,
                "rule": rule,
                "says": _rule_words(rule) if rule else "",
                "form": (given or {}).get(kind) or AlarmRuleForm(kind, initial=first | {"day": today()}),
                "history": [(row, _rule_words(row)) for row in history.get(kind.value, ()) if row != rule],
            }
        )
    context = {"tab": "manage", "part": "alarm_rules", "lines": lines, "today": today()}
    return render(request, "field/alarm_rules.html", context, status=status)


def _rule_words(rule: AlarmRule) -> str:
    """What a rule says, in a line."""
    asked = ASKED[AlarmKind(rule.kind)]
    parts = []
    if "threshold" in asked:
        unit = "%" if rule.kind == AlarmKind.UNVISITED else _("m")
        parts.append(f"{rule.threshold} {unit}")
    if "minutes" in asked:
        parts.append(_("%(minutes)d min") % {"minutes": rule.minutes})
    if "fixes" in asked:
        parts.append(_("%(fixes)d fixes, %(back)d back") % {"fixes": rule.fixes, "back": rule.fixes_back})
    if "escalate_minutes" in asked:
        parts.append(_("shift leader after %(minutes)d min") % {"minutes": rule.escalate_minutes})
    return " · ".join(parts)


def _point(alarm: Alarm) -> dict[str, object]:
    return {
        "id": alarm.pk,
        "name": str(alarm.member),
        "label": f"{alarm.member} · {alarm.get_kind_display()}",
        "state": "over" if alarm.ended_at and alarm.ended_at < clock.now() else "alarm",
        "lon": alarm.lon,
        "lat": alarm.lat,
    }
