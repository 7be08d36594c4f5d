"""The API's operations on signing in, organizations, members and working calendars."""

from ninja import Router

from chengge.organization.api import calendars, people, signing_in

router = Router()
router.add_router("", signing_in.router, tags=["signing in"])
router.add_router("", people.router, tags=["organization"])
router.add_router("", calendars.router, tags=["calendars"])
