"""The API's operations for coordination."""

from ninja import Router

router = Router()
