from django.urls import path
from django.views.i18n import set_language

from chengge.organization import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("accounts/sign-in", pages.SignIn.as_view(), name="sign_in"),
    path("accounts/sign-out", pages.SignOut.as_view(), name="sign_out"),
    path("accounts/password", pages.change_password, name="change_password"),
    path("language/", set_language, name="set_language"),
]
