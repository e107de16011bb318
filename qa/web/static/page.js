// Opens the source that a marker links to, and walks from source to source. `element` is this component's root and
// `server` calls Python; both are handed over by Gradio.
const region = element.querySelector("[role=region]");
const body = region.querySelector("article");
const place = region.querySelector(".place");
const main = document.getElementById("main");
const pane = document.getElementById("source");
let links = [], current = -1, opener = null;

function parsed(link) {
  const [, article, start, end] = link.getAttribute("href").slice(1).split(":");
  return {article: decodeURIComponent(article), span: [Number(start), Number(end)]};
}

async function open(index, takeFocus) {
  current = index;
  const wanted = parsed(links[index]);
  // All quotes of the same article in this answer are marked at once.
  const same = links.map(parsed).filter((other) => other.article === wanted.article);
  const spans = same.map((other) => other.span);
  const active = spans.findIndex((span) => span[0] === wanted.span[0] && span[1] === wanted.span[1]);
  try {
    body.innerHTML = await server.article({article: wanted.article, spans, active});
  } catch {
    body.textContent = "The source cannot be opened: the connection to Dateline is lost.";
  }
  place.textContent = links.length > 1 ? `${index + 1} of ${links.length}` : "";
  main.dataset.source = "open";
  links.forEach((link, i) => link.classList.toggle("current", i === index));
  const quote = body.querySelector("#quote");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => {
    // The pane alone is scrolled: scrollIntoView would move the whole page where it can.
    const top = quote ? quote.getBoundingClientRect().top - pane.getBoundingClientRect().top : 0;
    pane.scrollTo({top: quote ? pane.scrollTop + top - pane.clientHeight / 3 : 0, behavior: still ? "instant" : "smooth"});
    if (takeFocus) region.focus({preventScroll: true});
  });
}

function close() {
  delete main.dataset.source;
  links.forEach((link) => link.classList.remove("current"));
  if (opener && opener.isConnected) opener.focus();
}

function step(by) {
  if (current + by >= 0 && current + by < links.length) open(current + by, false);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('#chat a[href^="#source:"]');
  if (!link) return;
  event.preventDefault();
  opener = link;
  const message = link.closest(".message") || document.getElementById("chat");
  links = [...message.querySelectorAll('a[href^="#source:"]')];
  open(links.indexOf(link), true);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('#chat a[href^="#ask:"]');
  if (!link) return;
  event.preventDefault();
  const box = document.querySelector("#box textarea, #box input");
  box.value = decodeURIComponent(link.getAttribute("href").slice("#ask:".length));
  box.dispatchEvent(new Event("input", {bubbles: true}));
  box.focus();
});

element.addEventListener("click", (event) => {
  const action = event.target.closest("[data-do]")?.dataset.do;
  if (action === "close") close();
  if (action === "previous") step(-1);
  if (action === "next") step(1);
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  const shown = main.dataset.source === "open";
  if (event.key === "Escape" && shown) close();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("#box textarea, #box input")?.focus();
  }
  if (event.key === "[" && shown) step(-1);
  if (event.key === "]" && shown) step(1);
});
