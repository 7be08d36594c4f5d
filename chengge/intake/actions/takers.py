"""Who takes in what came by which channel: for messages that are taken again."""

from chengge.casework.models import Channel
from chengge.intake.actions.alarms import take_sensor, take_video
from chengge.intake.actions.hotline import take_call_event
from chengge.intake.actions.messages import Take
from chengge.intake.actions.orders import take_upper
from chengge.intake.actions.words import take_text

TAKERS: dict[str, Take] = {
    Channel.HOTLINE.value: take_call_event,
    Channel.SMS.value: take_text,
    Channel.EMAIL.value: take_text,
    Channel.VIDEO.value: take_video,
    Channel.SENSOR.value: take_sensor,
    Channel.UPPER.value: take_upper,
}
