"""The API's operations on what the city stands on: divisions, grids, components, catalogue, handbook, responsibilities, places."""

from ninja import Router

from chengge.foundation.api import catalogue, places, responsibilities

router = Router()
router.add_router("", places.router, tags=["places"])
router.add_router("", catalogue.router, tags=["catalogue and handbook"])
router.add_router("", responsibilities.router, tags=["responsibilities"])
