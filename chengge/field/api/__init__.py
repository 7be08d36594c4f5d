"""The API's operations for the field."""

from ninja import Router

from chengge.field.api.street import router as street

router = Router()
router.add_router("", street)
