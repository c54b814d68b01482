// htmx and its server-sent events, then the few things that a server cannot do.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

const MAX_TEXT_WARNING = 0.95;

// The token of an invitation stands behind the # so that it reaches no server log; move it into the form.
function takeInvitation() {
  const field = document.querySelector("[data-invitation]");
  if (!field || location.hash.length < 2) return;
  field.value = decodeURIComponent(location.hash.slice(1));
  field.closest("[data-invitation-row]").hidden = true;
  history.replaceState(null, "", location.pathname);
}

// Count as the server does: code points of the composed text.
function countCharacters(area) {
  const output = document.getElementById(area.dataset.counter);
  const limit = Number(area.dataset.limit);
  const show = () => {
    const length = [...area.value.normalize("NFC").trim()].length;
    output.textContent = output.dataset.words
      .replace("{length}", length.toLocaleString(document.documentElement.lang))
      .replace("{limit}", limit.toLocaleString(document.documentElement.lang));
    output.classList.toggle("over", length > limit);
    output.classList.toggle("near", length > limit * MAX_TEXT_WARNING && length <= limit);
  };
  area.addEventListener("input", show);
  show();
}

// Words outlive a session that ends, or a browser tab that reloads, until they are saved.
function keepDraft(area) {
  const form = area.form;
  const place = "draft:" + location.pathname;
  const offer = document.getElementById("unsaved");
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (kept && (kept.text !== area.value || kept.title !== form.elements.title.value)) {
    offer.hidden = false;
    offer.querySelector("button").addEventListener("click", () => {
      form.elements.title.value = kept.title;
      area.value = kept.text;
      area.dispatchEvent(new Event("input"));
      offer.hidden = true;
      area.focus();
    });
  }
  form.addEventListener("input", () => {
    const words = { title: form.elements.title.value, text: area.value };
    sessionStorage.setItem(place, JSON.stringify(words));
  });
}
function forgetDrafts() {
  if (!new URLSearchParams(location.search).has("done")) return;
  sessionStorage.removeItem("draft:/notices/new");
  sessionStorage.removeItem("draft:" + location.pathname);
}

// A copy button appears only where copying works: on https and on this machine.
function offerCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
}

// A select that is a page's filter needs no button.
function sendWhenChosen(select) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// Say what a bar of a timeline is, to the second, while it is pointed at or has the focus.
for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const bar = event.target.closest?.("[data-tip]");
    const readout = bar?.closest("section, div:has(> [data-readout])")?.querySelector("[data-readout]");
    if (readout) readout.textContent = bar.dataset.tip;
  });
}

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// The session has ended: the page shows the sign-in form instead of staying silent.
document.addEventListener("htmx:sse:error", (event) => {
  if (event.detail.status === 401) location.reload();
});

// Tell whether the page is being kept up to date.
function showLine(isUp) {
  const mark = document.getElementById("line");
  if (!mark) return;
  mark.textContent = isUp ? mark.dataset.up : mark.dataset.down;
  mark.classList.toggle("down", !isUp);
}
document.addEventListener("htmx:sse:after:connection", () => showLine(true));
document.addEventListener("htmx:sse:error", () => showLine(false));

takeInvitation();
forgetDrafts();
document.querySelectorAll("textarea[data-counter]").forEach(countCharacters);
document.querySelectorAll("textarea[data-draft]").forEach(keepDraft);
document.querySelectorAll("button[data-copy]").forEach(offerCopy);
document.querySelectorAll("select[data-send]").forEach(sendWhenChosen);
