"""What can go wrong with the embedded broker."""


class BrokerError(Exception):
    """The broker process did not come up."""

    def __init__(self, place: str, *, is_port_taken: bool) -> None:
        reason = "the port is taken or not ours to use" if is_port_taken else "it ended before it was ready"
        super().__init__(f"the embedded broker cannot listen on {place}: {reason}")
