"""The API's operations for coordination."""

from ninja import Router

from chengge.coordination.api import orders, requests

router = Router()
router.add_router("", requests.router)
router.add_router("", orders.router)
