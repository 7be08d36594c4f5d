"""The tables of intake: machine channels and what came in by them, the public portal, answers to reporters."""

from chengge.intake.models.answers import Answer, AnswerRule, AnswersRead
from chengge.intake.models.channels import MACHINE_CHANNELS, ChannelKey, InboundMessage, RateCount, Source
from chengge.intake.models.hotline import Call
from chengge.intake.models.machines import Alarm, Camera, Device, SourceEvent, VideoEventType
from chengge.intake.models.open311 import ApiReport, Jurisdiction, ServiceAttribute
from chengge.intake.models.orders import WorkOrder
from chengge.intake.models.portal import ContactCode, PortalReport, PortalRules, PublicPhoto, PublicWords

__all__ = [
    "MACHINE_CHANNELS",
    "Alarm",
    "Answer",
    "AnswerRule",
    "AnswersRead",
    "ApiReport",
    "Call",
    "Camera",
    "ChannelKey",
    "ContactCode",
    "Device",
    "InboundMessage",
    "Jurisdiction",
    "PortalReport",
    "PortalRules",
    "PublicPhoto",
    "PublicWords",
    "RateCount",
    "ServiceAttribute",
    "Source",
    "SourceEvent",
    "VideoEventType",
    "WorkOrder",
]
