"""No other site may act for somebody who is signed in with a browser."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from chengge.domain.errors import Forbidden


def require_csrf(request: HttpRequest) -> None:
    """Raises Forbidden when a request that changes something lacks the CSRF token of its browser."""
    if check_csrf(request) is not None:
        raise Forbidden(
            "csrf",
            _("The CSRF token is missing or wrong."),
            _("GET /api/v1/session gives the token and its cookie; send it in the header X-CSRFToken."),
        )
