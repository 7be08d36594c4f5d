"""The API's operations for the evaluation."""

from ninja import Router

router = Router()
