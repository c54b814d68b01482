"""Looking at pictures without a picture library: ffmpeg turns them into plain pixels."""

import subprocess
from pathlib import Path


def pixels_of(picture: Path) -> bytes:
    """Return the picture's pixels, three bytes each, row by row; fail on a torn file."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-xerror",
        "-i",
        str(picture),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    return subprocess.run(command, capture_output=True, check=True, timeout=20).stdout


def different_share(one: bytes, other: bytes) -> float:
    """Return the share of differing pixels, looked at one in eleven; 1 for different sizes."""
    if len(one) != len(other):
        return 1.0
    places = range(0, len(one) - 3, 33)
    return sum(one[at : at + 3] != other[at : at + 3] for at in places) / len(places)
