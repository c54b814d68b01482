"""Why a command cannot begin."""


class CommandError(Exception):
    """The message says what to do."""
