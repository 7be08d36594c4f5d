"""The API's operations for coordination."""

from ninja import Router

from chengge.coordination.api import (
    boundaries,
    by_itself,
    hard_cases,
    meetings,
    orders,
    requests,
    rulings,
    seconded,
    shifts,
    standing,
    surveys,
    visits,
)

router = Router()
router.add_router("", requests.router)
router.add_router("", orders.router)
router.add_router("", shifts.router)
router.add_router("", hard_cases.router)
router.add_router("", rulings.router)
router.add_router("", surveys.router)
router.add_router("", meetings.router)
router.add_router("", standing.router)
router.add_router("", visits.router)
router.add_router("", seconded.router)
router.add_router("", boundaries.router)
router.add_router("", by_itself.router)
