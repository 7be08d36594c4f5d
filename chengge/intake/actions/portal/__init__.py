"""Writes of the public portal: reports without an account, and what operators let the public see."""

from chengge.intake.actions.portal.protection import Sender, Stamp, fresh_stamp, read_stamp
from chengge.intake.actions.portal.publishing import Spot, approve_photo, refuse_photo, say_publicly, set_rules
from chengge.intake.actions.portal.reporting import Sent, Told, keep_photo, photo_of, send_report

__all__ = [
    "Sender",
    "Sent",
    "Spot",
    "Stamp",
    "Told",
    "approve_photo",
    "fresh_stamp",
    "keep_photo",
    "photo_of",
    "read_stamp",
    "refuse_photo",
    "say_publicly",
    "send_report",
    "set_rules",
]
