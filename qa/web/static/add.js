// Adding articles, with what happens told line by line; and the settings.
import {announce, check, fragment, guarded, say, send} from "./page.js";
import {asked} from "./keep.js";

function line(list, text) {
  const item = document.createElement("li");
  item.textContent = text;
  list.append(item);
}

// The server tells what happens as JSON, an object a line; whether all of it was added is given back.
async function added(path, options, count) {
  let whole = true;
  const place = document.getElementById("added");
  place.innerHTML = "<p></p><progress></progress><ul></ul>";
  const [head, bar, list] = place.children;
  head.textContent = say("uploading", {n: count});
  const tell = (event) => {
    if (event.kind === "refused" || event.kind === "failed") whole = false;
    if (event.kind === "refused") line(list, `${say("refused")}: ${event.source}: ${event.reason}`);
    if (event.kind === "saved") line(list, event.id);
    if (event.kind === "waiting") head.textContent = say("waiting");
    if (event.kind === "failed") head.textContent = event.reason;
    if (event.kind === "progress") {
      head.textContent = say(`stage_${event.stage}`);
      Object.assign(bar, {max: event.total || 1, value: event.done});
    }
    if (event.kind === "done") {
      head.textContent = say(options.method ? "removed" : "added", {n: event.added + event.changed, articles: event.articles});
      check();
    }
  };
  try {
    const response = await fetch(`/api/add/${path}`, {method: "POST", ...options});
    if (!response.ok) throw new Error((await response.json()).detail);
    let rest = "";
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
      const {done, value} = await reader.read();
      const lines = (rest + (value ?? "")).split("\n");
      rest = lines.pop();
      lines.filter(Boolean).forEach((text) => tell(JSON.parse(text)));
      if (done) break;
    }
  } catch (error) {
    whole = false;
    head.textContent = error instanceof TypeError ? say("lost") : String(error.message);
  }
  bar.remove();
  announce(head.textContent);
  return whole;
}

// What the library tells of the archive, told anew; forms and what is being added stay as they are.
export async function renewLibrary() {
  const found = document.createElement("template");
  found.innerHTML = await guarded(() => fragment("library"));
  for (const part of found.content.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`#view [data-part=${part.dataset.part}]`);
    if (!old) continue;
    const open = [...old.querySelectorAll("details")].map((fold) => fold.open);
    part.querySelectorAll("details").forEach((fold, place) => { fold.open = open[place]; });
    old.replaceWith(part);
  }
}

async function remove(item) {
  const {file, title} = item.dataset;
  if ((await asked(say("remove_added", {title}), say("remove_added_yes"))) === null) return;
  await added(`file?${new URLSearchParams({file})}`, {method: "DELETE"}, 1);
}

async function addAndClear(form, path, options, count) {
  if (await added(path, options, count)) form.reset();
}

function sendFiles(files) {
  const form = new FormData();
  for (const file of files) form.append("files", file, file.webkitRelativePath || file.name);
  added("files", {body: form}, files.length);
}

function asJson(body) {
  return {headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)};
}

async function save(form) {
  const given = Object.fromEntries(new FormData(form));
  const body = {...given, write: form.elements.write.checked, quotes: Number(given.quotes), answer_from: Number(given.answer_from)};
  const told = document.getElementById("saved");
  try {
    told.textContent = await send("settings", "POST", body);
    form.elements.openai_api_key.value = "";
    const fresh = document.createElement("template");
    fresh.innerHTML = await fragment("settings");
    document.getElementById("write-said").replaceWith(fresh.content.getElementById("write-said"));
    check();
  } catch (error) {
    told.textContent = error instanceof TypeError ? say("lost") : error.message;
  }
}

export function startAdding() {
  const view = document.getElementById("view");
  view.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.files.length) sendFiles([...event.target.files]);
  });
  view.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do=remove]");
    if (button) remove(button.closest("li"));
  });
  view.addEventListener("submit", (event) => {
    const form = event.target;
    if (!["add-text", "add-addresses", "settings"].includes(form.id)) return;
    event.preventDefault();
    if (form.id === "settings") save(form);
    if (form.id === "add-text") addAndClear(form, "text", asJson(Object.fromEntries(new FormData(form))), 1);
    if (form.id === "add-addresses") {
      const addresses = form.elements.addresses.value.split(/\s+/).filter(Boolean);
      addAndClear(form, "addresses", asJson({addresses}), addresses.length);
    }
  });
}
