from django.urls import path

from chengge.notices import pages

urlpatterns = [
    path("notices/", pages.mine, name="notices"),
    path("notices/unread", pages.unread, name="notices_unread"),
    path("notices/read", pages.read_all, name="notices_read_all"),
    path("notices/<int:notice_id>/follow", pages.follow, name="notice_follow"),
    path("manage/notices/", pages.outbox, name="manage_notices"),
    path("manage/notices/resend", pages.resend_all, name="notices_resend_all"),
    path("manage/notices/<int:notice_id>/resend", pages.resend, name="notice_resend"),
]
