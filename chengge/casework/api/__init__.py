"""The API's operations on cases: what lies on the desks, what a case holds, what is done with it, reports and photos."""

from ninja import Router

from chengge.casework.api import cases, desk, likeness, moves, photos, reports

router = Router()
router.add_router("", cases.router, tags=["cases"])
router.add_router("", moves.router, tags=["cases"])
router.add_router("", reports.router, tags=["reports"])
router.add_router("", likeness.router, tags=["cases"])
router.add_router("", photos.router, tags=["photos"])
router.add_router("", desk.router, tags=["desk"])
