"""Signing in and out, the language, the password, and the way to one's own desk."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chengge.domain.lifecycle import Post
from chengge.organization.actions import choose_password
from chengge.organization.gates import actor_at
from chengge.organization.models import Member

# Whose desk a member with several posts comes to first.
HOME_ORDER = (
    Post.INSPECTOR,
    Post.OPERATOR,
    Post.SHIFT_LEADER,
    Post.DISPATCHER,
    Post.DEPARTMENT,
    Post.COORDINATOR,
    Post.EVALUATOR,
    Post.LEADER,
    Post.ADMINISTRATOR,
)

# The demo city's members and what each is, shown beside the form; their password is one for all.
DEMO_MEMBERS = {
    "operator": gettext_lazy("Operator"),
    "leader": gettext_lazy("Shift leader"),
    "dispatcher": gettext_lazy("Dispatcher"),
    "dept": pgettext_lazy("organization", "Department"),
    "section": pgettext_lazy("organization", "Section"),
    "crew": gettext_lazy("Crew"),
    "inspector": gettext_lazy("Inspector"),
    "coordinator": gettext_lazy("Coordinator"),
    "evaluator": gettext_lazy("Evaluator"),
    "mayor": gettext_lazy("Leader"),
    "admin": gettext_lazy("Administrator"),
}
DEMO_NAMES = tuple(DEMO_MEMBERS)


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": gettext_lazy("Name and password do not match. Both tell capital letters from small ones."),
        "inactive": gettext_lazy("This member has left. Ask your administrator."),
    }


class OwnPasswordForm(SetPasswordForm):
    """The first password of one's own. The one that was handed over is not asked for again: it was typed just now."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean()
        if self.user.check_password(given.get("new_password1") or ""):
            self.add_error("new_password1", _("This is the password that was handed to you. Choose another."))
        return given


class SignIn(views.LoginView):
    """The page to sign in; django-axes counts wrong tries and pauses a name after too many."""

    template_name = "organization/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        if request.headers.get("HX-Request") == "true":  # A part of a page was asked for after the session had ended.
            context = {
                "message": _("You have been signed out."),
                "hint": _("Sign in again in another tab, then try again here. What you typed stays."),
            }
            response = render(request, "note.html", context, status=403)
            response.headers["HX-Retarget"] = "#notes"
            response.headers["HX-Reswap"] = "innerHTML"
            return response
        return super().get(request, *given, **named)

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        demo = DEMO_MEMBERS if getattr(settings, "DEMO", False) else {}
        return super().get_context_data(**given) | {"demo_members": demo.items()}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        language = form.get_user().language
        if settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES and language in dict(settings.LANGUAGES):
            translation.activate(language)
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.HTTPS)
        return response


class SignOut(views.LogoutView):
    """Signing out, by POST only, so that no link can do it."""


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the member's own desk; an inspector to the phone, a leader to the city in two minutes."""
    posts = actor_at(request).posts
    post = next((post for post in HOME_ORDER if post in posts), None)
    if post is None:
        return render(request, "organization/no_post.html")
    return redirect({Post.INSPECTOR: "/phone/", Post.LEADER: "/leader/"}.get(post, f"/desk/{post.value}/"))


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; the session of this browser goes on, all others end. Who still has a first one comes here before anything else."""
    member: Member = request.user
    first = member.must_choose_password
    form = (OwnPasswordForm if first else PasswordChangeForm)(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choose_password(member, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, member)
        messages.success(request, _("The password is changed. Other browsers have been signed out."))
        return redirect(_onward(request))
    return render(request, "organization/change_password.html", {"form": form, "first": first}, status=400 if form.errors else 200)


def _onward(request: HttpRequest) -> str:
    """Where the member was going, if that is here."""
    wanted = request.GET.get("next", "/")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else "/"
