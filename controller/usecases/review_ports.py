"""What review needs of the storage: what waits for a decision, who stands in for whom, who was reminded."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from controller.domain.airings import AuditEntry, Broadcast
from controller.domain.notices import Notice
from controller.domain.people import Grant
from controller.domain.review import Delegation, Reminder


class Review(Protocol):
    """The rows that wait, and those about waiting."""

    def add(self, delegation: Delegation) -> None: ...
    def remind(self, reminder: Reminder) -> bool:
        """Keep a reminder, unless this person has had that one about it: of two callers, one is told True."""
        ...

    def submitted(self, area_ids: Iterable[str] | None = None) -> Sequence[Notice]:
        """Return every notice that waits for a decision, the longest waiting first; of some areas, or of all."""
        ...

    def held(self, area_ids: Iterable[str] | None = None) -> Sequence[Broadcast]:
        """Return every broadcast that waits for a second approver, the longest waiting first."""
        ...

    def sent_back_to(self, user_id: str) -> Sequence[Notice]:
        """Return the notices of an author that an approver rejected, the latest first."""
        ...

    def lapsing(self, now: datetime, *, undecided_since: datetime) -> Sequence[Notice]:
        """Return notices that have something to let go of: expired by now, or waiting since before then."""
        ...

    def ordered_or_approved_by(self, user_id: str) -> Sequence[Broadcast]:
        """Return the broadcasts, not stopped or rejected, that this person ordered, changed or approved."""
        ...

    def delegation(self, delegation_id: str) -> Delegation | None: ...
    def delegations_to(self, user_id: str, *, from_day: date) -> Sequence[Delegation]:
        """Return those to this person that have not been ended and whose last day is `from_day` or later."""
        ...

    def delegations(self, *, from_day: date) -> Sequence[Delegation]:
        """Return all that have not been ended and whose last day is `from_day` or later, the first first."""
        ...

    def approver_grants(self) -> Sequence[Grant]:
        """Return every grant of an approver whose account is open."""
        ...

    def reminders(self, subjects: Iterable[str]) -> Sequence[Reminder]:
        """Return the reminders about these subjects, oldest first."""
        ...

    def reminders_of(self, user_id: str) -> Sequence[Reminder]:
        """Return the reminders of a person that they have not seen, oldest first."""
        ...

    def see_reminders(self, user_id: str, subject: str, now: datetime) -> None:
        """Note that a person has opened what they were reminded of."""
        ...

    def trail(self, subject: str, *, limit: int) -> Sequence[AuditEntry]:
        """Return the trail of a subject, the latest first."""
        ...
