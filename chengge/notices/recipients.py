"""Whom a notice goes to: a member of the house, or somebody outside by telephone number or e-mail address."""

from dataclasses import dataclass, field

from chengge.contacts import mask
from chengge.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person. Made by `Recipient.member(…)` or `Recipient.contact(…)`.

    Attributes:
        member_id: the member, or None for somebody outside.
        address: telephone number or e-mail address of somebody outside; never shown by `repr`.
    """

    member_id: int | None = None
    address: str = field(default="", repr=False)

    @classmethod
    def member(cls, member_id: int) -> "Recipient":
        return cls(member_id=member_id)

    @classmethod
    def contact(cls, address: str) -> "Recipient":
        """A telephone number or an e-mail address, as told."""
        return cls(address=address.strip())

    @property
    def kind(self) -> Notice.Kind:
        if self.member_id is not None:
            return Notice.Kind.MEMBER
        return Notice.Kind.EMAIL if "@" in self.address else Notice.Kind.SMS

    @property
    def is_nobody(self) -> bool:
        return self.member_id is None and not self.address

    def __str__(self) -> str:
        return f"member {self.member_id}" if self.member_id is not None else mask(self.address)
