"""Members with their organization, posts and scope. New ones get a random first password."""

import re
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from chengge.domain.errors import Refused
from chengge.domain.lifecycle import Post
from chengge.exchange.importers.base import Importer, Work, mark, refuse_repeated
from chengge.exchange.importers.codes import division_code
from chengge.exchange.importers.columns import BadCell, Column, one_of, text, text_of
from chengge.exchange.importers.plan import Progress, State
from chengge.exchange.importers.references import organizations
from chengge.foundation.models import Division
from chengge.foundation.queries import holding_on
from chengge.organization.actions import FirstPassword, MemberValues, add_members, axis_of, change_member
from chengge.organization.models import Member, MemberPost
from chengge.organization.queries import Actor

POST_WORDS = {
    "监督员": Post.INSPECTOR,
    "受理员": Post.OPERATOR,
    "值班长": Post.SHIFT_LEADER,
    "考评员": Post.EVALUATOR,
    "派遣员": Post.DISPATCHER,
    "专业部门": Post.DEPARTMENT,
    "协同员": Post.COORDINATOR,
    "领导": Post.LEADER,
    "系统管理员": Post.ADMINISTRATOR,
}
LANGUAGES = {"中文": "zh-hans", "zh-hans": "zh-hans", "english": "en", "英文": "en", "en": "en"}
_check_username = UnicodeUsernameValidator()


def username(value: object) -> str:
    """A user name as Django allows it: letters, digits and @/./+/-/_ ."""
    written = str(text(150)(value))
    try:
        _check_username(written)
    except ValidationError:
        raise BadCell(_("“%(value)s” is no user name.") % {"value": written}, _("Use letters, digits and @ . + - _ only.")) from None
    return written


def posts(value: object) -> frozenset[Post]:
    """Posts parted by 、 or commas."""
    words = [word for word in re.split(r"[、，,;；/\s]+", text_of(value)) if word]
    known = one_of(POST_WORDS | {post.value: post for post in Post})
    return frozenset(known(word) for word in words)


@dataclass(frozen=True, slots=True)
class MemberChanges:
    new: tuple[MemberValues, ...]
    changed: tuple[MemberValues, ...]


class Members(Importer):
    kind = "members"
    title = lazy("Members")
    about = lazy(
        "People who sign in, with organization, posts and scope. New members get a random first password, shown once. "
        "The posts of a member lie on one axis: supervision or command."
    )
    columns = (
        Column(
            "username",
            "用户名",
            "user name",
            username,
            also=("账号", "登录名"),
            required=True,
            help=lazy("Letters, digits and @ . + - _"),
            example="wanglei",
        ),
        Column("full_name", "姓名", "full name", text(40), also=("name",), required=True, help=lazy("As others see it"), example="王磊"),
        Column(
            "organization",
            "所属机构",
            "organization",
            text(80),
            also=("单位", "机构代码", "机构名称", "部门"),
            required=True,
            help=lazy("Code or name"),
            example="D01",
        ),
        Column(
            "posts",
            "岗位",
            "posts",
            posts,
            required=True,
            help=lazy("One or several, parted by 、; all on one axis"),
            example="专业部门",
            choices=lambda: tuple(POST_WORDS),
        ),
        Column(
            "division_code",
            "管辖区划",
            "scope",
            division_code,
            also=("区划代码",),
            help=lazy("Division whose cases the member sees; empty: all"),
            example="330105019",
        ),
        Column("phone", "电话", "phone", text(30), also=("手机",), default="", help=lazy("Telephone")),
        Column("language", "语言", "language", one_of(LANGUAGES), help=lazy("Language of the pages"), choices=lambda: ("中文", "English")),
    )

    def check(self, work: Work) -> None:
        refuse_repeated(
            work,
            "username",
            lambda record: record["username"].lower(),
            _("The user name stands in row %(row)d already."),
            _("Leave one of the two."),
        )
        bodies = organizations(work.day)
        known_divisions = set(holding_on(Division.objects.all(), work.day).values_list("code", flat=True))
        self.held = {row.username: row for row in Member.objects.filter(username__in=[record["username"] for record in work.good])}
        for record in work.good:
            try:
                record["organization_id"] = bodies.find(record["organization"]).pk
            except BadCell as bad:
                work.refuse(record, "organization", bad.message, bad.hint)
            try:
                axis_of(record["posts"])
            except Refused as refused:
                work.refuse(record, "posts", refused.message, refused.hint)
            if record["division_code"] and record["division_code"] not in known_divisions:
                said = {"code": record["division_code"]}
                work.refuse(
                    record, "division_code", _("There is no division %(code)d.") % said, _("Import the divisions first, or leave it empty.")
                )

    def compare(self, work: Work) -> MemberChanges:
        held_posts: dict[int, set[str]] = {}
        for member_id, post in MemberPost.objects.filter(valid_to=None, member__in=self.held.values()).values_list("member_id", "post"):
            held_posts.setdefault(member_id, set()).add(post)
        new, changed = [], []
        for record in work.good:
            own = self.held.get(record["username"])
            wanted = {
                "full_name": record["full_name"],
                "organization_id": record["organization_id"],
                "division_code": record["division_code"],
                "phone": record["phone"] or (own.phone if own else ""),
                "language": record["language"] or (own.language if own else "zh-hans"),
            }
            state = mark(record, own, wanted)
            wanted_posts = {post.value for post in record["posts"]}
            if own is not None and held_posts.get(own.pk, set()) != wanted_posts:
                state = record.state = State.CHANGED
                record.was["posts"] = "、".join(sorted(held_posts.get(own.pk, set())))
            values = MemberValues(username=record["username"], posts=record["posts"], **wanted)
            if state is State.NEW:
                new.append(values)
            elif state is State.CHANGED:
                changed.append(values)
        if new:
            work.notes.append(_("%(count)d new members get a random first password, which is shown once.") % {"count": len(new)})
        return MemberChanges(tuple(new), tuple(changed))

    def carry_out(self, changes: MemberChanges, actor: Actor, day: date, progress: Progress) -> list[FirstPassword]:
        """Returns the first passwords of the new members."""
        total = len(changes.new)
        found = add_members(actor, changes.new, day, lambda done: progress(_("Making first passwords"), done, total))
        for values in changes.changed:
            change_member(actor, values, day)
        return found
