"""Case numbers: yyyymmdd, county, daily serial. No number is given twice; one that was taken for a report that failed stays unused."""

from datetime import date

from django.db import connection

# Outside a transaction the serial is a transaction of its own, which waits for no disk and locks nobody out while the report is
# written. That is safe: the log is written in order, so a case that is on the disk has its serial there before it.
TAKE_SERIAL_AT_ONCE = """
WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO casework_caseserial AS serial (day, county, taken) SELECT %s, %s, 1 FROM unhurried
ON CONFLICT (day, county) DO UPDATE SET taken = serial.taken + 1 RETURNING taken
"""
# Inside one, the row stays locked until its end.
TAKE_SERIAL = """
INSERT INTO casework_caseserial AS serial (day, county, taken) VALUES (%s, %s, 1)
ON CONFLICT (day, county) DO UPDATE SET taken = serial.taken + 1 RETURNING taken
"""
COUNTY = "SELECT min(code) FROM foundation_division WHERE code BETWEEN 100000 AND 999999 AND valid_to IS NULL"


def take_number(grid_code: int | None, day: date) -> str:
    """The next number of a day, in the county of a unit grid; of a place in no grid: in the first county there is."""
    with connection.cursor() as cursor:
        county = grid_code // 10**9 if grid_code else None
        if county is None:
            cursor.execute(COUNTY)
            county = cursor.fetchone()[0] or 0
        cursor.execute(TAKE_SERIAL if connection.in_atomic_block else TAKE_SERIAL_AT_ONCE, [day, county])
        (serial,) = cursor.fetchone()
    return f"{day:%Y%m%d}{county:06d}{serial:06d}"
