// Small helpers; every page works without them.
const focused = document.querySelector("[data-focus]");
if (focused) focused.focus();

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A form that was sent is not sent again by a second click; the server would notice, but nobody should have to wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  else {
    form.dataset.sent = "yes";
    // Whoever stopped a slow page gets the button back.
    setTimeout(() => delete form.dataset.sent, 8000);
  }
});
// What could not be saved or fetched while somebody types is said beside the form, until it works again.
const told = (event, failed) => {
  const ctx = event.detail?.ctx;
  const note = ctx?.target?.id && document.getElementById(`${ctx.target.id}-failed`);
  if (!note) return;
  // Some refusals have words of their own, which stand in the page by themselves.
  const words = failed && !ctx.sourceElement.hasAttribute(`hx-status:${ctx.response?.status}`) ? note.dataset.failed : "";
  if (note.textContent !== words) note.textContent = words;
  if (words) ctx.target.querySelector("[data-saved]")?.remove();
};
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.status < 400) told(event, false);
});
for (const name of ["htmx:response:error", "htmx:error"]) document.addEventListener(name, (event) => told(event, true));

window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
