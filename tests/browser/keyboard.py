"""A person at a browser with a keyboard and a screen reader: what has the focus, what it is called, what it does."""

from typing import Any, Literal

from playwright.sync_api import CDPSession, Page

CONTROLS = {
    "button",
    "checkbox",
    "combobox",
    "link",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "textbox",
    "Audio",
    "ColorWell",
    "Date",
    "DisclosureTriangle",
    "InputTime",
}
MAX_STOPS = 120
_RING = """() => {
  const seen = document.activeElement, style = getComputedStyle(seen);
  const box = seen.getBoundingClientRect();
  const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return isInside && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


class Keyboard:
    """Walks a page with Tab, Enter and letters only. Every stop must be named and visibly in focus."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._devtools: CDPSession = page.context.new_cdp_session(page)

    def tab_to(self, role: str, name: str) -> None:
        """Press Tab until the focus is on the control of this role whose name begins like this."""
        seen = []
        for _ in range(MAX_STOPS):
            self.page.keyboard.press("Tab")
            at = self.focused()
            seen.append(at)
            if at[0] == role and at[1].startswith(name):
                assert self.page.evaluate(_RING), f"the focus on {at} cannot be seen"
                return
        raise AssertionError(f"Tab never reaches {role} {name!r}; it stops at {seen[:40]}")

    def press(self, role: str, name: str) -> None:
        """Go to a control and press Enter."""
        self.tab_to(role, name)
        self.page.keyboard.press("Enter")

    def press_when_there(self, role: Literal["link", "button"], name: str) -> None:
        """Wait until a control has come, then go to it and press Enter."""
        self.page.get_by_role(role, name=name).wait_for()
        self.press(role, name)

    def type_into(self, name: str, text: str) -> None:
        """Go to a text field and type."""
        self.tab_to("textbox", name)
        self.page.keyboard.insert_text(text)

    def focused(self) -> tuple[str, str]:
        """Return role and name of what has the focus, as a screen reader is told."""
        self.page.wait_for_function("document.activeElement !== null")  # while a page changes there is none
        found = self._devtools.send("Runtime.evaluate", {"expression": "document.activeElement"})
        tree = self._devtools.send(
            "Accessibility.getPartialAXTree",
            {"objectId": found["result"]["objectId"], "fetchRelatives": False},
        )
        return _told(tree["nodes"][0])

    def nameless(self) -> list[str]:
        """Return the controls of the page that a screen reader cannot name."""
        tree = self._devtools.send("Accessibility.getFullAXTree")
        told = [_told(node) for node in tree["nodes"] if not node.get("ignored")]
        controls = [one for one in told if one[0] in CONTROLS]
        assert controls, "the page has no control at all"
        return [role for role, name in controls if not name]


def _told(node: dict[str, Any]) -> tuple[str, str]:
    role, name = node.get("role", {}).get("value", ""), node.get("name", {}).get("value", "")
    return str(role), " ".join(str(name).split())
