"""What was imported, to look at."""

from django.contrib import admin

from chengge.exchange.models import ImportRun
from chengge.organization.admin import HouseAdmin


@admin.register(ImportRun)
class ImportRunAdmin(HouseAdmin):
    list_display = ("at", "kind", "file_name", "member", "day", "new", "changed", "same", "refused", "ended")
    list_filter = ("kind",)
    list_select_related = ("member",)
    search_fields = ("file_name", "file_hash")
