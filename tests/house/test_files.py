"""What must not be in any file that goes into git."""

import json
import re

from tests.house.source import files, text_of

# Split, so that this file does not name them either.
_REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "npm" + "mirror",
    "deb." + "debian.org",
    "archive." + "ubuntu.com",
    "--index" + "-url",
    "--extra-index" + "-url",
]
_DEVELOPER_PATH = re.compile(r"(?<![\w.$}>*-])/(?:home|Users|root|work)/[A-Za-z0-9._-]")

ALLOWED: dict[str, str] = {}
"""path -> reason"""


def test_no_file_names_a_package_registry() -> None:
    found = [
        f"{path}: {host}"
        for path in files()
        if path not in ALLOWED
        for host in _REGISTRIES
        if host in text_of(path)
    ]
    assert not found, "leave the choice of registry to the machine's own settings:\n" + "\n".join(found)


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in files()
        if path not in ALLOWED
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if _DEVELOPER_PATH.search(line)
    ]
    assert not found, "write it relative to the project, or as a setting:\n" + "\n".join(found)


def test_the_front_ends_lock_names_no_address() -> None:
    for path in files():
        if path.endswith("package-lock.json"):
            packages = json.loads(text_of(path)).get("packages", {})
            found = [name for name, one in packages.items() if "resolved" in one]
            assert not found, (
                f"{path}: set omit-lockfile-registry-resolved=true and write it anew: {found[:5]}"
            )
