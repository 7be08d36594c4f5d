"""Which unit grid a place lies in: one place in microseconds, millions in a second, over all grids of a city.

    index = GridIndex.of(codes, polygons)
    index.locate(120.17, 30.27)  # 330103005004012, or None outside all grids
    index.locate_many(lons, lats)  # array of codes, 0 for none

A place on a border lies in both grids; the one with the smallest code has it, whoever asks and however.
"""

from chengge.domain.gridindex.index import GridIndex, GridIndexError

__all__ = ["GridIndex", "GridIndexError"]
