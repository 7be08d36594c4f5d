"""Organizations on four levels, members and their posts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Axis, Post
from chengge.foundation.pages.manage.common import LookForm, page, page_of, tell, today, whole
from chengge.foundation.pages.manage.forms import DayForm, division_choices, organization_choices
from chengge.foundation.queries.dated import holds_on
from chengge.foundation.queries.keeping import names_of_divisions
from chengge.organization.actions import (
    MemberValues,
    add_members,
    change_member,
    dismiss,
    end_organization,
    give_new_password,
    put_organizations,
)
from chengge.organization.gates import actor_at, for_administrators
from chengge.organization.models import AxisChoice, Member, MemberPost, Organization, OrganizationKind, PostChoice, WorkingCalendar

LEVELS = [
    (1, gettext_lazy("1 centre")),
    (2, gettext_lazy("2 department or district")),
    (3, gettext_lazy("3 section or street")),
    (4, gettext_lazy("4 crew")),
]


def post_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Posts by the axis they lie on."""
    return [
        (str(AxisChoice(axis.value).label), [(post.value, str(PostChoice(post.value).label)) for post in Post if post.axis is axis])
        for axis in Axis
    ]


class OrganizationForm(LookForm):
    code = forms.CharField(label=gettext_lazy("Code"), max_length=20)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=30)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OrganizationKind.choices)
    level = forms.TypedChoiceField(label=gettext_lazy("Level"), choices=LEVELS, coerce=int)
    parent = forms.TypedChoiceField(label=gettext_lazy("Belongs to"), required=False, coerce=int, empty_value=None)
    division = forms.TypedChoiceField(label=gettext_lazy("Territory"), required=False, coerce=int, empty_value=None)
    calendar = forms.TypedChoiceField(label=gettext_lazy("Calendar"), coerce=int)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = organization_choices()  # type: ignore[attr-defined]
        self.fields["division"].choices = [("", "–"), *division_choices()[1:]]  # type: ignore[attr-defined]
        self.fields["calendar"].choices = list(WorkingCalendar.objects.values_list("pk", "name"))  # type: ignore[attr-defined]


class MemberForm(LookForm):
    username = forms.CharField(label=gettext_lazy("Sign-in name"), max_length=150)
    full_name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    organization = forms.TypedChoiceField(label=gettext_lazy("Organization"), required=False, coerce=int, empty_value=None)
    division = forms.TypedChoiceField(
        label=gettext_lazy("Scope"), required=False, coerce=int, empty_value=None, help_text=gettext_lazy("Whose cases the member sees")
    )
    posts = forms.MultipleChoiceField(label=gettext_lazy("Posts"), required=False, widget=forms.CheckboxSelectMultiple)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("zh-hans", "中文"), ("en", "English")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["posts"].choices = post_choices()  # type: ignore[attr-defined]
        self.fields["organization"].choices = organization_choices()  # type: ignore[attr-defined]
        self.fields["division"].choices = [("", _("The whole city")), *division_choices()[1:]]  # type: ignore[attr-defined]

    def values(self) -> MemberValues:
        given = self.cleaned_data
        return MemberValues(
            username=given["username"],
            full_name=given["full_name"],
            organization_id=given["organization"],
            posts=frozenset(map(Post, given["posts"])),
            division_code=given["division"],
            phone=given["phone"],
            language=given["language"],
        )


@require_safe
@for_administrators
def organizations(request: HttpRequest) -> HttpResponse:
    """All organizations that exist, by code, each with its level, parent and number of members."""
    text = request.GET.get("q", "").strip()[:60]
    rows = Organization.objects.filter(holds_on(today())).select_related("parent", "calendar")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__istartswith=text) | Q(short_name__icontains=text))
    found = page_of(request, rows.annotate(member_count=Count("members", filter=Q(members__is_active=True))).order_by("code"))
    names = names_of_divisions([row.division_code for row in found], today())
    lines = [{"row": row, "territory": names.get(row.division_code, "")} for row in found]
    return page(request, "organizations.html", "organizations", {"rows": found, "lines": lines, "q": text})


@for_administrators
def edit_organization(request: HttpRequest, organization_id: int | None = None) -> HttpResponse:
    """A new organization, or other facts of one that exists: it stays who it was, and its cases with it."""
    old = get_object_or_404(Organization, pk=organization_id) if organization_id is not None else None
    form = OrganizationForm(request.POST or None, initial=_facts(old) if old else {"calendar": request.GET.get("calendar")})
    if old is not None:
        form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        row = old or Organization(code=given["code"], valid_from=today())
        for name in ("name", "short_name", "kind", "level", "phone"):
            setattr(row, name, given[name])
        row.parent_id, row.division_code, row.calendar_id = given["parent"], given["division"], given["calendar"]
        try:
            if old is None and Organization.objects.filter(code=given["code"]).exists():
                raise Refused("code", _("There is an organization of this code already."), field="code")
            put_organizations(actor_at(request), [] if old else [row], [row] if old else [])
        except Refused as refusal:
            tell(form, refusal)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": row.name})
            return redirect("manage_organizations")
    context = {"form": form, "organization": old, "end_form": DayForm()}
    return page(request, "organization_form.html", "organizations", context, 422 if form.errors else 200)


@require_POST
@for_administrators
def end(request: HttpRequest, organization_id: int) -> HttpResponse:
    """Let an organization end; its past stays."""
    form = DayForm(request.POST)
    if not form.is_valid():
        raise Refused("day", _("A day is missing."), _("Choose the day on which it ends."), field="day")
    end_organization(actor_at(request), organization_id, form.cleaned_data["day"])
    messages.success(request, _("The organization ends on %(day)s.") % {"day": form.cleaned_data["day"]})
    return redirect("manage_organizations")


@require_safe
@for_administrators
def members(request: HttpRequest) -> HttpResponse:
    """Members with their posts of today; those who left on wish."""
    asked = request.GET
    text, post = asked.get("q", "").strip()[:60], asked.get("post", "")
    organization_id = whole(asked.get("organization"), "organization")
    held = MemberPost.objects.filter(holds_on(today())).order_by("post")
    rows = (
        Member.objects.select_related("organization")
        .prefetch_related(Prefetch("posts", queryset=held, to_attr="held"))
        .order_by("username")
    )
    rows = rows.filter(is_active=not asked.get("left"))
    if text:
        rows = rows.filter(Q(full_name__icontains=text) | Q(username__istartswith=text) | Q(phone__startswith=text))
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    if post in PostChoice.values:
        rows = rows.filter(pk__in=held.filter(post=post).order_by().values("member_id"))
    found = page_of(request, rows)
    names = names_of_divisions([row.division_code for row in found], today())
    lines = [
        {"row": row, "posts": [one.get_post_display() for one in row.held], "scope": names.get(row.division_code, "")} for row in found
    ]
    context = {
        "rows": found,
        "lines": lines,
        "q": text,
        "post": post,
        "left": bool(asked.get("left")),
        "organization_id": organization_id,
        "organizations": organization_choices(),
        "posts": PostChoice.choices,
    }
    return page(request, "members.html", "members", context)


@sensitive_variables("password")
@for_administrators
def edit_member(request: HttpRequest, member_id: int | None = None) -> HttpResponse:
    """A new member, or other facts and posts of one. A first password is shown once."""
    old = get_object_or_404(Member, pk=member_id) if member_id is not None else None
    form = MemberForm(request.POST or None, initial=_member_facts(old) if old else {"language": "zh-hans"})
    if old is not None:
        form.fields["username"].disabled = True
    password = None
    if request.method == "POST" and form.is_valid():
        try:
            if old is not None:
                change_member(actor_at(request), form.values(), today())
                messages.success(request, _("%(name)s is saved.") % {"name": form.cleaned_data["full_name"]})
                return redirect("manage_members")
            if Member.objects.filter(username=form.cleaned_data["username"]).exists():
                raise Refused("username", _("Somebody signs in by this name already."), field="username")
            (password,) = add_members(actor_at(request), [form.values()], today())
        except Refused as refusal:
            tell(form, refusal)
    if password is not None:
        return page(request, "password.html", "members", {"password": password})
    context = {"form": form, "member": old, "groups": _post_groups(form)}
    return page(request, "member_form.html", "members", context, 422 if form.errors else 200)


@sensitive_variables("password")
@require_POST
@for_administrators
def new_password(request: HttpRequest, member_id: int) -> HttpResponse:
    """A new password for somebody who lost theirs, shown once."""
    password = give_new_password(actor_at(request), get_object_or_404(Member, pk=member_id))
    return page(request, "password.html", "members", {"password": password})


@require_POST
@for_administrators
def leave(request: HttpRequest, member_id: int) -> HttpResponse:
    """End all posts of a member, who cannot sign in any more."""
    member = get_object_or_404(Member, pk=member_id)
    if member.pk == request.user.pk:
        raise Refused("self", _("You cannot dismiss yourself."), _("Another administrator can."))
    dismiss(actor_at(request), member, today())
    messages.success(request, _("%(name)s has left. What they did stays in their name.") % {"name": member})
    return redirect("manage_members")


def _facts(row: Organization) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("code", "name", "short_name", "kind", "level", "phone")}
    return plain | {"parent": row.parent_id, "division": row.division_code, "calendar": row.calendar_id}


def _member_facts(member: Member) -> dict[str, Any]:
    held = member.posts.filter(valid_to=None).values_list("post", flat=True)
    plain = {name: getattr(member, name) for name in ("username", "full_name", "phone", "language")}
    return plain | {"organization": member.organization_id, "division": member.division_code, "posts": list(held)}


def _post_groups(form: MemberForm) -> list[dict[str, Any]]:
    """The posts of each axis with whether they are ticked."""
    ticked = set(form["posts"].value() or ())
    return [{"axis": axis, "posts": [(value, label, value in ticked) for value, label in posts]} for axis, posts in post_choices()]
