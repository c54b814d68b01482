"""What a person should look at in a forecast, as codes and values for a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from controller.usecases.outlooks import Outlook
from schedules import Ending, Fate, Occurrence, Segment, Unaired

Params = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class OutlookWarning:
    """One thing to look at. `code` is that of a broken guard rail, or of what becomes of the occurrence.

    `choose_order`: it meets an equal, and nobody said which goes first. `order_not_chosen`: it is not planned until
    somebody does. `outranked`, `too_late`: it will not be heard. `trimmed`, `limited`, `cut`: not to its end at once.
    `volume_lowered`: the guard rails make it quieter than was ordered.
    """

    code: str
    occurrence: str
    params: Params = ()


def warnings_of(outlook: Outlook) -> list[OutlookWarning]:
    """Return what to look at, in the order of time; what waits for a decision first."""
    held = [OutlookWarning("order_not_chosen", one.id) for one in outlook.held]
    return [*held, *_of_outcome(outlook)]


def _of_outcome(outlook: Outlook) -> Iterator[OutlookWarning]:
    known = {one.occurrence.id: one.occurrence for one in outlook.outcome}
    segments = [one for one in outlook.outcome if isinstance(one, Segment)]
    begin = {one.start_at: one.occurrence for one in segments}
    end = {one.end_at: one.occurrence for one in segments}
    for one in outlook.outcome:
        if isinstance(one, Unaired):
            rival = known.get(one.winner)
            yield from _of_unaired(one)
        elif one.ending is Ending.OUTRANKED:
            rival = begin.get(one.end_at)
            yield from _of_segment(one)
        else:
            rival = end.get(one.start_at) if one.start_at > one.occurrence.start_at else None
            yield from _of_segment(one)
        if rival is not None and _is_tie(one.occurrence, rival):
            yield OutlookWarning("choose_order", one.occurrence.id, (("winner", rival.id),))


def _is_tie(one: Occurrence, other: Occurrence) -> bool:
    is_other = one.id != other.id and not one.is_text
    return is_other and (one.priority, one.order) == (other.priority, other.order)


def _of_unaired(one: Unaired) -> Iterator[OutlookWarning]:
    yield from (OutlookWarning(breach.code, one.occurrence.id, breach.params) for breach in one.breaches)
    if one.fate is not Fate.REFUSED:
        yield OutlookWarning(one.fate.value, one.occurrence.id, (("winner", one.winner),))


def _of_segment(one: Segment) -> Iterator[OutlookWarning]:
    occurrence = one.occurrence
    if occurrence.is_text:
        return
    if one.ending is Ending.OUTRANKED:
        yield OutlookWarning("cut", occurrence.id)
    elif one.ending is not Ending.WHOLE:
        yield OutlookWarning(one.ending.value, occurrence.id)
    if one.volume < occurrence.volume:
        params: Params = (("volume", one.volume), ("wished", occurrence.volume))
        yield OutlookWarning("volume_lowered", occurrence.id, params)
