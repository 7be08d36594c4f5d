"""What the city wants of its portal."""

from django.db.models.functions import Concat

from chengge.foundation.models import ProblemClass
from chengge.intake.models import PortalRules


def portal_rules() -> PortalRules:
    """The rules that hold; the defaults where nobody has set any. One query."""
    return PortalRules.objects.filter(pk=1).first() or PortalRules(pk=1)


def code_of(problem_class: ProblemClass) -> str:
    """How a class is named in the rules: `event0110`."""
    return f"{problem_class.kind}{problem_class.code}"


def hidden_class_ids(rules: PortalRules) -> list[int]:
    """Every row, past and present, of the classes that are not public. One query; none where none are hidden."""
    if not rules.hidden_classes:
        return []
    coded = ProblemClass.objects.annotate(code_in_full=Concat("kind", "major_code", "minor_code"))
    return list(coded.filter(code_in_full__in=rules.hidden_classes).order_by().values_list("pk", flat=True))
