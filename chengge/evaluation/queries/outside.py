"""Values that no indicator reckons: scores of inspections, and those brought in from outside."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from chengge.domain.scoring import NONE, Observed
from chengge.evaluation.models import Campaign, ImportedScore, ImportedSet
from chengge.evaluation.queries.inspection_results import Key, found_in, street_offices, values_of
from chengge.organization.queries import city_day


def outside_values(begin: datetime, end: datetime) -> Mapping[Key, Observed]:
    """The values of a period by (code, judged, subject_id): points of a hundred. None where nobody has inspected or brought in anything.

    A campaign that is published, and a table that was approved, count for the period in which their last day falls. The value of an
    inspection is the mean over its places (denominator: how many), that of an import the points given, weighed by how many were asked;
    where several tell of the same item and subject, all their places and people are taken together.
    """
    first, after = city_day(begin), city_day(end)
    numerators: dict[Key, Fraction] = defaultdict(lambda: NONE)
    counts: dict[Key, int] = defaultdict(int)
    published = list(Campaign.objects.filter(state=Campaign.State.PUBLISHED, end__gte=first, end__lt=after).order_by("id"))
    for what in found_in(published) if published else ():
        for key, value in values_of(what, street_offices(what.campaign.end)).items():
            numerators[key] += value.numerator
            counts[key] += value.denominator or 0
    rows = ImportedScore.objects.filter(of_set__state=ImportedSet.State.APPROVED, of_set__end__gte=first, of_set__end__lt=after)
    for code, judged, subject_id, points, sample in rows.values_list("code", "of_set__judged", "subject_id", "points", "sample"):
        numerators[code, judged, subject_id] += Fraction(points) * sample
        counts[code, judged, subject_id] += sample
    return {key: Observed(numerators[key], counts[key]) for key in sorted(numerators)}
