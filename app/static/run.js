// Keeps the page of a rescoring run up to date; without it a link does.
const part = (id) => document.getElementById(id);
const source = new EventSource(part("run").dataset.events);
let newest;

async function renew(ended) {
  newest?.abort();
  newest = new AbortController();
  try {
    const answer = await fetch(location.href, { signal: newest.signal });
    if (!answer.ok) throw new Error(answer.status);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), ended);
  } catch (error) {
    if (error.name !== "AbortError") part("by-hand")?.removeAttribute("hidden");
  }
}

function show(page, ended) {
  const said = page.getElementById("run-progress").dataset.said;
  if (said !== part("run-progress").dataset.said) part("status").textContent = said;
  // Whoever stands on a button keeps it while the figures change.
  const inside = part("run").contains(document.activeElement);
  const id = inside && !ended ? "run-progress" : "run";
  part(id).replaceWith(document.adoptNode(page.getElementById(id)));
  if (!ended) part("by-hand")?.setAttribute("hidden", "");
  else if (inside) part("run-state").focus();
}

source.addEventListener("progress", () => renew(false));
source.addEventListener("end", () => {
  source.close();
  renew(true);
});
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) part("by-hand")?.removeAttribute("hidden");
});
