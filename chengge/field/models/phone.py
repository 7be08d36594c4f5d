"""What a phone has sent, piece by piece: so that a piece whose answer got lost is known again and not kept twice."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chengge.casework.models import Evidence


class PhoneFile(models.Model):
    """A photo or voice note under the key that the phone gave it when it was taken."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(_("key"), max_length=64)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("file from a phone")
        verbose_name_plural = _("files from phones")
        constraints = [models.UniqueConstraint(fields=("member", "key"), name="phone_file_sent_once")]
