"""All writes of the foundation's tables. Rows are ended and replaced, never edited; every change raises its revision."""

from chengge.foundation.actions.catalogue import (
    USUAL_STAGE_LIMITS,
    ResponsibilityValues,
    RuleValues,
    end_responsibility,
    end_rule,
    put_usual_stage_limits,
    replace_class,
    save_responsibility,
    save_rule,
    save_stage_limit,
)
from chengge.foundation.actions.dated import DatedChange, bump, carry_out, carry_out_many, copy_in
from chengge.foundation.actions.places import (
    end_responsibility_grid,
    put_base_map,
    put_components,
    put_place_names,
    relocate,
    remove_place_names,
    save_responsibility_grid,
)
from chengge.foundation.actions.register import add_component, change_component, take_back_version
from chengge.foundation.actions.roster import Copied, ShiftValues, copy_week, end_shift, plan_cell, save_shift
from chengge.foundation.actions.rulings import RuledScope, end_ruling, lay_down

__all__ = [
    "USUAL_STAGE_LIMITS",
    "Copied",
    "DatedChange",
    "ResponsibilityValues",
    "RuleValues",
    "RuledScope",
    "ShiftValues",
    "add_component",
    "bump",
    "carry_out",
    "carry_out_many",
    "change_component",
    "copy_in",
    "copy_week",
    "end_responsibility",
    "end_responsibility_grid",
    "end_rule",
    "end_ruling",
    "end_shift",
    "lay_down",
    "plan_cell",
    "put_base_map",
    "put_components",
    "put_place_names",
    "put_usual_stage_limits",
    "relocate",
    "remove_place_names",
    "replace_class",
    "save_responsibility",
    "save_responsibility_grid",
    "save_rule",
    "save_shift",
    "save_stage_limit",
    "take_back_version",
]
