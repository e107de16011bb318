// Search, and the filters that hold for questions and searches alike; both are kept in the address.
import {address, fragment, go, guarded, say} from "./page.js";

let asked = 0;

export async function runSearch() {
  const query = address();
  const form = document.getElementById("search");
  const words = query.get("q") ?? "";
  form.elements.q.value = words;
  form.elements.sort.value = query.get("sort") ?? "relevance";
  const own = ++asked;
  const sent = new URLSearchParams([...query].filter(([name]) => ["q", "sort", "after", "before", "outlet"].includes(name)));
  const found = words ? await guarded(() => fragment("search", sent)) : "";
  if (own === asked) document.getElementById("results").innerHTML = found;  // an older search may come back later
  if (!words) form.elements.q.focus();
}

export function showFilters() {
  const query = address();
  const [after, before, outlets] = [query.get("after"), query.get("before"), query.getAll("outlet")];
  for (const bar of document.querySelectorAll(".chips")) {
    const set = bar.querySelector(".set");
    set.replaceChildren();
    const chip = (text, changes) => {
      const button = Object.assign(document.createElement("button"), {type: "button", className: "chip", textContent: `${text} ×`});
      button.setAttribute("aria-label", say("remove", {what: text}));
      button.addEventListener("click", () => apply(changes));
      set.append(button);
    };
    if (after) chip(say("from_on", {day: after}), {after: null});
    if (before) chip(say("up_to", {day: before}), {before: null});
    for (const outlet of outlets) chip(outlet, {outlet: outlets.filter((other) => other !== outlet)});
    if (!set.childElementCount) set.textContent = say("no_filters");
    const form = bar.querySelector("form");
    form.elements.after.value = after ?? "";
    form.elements.before.value = before ?? "";
    for (const choice of form.querySelectorAll("[name=outlet]")) choice.checked = outlets.includes(choice.value);
  }
}

function apply(changes) {
  go(changes);
  showFilters();
  if (address().get("view") === "search") runSearch();
}

function wholeYear(year) {
  return {after: `${year}-01-01`, before: `${year}-12-31`};
}

// What each event on the form of filters asks for.
const CHOSEN = {
  submit: (_, form) => {
    const given = new FormData(form);
    return {after: given.get("after"), before: given.get("before"), outlet: given.getAll("outlet")};
  },
  click: (event) => event.target.dataset.year && wholeYear(event.target.dataset.year),
  reset: () => ({after: null, before: null, outlet: null}),
};

export function startFinding() {
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    go({q: event.target.elements.q.value.trim(), sort: event.target.elements.sort.value});
    runSearch();
  });
  document.getElementById("search").elements.sort.addEventListener("change", (event) => apply({sort: event.target.value}));
  for (const [kind, chosen] of Object.entries(CHOSEN))
    document.getElementById("main").addEventListener(kind, (event) => {
      const form = event.target.closest(".chips form");
      const changes = form && chosen(event, form);
      if (!changes) return;
      event.preventDefault();
      form.closest("details").open = false;
      apply(changes);
    });
  document.getElementById("results").addEventListener("click", (event) => {
    const {outlet, year} = event.target.closest("button")?.dataset ?? {};
    if (outlet) apply({outlet});
    if (year) apply(wholeYear(year));
  });
}
