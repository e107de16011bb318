// The source pane: opens what a marker leads to, walks from source to source, shows a timeline; and the preview of a marker.
import {address, announce, fragment, go, say} from "./page.js";

const LINKS = 'a[href^="#source:"]', TIMELINE = "#timeline:";
const WAIT = 250;
let links = [], current = -1, opener = null, timer = 0;
const main = () => document.getElementById("main");
const pane = () => document.getElementById("source");
const region = () => pane().querySelector("[role=region]");
const body = () => region().querySelector("article");

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parsed(href) {
  const [, article, start, end, known] = href.slice(1).split(":");
  return {article: decoded(article), start, end, known: known ?? ""};
}

// Opening the pane is a step of the history, and so is going from a timeline into an article; walking on is none.
function enter(hash, deeper) {
  const open = main().dataset.source === "open";
  main().dataset.source = "open";
  if (location.hash !== hash) go({}, {replace: open && !deeper, hash});
}

async function open(hrefs, index, takeFocus) {
  current = index;
  enter(hrefs[index], location.hash.startsWith(TIMELINE));
  const wanted = parsed(hrefs[index]);
  // All quotes of the same article in this answer are marked at once.
  const same = hrefs.map(parsed).filter((other) => other.article === wanted.article);
  const query = new URLSearchParams([["article", wanted.article]]);
  for (const other of same) if (other.end > 0) query.append("span", `${other.start}:${other.end}:${other.known}`);
  query.set("active", same.findIndex((other) => other.start === wanted.start && other.end === wanted.end));
  try {
    body().innerHTML = await fragment("source", query);
  } catch {
    body().textContent = say("lost");
  }
  region().querySelector(".place").textContent = hrefs.length > 1 ? say("of", {n: index + 1, all: hrefs.length}) : "";
  if (location.hash !== hrefs[index]) return;  // it was closed, or another opened, while it came
  links.forEach((link, place) => link.classList.toggle("current", place === index));
  const quote = body().querySelector("#quote");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => {
    // The pane alone is scrolled: scrollIntoView would move the whole page where it can.
    const top = quote ? quote.getBoundingClientRect().top - pane().getBoundingClientRect().top : 0;
    pane().scrollTo({top: quote ? pane().scrollTop + top - pane().clientHeight / 3 : 0, behavior: still ? "instant" : "smooth"});
    if (takeFocus) region().focus({preventScroll: true});
  });
}

export function openFromAddress() {
  const href = location.hash;
  const link = [...document.querySelectorAll(LINKS)].find((one) => one.getAttribute("href") === href);
  if (href.startsWith(TIMELINE)) timeline(href, false);
  else if (link) follow(link, false);
  else if (href.startsWith("#source:")) {
    links = [];
    open([href], 0, false);
  } else hidePane();
}

function follow(link, takeFocus) {
  const group = link.closest(".how, .nearest, .added, #results, .message, #source article") ?? document.body;
  links = [...group.querySelectorAll(LINKS)].filter((one) => group.matches(".how") || !one.closest(".how"));
  open(links.map((one) => one.getAttribute("href")), links.indexOf(link), takeFocus);
}

export function hidePane() {
  const shown = main().dataset.source === "open";
  delete main().dataset.source;
  links.forEach((link) => link.classList.remove("current"));
  if (!shown || !opener?.isConnected) return;
  opener.focus({preventScroll: true});
  clearTimeout(timer);  // coming back to a marker asks for no preview
}

// Closing goes back to where the pane was opened, so that the browser's Back does not open it again.
function closeSource() {
  const deep = history.state?.deep;
  hidePane();
  if (location.hash && deep) history.go(-deep);
  else if (location.hash) go({}, {hash: ""});
}

function step(by) {
  if (current + by >= 0 && current + by < links.length) open(links.map((one) => one.getAttribute("href")), current + by, false);
}

async function timeline(href, takeFocus) {
  enter(href, false);
  links = [];
  region().querySelector(".place").textContent = "";
  try {
    body().innerHTML = await fragment("timeline", {question: decoded(href.slice(TIMELINE.length))});
  } catch {
    body().textContent = say("lost");
  }
  pane().scrollTo({top: 0, behavior: "instant"});
  if (takeFocus) region().focus({preventScroll: true});
}

// A menu, or the filters, that stand open; whether there was one.
export function closeMenus(but = null) {
  const open = [...document.querySelectorAll("details.menu[open], .chips details[open]")].filter((one) => !one.contains(but));
  for (const menu of open) menu.open = false;
  return open;
}

// The preview: after a moment over a marker or on it, until the pointer or the focus leaves both, or Escape.

function preview() {
  let tip = document.getElementById("preview");
  if (!tip) {
    tip = document.createElement("div");
    tip.id = "preview";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    document.body.append(tip);
    tip.addEventListener("mouseleave", unpreview);
  }
  return tip;
}

function unpreview() {
  clearTimeout(timer);
  preview().hidden = true;
  document.querySelector("[aria-describedby=preview]")?.removeAttribute("aria-describedby");
}

function overMarker(event) {
  const link = event.target.closest?.("a.cite:not(.offer)");
  clearTimeout(timer);
  if (!link) return;
  timer = setTimeout(async () => {
    const {article, start, end} = parsed(link.getAttribute("href"));
    const tip = preview();
    try {
      tip.innerHTML = await fragment("preview", {article, start, end});
    } catch {
      return;
    }
    if (!link.matches(":hover, :focus")) return;
    const place = link.getBoundingClientRect();
    tip.hidden = false;
    const left = Math.max(8, Math.min(place.left, innerWidth - tip.offsetWidth - 8));
    const below = place.bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.left = `${left}px`;
    tip.style.top = `${below ? place.bottom : Math.max(8, place.top - tip.offsetHeight)}px`;
    link.setAttribute("aria-describedby", "preview");
  }, WAIT);
}

export function startSource() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest(`${LINKS}, a[href^="#timeline:"]`);
    if (!link) return;
    event.preventDefault();
    unpreview();
    if (!link.closest("#source")) opener = link;
    const href = link.getAttribute("href");
    if (href.startsWith(TIMELINE)) timeline(href, true);
    else follow(link, true);
  });
  pane().addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action === "close") closeSource();
    if (action === "previous") step(-1);
    if (action === "next") step(1);
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
    if (event.key === "Escape") {
      const [menu] = closeMenus();
      if (!preview().hidden) unpreview();
      else if (menu) menu.querySelector("summary").focus();
      else if (!document.querySelector("dialog[open]") && main().dataset.source === "open") closeSource();
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || main().dataset.source !== "open") return;
    if (event.key === "[") step(-1);
    if (event.key === "]") step(1);
  });
  if (matchMedia("(hover: hover)").matches) document.addEventListener("mouseover", overMarker);
  document.addEventListener("focusin", overMarker);
  document.addEventListener("focusout", unpreview);
  document.addEventListener("mouseout", (event) => {
    const tip = preview();
    if (!tip.hidden && event.relatedTarget && !tip.contains(event.relatedTarget) && !event.relatedTarget.closest?.("a.cite")) unpreview();
  });
}
