"""A small client of the public HTTP API: the demo knows no other way in."""

import json
import urllib.error
import urllib.request
from typing import Any

_TIMEOUT_S = 15


class ApiRefusalError(Exception):
    """The API refused; `code` is the problem's code, `detail` its sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.code, self.detail = code, detail


class Api:
    """One person's way into the API; anonymous until given a token."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self._token = token

    def signed_in(self, invitation: str, password: str) -> "Api":
        """Take up an invitation and return the way in of that person."""
        answer = self.post("/invitations/redeem", token=invitation, password=password)
        return Api(self.url, answer["token"])

    def get(self, path: str) -> Any:
        """Return the body of a GET."""
        return self._call("GET", path, None)

    def post(self, path: str, **body: object) -> Any:
        """Return the body of a POST."""
        return self._call("POST", path, body)

    def put(self, path: str, **body: object) -> Any:
        """Return the body of a PUT."""
        return self._call("PUT", path, body)

    def delete(self, path: str) -> None:
        """Send a DELETE."""
        self._call("DELETE", path, None)

    def is_up(self) -> bool:
        """Tell whether the service answers."""
        try:
            self.get("/health")
        except OSError:
            return False
        return True

    def _call(self, method: str, path: str, body: dict[str, object] | None) -> Any:
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        sent = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/api/v1{path}", sent, headers, method=method)  # noqa: S310 - our own URL
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                raw = answer.read()
        except urllib.error.HTTPError as error:
            problem = json.loads(error.read() or b"{}")
            raise ApiRefusalError(error.code, problem.get("code", ""), problem.get("detail", "")) from error
        return json.loads(raw) if raw else None
