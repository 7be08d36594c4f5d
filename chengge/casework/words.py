"""The rule book in the language of the person who reads it."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from chengge.domain.lifecycle import Post
from chengge.organization.models import PostChoice

# What a button says.
ACTIONS: dict[str, Promise] = {
    "report": pgettext_lazy("action", "Report"),
    "ask_to_verify": pgettext_lazy("action", "Send to verify"),
    "verify_true": pgettext_lazy("action", "Verified: true"),
    "verify_false": pgettext_lazy("action", "Verified: not so"),
    "amend": pgettext_lazy("action", "Amend"),
    "accept": pgettext_lazy("action", "Accept"),
    "reject": pgettext_lazy("action", "Reject"),
    "self_dispose": pgettext_lazy("action", "Disposed of on the spot"),
    "refuse_self_disposal": pgettext_lazy("action", "Refuse self-disposal"),
    "transfer": pgettext_lazy("action", "Transfer"),
    "file": pgettext_lazy("action", "File"),
    "send_back": pgettext_lazy("action", "Send back"),
    "decline_filing": pgettext_lazy("action", "Decline filing"),
    "dispatch": pgettext_lazy("action", "Dispatch"),
    "undo_dispatch": pgettext_lazy("action", "Undo the dispatch"),
    "return_to_filing": pgettext_lazy("action", "Return to shift leader"),
    "take_up": pgettext_lazy("action", "Take up"),
    "pass_down": pgettext_lazy("action", "Pass down"),
    "hand_up": pgettext_lazy("action", "Hand up"),
    "submit": pgettext_lazy("action", "Submit result"),
    "take_back": pgettext_lazy("action", "Take back"),
    "refuse_feedback": pgettext_lazy("action", "Send the result back"),
    "give_parts": pgettext_lazy("action", "Give out in parts"),
    "pass_part_on": pgettext_lazy("action", "Pass the part on"),
    "submit_part": pgettext_lazy("action", "Submit the part"),
    "decline_part": pgettext_lazy("action", "Decline the part"),
    "take_back_part": pgettext_lazy("action", "Take a part back"),
    "refuse_part": pgettext_lazy("action", "Send a part back"),
    "hand_back": pgettext_lazy("action", "Hand back"),
    "confirm_return": pgettext_lazy("action", "Confirm return"),
    "refuse_return": pgettext_lazy("action", "Refuse return"),
    "finish": pgettext_lazy("action", "Finish"),
    "ask_to_check": pgettext_lazy("action", "Send to check"),
    "pass_check": pgettext_lazy("action", "Check passed"),
    "fail_check": pgettext_lazy("action", "Check failed"),
    "check_again": pgettext_lazy("action", "Check again"),
    "close": pgettext_lazy("action", "Close"),
    "reclassify": pgettext_lazy("action", "Change class or condition"),
    "void": pgettext_lazy("action", "Void"),
    "merge": pgettext_lazy("action", "Merge"),
    "split": pgettext_lazy("action", "Split off again"),
    "reopen": pgettext_lazy("action", "Reopen"),
    "ask_extension": pgettext_lazy("action", "Ask for an extension"),
    "grant_extension": pgettext_lazy("action", "Grant the extension"),
    "refuse_extension": pgettext_lazy("action", "Refuse the extension"),
    "ask_suspension": pgettext_lazy("action", "Ask for a suspension"),
    "grant_suspension": pgettext_lazy("action", "Grant the suspension"),
    "refuse_suspension": pgettext_lazy("action", "Refuse the suspension"),
    "wake": pgettext_lazy("action", "Wake"),
    "appeal": pgettext_lazy("action", "Appeal"),
    "grant_appeal": pgettext_lazy("action", "Grant the appeal"),
    "refuse_appeal": pgettext_lazy("action", "Refuse the appeal"),
    "withdraw_request": pgettext_lazy("action", "Withdraw the request"),
    "correct": pgettext_lazy("action", "Correct"),
    "order_supervision": pgettext_lazy("action", "Place a supervision order"),
    "answer_supervision": pgettext_lazy("action", "Answer the supervision order"),
    "lift_supervision": pgettext_lazy("action", "Lift the supervision order"),
    "urge": pgettext_lazy("action", "Urge"),
}

# What the timeline says happened.
DEEDS: dict[str, Promise] = {
    "report": pgettext_lazy("deed", "Reported"),
    "ask_to_verify": pgettext_lazy("deed", "Sent to verify"),
    "verify_true": pgettext_lazy("deed", "Verified: it is true"),
    "verify_false": pgettext_lazy("deed", "Verified: it is not so"),
    "amend": pgettext_lazy("deed", "Amended"),
    "accept": pgettext_lazy("deed", "Accepted"),
    "reject": pgettext_lazy("deed", "Rejected"),
    "self_dispose": pgettext_lazy("deed", "Disposed of on the spot"),
    "refuse_self_disposal": pgettext_lazy("deed", "Self-disposal refused"),
    "transfer": pgettext_lazy("deed", "Transferred"),
    "file": pgettext_lazy("deed", "Filed"),
    "send_back": pgettext_lazy("deed", "Sent back to the operator"),
    "decline_filing": pgettext_lazy("deed", "Filing declined"),
    "dispatch": pgettext_lazy("deed", "Dispatched"),
    "undo_dispatch": pgettext_lazy("deed", "Dispatch by itself undone"),
    "return_to_filing": pgettext_lazy("deed", "Returned to the shift leader"),
    "take_up": pgettext_lazy("deed", "Taken up"),
    "pass_down": pgettext_lazy("deed", "Passed down"),
    "hand_up": pgettext_lazy("deed", "Handed up"),
    "submit": pgettext_lazy("deed", "Result submitted"),
    "take_back": pgettext_lazy("deed", "Taken back from below"),
    "refuse_feedback": pgettext_lazy("deed", "Result sent back"),
    "give_parts": pgettext_lazy("deed", "Given out in parts"),
    "pass_part_on": pgettext_lazy("deed", "Part passed on"),
    "submit_part": pgettext_lazy("deed", "Part submitted"),
    "decline_part": pgettext_lazy("deed", "Part declined"),
    "take_back_part": pgettext_lazy("deed", "Part taken back"),
    "refuse_part": pgettext_lazy("deed", "Part sent back"),
    "hand_back": pgettext_lazy("deed", "Handed back"),
    "confirm_return": pgettext_lazy("deed", "Return confirmed: wrong dispatch"),
    "refuse_return": pgettext_lazy("deed", "Return refused"),
    "finish": pgettext_lazy("deed", "Handled"),
    "ask_to_check": pgettext_lazy("deed", "Sent to check"),
    "pass_check": pgettext_lazy("deed", "Check passed"),
    "fail_check": pgettext_lazy("deed", "Check failed: rework"),
    "check_again": pgettext_lazy("deed", "To be checked again"),
    "close": pgettext_lazy("deed", "Closed"),
    "reclassify": pgettext_lazy("deed", "Class or condition changed"),
    "void": pgettext_lazy("deed", "Voided"),
    "merge": pgettext_lazy("deed", "Merged into another case"),
    "split": pgettext_lazy("deed", "Split off again"),
    "reopen": pgettext_lazy("deed", "Reopened"),
    "ask_extension": pgettext_lazy("deed", "Extension asked"),
    "grant_extension": pgettext_lazy("deed", "Extension granted"),
    "refuse_extension": pgettext_lazy("deed", "Extension refused"),
    "ask_suspension": pgettext_lazy("deed", "Suspension asked"),
    "grant_suspension": pgettext_lazy("deed", "Suspended"),
    "refuse_suspension": pgettext_lazy("deed", "Suspension refused"),
    "wake": pgettext_lazy("deed", "Awake again"),
    "appeal": pgettext_lazy("deed", "Appealed"),
    "grant_appeal": pgettext_lazy("deed", "Appeal granted: not counted as overdue"),
    "refuse_appeal": pgettext_lazy("deed", "Appeal refused"),
    "withdraw_request": pgettext_lazy("deed", "Request withdrawn"),
    "correct": pgettext_lazy("deed", "Corrected"),
    "order_supervision": pgettext_lazy("deed", "Supervision order placed"),
    "answer_supervision": pgettext_lazy("deed", "Supervision order answered"),
    "lift_supervision": pgettext_lazy("deed", "Supervision order lifted"),
    "urge": pgettext_lazy("deed", "Urged"),
    "add_report": pgettext_lazy("deed", "Reported once more"),
    "release_report": pgettext_lazy("deed", "A report became a case of its own"),
    "take_in": pgettext_lazy("deed", "Another case was merged into this one"),
    "let_go": pgettext_lazy("deed", "A merged case was split off again"),
    "carry_over": pgettext_lazy("deed", "Carried over from an older system"),
    "carried_to_the_end": pgettext_lazy("deed", "Ended in the older system"),
}


def action_name(action: str) -> str:
    """What the button of an action says."""
    return str(ACTIONS[action])


def deed(action: str) -> str:
    """What the timeline says when the action is done."""
    return str(DEEDS[action])


def post_names(posts: Iterable[Post]) -> str:
    """Posts in words, in the order of the rule book."""
    return _(", ").join(str(PostChoice(post.value).label) for post in Post if post in set(posts))
