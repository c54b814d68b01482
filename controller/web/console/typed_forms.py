"""What was typed into a form, whose inputs may come several times."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request

_MOST_VALUES = 2_000
_LONGEST_VALUE = 20_000


class TypedForm:
    """The values of a form by the names of its inputs. What was not sent is empty."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> tuple[str, ...]:
        """Return the names of the inputs that were sent."""
        return tuple(self._values)

    def one(self, name: str) -> str:
        """Return the first value of an input."""
        return self._values.get(name, [""])[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of an input, the empty ones included: rows keep their place."""
        return tuple(value.strip() for value in self._values.get(name, ()))


async def typed_form(request: Request) -> TypedForm:
    """Return what was typed; files are none of it."""
    form = await request.form()
    pairs = [(name, value[:_LONGEST_VALUE]) for name, value in form.multi_items() if isinstance(value, str)]
    return TypedForm(pairs[:_MOST_VALUES])


AnyTyped = Annotated[TypedForm, Depends(typed_form)]
