"""What is usually said with an action: reasons to choose from, and what happens then, before it is done."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

REASONS: dict[str, tuple[Promise, ...]] = {
    "merge": (
        pgettext_lazy("reason", "The same problem, reported again"),
        pgettext_lazy("reason", "Reported twice by the same person"),
    ),
    "split": (
        pgettext_lazy("reason", "They are two problems after all"),
        pgettext_lazy("reason", "Merged with the wrong case"),
    ),
    "reopen": (
        pgettext_lazy("reason", "It has come back"),
        pgettext_lazy("reason", "The reporter says that it is not done"),
    ),
    "amend": (
        pgettext_lazy("reason", "The place was given wrongly"),
        pgettext_lazy("reason", "The class was chosen wrongly"),
        pgettext_lazy("reason", "The reporter added something"),
    ),
    "reject": (
        pgettext_lazy("reason", "Does not meet any filing condition"),
        pgettext_lazy("reason", "Not a matter of urban management"),
        pgettext_lazy("reason", "Nothing was found on the spot"),
        pgettext_lazy("reason", "Reported twice"),
    ),
    "transfer": (
        pgettext_lazy("reason", "Belongs to another district"),
        pgettext_lazy("reason", "Belongs to the police"),
        pgettext_lazy("reason", "Belongs to the government hotline"),
    ),
    "send_back": (
        pgettext_lazy("reason", "The class does not fit"),
        pgettext_lazy("reason", "The place is not clear"),
        pgettext_lazy("reason", "The photos show too little"),
    ),
    "decline_filing": (
        pgettext_lazy("reason", "Does not meet any filing condition"),
        pgettext_lazy("reason", "Nothing was found on the spot"),
        pgettext_lazy("reason", "Reported twice"),
    ),
    "undo_dispatch": (
        pgettext_lazy("reason", "Another department answers for this"),
        pgettext_lazy("reason", "The case has to be looked at first"),
    ),
    "return_to_filing": (
        pgettext_lazy("reason", "The class does not fit"),
        pgettext_lazy("reason", "Nobody answers for this; to be settled first"),
        pgettext_lazy("reason", "The place is not clear"),
    ),
    "hand_up": (
        pgettext_lazy("reason", "Beyond our means"),
        pgettext_lazy("reason", "Not in our area"),
        pgettext_lazy("reason", "Needs machines or material that we do not have"),
    ),
    "take_back": (
        pgettext_lazy("reason", "We do it ourselves"),
        pgettext_lazy("reason", "Passed down to the wrong platform"),
        pgettext_lazy("reason", "Nobody there has begun"),
    ),
    "refuse_feedback": (
        pgettext_lazy("reason", "The closing condition is not met"),
        pgettext_lazy("reason", "The photos show too little"),
        pgettext_lazy("reason", "Only a part of it is done"),
    ),
    "decline_part": (
        pgettext_lazy("reason", "Beyond our means"),
        pgettext_lazy("reason", "Not in our area"),
        pgettext_lazy("reason", "Nothing is left to be done on the spot"),
    ),
    "take_back_part": (
        pgettext_lazy("reason", "We do it ourselves"),
        pgettext_lazy("reason", "Another crew does it"),
        pgettext_lazy("reason", "Not needed any more"),
    ),
    "refuse_part": (
        pgettext_lazy("reason", "The closing condition is not met"),
        pgettext_lazy("reason", "The photos show too little"),
        pgettext_lazy("reason", "Only a part of it is done"),
    ),
    "hand_back": (
        pgettext_lazy("reason", "Not ours by the list of responsibilities"),
        pgettext_lazy("reason", "Belongs to another owner"),
        pgettext_lazy("reason", "Outside our area"),
        pgettext_lazy("reason", "Nothing is left to be done on the spot"),
    ),
    "ask_extension": (
        pgettext_lazy("reason", "Material has to be ordered"),
        pgettext_lazy("reason", "The weather does not allow the work"),
        pgettext_lazy("reason", "Digging needs a permit first"),
    ),
    "refuse_extension": (
        pgettext_lazy("reason", "The limit is enough for this work"),
        pgettext_lazy("reason", "The matter is dangerous and cannot wait"),
    ),
    "ask_suspension": (
        pgettext_lazy("reason", "Planting waits for the season"),
        pgettext_lazy("reason", "Done together with a project that is planned"),
    ),
    "refuse_suspension": (
        pgettext_lazy("reason", "It does not depend on season or project"),
        pgettext_lazy("reason", "A stopgap is possible at once"),
    ),
    "appeal": (
        pgettext_lazy("reason", "The case was dispatched wrongly before it came to us"),
        pgettext_lazy("reason", "The weather stopped all work outside"),
        pgettext_lazy("reason", "The system did not answer when we reported it done"),
    ),
    "refuse_appeal": (
        pgettext_lazy("reason", "The evidence does not show it"),
        pgettext_lazy("reason", "An extension could have been asked in time"),
    ),
    "order_supervision": (
        pgettext_lazy("reason", "Overdue, and nothing is heard"),
        pgettext_lazy("reason", "A leader asks about it"),
        pgettext_lazy("reason", "People may come to harm"),
    ),
    "answer_supervision": (
        pgettext_lazy("reason", "Our people are on the spot; done today"),
        pgettext_lazy("reason", "Done; the result is handed in"),
    ),
    "correct": (
        pgettext_lazy("reason", "The place was given wrongly"),
        pgettext_lazy("reason", "The description was wrong"),
    ),
    "refuse_return": (
        pgettext_lazy("reason", "It is yours by the list of responsibilities"),
        pgettext_lazy("reason", "It is yours by a ruling"),
        pgettext_lazy("reason", "The place lies in your area"),
    ),
    "refuse_self_disposal": (
        pgettext_lazy("reason", "The photos do not show that it is done"),
        pgettext_lazy("reason", "Not a small matter; a department must do it"),
    ),
    "check_again": (
        pgettext_lazy("reason", "The photos do not show that it is done"),
        pgettext_lazy("reason", "Photographed at another place"),
    ),
    "reclassify": (
        pgettext_lazy("reason", "The class was chosen wrongly"),
        pgettext_lazy("reason", "Another filing condition fits better"),
    ),
    "void": (
        pgettext_lazy("reason", "Filed by mistake"),
        pgettext_lazy("reason", "Reported twice"),
        pgettext_lazy("reason", "The reporter withdrew it"),
    ),
}

# What happens, said before it is done; only where the button's own word may not tell enough.
MEANS: dict[str, Promise] = {
    "merge": gettext_lazy(
        "This case ends here and the other one goes on. Its reports hang on that one, and everybody who reported gets its answer. "
        "It can be split off again."
    ),
    "split": gettext_lazy("The case comes back with the reports that it had brought, and is accepted anew."),
    "reopen": gettext_lazy("The case begins again with its acceptance, and keeps its whole story."),
    "ask_to_verify": gettext_lazy("An inspector on duty goes there and looks. The acceptance clock stands still until then."),
    "file": gettext_lazy("The case goes over to the dispatcher, and the dispatch clock starts."),
    "undo_dispatch": gettext_lazy(
        "The case comes back to your desk with a new dispatch clock. It counts as an error of the dispatch by itself."
    ),
    "take_up": gettext_lazy("Tells the command centre that your people have begun. The handling clock has run since the dispatch."),
    "pass_down": gettext_lazy("The clock of the lower level runs inside your own; you still answer for the whole."),
    "submit": gettext_lazy("The result goes up to the organization that passed the case down to you."),
    "take_back": gettext_lazy("The case, or your part of it, comes back to you from whoever below has it, with all parts given out there."),
    "refuse_feedback": gettext_lazy("It goes down again to whoever submitted it; the clock there starts anew inside your own."),
    "give_parts": gettext_lazy(
        "Each does its part at the same time, with a clock of its own inside yours. "
        "You keep the case, and finish it once all parts are back."
    ),
    "pass_part_on": gettext_lazy("The clock there runs inside your own; the result comes back to you, and you submit the part."),
    "submit_part": gettext_lazy("The result of your part goes to the organization that gave it to you."),
    "decline_part": gettext_lazy("The organization that gave you the part gives it to somebody else or does it itself."),
    "take_back_part": gettext_lazy("The clock there stops; the part does not hinder you any more."),
    "refuse_part": gettext_lazy("The part is to be done over; the clock there starts anew inside your own."),
    "withdraw_request": gettext_lazy("It counts as never asked for; everything goes on as before."),
    "finish": gettext_lazy("Stops the handling clock; an inspector will check the result on the spot."),
    "ask_to_check": gettext_lazy("An inspector on duty goes there and checks the result."),
    "void": gettext_lazy("The case ends here and counts as wrongly filed. This cannot be taken back."),
    "reject": gettext_lazy("The case ends here without being filed. This cannot be taken back."),
    "decline_filing": gettext_lazy("The case ends here without being filed. This cannot be taken back."),
    "transfer": gettext_lazy("The case ends here; another body goes on with it. This cannot be taken back."),
    "hand_back": gettext_lazy("The shift leader decides whether it was dispatched wrongly. The handling clock stands still until then."),
    "confirm_return": gettext_lazy(
        "The dispatch counts as wrong; the case goes back to the dispatcher, and the next department gets its full limit."
    ),
    "refuse_return": gettext_lazy("The case goes back to the department, and its clock runs on."),
    "close": gettext_lazy("The case is settled. This cannot be taken back."),
    "ask_extension": gettext_lazy("Asked before the case is overdue. The clock runs on until somebody answers."),
    "grant_extension": gettext_lazy("The department gets its original limit once more; the case is due later by that."),
    "refuse_extension": gettext_lazy("The case stays due when it was. A refusal does not count."),
    "ask_suspension": gettext_lazy("For what must wait for a season or a project. The clock runs on until somebody answers."),
    "grant_suspension": gettext_lazy(
        "The clocks stand still until the morning of that day; then the case wakes by itself. Until then it does not count as due."
    ),
    "wake": gettext_lazy("The clocks run on at once, with what was left of the limit."),
    "appeal": gettext_lazy("Possible once, soon after closing, where the handling was overdue."),
    "grant_appeal": gettext_lazy("The case is left out of what counts as overdue. When it was done stays as it is."),
    "correct": gettext_lazy("What the case says is put right; stage and clocks stay as they are."),
    "order_supervision": gettext_lazy("The department must answer in time; otherwise the next level up is told."),
    "lift_supervision": gettext_lazy("The order ends. By itself it ends when the case does."),
    "urge": gettext_lazy("Whoever holds the case gets a notice at once."),
}
