"""The API's operations for programs that bring problems in; each module has a router of its own."""

from ninja import Router

from chengge.intake.api import machines, public

router = Router()
router.add_router("", machines.router)
router.add_router("", public.router)
