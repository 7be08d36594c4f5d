"""The tables of coordination."""

from chengge.coordination.models.orders import Sheet, SheetStep
from chengge.coordination.models.requests import Comment, LedgerRead, Mention, PhoneCall

__all__ = ["Comment", "LedgerRead", "Mention", "PhoneCall", "Sheet", "SheetStep"]
