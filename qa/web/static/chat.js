// The conversation as Gradio draws it: how it is held in view as it grows, what its buttons are called, what screen
// readers are told of it; and the question that is being answered, which a reload does not lose.
import {address, announce, box, fill, say} from "./page.js";
import {markVotes} from "./keep.js";

const PENDING = "asked";
const BUTTONS = {bot: ["retry", "undo"], user: ["edit"], editing: ["edit_done", "edit_cancel"]};
const chat = () => document.getElementById("chat");
const log = () => chat().querySelector("[role=log]");
let held = () => {};
let edited;

export function shownQuestions() {
  return [...chat().querySelectorAll(".user .message-content")].map((one) => one.textContent.trim());
}

// What is in view is held until the reader moves: the last question at the top as its answer grows below it, the top of
// an answer that was opened by its link, or what was in view before earlier questions came above it.

export function holdQuestion() {
  hold(() => {
    const last = [...chat().querySelectorAll(".user-row")].pop();
    if (last) log().scrollTop += last.getBoundingClientRect().top - log().getBoundingClientRect().top;
  });
}

export function holdTop() {
  hold(() => { log().scrollTop = 0; });
}

export function holdEnd() {
  const below = log().scrollHeight - log().scrollTop;
  hold(() => { log().scrollTop = log().scrollHeight - below; });
}

function hold(how) {
  held = how;
  if (log()) held();
}

function release() {
  held = () => {};
}

function drawn() {
  if (!log()) return;
  for (const list of chat().querySelectorAll(".examples[role=list]")) list.setAttribute("role", "group");
  label(log(), "conversation");
  log().setAttribute("aria-live", "off");  // an answer is announced once, when it is whole
  // Gradio labels a message with its Markdown; what it shows is label enough.
  for (const message of chat().querySelectorAll("[data-testid=user][aria-label], [data-testid=bot][aria-label]"))
    message.removeAttribute("aria-label");
  for (const row of chat().querySelectorAll(".message-row")) {
    const kind = row.querySelector("textarea") ? "editing" : row.matches(".bot-row") ? "bot" : "user";
    row.querySelectorAll(".message-buttons .icon-button").forEach((button, place) => label(button, BUTTONS[kind][place]));
  }
  markVotes({});
  held();
}

// Only where it is called otherwise: to say it again would be another change.
function label(element, key) {
  if (!key || element.getAttribute("aria-label") === say(key)) return;
  element.setAttribute("aria-label", say(key));
  if (element.matches("button")) element.title = say(key);
}

// The question that is put is remembered by this tab until it is answered, and stands in the box again after a reload.

export function remember(question) {
  sessionStorage.setItem(PENDING, JSON.stringify({question, conversation: address().get("c")}));
}

export function forget() {
  sessionStorage.removeItem(PENDING);
}

export function recall() {
  const {question, conversation} = JSON.parse(sessionStorage.getItem(PENDING) ?? "{}");
  if (!question || box().value || conversation !== address().get("c")) return;
  if (document.getElementById("main").dataset.busy) return;
  forget();
  if (shownQuestions().pop() === question) return;  // it was answered nevertheless
  fill(question);
  announce(say("not_answered"));
}

export function editedQuestion() {
  return edited;
}

// A question that is changed in its place: Enter puts it, Escape leaves it.
function onEdit(event) {
  if (!event.target.matches?.(".user-row textarea")) return;
  const [done, cancel] = event.target.closest(".message-row").querySelectorAll(".message-buttons .icon-button");
  const wanted = event.key === "Escape" ? cancel : event.key === "Enter" && !event.shiftKey && !event.isComposing ? done : null;
  if (!wanted) return;
  event.preventDefault();
  event.stopPropagation();
  wanted.click();
}

export function startChat() {
  new MutationObserver(drawn).observe(chat(), {childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"]});
  new ResizeObserver(() => {
    chat().style.setProperty("--room", `${chat().clientHeight}px`);
    held();
  }).observe(chat());
  for (const moved of ["wheel", "touchstart", "pointerdown", "keydown"])
    document.addEventListener(moved, release, {capture: true, passive: true});
  chat().addEventListener("keydown", onEdit, {capture: true});
  chat().addEventListener("input", (event) => { if (event.target.matches(".user-row textarea")) edited = event.target.value; });
  drawn();
}
