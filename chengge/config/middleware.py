"""What every answer tells the browser, beyond Django's and django-csp's own headers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# The phone needs the place, the camera and, for voice notes, the microphone; nothing of ours needs the rest.
PERMISSIONS_POLICY = "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=(), interest-cohort=()"


class BrowserPermissions:
    """Says which powers of the browser our pages may ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response
