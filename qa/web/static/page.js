// The page's script: where the reader stands (in the address), the views, the conversation. Gradio's events call the
// exported functions; `start` is called once, when the page is there.
import {closeSource, openFromAddress, startSource} from "./source.js";
import {listTalks, markVotes, startKeeping} from "./keep.js";
import {runSearch, showFilters, startFinding} from "./find.js";
import {startAdding} from "./add.js";

const BEAT = 15000, BEAT_WHEN_LOST = 3000;
const here = {shown: 20, asked: 0, waiting: false};
const $ = (selector) => document.querySelector(selector);
const main = () => $("#main");
const header = () => $("#top header");

export function say(key, values = {}) {
  const words = JSON.parse(header().dataset.words)[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function announce(text) {
  $("#status").textContent = text;
}

export function address() {
  return new URLSearchParams(location.search);
}

// Changes the address: values by name, null to drop one, a list for several.
export function go(changes, {replace = false, hash = location.hash} = {}) {
  const query = address();
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of [value].flat()) if (one) query.append(name, one);
  }
  const text = query.toString();
  const target = location.pathname + (text ? `?${text}` : "") + hash;
  if (target !== location.pathname + location.search + location.hash)
    history[replace ? "replaceState" : "pushState"](null, "", target);
}

export async function fragment(path, query = {}, options = {}) {
  const words = new URLSearchParams(query);
  words.set("language", header().dataset.language);
  const response = await fetch(`/api/${path}?${words}`, options);
  if (response.status === 401) location.assign("/login");
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

export function send(path, method, body) {
  return fragment(path, {}, {method, headers: {"Content-Type": "application/json"}, body: body && JSON.stringify(body)});
}

export function box() {
  return $("#box textarea, #box input");
}

export function fill(text) {
  box().value = text;
  box().dispatchEvent(new Event("input", {bubbles: true}));
  box().focus();
}

// What Gradio's events hand to the server, as qa/web/talk.py's Asked reads it.

export function context() {
  const query = address();
  return JSON.stringify({
    conversation: query.get("c") ?? "", answer: query.get("a") ?? "", shown: here.shown, outlets: query.getAll("outlet"),
    after: query.get("after") || null, before: query.get("before") || null,
  });
}

export function asking(question) {
  show("talk");
  if (question.trim()) {
    main().dataset.busy = "yes";
    fill("");
  }
  return context();
}

// A question that stands in the conversation is put again.
export function again() {
  main().dataset.busy = "yes";
  return context();
}

export function earlier() {
  here.shown += 20;
  return context();
}

export function answered(told) {
  delete main().dataset.busy;
  if (here.waiting && box().value.trim()) setTimeout(() => $("#send").click());
  here.waiting = false;
  if (!told?.conversation) return;
  if ("earlier" in told) $("#earlier").hidden = !told.earlier;
  go({c: told.conversation, a: null}, {replace: true, hash: ""});
  listTalks();
  const last = [...document.querySelectorAll("#chat .bot")].pop();
  const words = (last?.querySelector("strong") ?? last?.querySelector("p"))?.textContent ?? "";
  announce(`${say("answered")} ${words}`);
  quieten();
}

export function restored(told) {
  $("#earlier").hidden = !told?.earlier;
  if (told && !told.conversation && address().get("c")) go({c: null}, {replace: true});
  markVotes(told?.votes ?? {});
  listTalks();
  quieten();
  openFromAddress();
}

// An answer is announced once, when it is whole, not word by word; and Gradio's list of examples has no list items.
function quieten() {
  for (const list of document.querySelectorAll("#chat .examples[role=list]")) list.setAttribute("role", "group");
  for (const log of document.querySelectorAll("#chat [aria-live]")) log.setAttribute("aria-live", "off");
}

// Views.

export function show(view) {
  if ((address().get("view") ?? "talk") !== view) go({view: view === "talk" ? null : view}, {hash: ""});
  showView();
}

async function showView() {
  const view = address().get("view") ?? "talk";
  main().dataset.view = view;
  delete main().dataset.side;
  for (const link of document.querySelectorAll("#top [data-view]"))
    link.toggleAttribute("aria-current", link.dataset.view === view);
  $("#view .search").hidden = view !== "search";
  const other = $("#view .other");
  if (view === "search") runSearch();
  other.innerHTML = "";
  if (view === "library" || view === "settings") other.innerHTML = await guarded(() => fragment(view));
  showFilters();
}

export async function guarded(asked) {
  try {
    return await asked();
  } catch (error) {
    lost(error instanceof TypeError);
    return "";
  }
}

// Another conversation, or none, or one answer, as the address now says.
export function restore() {
  here.shown = 20;
  $("#restore").click();
}

export function newTalk() {
  go({c: null, a: null, view: null}, {hash: ""});
  closeSource();
  showView();
  restore();
  box().focus();
}

function followAddress(before) {
  showView();
  const query = address();
  if ((query.get("c") ?? "") !== before.c || (query.get("a") ?? "") !== before.a) restore();
  else openFromAddress();
}

// The connection.

let away = false;

function lost(isLost) {
  if (isLost === away) return;
  away = isLost;
  $("#lost").hidden = !isLost;
  $("#lost").textContent = isLost ? say("lost") : "";
  if (!isLost) announce(say("found_again"));
}

export async function check() {
  try {
    const response = await fetch("/healthz");
    lost(!response.ok);
    if (response.ok) await renew((await response.json()).state);
  } catch {
    lost(true);
  }
}

// The archive is another than when the page was made: articles were added, or another model writes.
async function renew(state) {
  if (state === header().dataset.state || document.querySelector(".chips details[open]")) return;
  const [about, filters] = await Promise.all([fragment("about"), fragment("filters")]);
  $("#about").outerHTML = about;
  for (const bar of document.querySelectorAll(".chips")) bar.outerHTML = filters;
  header().dataset.state = state;
  showFilters();
  if (!document.querySelector("#chat .message") && !main().dataset.busy) restore();
}

async function beat() {
  await check();
  setTimeout(beat, away ? BEAT_WHEN_LOST : BEAT);
}

// Keys and clicks.

// Enter while an answer is being made: the question is put when that is there.
function onEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.target !== box() || !main().dataset.busy) return;
  event.preventDefault();
  event.stopPropagation();
  here.waiting = true;
}

function onKey(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  if (event.target === box() && event.key === "ArrowUp" && (!box().value || here.asked)) {
    const asked = [...document.querySelectorAll("#chat .user .message-content")].map((one) => one.textContent.trim());
    here.asked = Math.min(here.asked + 1, asked.length);
    if (here.asked) fill(asked[asked.length - here.asked]);
    event.preventDefault();
    return;
  }
  if (event.target === box() && event.key !== "ArrowUp") here.asked = 0;
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    show("talk");
    box()?.focus();
  }
}

function onClick(event) {
  const link = event.target.closest("a, button");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const target = link.getAttribute("href") ?? "";
  if (link.dataset.view) {
    event.preventDefault();
    show(link.dataset.view);
  } else if (link.dataset.keep === "address") {
    event.preventDefault();
    location.assign(target + location.search + location.hash);
  } else if (link.dataset.do === "new") {
    event.preventDefault();
    newTalk();
  } else if (target.startsWith("#ask:")) {
    event.preventDefault();
    fill(decodeURIComponent(target.slice("#ask:".length)));
  } else if (target === "#widen") {
    event.preventDefault();
    $("#widen").click();
  } else if (target === "#box") {
    event.preventDefault();
    show("talk");
    box().focus();
  } else if (link.id === "theme") {
    const dark = document.body.classList.toggle("dark");
    localStorage.setItem("theme", dark ? "dark" : "light");
  } else if (link.id === "sidebar") {
    const open = main().dataset.side !== "open";
    if (open) main().dataset.side = "open"; else delete main().dataset.side;
    link.setAttribute("aria-expanded", String(open));
  }
}

function start() {
  const {language, direction} = header().dataset;
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  const theme = localStorage.getItem("theme");
  if (theme) document.body.classList.toggle("dark", theme === "dark");
  $("#earlier").hidden = true;
  let before = {};
  const remember = () => { before = {c: address().get("c") ?? "", a: address().get("a") ?? ""}; };
  addEventListener("popstate", () => { followAddress(before); remember(); });
  for (const name of ["pushState", "replaceState"]) {
    const plain = history[name].bind(history);
    history[name] = (...values) => { plain(...values); remember(); };
  }
  remember();
  document.addEventListener("keydown", onEnter, {capture: true});
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  startSource();
  startKeeping();
  startFinding();
  startAdding();
  showView();
  listTalks();
  quieten();
  if (before.c || before.a) restore(); else openFromAddress();
  beat();
  addEventListener("offline", check);
  addEventListener("online", check);
}

let started = false;

export function begin() {
  if (started || !header() || !$("#restore") || !box()) {
    if (!started) setTimeout(begin, 30);
    return;
  }
  started = true;
  start();
}
