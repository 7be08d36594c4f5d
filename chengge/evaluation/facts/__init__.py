"""Facts: what the city did, as Parquet by month, read on from the ledger (docs/facts.md)."""

from chengge.evaluation.facts.refreshing import Refreshed, rebuild, refresh, reread
from chengge.evaluation.facts.store import FactStore, city_facts
from chengge.evaluation.facts.tables import fact_tables

__all__ = ["FactStore", "Refreshed", "city_facts", "fact_tables", "rebuild", "refresh", "reread"]
