"""What an API request looks for among cases: the same names as in the address of a desk."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chengge.casework.models import Channel
from chengge.casework.queries import CaseFilter
from chengge.casework.queries.filters import LONGEST_TEXT
from chengge.domain.lifecycle import Post, Stage
from chengge.domain.worktime import Light
from chengge.foundation.models import ProblemKind
from chengge.rest.fields import NO_ZERO, Day, DivisionCode, GridCode, Id


class Wanted(BaseModel):
    """Parameters of a list of cases; none of them: every case in sight."""

    model_config = ConfigDict(populate_by_name=True)

    desk: Post | None = Field(None, description="Only what lies on the desk of this post")
    queue: Annotated[str, Field(pattern=r"^[a-z_]{0,30}$")] = Field(
        "", description="A sub-queue of the desk; `all` lifts the desk's limits"
    )
    stage: list[Stage] = Field(default_factory=list)
    kind: ProblemKind | None = None
    class_id: Id | None = Field(None, alias="class", description="Class of the catalogue")
    organization: Id | None = Field(None, description="Who holds it now")
    department: Id | None = Field(None, description="Who answers for it")
    division: DivisionCode | None = None
    grid: GridCode | None = None
    light: Light | None = None
    channel: Channel | None = None
    urgent: bool = False
    q: Annotated[str, Field(max_length=LONGEST_TEXT, pattern=NO_ZERO)] = Field("", description="Words, in Chinese too; or a number")
    number: Annotated[str, Field(pattern=r"^[0-9]{0,20}$")] = Field(
        "", description="The beginning of a case number, or a grid or component code"
    )
    reported_from: Day | None = Field(None, alias="from", description="Day of the report, inclusive")
    reported_to: Day | None = Field(None, alias="to", description="Day of the report, inclusive")
    mine: bool = Field(False, description="Only cases that my organization holds now")
    mark: Annotated[str, Field(pattern=r"^(returned|rework|self_disposed|by_itself)?$")] = ""
    order: Annotated[str, Field(pattern=r"^(due|newest)$")] = Field("due", description="due: the most pressing first; newest")

    def filter(self) -> CaseFilter:
        """Raises Refused for a value that is none; `field` names it."""
        sent = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return CaseFilter.parse({name: "1" if value is True else value for name, value in sent.items()})
