// The page's script: where the reader stands (in the address), the views, the conversation. Gradio's events call the
// exported functions; `start` is called once, when the page is there.
import {editedQuestion, forget, holdEnd, holdQuestion, holdTop, recall, remember, shownQuestions, startChat} from "./chat.js";
import {hidePane, openFromAddress, startSource} from "./source.js";
import {listTalks, markVotes, startKeeping} from "./keep.js";
import {runSearch, showFilters, startFinding} from "./find.js";
import {renewLibrary, startAdding} from "./add.js";

const BEAT = 15000, BEAT_WHEN_LOST = 3000;
const OF_A_VIEW = ["q", "sort", "after", "before", "outlet"];
const PARTS = ["#top header", "#side .list", "#chat", "#filters .chips", "#earlier", "#send", "#restore", "#view .search"];
const NOTHING = Object.fromEntries(OF_A_VIEW.map((name) => [name, null]));
const here = {shown: 20, asked: 0, waiting: false, query: ""};
const left = {};  // what was searched and filtered in each view when it was left
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

function viewed() {
  return address().get("view") ?? "talk";
}

// Changes the address: values by name, null to drop one, a list for several. What is looked at beside the conversation
// stands in the hash; the history says how many steps lead back to where nothing was (null where none is known to).
export function go(changes, {replace = false, hash = location.hash} = {}) {
  const query = address();
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of [value].flat()) if (one) query.append(name, one);
  }
  const search = query.size ? `?${query}` : "";
  const deep = location.hash ? history.state?.deep : 0;
  const deeper = search === location.search && deep != null ? deep + 1 : null;
  const target = location.pathname + search + hash;
  if (target !== location.pathname + location.search + location.hash)
    history[replace ? "replaceState" : "pushState"]({deep: !hash ? 0 : replace ? deep : deeper}, "", target);
  here.query = location.search;
}

// Changes the address, and the page with it.
export function travel(changes, options) {
  const before = here.query;
  go(changes, options);
  follow(before);
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
    remember(question.trim());
    holdQuestion();
  }
  return context();
}

// A question that stands in the conversation is put again, or another in its place.
export function again(question = shownQuestions().pop() ?? "") {
  main().dataset.busy = "yes";
  remember(question);
  holdQuestion();
  return context();
}

export function changed() {
  return again(editedQuestion());
}

export function earlier() {
  here.shown += 20;
  holdEnd();
  return context();
}

export function answered(told) {
  delete main().dataset.busy;
  if (here.waiting && box().value.trim()) setTimeout(() => $("#send").click());
  here.waiting = false;
  if (told?.turn) forget();
  if (!told?.conversation) return;
  if ("earlier" in told) $("#earlier").hidden = !told.earlier;
  if (address().get("c") !== told.conversation) {  // it has just begun
    go({c: told.conversation, a: null}, {hash: ""});
    hidePane();
  }
  listTalks();
  const last = [...document.querySelectorAll("#chat .bot")].pop();
  const words = (last?.querySelector("strong") ?? last?.querySelector("p:not(.aside)"))?.textContent ?? "";
  announce(`${say("answered")} ${words}`);
}

export function restored(told) {
  if (told?.asked !== undefined && told.asked !== (address().get("c") ?? "")) {
    restore();  // the reader has gone on while it came
    return;
  }
  $("#earlier").hidden = !told?.earlier;
  if (told && !told.conversation && address().get("c")) go({c: null}, {replace: true});
  markVotes(told?.votes ?? {});
  listTalks();
  if (here.shown === 20) told?.answer ? holdTop() : holdQuestion();
  openFromAddress();
  recall();
}

export function undone(told) {
  restored(told);
  announce(say("undone"));
}

// Views. Each keeps what was searched and filtered in it while another is looked at.

export function show(view) {
  const now = viewed();
  delete main().dataset.side;
  if (now === view) return;
  left[now] = Object.fromEntries(OF_A_VIEW.map((name) => [name, address().getAll(name)]));
  travel({view: view === "talk" ? null : view, ...NOTHING, ...left[view]}, {hash: ""});
}

// Another conversation, or none (null); it begins without filters.
export function openTalk(conversation) {
  delete main().dataset.side;
  delete left.talk;
  travel({c: conversation, a: null, view: null, ...NOTHING}, {hash: ""});
}

async function showView() {
  const view = viewed();
  main().dataset.view = view;
  for (const link of document.querySelectorAll("#top [data-view]"))
    link.toggleAttribute("aria-current", link.dataset.view === view);
  $("#view .search").hidden = view !== "search";
  const other = $("#view .other");
  if (view === "search") runSearch();
  other.innerHTML = "";
  showFilters();
  if (view !== "library" && view !== "settings") return;
  const found = await guarded(() => fragment(view));
  if (view === viewed()) other.innerHTML = found;
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
  openTalk(null);
  box().focus();
}

// The page becomes what the address says; `before` is the query that it showed.
function follow(before) {
  const [old, query] = [new URLSearchParams(before), address()];
  const same = (...names) => names.every((name) => old.getAll(name).join("\n") === query.getAll(name).join("\n"));
  if (!location.hash) hidePane();
  if (!same("view")) showView();
  else if (!same(...OF_A_VIEW)) {
    showFilters();
    if (viewed() === "search") runSearch();
  }
  if (!same("c", "a")) restore();
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
  if (viewed() === "library") renewLibrary();
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
    const asked = shownQuestions();
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
  here.query = location.search;
  addEventListener("popstate", () => {
    const before = here.query;
    here.query = location.search;
    follow(before);
  });
  document.addEventListener("keydown", onEnter, {capture: true});
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  startChat();
  startSource();
  startKeeping();
  startFinding();
  startAdding();
  showView();
  listTalks();
  if (address().get("c") || address().get("a")) restore();
  else {
    openFromAddress();
    recall();
  }
  beat();
  addEventListener("offline", check);
  addEventListener("online", check);
}

// Gradio draws each kind of part as soon as its script has come, in any order.
let started = false;

export function begin() {
  if (started) return;
  if (!box() || !PARTS.every($)) {
    setTimeout(begin, 30);
    return;
  }
  started = true;
  start();
}
