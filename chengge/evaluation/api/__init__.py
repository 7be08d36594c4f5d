"""The API's operations for the evaluation."""

from ninja import Router

from chengge.evaluation.api import bulletins, consequences, dashboards, indicators, inspections, leader, people, runs, schemes

router = Router()
router.add_router("", dashboards.router)
router.add_router("", leader.router)
router.add_router("", schemes.router)
router.add_router("", runs.router, tags=["scores"])
router.add_router("", inspections.router)
router.add_router("", bulletins.router)
router.add_router("", indicators.router)
router.add_router("", consequences.router, tags=["consequences"])
router.add_router("", people.router)
