"""The API's operations for the evaluation."""

from ninja import Router

from chengge.evaluation.api import bulletins, dashboards, indicators, inspections, runs, schemes

router = Router()
router.add_router("", dashboards.router)
router.add_router("", schemes.router)
router.add_router("", runs.router, tags=["scores"])
router.add_router("", inspections.router)
router.add_router("", bulletins.router)
router.add_router("", indicators.router)
