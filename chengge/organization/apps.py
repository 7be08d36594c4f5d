from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrganizationConfig(AppConfig):
    name = "chengge.organization"
    label = "organization"
    verbose_name = _("Organizations and people")
    default_auto_field = "django.db.models.BigAutoField"
