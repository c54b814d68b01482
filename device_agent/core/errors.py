"""What can go wrong on a device."""


class DeviceError(Exception):
    """Base of the agent's errors. `code` is stable; `hint` tells the installer what to do."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint
