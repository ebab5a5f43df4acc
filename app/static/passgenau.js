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
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
