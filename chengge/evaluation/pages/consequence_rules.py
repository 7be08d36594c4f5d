"""The page of the rules of consequences: read by who decides on statements, written by evaluators."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.consequences import MAY_GO_BY, By, Kind
from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.evaluation.actions.consequence_rules import MOST_FEN, RuleValues, StepValues, end_rule, save_rule
from chengge.evaluation.models import (
    ByChoice,
    ConsequenceRule,
    Judged,
    KindChoice,
    MeasureChoice,
    PeriodChoice,
    Scheme,
    SchemeGrade,
    TreatmentChoice,
)
from chengge.evaluation.pages.consequences import readers
from chengge.evaluation.queries.consequence_words import FEN_IN_YUAN, scheme_label
from chengge.evaluation.queries.consequences import rules_listed
from chengge.foundation.pages.manage.common import DayField, LookForm, tell, today
from chengge.organization.gates import actor_at, for_posts
from chengge.organization.models import OrganizationKind, PostChoice
from chengge.organization.typed import whole

writers = for_posts(Post.EVALUATOR)
LEVELS = [("", gettext_lazy("any")), *((str(level), str(level)) for level in (2, 3, 4))]
ROWS = 6
USUAL_GRADES = ("A", "B", "C", "D", "E")
# The fields of a row, by what the rule goes by.
ROW_FIELDS: dict[tuple[Kind, By], tuple[str, ...]] = {
    (Kind.DEPOSIT, By.GRADE): ("grade", "treatment", "percent"),
    (Kind.REWARD, By.GRADE): ("grade", "yuan"),
    (Kind.REWARD, By.RANK): ("first", "last", "yuan"),
    (Kind.SHARE, By.GRADE): ("grade", "points"),
    (Kind.WARNING, By.GROUP): ("first", "measure"),
    (Kind.WARNING, By.POST): ("first", "measure"),
}
RULE_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.DEPOSIT: ("yuan",),
    Kind.REWARD: (),
    Kind.SHARE: ("points",),
    Kind.WARNING: ("places", "least_group", "only_sure"),
    Kind.FUND: ("yuan", "bar"),
}


def yuan_field(label: Any, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=MOST_FEN // FEN_IN_YUAN, decimal_places=2, required=required)


class RuleForm(LookForm):
    """A rule of one kind; only the fields that this kind has."""

    name = forms.CharField(label=pgettext_lazy("consequence", "Name"), max_length=80)
    code = forms.SlugField(label=gettext_lazy("Code"), max_length=40, help_text=gettext_lazy("A rule of the same code is replaced."))
    day = DayField(label=gettext_lazy("Holds from"), initial=today)
    every = forms.ChoiceField(label=gettext_lazy("Follows from runs"), choices=PeriodChoice.choices, initial=PeriodChoice.MONTH)
    basis = forms.CharField(label=gettext_lazy("Basis"), max_length=200, required=False)
    of_people = forms.BooleanField(label=gettext_lazy("For people of the unit, by the unit's score"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("Level"), required=False, choices=LEVELS)
    organization_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of organization"), required=False, choices=[("", gettext_lazy("any")), *OrganizationKind.choices]
    )
    post = forms.ChoiceField(label=gettext_lazy("Post"), required=False, choices=[("", gettext_lazy("any")), *PostChoice.choices])
    yuan = yuan_field(gettext_lazy("Amount (yuan)"))
    bar = forms.DecimalField(label=gettext_lazy("Bar: the score above which it is shared"), min_value=0, max_value=1000, initial=85)
    points = forms.DecimalField(label=gettext_lazy("Percent points for a full score"), min_value=0, max_value=100, required=False)
    places = forms.IntegerField(label=gettext_lazy("Places that count as last"), min_value=1, max_value=50, initial=1)
    least_group = forms.IntegerField(label=gettext_lazy("Smallest group with a last place"), min_value=2, max_value=500, initial=3)
    only_sure = forms.BooleanField(label=gettext_lazy("Only where chance leaves no better place open"), required=False)

    def __init__(self, kind: Kind, by: By, scheme: Scheme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unwanted = {"yuan", "bar", "points", "places", "least_group", "only_sure"} - set(RULE_FIELDS[kind])
        if by is By.GRADE:
            unwanted.add("points")
        if scheme.judged != Judged.ORGANIZATION:
            unwanted |= {"of_people"}
        if scheme.judged not in (Judged.ORGANIZATION, Judged.MEMBER):
            unwanted |= {"level", "organization_kind", "post"}
        for name in unwanted:
            del self.fields[name]


class StepForm(LookForm):
    """One row; a row whose first field is empty is none."""

    grade = forms.CharField(label=gettext_lazy("Grade"), max_length=20, required=False)
    first = forms.IntegerField(label=gettext_lazy("From"), min_value=1, max_value=500, required=False)
    last = forms.IntegerField(label=gettext_lazy("To"), min_value=1, max_value=500, required=False)
    treatment = forms.ChoiceField(label=gettext_lazy("The deposit is"), choices=TreatmentChoice.choices, required=False, initial="keep")
    percent = forms.DecimalField(
        label=gettext_lazy("Percent"), min_value=0, max_value=100, required=False, help_text=gettext_lazy("on top, or lost")
    )
    yuan = yuan_field(gettext_lazy("Reward (yuan)"), required=False)
    points = forms.DecimalField(label=gettext_lazy("Percent points"), min_value=-100, max_value=100, required=False)
    measure = forms.ChoiceField(label=gettext_lazy("What is proposed"), choices=MeasureChoice.choices, required=False)

    def __init__(self, names: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(names):
            del self.fields[name]

    def step(self) -> StepValues | None:
        given = self.cleaned_data
        if not (given.get("grade") or given.get("first")):
            return None
        return StepValues(
            grade=(given.get("grade") or "").strip(),
            first=given.get("first") or 0,
            last=given.get("last") or given.get("first") or 0,
            treatment=given.get("treatment") or "",
            percent=Decimal(100) if given.get("percent") is None else given["percent"],
            amount_fen=_fen(given.get("yuan")),
            points=given.get("points") or Decimal(0),
            measure=given.get("measure") or "",
        )


@require_safe
@readers
def rules(request: HttpRequest) -> HttpResponse:
    """Every scheme with its rules."""
    actor = actor_at(request)
    context = {
        "tab": "evaluation",
        "schemes": rules_listed(actor, today()),
        "kinds": _kinds(),
        "may_write": Post.EVALUATOR in actor.posts,
        "today": today(),
    }
    return render(request, "evaluation/consequence_rules.html", context)


@writers
def edit(request: HttpRequest) -> HttpResponse:
    """Write a rule that holds from a day on: a new one, or in place of another (`?rule=`)."""
    shown = ConsequenceRule.objects.filter(pk=whole(request.GET, "rule") or 0).prefetch_related("steps").first()
    if shown is not None:
        scheme, kind, by = shown.scheme, Kind(shown.kind), By(shown.by)
    else:
        scheme = get_object_or_404(Scheme, code=request.GET.get("scheme", ""))
        kind, by = _asked_kind(request.GET.get("kind", ""))
    form = RuleForm(kind, by, scheme, request.POST or None, initial=_initial(shown, kind))
    names = ROW_FIELDS.get((kind, by), ())
    initials = _initial_rows(shown, scheme, kind, by)
    rows = [StepForm(names, request.POST or None, prefix=f"row{at}", initial=initial) for at, initial in enumerate(initials)]
    if request.method == "POST" and all([form.is_valid(), *(row.is_valid() for row in rows)]):
        steps = tuple(step for row in rows if (step := row.step()) is not None) if names else ()
        try:
            saved = save_rule(actor_at(request), _values(form, scheme, kind, by, steps), form.cleaned_data["day"])
        except Refused as refusal:
            tell(form, refusal, {"amount_fen": "yuan"})
        else:
            messages.success(request, _("“%(rule)s” holds from %(day)s on.") % {"rule": saved, "day": saved.valid_from})
            return redirect("evaluation_consequence_rules")
    context = {
        "tab": "evaluation",
        "form": form,
        "rows": rows if names else [],
        "scheme": scheme,
        "scheme_name": scheme_label(scheme),
        "kind_name": KindChoice(kind.value).label,
        "by_name": ByChoice(by.value).label,
        "shown": shown,
    }
    return render(request, "evaluation/consequence_rule_form.html", context, status=422 if form.errors else 200)


@require_POST
@writers
def end(request: HttpRequest) -> HttpResponse:
    """Let a rule hold no longer."""
    try:
        end_rule(actor_at(request), whole(request.POST, "rule") or 0, today())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This rule has ended."))
    return redirect("evaluation_consequence_rules")


def _kinds() -> list[tuple[str, str]]:
    """Every kind of rule with what it may go by, to choose from."""
    return [
        (f"{kind.value}:{by.value}", f"{KindChoice(kind.value).label}{_(', ')}{ByChoice(by.value).label}")
        for kind in Kind
        for by in MAY_GO_BY[kind]
    ]


def _asked_kind(text: str) -> tuple[Kind, By]:
    kind_name, _colon, by_name = text.partition(":")
    for kind in Kind:
        for by in MAY_GO_BY[kind]:
            if (kind.value, by.value) == (kind_name, by_name):
                return kind, by
    raise Refused("kind", _("There is no kind of rule “%(kind)s”.") % {"kind": text[:40]}, _("Choose one from the list."), field="kind")


def _values(form: RuleForm, scheme: Scheme, kind: Kind, by: By, steps: tuple[StepValues, ...]) -> RuleValues:
    given = form.cleaned_data
    return RuleValues(
        scheme_id=scheme.pk,
        code=given["code"],
        name=given["name"].strip(),
        kind=kind.value,
        by=by.value,
        every=given["every"],
        of_people=given.get("of_people", False),
        level=int(given["level"]) if given.get("level") else None,
        organization_kind=given.get("organization_kind", ""),
        post=given.get("post", ""),
        amount_fen=_fen(given.get("yuan")),
        bar=given.get("bar") or Decimal(0),
        points=given.get("points") or Decimal(0),
        places=given.get("places", 1),
        least_group=given.get("least_group", 3),
        only_sure=given.get("only_sure", False),
        basis=given["basis"].strip(),
        steps=steps,
    )


def _initial(shown: ConsequenceRule | None, kind: Kind) -> dict[str, Any]:
    if shown is None:
        return {"code": kind.value, "name": KindChoice(kind.value).label}
    everywhere = ("name", "code", "every", "basis", "of_people", "level", "organization_kind", "post")
    names = (*everywhere, "bar", "points", "places", "least_group", "only_sure")
    return {name: getattr(shown, name) for name in names} | {"yuan": Decimal(shown.amount_fen) / FEN_IN_YUAN}


def _initial_rows(shown: ConsequenceRule | None, scheme: Scheme, kind: Kind, by: By) -> list[dict[str, Any]]:
    """What the rows begin with: those of the rule shown, else the grades of the scheme or places in order; and room for more."""
    if shown is not None:
        rows: list[dict[str, Any]] = [
            {
                "grade": step.grade,
                "first": step.first or None,
                "last": step.last or None,
                "treatment": step.treatment,
                "percent": step.percent.normalize(),
                "yuan": Decimal(step.amount_fen) / FEN_IN_YUAN,
                "points": step.points.normalize(),
                "measure": step.measure,
            }
            for step in shown.steps.all()
        ]
    elif by is By.GRADE:
        grades = list(
            SchemeGrade.objects.filter(version__scheme=scheme).order_by("-version__number", "-least").values_list("grade", flat=True)
        )
        rows = [{"grade": grade} for grade in dict.fromkeys(grades or USUAL_GRADES)]
    elif kind is Kind.WARNING:
        rows = [{"first": at, "measure": measure} for at, measure in enumerate(MeasureChoice.values, 1)]
    else:
        rows = [{"first": at, "last": at} for at in (1, 2, 3)]
    return rows + [{} for _empty in range(max(ROWS - len(rows), 1))]


def _fen(yuan: Decimal | None) -> int:
    return int((yuan or Decimal(0)) * FEN_IN_YUAN)
