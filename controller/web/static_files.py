"""Files that are served as they are."""

from importlib.resources import files
from pathlib import Path


def static_folder() -> Path:
    """Return the folder of static files; `build/` in it is made by the front-end build."""
    return Path(str(files("controller.web").joinpath("static")))
