"""The API's operations for the evaluation."""

from ninja import Router

from chengge.evaluation.api import dashboards

router = Router()
router.add_router("", dashboards.router)
