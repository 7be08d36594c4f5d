"""What the phone carries with it: the service worker and its list of files, the manifest, the pack, the pieces of the ground."""

import hashlib
import re
from pathlib import Path

import orjson
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chengge.field.pages.gate import for_inspectors, telling
from chengge.field.queries.pack import pack, part, parts
from chengge.organization.gates import actor_at

A_YEAR_SECONDS = 365 * 24 * 3600
ICONS = (192, 512)
KEPT_PAGES = ("phone", "phone_report", "phone_components", "phone_unsent", "phone_reports", "phone_surveys")
MAP_WORKER = "vendor/maplibre-gl/maplibre-gl-worker.mjs"
# What pages of the phone are made of, beside our own scripts and styles.
VENDOR = (
    "vendor/tabler/css/tabler.min.css",
    "vendor/tabler-icons/tabler-icons.min.css",
    "vendor/tabler-icons/fonts/tabler-icons.woff2",
    "vendor/htmx/htmx.min.js",
    "vendor/maplibre-gl/maplibre-gl.css",
    "vendor/maplibre-gl/maplibre-gl.mjs",
    MAP_WORKER,
    "vendor/maplibre-gl/maplibre-gl-shared.mjs",
)
# Where our own part begins; whatever these scripts import comes along.
SCRIPTS = ("js/page.js", "js/city-map.js", "js/phone*.js")
LOOKS = ("css/chengge.css", "css/desk.css", "css/map.css", "css/phone.css", "css/tracks.css", "img/chengge.svg", "img/phone-*.png")
IMPORTED = re.compile(r"""(?:from|import)\s+"\./([\w-]+\.js)\"""")


@require_safe
@never_cache
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's first lines: which version it is, and what that version is made of. Nothing of anybody's stands in it."""
    facts = {
        "version": settings.STATIC_VERSION,
        "files": shell_files(),
        "offline": reverse("phone_offline"),
        "home": reverse("phone"),
        "map_worker": {"address": reverse("phone_map_worker"), "file": static(MAP_WORKER)},
    }
    module = static("js/phone-worker.js")
    text = f"import {{ serve }} from {orjson.dumps(module).decode()};\nserve({orjson.dumps(facts).decode()});\n"
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = reverse("phone")
    return response


def shell_files() -> list[str]:
    """Addresses of all scripts, styles, fonts and pictures that phone pages load."""
    root = Path(settings.PACKAGE_DIR) / "static"
    waiting = [path for pattern in SCRIPTS for path in root.glob(pattern)]
    scripts: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in scripts:
            scripts.add(path)
            waiting += [path.parent / name for name in IMPORTED.findall(path.read_text())]
    looks = [path for pattern in LOOKS for path in root.glob(pattern)]
    own = sorted(path.relative_to(root).as_posix() for path in (*scripts, *looks))
    return [static(name) for name in (*own, *VENDOR) if finders.find(name) or (Path(settings.STATIC_ROOT) / name).is_file()]


@require_safe
def map_worker(request: HttpRequest) -> HttpResponse:
    """The worker of the map, under the phone's own address: only there the service worker answers for it and for what it fetches."""
    kept = Path(settings.STATIC_ROOT) / MAP_WORKER
    found = kept if kept.is_file() else finders.find(MAP_WORKER)
    if not found:
        raise Http404(MAP_WORKER)
    response = HttpResponse(Path(str(found)).read_bytes(), content_type="text/javascript; charset=utf-8")
    patch_cache_control(response, public=True, no_cache=True)
    return response


@require_safe
@never_cache
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put Chengge beside its other programs."""
    icons = [{"src": static(f"img/phone-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"} for side in ICONS]
    mask = {"src": static("img/phone-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"}
    return JsonResponse(
        {
            "id": reverse("phone"),
            "name": _("Chengge for inspectors"),
            "short_name": _("Chengge"),
            "lang": "zh-CN" if get_language() == "zh-hans" else get_language(),
            "start_url": reverse("phone"),
            "scope": "/",
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#f3f5f8",
            "theme_color": "#14324f",
            "icons": [*icons, mask],
            "shortcuts": [
                {"name": _("Report a problem"), "url": reverse("phone_report"), "icons": icons[:1]},
                {"name": _("Unsent"), "url": reverse("phone_unsent"), "icons": icons[:1]},
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
@for_inspectors
@telling
@gzip_page
def bootstrap(request: HttpRequest) -> HttpResponse:
    """All that the phone has to know beforehand; 304 where it knows it already."""
    actor, language = actor_at(request), get_language() or ""
    held = pack(actor)
    ground = {name: reverse("phone_part", args=(name, found.tag)) for name, found in parts(actor, language).items()}
    walks = [reverse("phone_task", args=(walk["id"],)) for walk in held["walks"]]
    body = orjson.dumps(
        held
        | {
            "version": settings.STATIC_VERSION,
            "language": language,
            "member": {"id": actor.member_id, "name": str(request.user)},
            "ground": ground,
            "pages": [*(reverse(name) for name in KEPT_PAGES), *walks],
            "photos": [reverse("photo", args=(digest, "thumb")) for digest in held["photos"]],
            "map": reverse("map_config"),
        }
    )
    etag = f'"{hashlib.blake2b(body, digest_size=10).hexdigest()}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type="application/json")
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    return response


@require_safe
@for_inspectors
@telling
@gzip_page
def ground_part(request: HttpRequest, name: str, tag: str) -> HttpResponse:
    """One piece of the ground around the member's own grids. The address names what it depends on, so the phone keeps it."""
    found = part(actor_at(request), get_language() or "", name)
    response = HttpResponse(found.make(), content_type="application/geo+json")
    if tag == found.tag:
        patch_cache_control(response, private=True, max_age=A_YEAR_SECONDS, immutable=True)
    else:
        patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What stands in for a page that is not on the phone."""
    return render(request, "field/offline.html")
