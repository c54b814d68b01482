"""The link over paho-mqtt: the only file that imports it."""

import logging
import math
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from protocol.backoff import Backoff
from protocol.link import LastWill, LinkSettings, OnConnection, OnMessage

_log = logging.getLogger(__name__)
_STABLE_AFTER_S = 30.0
_SUSPICIOUS_DROPS = 3
_CONNECT_TIMEOUT_S = 10.0
_STOP_WITHIN_S = 2.0
_MAX_QUEUED = 1_000


class _Client(paho.Client):
    """A paho client that says when its network thread has ended, for whatever reason."""

    def __init__(self, settings: LinkSettings, ended: threading.Event) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            clean_session=True,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        self._ended = ended

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        try:
            return super().loop_forever(timeout, retry_first_connection)
        finally:
            self._ended.set()


class PahoLink:
    """`protocol.link.Link` over one paho client at a time; a new client for each try.

    Reconnecting is ours, not paho's: paho's own delay has no jitter and starts again at every CONNACK.
    """

    def __init__(
        self,
        settings: LinkSettings,
        *,
        subscribe_to: str,
        on_message: OnMessage,
        on_connection: OnConnection,
        will: Callable[[], LastWill] | None = None,
        random_source: random.Random | None = None,
    ) -> None:
        """`will` is asked anew before each connect, so that it can carry a fresh signature."""
        self._settings = settings
        self._filter = subscribe_to
        self._on_message = on_message
        self._on_connection = on_connection
        self._will = will
        self._backoff = Backoff(base_s=0.5, cap_s=60.0, random=random_source or random.Random())  # noqa: S311
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._client: paho.Client | None = None
        self._connected = False
        self._drops = 0
        self._up_since_s = math.inf
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._stay_connected, name="mqtt-link", daemon=True)
        self._thread.start()

    def publish(self, topic: str, payload: bytes) -> bool:
        client = self._client
        if client is None or not self._connected:
            return False
        return client.publish(topic, payload, qos=1).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def stop(self) -> None:
        self._stopping.set()
        self._ended.set()
        if self._thread is not None:
            # A connect that hangs cannot be cut short; the thread is a daemon and ends with its try.
            self._thread.join(timeout=_STOP_WITHIN_S)

    def _stay_connected(self) -> None:
        while not self._stopping.is_set():
            self._up_since_s = math.inf
            try:
                self._connect_once()
            # The loop's boundary: a will that cannot be signed or a missing CA file may be mended meanwhile.
            except Exception:
                _log.exception("broker %s:%s: cannot connect", self._host, self._settings.port)
            self._judge(lasted_s=time.monotonic() - self._up_since_s)
            wait_s = self._backoff.next_wait_s()
            if not self._stopping.is_set():
                _log.info("broker %s:%s: trying again in %.1f s", self._host, self._settings.port, wait_s)
            self._stopping.wait(wait_s)

    def _judge(self, *, lasted_s: float) -> None:
        """Take note of how long a connection lasted, a negative number when there was none."""
        if lasted_s > _STABLE_AFTER_S:
            self._backoff.reset()
            self._drops = 0
        elif lasted_s >= 0:
            self._drops += 1
            if self._drops >= _SUSPICIOUS_DROPS:
                _log.warning(
                    "broker %s:%s lets %s in and drops it again, %s times by now: "
                    "does another program use the same identity?",
                    self._host,
                    self._settings.port,
                    self._settings.client_id,
                    self._drops,
                )

    @property
    def _host(self) -> str:
        return self._settings.host

    def _connect_once(self) -> None:
        """Connect, stay until the connection ends, and leave nothing behind."""
        self._ended.clear()
        if self._stopping.is_set():
            return
        client = self._new_client()
        try:
            client.connect(self._host, self._settings.port, keepalive=self._settings.keepalive_s)
        except (OSError, ValueError) as error:
            _log.info("broker %s:%s cannot be reached: %s", self._host, self._settings.port, error)
            return
        self._client = client
        client.loop_start()
        try:
            self._ended.wait()
        finally:
            client.disconnect()
            client.loop_stop()
            self._client = None
            self._set_connected(False)

    def _new_client(self) -> paho.Client:
        client = _Client(self._settings, self._ended)
        client.username_pw_set(self._settings.username, self._settings.password)
        client.connect_timeout = _CONNECT_TIMEOUT_S
        client.max_queued_messages_set(_MAX_QUEUED)
        if self._settings.ca_file:
            client.tls_set(ca_certs=self._settings.ca_file)
        if self._will is not None:
            will = self._will()
            client.will_set(will.topic, will.payload, qos=1)
        client.on_connect = self._connected_to_broker
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._received
        return client

    def _connected_to_broker(
        self,
        client: paho.Client,
        _user: Any,
        _flags: paho.ConnectFlags,
        code: ReasonCode,
        _p: Properties | None,
    ) -> None:
        if code.is_failure:
            _log.error("broker %s:%s refuses %s: %s", self._host, self._settings.port, client.username, code)
            self._ended.set()
            return
        client.subscribe(self._filter, qos=1)

    def _subscribed(
        self, _client: paho.Client, _user: Any, _mid: int, codes: list[ReasonCode], _p: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            _log.error("broker %s refuses the subscription to %s", self._host, self._filter)
            self._ended.set()
            return
        _log.info("connected to broker %s:%s", self._host, self._settings.port)
        self._set_connected(True)

    def _disconnected(
        self,
        _client: paho.Client,
        _user: Any,
        _f: paho.DisconnectFlags,
        code: ReasonCode,
        _p: Properties | None,
    ) -> None:
        if not self._stopping.is_set():
            _log.info("connection to broker %s ended: %s", self._host, code)
        self._ended.set()

    def _received(self, _client: paho.Client, _user: Any, message: paho.MQTTMessage) -> None:
        try:
            self._on_message(message.topic, bytes(message.payload))
        # The callback's boundary: what it raises would end paho's network thread, and with it the pings.
        except Exception:
            _log.exception("a message on %s could not be taken", message.topic)

    def _set_connected(self, connected: bool) -> None:
        if connected != self._connected:
            self._connected = connected
            self._up_since_s = time.monotonic() if connected else self._up_since_s
            try:
                self._on_connection(connected)
            # As in `_received`: this may run on paho's network thread.
            except Exception:
                _log.exception("the news that connected=%s could not be taken", connected)
