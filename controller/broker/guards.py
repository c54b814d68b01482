"""The embedded broker's door-keepers: no anonymous client, and every device on its own topics only."""

import hmac
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from amqtt.contexts import Action, BaseContext
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from controller.broker.access_file import CONTROLLER_LOGIN, read_logins
from controller.domain.ids import token_hash
from protocol.errors import TopicError
from protocol.topics import Direction, device_may_publish, device_may_subscribe, parse, up_filter

_log = logging.getLogger(__name__)


class Logins:
    """The access file, read again whenever it has changed: a revoked device is out at its next word."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] = (0, 0)
        self._hashes: dict[str, str] = {}

    def hash_of(self, username: str) -> str | None:
        """Return the hash of a login's secret; None for a login that does not exist (any more)."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 - called for every message
        except FileNotFoundError:
            return None
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            self._hashes, self._stamp = read_logins(self._path), stamp
        return self._hashes.get(username)


@dataclass
class GuardConfig:
    """Where the access file is."""

    access_file: str = ""


class LoginGuard(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in known logins with the right secret, and a last will only on a topic of the client's own."""

    Config = GuardConfig

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._logins = Logins(Path(self._get_config_option("access_file", "")))

    async def authenticate(self, *, session: Session) -> bool:
        username, password = session.username or "", session.password or ""
        expected = self._logins.hash_of(username)
        is_known = expected is not None and hmac.compare_digest(expected, token_hash(password))
        # The broker drops an older connection of the same client id, so an id must belong to its login.
        owns_id = session.client_id == username or (session.client_id or "").startswith(f"{username}.")
        owns_will = not session.will_topic or may_publish(username, session.will_topic)
        if not (is_known and owns_id and owns_will):
            _log.warning(
                "refused the login of %r as client %r", username[:60], (session.client_id or "")[:60]
            )
            return False
        return True


class TopicGuard(BaseTopicPlugin):  # type: ignore[misc]
    """Devices speak on their own `up` topics and hear their own `down` topics; the controller the reverse."""

    Config = GuardConfig

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._logins = Logins(Path(self._get_config_option("access_file", "")))

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        username = (session.username or "") if session is not None else ""
        if not topic or self._logins.hash_of(username) is None:
            return False
        if action is Action.PUBLISH:
            allowed = may_publish(username, topic)
        elif action is Action.SUBSCRIBE:
            allowed = may_subscribe(username, topic)
        else:
            allowed = may_receive(username, topic)
        if not allowed:
            _log.warning("%s may not %s %s", username[:60], action, topic[:120])
        return allowed


def may_publish(username: str, topic: str) -> bool:
    """Tell whether a login may publish to a topic."""
    if username == CONTROLLER_LOGIN:
        return _direction(topic) is Direction.DOWN
    return device_may_publish(username, topic)


def may_subscribe(username: str, topic_filter: str) -> bool:
    """Tell whether a login may subscribe to a filter."""
    if username == CONTROLLER_LOGIN:
        return topic_filter == up_filter()
    return device_may_subscribe(username, topic_filter)


def may_receive(username: str, topic: str) -> bool:
    """Tell whether a login may be sent a message on a topic."""
    if username == CONTROLLER_LOGIN:
        return _direction(topic) is Direction.UP
    return device_may_subscribe(username, topic)


def _direction(topic: str) -> Direction | None:
    try:
        return parse(topic).direction
    except TopicError:
        return None
