"""What the frame of every phone page needs, whichever room the page belongs to."""

from django import template
from django.conf import settings
from django.utils.html import json_script
from django.utils.safestring import SafeString

from chengge.field.phone_words import phone_words

register = template.Library()


@register.simple_tag
def words_for_phone() -> SafeString:
    """The words of the phone's scripts, in the member's language, as a JSON block with the id `phone-words`."""
    return json_script(phone_words(), "phone-words")


@register.simple_tag
def phone_version() -> str:
    """Which version of the scripts the page belongs to."""
    return str(settings.STATIC_VERSION)
