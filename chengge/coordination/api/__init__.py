"""The API's operations for coordination."""

from ninja import Router

from chengge.coordination.api import hard_cases, orders, requests, rulings

router = Router()
router.add_router("", requests.router)
router.add_router("", orders.router)
router.add_router("", hard_cases.router)
router.add_router("", rulings.router)
