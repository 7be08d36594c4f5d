"""What the forms of several channels ask for beside the values that every form knows (`chengge.organization.typed`)."""

from django.http import QueryDict

from chengge.foundation.models import ProblemClass


def chosen_class(sent: QueryDict) -> ProblemClass | None:
    """The class that is chosen in a form, to show it again; None where none is. At most one query."""
    class_id = sent.get("problem_class_id", "")
    return ProblemClass.objects.filter(pk=int(class_id)).first() if class_id.isdigit() and len(class_id) < 19 else None
