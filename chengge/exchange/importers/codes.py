"""Reading the codes that cells hold."""

from django.utils.translation import gettext as _

from chengge.domain.codes import CodeError, ComponentCode, DivisionCode, GridCode
from chengge.exchange.importers.columns import BadCell, text_of

# A spreadsheet keeps 15 digits of a number and makes the rest zeros.
EXACT_DIGITS_OF_A_NUMBER = 15


def division_code(value: object) -> int:
    """A division's code; filled up with zeros or not."""
    written = text_of(value)
    try:
        return DivisionCode.parse(written).value
    except CodeError:
        hint = _("Write 4 digits for a city, 6 for a district, 9 for a street, 12 for a community.")
        raise BadCell(_("“%(value)s” is no division code.") % {"value": written}, hint) from None


def grid_code(value: object) -> int:
    """A unit grid's code of 15 digits, or of 14 in the older form."""
    written = text_of(value)
    try:
        return GridCode.parse(written).value
    except CodeError:
        hint = _("Write 15 digits: county 6, street 3, community 3, serial 3; or leave the column away and codes are made.")
        raise BadCell(_("“%(value)s” is no unit grid code.") % {"value": written}, hint) from None


def component_code(value: object) -> int:
    """A component's code of 16 digits, kept as text: a number in a spreadsheet has lost its last digit."""
    written = text_of(value)
    if isinstance(value, int | float) and len(written) > EXACT_DIGITS_OF_A_NUMBER:
        raise BadCell(
            _("“%(value)s” is kept as a number, of which a spreadsheet knows 15 digits only.") % {"value": written},
            _("Set the column to text and fill in the codes again from their source."),
        )
    try:
        return ComponentCode.parse(written).value
    except CodeError:
        hint = _("Write 16 digits: county 6, major class 2, minor class 2, serial 6; or leave the column away and codes are made.")
        raise BadCell(_("“%(value)s” is no component code.") % {"value": written}, hint) from None


def two_digits(value: object) -> str:
    """A major or minor class: 1, 01 or 1.0 is 01."""
    written = text_of(value)
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= 99):
        raise BadCell(_("“%(value)s” is no class code.") % {"value": written}, _("Write two digits, 01 to 99."))
    return f"{int(written):02d}"
