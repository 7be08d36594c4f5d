"""Signing in and out, the language, the password, and the way to one's own desk."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chengge.domain.lifecycle import Post
from chengge.organization.gates import actor_at

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


@login_required
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; the session of this browser goes on, all others end."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        member = form.save()
        update_session_auth_hash(request, member)
        messages.success(request, _("The password is changed. Other browsers have been signed out."))
        return redirect("/")
    return render(request, "organization/change_password.html", {"form": form}, status=400 if form.errors else 200)
