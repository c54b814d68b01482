"""The board kind: shows the text of notices on an e-bulletin panel."""

from device_agent.board.outputs import build_performer

__all__ = ["build_performer"]
