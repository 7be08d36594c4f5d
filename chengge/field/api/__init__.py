"""The API's operations for the field."""

from ninja import Router

from chengge.field.api.positions import router as positions
from chengge.field.api.street import router as street
from chengge.field.api.surveys import router as surveys

router = Router()
router.add_router("", street)
router.add_router("", positions)
router.add_router("", surveys)
