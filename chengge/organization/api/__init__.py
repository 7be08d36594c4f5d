"""The API's operations on signing in, organizations, members and working calendars."""

from ninja import Router

from chengge.organization.api import calendars, keeping, people, signing_in

__all__ = ["keeping", "router"]  # `keeping` adds its operations to the routers of the others

router = Router()
router.add_router("", signing_in.router, tags=["signing in"])
router.add_router("", people.router, tags=["organization"])
router.add_router("", calendars.router, tags=["calendars"])
