// What readers keep: the list of conversations, votes, copies and links of answers.
import {address, announce, fragment, guarded, newTalk, openTalk, say, send} from "./page.js";
import {closeMenus} from "./source.js";

const WAIT = 200;
const votes = new Map();
let timer = 0;
const side = () => document.getElementById("side");

export async function listTalks() {
  const words = document.getElementById("find-talk").value;
  side().querySelector(".list").innerHTML = await guarded(() => fragment("conversations", {words}));
  const current = address().get("c");
  for (const item of side().querySelectorAll("li"))
    item.querySelector(".talk").toggleAttribute("aria-current", item.dataset.id === current);
}

// Asks for words, or for a yes where `text` is null; null where it was cancelled. Enter answers too.
export function asked(label, yes, text = null) {
  const dialog = document.getElementById("ask-dialog");
  const field = dialog.querySelector("textarea");
  dialog.querySelector("label span").textContent = label;
  dialog.querySelector(".main").textContent = yes;
  field.hidden = text === null;
  field.value = text ?? "";
  field.onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    dialog.close("ok");
  };
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener(
    "close", () => done(dialog.returnValue === "ok" ? field.value : null), {once: true}
  ));
}

async function change(item, action) {
  const {id, title} = item.dataset;
  const given = await asked(say(action, {title}), say(`${action}_yes`), action === "rename" ? title : null);
  if (given === null) return;
  await guarded(() => (action === "rename" ? send(`conversations/${id}`, "POST", {title: given}) : send(`conversations/${id}`, "DELETE")));
  if (action === "delete" && address().get("c") === id) newTalk();
  else listTalks();
}

export function markVotes(known) {
  for (const [turn, vote] of Object.entries(known)) votes.set(turn, vote);
  for (const acts of document.querySelectorAll("#chat .acts")) {
    const vote = votes.get(turnOf(acts)) ?? 0;
    acts.querySelector(".up")?.setAttribute("aria-pressed", String(vote === 1));
    acts.querySelector(".down")?.setAttribute("aria-pressed", String(vote === -1));
  }
}

function turnOf(acts) {
  return new URL(acts.querySelector(".permalink").href).searchParams.get("a");
}

async function vote(acts, wanted) {
  const turn = turnOf(acts);
  const value = votes.get(turn) === wanted ? 0 : wanted;
  const comment = value === -1 ? await asked(say("comment"), say("send"), "") : "";
  if (comment === null) return;
  try {
    await send(`answer/${turn}/vote`, "POST", {vote: value, comment});
  } catch {
    announce(say("lost"));
    return;
  }
  markVotes({[turn]: value});
  tell(acts, say(value ? "thanks" : "vote_taken_back"));
}

function tell(acts, text) {
  announce(text);
  let note = acts.querySelector(".note");
  if (!note) acts.append((note = Object.assign(document.createElement("span"), {className: "note"})));
  note.textContent = text;
  setTimeout(() => note.remove(), 4000);
}

async function toClipboard(acts, text, said) {
  try {
    await navigator.clipboard.writeText(await text);
    tell(acts, say(said));
  } catch {
    tell(acts, say("not_copied"));
  }
}

export function startKeeping() {
  side().addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(listTalks, WAIT);
  });
  side().addEventListener("click", (event) => {
    const item = event.target.closest("li");
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (item && action) change(item, action);
    const link = event.target.closest("a.talk");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openTalk(item.dataset.id);
  });
  document.addEventListener("click", (event) => {
    const acts = event.target.closest("#chat .acts");
    const done = event.target.closest("button, a");
    if (!acts || !done) return;
    if (done.matches(".up")) vote(acts, 1);
    if (done.matches(".down")) vote(acts, -1);
    if (done.matches(".copy")) toClipboard(acts, fragment(`answer/${turnOf(acts)}`, {form: "text"}), "copied");
    if (done.matches(".permalink") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      toClipboard(acts, done.href, "link_copied");
    }
  });
  // A menu closes where something else is clicked, or one of its links.
  document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu a") ? null : event.target));
}
