from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScreenConfig(AppConfig):
    """监督指挥: the city at a glance."""

    name = "chengge.screen"
    verbose_name = _("Command screen")
