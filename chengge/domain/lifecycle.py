"""The life of a case: who may move it, from where to where, what it needs, and what that does to its clocks.

The table is the rule book. Pages, API, diagram, permission matrix and tests are read off it; a rule of order that is
not in it does not exist.
Source: GB/T 30428.8 (seven steps), CJJ/T 106 (two axes); the stage `returned` is our own (docs/adr/0003).
"""

from dataclasses import dataclass
from enum import StrEnum


class Axis(StrEnum):
    SUPERVISION = "supervision"  # 监督轴
    COMMAND = "command"  # 指挥轴
    NEITHER = "neither"  # keeps the house, looks on, orders and urges; never moves a case on its way


class Post(StrEnum):
    INSPECTOR = "inspector"  # 监督员
    OPERATOR = "operator"  # 受理员
    SHIFT_LEADER = "shift_leader"  # 值班长
    EVALUATOR = "evaluator"  # 考评员
    DISPATCHER = "dispatcher"  # 派遣员
    DEPARTMENT = "department"  # 专业部门
    COORDINATOR = "coordinator"  # 协同员
    LEADER = "leader"  # 领导
    ADMINISTRATOR = "administrator"  # 系统管理员

    @property
    def axis(self) -> Axis:
        return AXIS_OF_POST[self]


AXIS_OF_POST: dict[Post, Axis] = {
    Post.INSPECTOR: Axis.SUPERVISION,
    Post.OPERATOR: Axis.SUPERVISION,
    Post.SHIFT_LEADER: Axis.SUPERVISION,
    Post.EVALUATOR: Axis.SUPERVISION,
    Post.DISPATCHER: Axis.COMMAND,
    Post.DEPARTMENT: Axis.COMMAND,
    Post.COORDINATOR: Axis.COMMAND,
    Post.LEADER: Axis.NEITHER,
    Post.ADMINISTRATOR: Axis.NEITHER,
}


class Stage(StrEnum):
    REPORTED = "reported"  # 已上报
    VERIFYING = "verifying"  # 核实中
    ACCEPTED = "accepted"  # 已受理
    FILED = "filed"  # 已立案
    DISPATCHED = "dispatched"  # 已派遣
    HANDLING = "handling"  # 处置中
    RETURNED = "returned"  # 回退待确认
    HANDLED = "handled"  # 已处置
    CHECKING = "checking"  # 核查中
    CHECKED = "checked"  # 核查通过
    CLOSED = "closed"  # 已结案
    REJECTED = "rejected"  # 不予受理、不予立案
    VOIDED = "voided"  # 作废
    TRANSFERRED = "transferred"  # 转办
    MERGED = "merged"  # 并案: another case goes on for it

    @property
    def is_end(self) -> bool:
        return self in ENDS


ENDS: frozenset[Stage] = frozenset({Stage.CLOSED, Stage.REJECTED, Stage.VOIDED, Stage.TRANSFERRED, Stage.MERGED})
OPEN: tuple[Stage, ...] = tuple(stage for stage in Stage if stage not in ENDS)


class ClockKind(StrEnum):
    ACCEPTANCE = "acceptance"  # 受理
    VERIFY = "verify"  # 核实
    FILING = "filing"  # 立案
    DISPATCH = "dispatch"  # 派遣
    HANDLING = "handling"  # 处置 (level 2, the department's)
    LEVEL = "level"  # 处置 (levels 3 and 4, inside the department's)
    CHECK_SENDING = "check_sending"  # 发核查
    CHECK = "check"  # 核查
    CLOSING = "closing"  # 结案


class Need(StrEnum):
    REASON = "reason"
    PHOTO = "photo"
    PLACE = "place"
    RULE = "rule"  # the handbook row the case is judged by
    ORGANIZATION = "organization"  # whom it goes to
    CASE = "case"  # another case, which goes on for this one
    UNTIL = "until"  # the day on which it goes on
    BASIS = "basis"  # why, as one of a few words (`BASES`)
    NOTE = "note"  # what is demanded
    PARTS = "parts"  # who does which part of it


class Holder(StrEnum):
    """Whose case it is: on which desk it lies, and who may act."""

    ANY = "any"  # any member with the post whose scope holds the place
    TASK = "task"  # the inspector whom the open task names
    DEPARTMENT = "department"  # the responsible department (level 2), holding the case itself
    LOWER = "lower"  # a third- or fourth-level platform, holding the case
    CURRENT = "current"  # whichever organization holds the case now
    RESPONSIBLE = "responsible"  # the responsible department, whoever below it holds the case now
    ABOVE = "above"  # an organization that passed the case down, or its part on, and has not got it back
    PART = "part"  # an organization that has a part of the case to do


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the rule book.

    Attributes:
        stops, pauses, resumes, starts: the clock this action stops, pauses, resumes, starts; `*` means all that run (or stand).
        mark: the count or fact on the case that it raises (`rework`, `return`, `wrong_dispatch`, `self_disposed`, `reopen`).
        echo: the entry that it writes into the ledger of the other case, which goes on or is let go.
        only_if: a fact about the case without which the action makes no sense (`self_disposed`, `handled_by_a_department`,
            `extension_asked`, `suspended` …); the names are those of `casework.authority`.
    """

    action: str
    sources: frozenset[Stage]
    target: Stage | None  # None: the stage stays as it is
    posts: frozenset[Post]
    needs: frozenset[Need] = frozenset()
    holder: Holder = Holder.ANY
    stops: str = ""
    pauses: str = ""
    resumes: str = ""
    starts: str = ""
    mark: str = ""
    only_if: str = ""
    echo: str = ""

    @property
    def axis(self) -> Axis:
        """The axis of its posts. A leader, who is on neither, may stand beside posts of one axis where the stage stays as it is."""
        return next((post.axis for post in Post if post in self.posts and post.axis is not Axis.NEITHER), Axis.NEITHER)

    def target_from(self, stage: Stage) -> Stage:
        return self.target or stage

    @property
    def is_overlay(self) -> bool:
        """Whether it leaves the case in the stage where it is, and another than the first may be that stage."""
        return self.target is None and self.sources != frozenset({Stage.REPORTED})


def _row(
    action: str,
    sources: str,
    target: str,
    posts: str,
    needs: str = "",
    clocks: str = "",
    holder: str = "any",
    mark: str = "",
    only_if: str = "",
    echo: str = "",
) -> Transition:
    moves = {"-": "stops", "+": "starts", "=": "pauses", ">": "resumes"}
    clock_moves = {moves[word[0]]: word[1:] for word in clocks.split()}
    return Transition(
        action,
        frozenset(OPEN) if sources == "*" else frozenset(map(Stage, sources.split())),
        Stage(target) if target else None,
        frozenset(map(Post, posts.split())),
        frozenset(map(Need, needs.split())),
        Holder(holder),
        mark=mark,
        only_if=only_if,
        echo=echo,
        **clock_moves,
    )


# Clocks: -stops  +starts  =pauses  >resumes
# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    #    action                  from                         to             posts                      needs           clocks                       holder        mark         only if
    _row("ask_to_verify",        "reported",                  "verifying",   "operator",                "place",        "=acceptance +verify"),
    _row("verify_true",          "verifying",                 "reported",    "inspector",               "photo place",  "-verify >acceptance",       "task"),
    _row("verify_false",         "verifying",                 "reported",    "inspector",               "photo reason", "-verify >acceptance",       "task"),
    _row("amend",                "reported",                  "",            "operator",                "reason"),
    _row("accept",               "reported",                  "accepted",    "operator",                "rule place",   "-acceptance +filing"),
    _row("reject",               "reported",                  "rejected",    "operator",                "reason",       "-acceptance"),
    _row("self_dispose",         "reported",                  "checked",     "inspector",               "photo place rule", "-acceptance +closing",  "any",        "self_disposed"),
    _row("refuse_self_disposal", "checked",                   "reported",    "shift_leader",            "reason",       "-closing +acceptance",      "any",        "self_disposal_refused", "self_disposed"),
    _row("transfer",             "reported",                  "transferred", "operator",                "reason",       "-acceptance"),
    _row("file",                 "accepted",                  "filed",       "shift_leader",            "",             "-filing +dispatch"),
    _row("send_back",            "accepted",                  "reported",    "shift_leader",            "reason",       "-filing +acceptance"),
    _row("decline_filing",       "accepted",                  "rejected",    "shift_leader",            "reason",       "-filing"),
    _row("dispatch",             "filed",                     "dispatched",  "dispatcher",              "organization", "-dispatch +handling"),
    _row("undo_dispatch",        "dispatched handling",       "filed",       "dispatcher",              "reason",       "-* +dispatch",              "any",        "wrong_dispatch", "may_be_undone"),
    _row("return_to_filing",     "filed",                     "accepted",    "dispatcher",              "reason",       "-dispatch +filing",         "any",        "return"),
    _row("take_up",              "dispatched",                "handling",    "department",              "",             "",                          "current"),
    _row("pass_down",            "dispatched handling",       "dispatched",  "department",              "organization", "+level",                    "current",    "",           "all_parts_back"),
    _row("hand_up",              "dispatched handling",       "handling",    "department",              "reason",       "-level",                    "lower",      "",           "all_parts_back"),
    _row("submit",               "dispatched handling",       "handling",    "department",              "photo",        "-level",                    "lower",      "",           "all_parts_back"),
    _row("take_back",            "dispatched handling",       "handling",    "department",              "reason",       "-level",                    "above"),
    _row("refuse_feedback",      "handling",                  "dispatched",  "department",              "reason",       "+level",                    "current",    "",           "fed_back"),
    _row("give_parts",           "dispatched handling",       "handling",    "department",              "parts",        "+level",                    "current"),
    _row("pass_part_on",         "handling",                  "handling",    "department",              "organization", "+level",                    "part"),
    _row("submit_part",          "handling",                  "handling",    "department",              "photo",        "-level",                    "part"),
    _row("decline_part",         "handling",                  "handling",    "department",              "reason",       "-level",                    "part"),
    _row("take_back_part",       "handling",                  "handling",    "department",              "organization reason", "-level",             "current",    "",           "parts_out"),
    _row("refuse_part",          "handling",                  "handling",    "department",              "organization reason", "+level",             "current",    "",           "parts_fed_back"),
    _row("hand_back",            "dispatched handling",       "returned",    "department",              "reason",       "=handling +dispatch",       "department", "return",     "all_parts_back"),
    _row("confirm_return",       "returned",                  "filed",       "shift_leader",            "",             "-handling",                 "any",        "wrong_dispatch"),
    _row("refuse_return",        "returned",                  "dispatched",  "shift_leader",            "reason",       "-dispatch >handling"),
    _row("finish",               "handling",                  "handled",     "department",              "photo",        "-handling +check_sending",  "department", "",           "all_parts_back"),
    _row("ask_to_check",         "handled",                   "checking",    "operator",                "",             "-check_sending +check"),
    _row("pass_check",           "checking",                  "checked",     "inspector",               "photo place",  "-check +closing",           "task"),
    _row("fail_check",           "checking",                  "dispatched",  "inspector",               "photo reason", "-check +handling",          "task",       "rework"),
    _row("check_again",          "checked",                   "handled",     "shift_leader",            "reason",       "-closing +check_sending",   "any",        "",           "handled_by_a_department"),
    _row("close",                "checked",                   "closed",      "shift_leader",            "",             "-closing"),
    _row("reclassify",           "accepted filed dispatched handling", "", "shift_leader",     "rule reason"),
    _row("void",                 "*",                         "voided",      "shift_leader",            "reason",       "-*"),
    _row("merge",                "reported verifying accepted filed", "merged", "operator shift_leader", "case reason", "-*",                        echo="take_in"),
    _row("split",                "merged",                    "reported",    "operator shift_leader",   "reason",       "+acceptance",               echo="let_go"),
    _row("reopen",               "closed",                    "reported",    "operator shift_leader",   "reason",       "+acceptance",               "any",        "reopen"),
    # Side paths and overlays: the stage stays as it is (docs/adr/0022).
    _row("ask_extension",        "dispatched handling",       "",            "department",              "reason",       "",                          "responsible", "",         "nothing_asked"),
    _row("grant_extension",      "dispatched handling",       "",            "dispatcher coordinator",  "",             "",                          "any",        "extension", "extension_asked"),
    _row("refuse_extension",     "dispatched handling",       "",            "dispatcher coordinator",  "reason",       "",                          "any",        "",          "extension_asked"),
    _row("ask_suspension",       "dispatched handling",       "",            "department",              "reason until basis", "",                    "responsible", "",         "nothing_asked"),
    _row("grant_suspension",     "dispatched handling",       "",            "coordinator leader",      "",             "=*",                        "any",        "suspension", "suspension_asked"),
    _row("refuse_suspension",    "dispatched handling",       "",            "coordinator leader",      "reason",       "",                          "any",        "",          "suspension_asked"),
    _row("wake",                 "dispatched handling",       "",            "dispatcher department coordinator leader", "", ">*",                  "responsible", "",         "suspended"),
    _row("appeal",               "closed",                    "",            "department",              "reason",       "",                          "responsible", "",         "never_appealed"),
    _row("grant_appeal",         "closed",                    "",            "shift_leader evaluator",  "",             "",                          "any",        "excused",   "appeal_asked"),
    _row("refuse_appeal",        "closed",                    "",            "shift_leader evaluator",  "reason",       "",                          "any",        "",          "appeal_asked"),
    _row("withdraw_request",     "dispatched handling closed", "",           "department",              "",             "",                          "responsible", "",          "request_waits"),
    _row("correct",              "accepted filed dispatched handling returned handled checking checked closed", "", "shift_leader", "reason"),
    _row("order_supervision",    "dispatched handling",       "",            "dispatcher coordinator leader", "reason basis note", "",               "any",        "",          "no_order"),
    _row("answer_supervision",   "dispatched handling returned handled checking checked", "", "department", "reason", "",                          "responsible", "",         "order_unanswered"),
    _row("lift_supervision",     "dispatched handling returned handled checking checked", "", "dispatcher coordinator leader", "", "",              "any",        "",          "under_order"),
    _row("urge",                 "dispatched handling",       "",            "dispatcher coordinator leader", "",       "",                          "any",        "urge"),
)
# fmt: on

BY_ACTION: dict[str, Transition] = {row.action: row for row in TRANSITIONS}

# What a timer may do without a hand.
BY_ITSELF = frozenset({"wake"})
# What the house may do where the city lets it dispatch by itself: only with its reasons (`casework.actions.by_itself`).
DISPATCHED_BY_ITSELF = frozenset({"dispatch", "pass_down"})
# What may be done with a case that is suspended; the rest waits until it wakes.
WHILE_SUSPENDED = frozenset({"wake", "correct", "void", "order_supervision", "answer_supervision", "lift_supervision"})


class Request(StrEnum):
    """What a department asks for, and somebody answers by granting or refusing. One at a time."""

    RETURN = "return"  # 回退
    EXTENSION = "extension"  # 延期
    SUSPENSION = "suspension"  # 挂账
    APPEAL = "appeal"  # 申诉


@dataclass(frozen=True, slots=True)
class Asking:
    """The actions by which a request is made and answered."""

    ask: str
    grant: str
    refuse: str


ASKINGS: dict[Request, Asking] = {
    Request.RETURN: Asking("hand_back", "confirm_return", "refuse_return"),
    Request.EXTENSION: Asking("ask_extension", "grant_extension", "refuse_extension"),
    Request.SUSPENSION: Asking("ask_suspension", "grant_suspension", "refuse_suspension"),
    Request.APPEAL: Asking("appeal", "grant_appeal", "refuse_appeal"),
}
REQUEST_OF: dict[str, Request] = {action: kind for kind, one in ASKINGS.items() for action in (one.ask, one.grant, one.refuse)}

# The few words among which whoever asks or orders chooses why.
BASES: dict[str, tuple[str, ...]] = {
    "hand_back": ("wrong_department", "needs_no_handling", "out_of_jurisdiction"),
    "ask_suspension": ("season", "project"),
    "order_supervision": ("timeout", "leader", "importance"),
}
DEGREES = (1, 2, 3)  # of a supervision order: ordinary, urgent, most urgent

# The first entry of every case: it opens it, so it has no stage to come from.
REPORT = "report"
# Entries that nobody chooses on the case itself, and that leave its stage and clocks as they are: one more report is hung on it or
# taken off it, another case is merged into it or split off again.
ADD_REPORT, RELEASE_REPORT, TAKE_IN, LET_GO = "add_report", "release_report", "take_in", "let_go"
# Entries of cases that came over from an older system: taken to whoever had it in hand there, and to its end (`casework.history`).
CARRY_OVER, CARRIED_TO_THE_END = "carry_over", "carried_to_the_end"
NOT_CHOSEN = frozenset({ADD_REPORT, RELEASE_REPORT, TAKE_IN, LET_GO, CARRY_OVER, CARRIED_TO_THE_END})


def open_to(stage: Stage, posts: frozenset[Post]) -> tuple[Transition, ...]:
    """The actions that a member holding `posts` may take on a case in `stage`, in the table's order."""
    return tuple(row for row in TRANSITIONS if stage in row.sources and row.posts & posts)


def stages_of(post: Post) -> tuple[Stage, ...]:
    """The stages in which this post has something to do: what lies on its desk.

    Voiding, merging, undoing and what leaves the stage as it is are open for long; they put nothing on a desk.
    """
    standing = {"void", "merge", "undo_dispatch"} | {row.action for row in TRANSITIONS if row.target is None}
    return tuple(
        stage for stage in OPEN if any(stage in row.sources and post in row.posts and row.action not in standing for row in TRANSITIONS)
    )


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation: what leads on, and what is done in one stage alone."""
    lines = ["stateDiagram-v2", "    [*] --> reported: report"]
    for row in TRANSITIONS:
        if row.sources == frozenset(OPEN) or row.is_overlay:
            continue
        posts = ", ".join(sorted(row.posts))
        for source in Stage:
            if source in row.sources:
                lines.append(f"    {source} --> {row.target_from(source)}: {row.action} ({posts})")
    lines += [f"    {stage} --> [*]" for stage in Stage if stage in ENDS]
    return "\n".join(lines) + "\n"
