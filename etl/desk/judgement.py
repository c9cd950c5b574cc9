"""What the steps of a delivery have to say about it; a report is made from all of them at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dothi.core.text import Text
from etl.desk.held import Reason
from etl.desk.options import DeliveryOptions
from etl.report.model import Verdict


@dataclass(frozen=True)
class Judgement:
    """What one step, or several added up, came to.

    verdict: how the delivery ends here, None where it goes on. held: reasons for which a person has to decide.
    seen: of each reason the figure that was found, above what the layer lets pass. superseded_by: the later delivery
    that has taken its place.
    """

    verdict: Verdict | None = None
    held: tuple[Reason, ...] = ()
    seen: Mapping[Reason, float] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    superseded_by: int | None = None

    def __add__(self, other: 'Judgement') -> 'Judgement':
        return Judgement(
            self.verdict or other.verdict,
            tuple(dict.fromkeys(self.held + other.held)),
            {**self.seen, **other.seen},
            self.notes + other.notes,
            self.superseded_by or other.superseded_by,
        )

    @property
    def ends(self) -> bool:
        """Whether nothing more is to be done: there is a verdict, or a person has to decide."""
        return self.verdict is not None or bool(self.held)

    def report_members(self) -> dict[str, Any]:
        """What a report has from it, but for the notes, whose place is between those of others."""
        return {
            'verdict': self.final_verdict,
            'held': list(self.held),
            'seen': dict(self.seen),
            'superseded_by': self.superseded_by,
        }

    @property
    def final_verdict(self) -> Verdict:
        """`undecided` where a person has to decide, else what a step found, else `accepted`."""
        return 'undecided' if self.held else self.verdict or 'accepted'


NOTHING_TO_SAY = Judgement()


def agreed_or_held(options: DeliveryOptions, reason: Reason, figure: float, *notes: Text) -> Judgement:
    """Records the figure for whoever decides next; holds the delivery, with the notes, where nobody agreed to it."""
    if options.agrees_to(reason, figure):
        return Judgement(seen={reason: figure})
    return Judgement(held=(reason,), seen={reason: figure}, notes=notes)
