"""Old cases from an older system's list, by a mapping that says what stands where (docs/import.md, "history")."""

from chengge.exchange.history.mapping import Mapping, read_mapping
from chengge.exchange.history.reading import HistoryFault, HistoryPlan, plan_history
from chengge.exchange.history.writing import Judged, apply_history, judged_of

__all__ = ["HistoryFault", "HistoryPlan", "Judged", "Mapping", "apply_history", "judged_of", "plan_history", "read_mapping"]
