"""What the house says when it will not do something: one sentence for the person, one hint what to do."""


class Refused(Exception):
    """An action that is not carried out; everything is as it was before.

    Args:
        code: stable word for machines, such as `stage` or `post`.
        message: a sentence for the person, already in their language.
        hint: what they can do now; may be empty.
        field: the name of the given value that is at fault, if it is one value.
    """

    def __init__(self, code: str, message: str, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Forbidden(Refused):
    """The member's post, axis or scope does not allow it."""


class Conflict(Refused):
    """Somebody else was faster: the case is no longer as this member saw it."""


class NotFound(Refused):
    """There is no such thing, or none that this member may see."""


class Gone(Refused):
    """It was here, and is here no more: forgotten on purpose, or its files are gone."""


class TooMany(Refused):
    """It came too often; the same later is welcome.

    Args:
        retry_after_seconds: when to try again.
    """

    def __init__(self, message: str, hint: str, retry_after_seconds: int) -> None:
        super().__init__("too_many", message, hint)
        self.retry_after_seconds = retry_after_seconds
