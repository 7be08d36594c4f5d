"""Every kind of thing that can be imported, in the order in which a new city imports them."""

from chengge.exchange.importers.areas import Areas
from chengge.exchange.importers.base import Importer
from chengge.exchange.importers.boundaries import Boundaries
from chengge.exchange.importers.calendars import Calendars, Holidays
from chengge.exchange.importers.catalogue import Catalogue
from chengge.exchange.importers.components import Components
from chengge.exchange.importers.divisions import Divisions
from chengge.exchange.importers.grids import Grids
from chengge.exchange.importers.handbook import Handbook
from chengge.exchange.importers.members import Members
from chengge.exchange.importers.organizations import Organizations
from chengge.exchange.importers.responsibilities import Responsibilities
from chengge.exchange.importers.responsibility_grids import ResponsibilityGrids
from chengge.exchange.importers.roster import Roster
from chengge.exchange.importers.stage_limits import StageLimits
from chengge.exchange.importers.surroundings import BaseMap, Places

KINDS: dict[str, type[Importer]] = {
    importer.kind: importer
    for importer in (
        Calendars,
        Holidays,
        Divisions,
        Boundaries,
        Grids,
        Organizations,
        Members,
        ResponsibilityGrids,
        Catalogue,
        Handbook,
        StageLimits,
        Responsibilities,
        Areas,
        Components,
        Places,
        BaseMap,
        Roster,
    )
}
