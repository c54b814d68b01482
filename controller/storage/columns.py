"""What all tables are made with. Instants are stored as UTC without zone and come back aware."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String, TypeDecorator

ID = String(40)


class Instant(TypeDecorator[datetime]):
    """An aware instant. A naive one is a programming error and is refused, since its zone would be a guess."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant cannot be stored")
        try:
            return value.astimezone(UTC).replace(tzinfo=None)
        except OverflowError:
            # A query may ask for the first or last day of the calendar; nothing that is stored comes near.
            return value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def words(kind: type) -> Enum:
    """Return a column of the words of an enumeration."""
    return Enum(
        kind, native_enum=False, length=20, values_callable=lambda words: [word.value for word in words]
    )


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
