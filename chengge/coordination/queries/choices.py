"""What the forms of coordination offer: platforms, all bodies, classes and divisions of today. One place for what is on offer."""

from datetime import date

from django.db.models import QuerySet

from chengge.foundation.models import Division, ProblemClass
from chengge.foundation.queries.dated import holding_on
from chengge.organization.models import Organization, OrganizationKind

PLATFORM_LEVEL = 2
CENTRES = (OrganizationKind.SUPERVISION_CENTRE, OrganizationKind.COMMAND_CENTRE)
LEAST_DIVISION = 10**5  # the code of a county; above it are cities and provinces


def bodies() -> QuerySet[Organization]:
    """Everybody who may answer for something: departments, sections and crews."""
    return Organization.objects.filter(level__gte=PLATFORM_LEVEL, valid_to=None).exclude(kind__in=CENTRES).order_by("code")


def platforms() -> QuerySet[Organization]:
    """The platforms of the second level: those are invited, visited and instructed."""
    return bodies().filter(level=PLATFORM_LEVEL)


def classes(day: date) -> QuerySet[ProblemClass]:
    """The classes of the catalogue that hold on a day, in its order."""
    return holding_on(ProblemClass.objects.order_by("kind", "major_code", "minor_code"), day)


def divisions(day: date) -> QuerySet[Division]:
    """The divisions that hold on a day, from the county down."""
    return holding_on(Division.objects.filter(code__gte=LEAST_DIVISION).order_by("code"), day)
