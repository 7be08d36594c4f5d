"""Who may take which action on which case: post and axis from the rule book, scope and holder from the case."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chengge import clock
from chengge.casework.models import Case, StageChoice, Supervision
from chengge.casework.words import action_name, post_names
from chengge.domain.errors import Forbidden
from chengge.domain.lifecycle import BY_ITSELF, DISPATCHED_BY_ITSELF, WHILE_SUSPENDED, Holder, Post, Request, Stage, Transition, open_to
from chengge.organization.queries import Actor, city_day

LOWEST_LEVEL = 4
TO_A_LEVEL_BELOW = frozenset({"pass_down", "give_parts", "pass_part_on"})


def require(row: Transition, case: Case, actor: Actor, task_member_id: int | None, holders: Collection[int] = ()) -> None:
    """Let the action through, or say why not.

    Args:
        task_member_id: whom the case's open task names; None if it names nobody.
        holders: the organizations in whose hands the case and its parts are; only `Holder.ABOVE` asks for them.

    Raises:
        Forbidden: post, axis, scope or holder does not allow it.
    """
    if row.action in BY_ITSELF | DISPATCHED_BY_ITSELF and actor.member_id is None and not actor.posts:
        return  # a timer, or the house where the city lets it dispatch
    if not row.posts & actor.posts:
        raise Forbidden(
            "post",
            _("“%(action)s” is done by: %(posts)s.") % {"action": action_name(row.action), "posts": post_names(row.posts)},
            _("Ask somebody who holds that post."),
        )
    if not actor.reaches(case.grid_code):
        raise Forbidden("scope", _("Case %(number)s does not lie in your area.") % {"number": case.number})
    if actor.rights and actor.right_to(row.posts, case.grid_code) is None:
        said = _("For this case nobody whom you stand in for holds the post.")
        raise Forbidden("scope", said, _("Ask somebody who holds it there."))
    if row.holder is Holder.TASK and task_member_id not in (None, actor.member_id):
        raise Forbidden("holder", _("This task is another inspector's."), _("Ask the shift leader if you are to take it over."))
    if row.holder is Holder.RESPONSIBLE and row.posts & actor.posts == {Post.DEPARTMENT} and case.department_id != actor.organization_id:
        raise Forbidden("holder", _("This is for the responsible department to do."))
    if row.holder in {Holder.DEPARTMENT, Holder.LOWER, Holder.CURRENT}:
        if case.organization_id != actor.organization_id:
            raise Forbidden("holder", _("Case %(number)s is not in the hands of your organization.") % {"number": case.number})
        if row.holder is Holder.DEPARTMENT and case.level != 2:
            raise Forbidden("level", _("This is for the responsible department itself to do."))
        if row.holder is Holder.LOWER and (case.level or 0) <= 2:
            raise Forbidden("level", _("This is for the lower levels; the department finishes the case itself."))
    in_hand = (case.organization_id, *(case.part_holders or ()))
    if row.holder is Holder.ABOVE and (actor.organization_id in in_hand or actor.organization_id not in holders):
        raise Forbidden("holder", _("Your organization has not passed case %(number)s down.") % {"number": case.number})
    if row.holder is Holder.PART and actor.organization_id not in (case.part_holders or ()):
        raise Forbidden("holder", _("Your organization has no part of case %(number)s to do.") % {"number": case.number})


def hindrance(row: Transition, case: Case) -> str | None:
    """Why the case cannot take this action from where it is, in a sentence; None if it can."""
    if Stage(case.stage) not in row.sources:
        said = {"action": action_name(row.action), "stage": StageChoice(case.stage).label}
        return _("“%(action)s” is not possible: the case is “%(stage)s”.") % said
    if case.suspended_until is not None and row.action not in WHILE_SUSPENDED:
        said = {"action": action_name(row.action), "day": f"{city_day(case.suspended_until):%Y-%m-%d}"}
        return _("“%(action)s” is not possible: the case is suspended until %(day)s. Wake it first.") % said
    if row.only_if == "all_parts_back" and case.part_holders:
        count = len(case.part_holders)
        out = ngettext("%(count)d part is not back yet", "%(count)d parts are not back yet", count) % {"count": count}
        said = {"action": action_name(row.action), "parts": out}
        return _("“%(action)s” is not possible: %(parts)s. Wait for them, or take them back.") % said
    if not makes_sense(row, case):
        return _("“%(action)s” does not fit this case.") % {"action": action_name(row.action)}
    return None


def makes_sense(row: Transition, case: Case) -> bool:
    """Whether the fact that the rule book asks for (`only_if`) holds."""
    match row.only_if:
        case "self_disposed":
            return case.self_disposed
        case "handled_by_a_department":
            return case.department_id is not None
        case "nothing_asked":
            return not case.asked
        case "extension_asked" | "suspension_asked" | "appeal_asked":
            return bool(case.asked) and row.only_if == f"{case.asked}_asked"
        case "suspended":
            return case.suspended_until is not None
        case "request_waits":
            return case.asked not in ("", Request.RETURN)
        case "all_parts_back":
            return not case.part_holders
        case "parts_out":
            return bool(case.part_holders)
        case "parts_fed_back":
            return case.parts_back > 0
        case "fed_back":
            return case.fed_back
        case "never_appealed":
            return case.department_id is not None and not case.appealed
        case "no_order":
            return not case.supervision
        case "under_order":
            return bool(case.supervision)
        case "order_unanswered":
            return case.supervision == Supervision.ORDERED
        case "may_be_undone":
            return case.undo_until is not None and clock.now() < case.undo_until
    return True


def open_actions(case: Case, actor: Actor, task_member_id: int | None, holders: Collection[int]) -> tuple[Transition, ...]:
    """What this member may do with the case as it is now, in the rule book's order; nothing downwards on the last level. No query.

    Args:
        task_member_id, holders: as `require` asks for them.
    """
    allowed = []
    for row in open_to(Stage(case.stage), actor.posts):
        if row.action in TO_A_LEVEL_BELOW and actor.organization_level == LOWEST_LEVEL:
            continue
        try:
            require(row, case, actor, task_member_id, holders)
        except Forbidden:
            continue
        if makes_sense(row, case) and (case.suspended_until is None or row.action in WHILE_SUSPENDED):
            allowed.append(row)
    return tuple(allowed)
