// Search, and the filters that hold for questions and searches alike; both are kept in the address.
import {address, fragment, guarded, say, travel} from "./page.js";

const FACETS_BESIDE = 640;  // pixels: in a narrower view outlets and years are folded above the results
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
  if (own !== asked) return;  // an older search may come back later
  document.getElementById("results").innerHTML = found;
  foldFacets();
  if (!words) form.elements.q.focus();
}

function foldFacets() {
  const results = document.getElementById("results");
  const narrow = results.clientWidth < FACETS_BESIDE;
  results.toggleAttribute("data-narrow", narrow);
  for (const fold of results.querySelectorAll(".facets")) fold.open = !narrow;
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
    const year = yearOf(after, before);
    if (year) chip(year, {after: null, before: null});
    else {
      if (after) chip(say("from_on", {day: after}), {after: null});
      if (before) chip(say("up_to", {day: before}), {before: null});
    }
    for (const outlet of outlets) chip(outlet, {outlet: outlets.filter((other) => other !== outlet)});
    if (!set.childElementCount) set.textContent = say("no_filters");
    const form = bar.querySelector("form");
    form.elements.after.value = after ?? "";
    form.elements.before.value = before ?? "";
    for (const button of form.querySelectorAll("[data-year]")) button.setAttribute("aria-pressed", button.dataset.year === year);
    for (const choice of form.querySelectorAll("[name=outlet]")) choice.checked = outlets.includes(choice.value);
  }
}

// Other results are found than those beside which an article is open.
function apply(changes) {
  travel(changes, address().get("view") === "search" ? {hash: ""} : {});
}

function wholeYear(year) {
  return {after: `${year}-01-01`, before: `${year}-12-31`};
}

// The year that two days span, null where they span none.
function yearOf(after, before) {
  const year = after?.slice(0, 4);
  return year && wholeYear(year).after === after && wholeYear(year).before === before ? year : null;
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
  let width = 0;
  new ResizeObserver(([{contentRect}]) => {
    if (contentRect.width !== width) foldFacets();  // not as it grows by being unfolded
    width = contentRect.width;
  }).observe(document.getElementById("results"));
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    apply({q: event.target.elements.q.value.trim(), sort: event.target.elements.sort.value});
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
