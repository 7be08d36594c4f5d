"""The ledger, and what people said beside it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from chengge.casework.models.cases import Case
from chengge.casework.models.choices import Origin
from chengge.organization.models import Organization, PostChoice


class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row (PostgreSQL's xid8, as a bigint)."""

    template = "(pg_current_xact_id()::text::bigint)"
    allowed_default = True
    output_field = models.BigIntegerField()


class LedgerEntry(models.Model):
    """One thing that happened to a case. Append-only (a trigger refuses UPDATE, DELETE and TRUNCATE), chained by hash.

    `body` is the canonical JSON text of the entry; `hash` is SHA-256 over the hash before it and `body`. The other
    columns repeat what is looked for; `chengge ledger verify` compares them with the body.
    `transaction_id` lets readers stay below what is still uncommitted (docs/architecture.md, "reading on").
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    post = models.CharField(max_length=20, choices=PostChoice.choices, blank=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    from_stage = models.CharField(max_length=12, blank=True)
    to_stage = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.LIVE)
    key = models.CharField(max_length=64, null=True)
    body = models.TextField()
    hash = models.BinaryField()
    recorded_at = models.DateTimeField(db_default=Now())
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [
            models.UniqueConstraint(fields=("case", "seq"), name="ledger_in_order"),
            models.UniqueConstraint(
                fields=("member", "key"),
                condition=Q(key__isnull=False),
                name="ledger_entry_sent_once",
            ),
            models.UniqueConstraint(fields=("key",), condition=Q(key__isnull=False, member=None), name="machine_entry_sent_once"),
        ]
        indexes = [models.Index(fields=("transaction_id",), name="ledger_by_transaction")]


class SaidText(models.Model):
    """A description or place as somebody said it, which an entry names by `digest`. Once forgotten, salt and text are empty."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="said")
    digest = models.CharField(max_length=71)
    salt = models.BinaryField(null=True)
    text = models.CharField(max_length=1000, null=True)
