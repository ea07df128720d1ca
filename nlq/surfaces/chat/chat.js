"use strict";
// The chat page. Everything that comes from outside becomes text, never mark-up.

const $ = (id) => document.getElementById(id);
const state = { conversation: "", asker: "", token: sessionStorage.getItem("token") || "", running: null };
const STATES = { reading: "Reading the question …", planning: "Looking at what is meant …", running: "Running …" };
const MOST_ROWS = 200;

function make(tag, attributes = {}, ...children) {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") one.addEventListener("click", value);
    else if (value !== false && value !== null) one.setAttribute(name, value);
  }
  one.append(...children.filter((child) => child !== null));
  return one;
}

function headers(more = {}) {
  const found = { ...more };
  if (state.token) found.Authorization = `Bearer ${state.token}`;
  if (state.asker) found["X-NLQ-As"] = state.asker;
  return found;
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The service cannot be reached. Try again in a moment.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) signIn(state.token ? problem.detail : "");
  const wait = response.headers.get("Retry-After");
  throw new Error(sentence(problem.detail || "The service did not answer as expected") + (wait ? ` (${wait} s)` : ""));
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!)]$/.test(whole) ? whole : whole + ".";
}

// Events of a stream: fetch, since an EventSource cannot post.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const name = /^event: (.*)$/m.exec(block);
      const data = /^data: (.*)$/m.exec(block);
      if (name && data) yield [name[1], JSON.parse(data[1])];
    }
  }
}

class Turn {
  constructor(question) {
    this.reading = make("p", { class: "reading" });
    this.state = make("p", { class: "state", role: "status" }, "Asking …");
    this.body = make("div");
    this.card = make("div", { class: "answer" }, this.reading, this.state, this.body);
    this.line = make("li", {}, question ? make("div", { class: "asked" }, question) : null, this.card);
    $("turns").append(this.line);
    this.parts = {};
    this.card.scrollIntoView({ behavior: "smooth", block: "end" });
  }

  part(name, ...children) {
    const fresh = make("div", { class: name }, ...children);
    if (this.parts[name]) this.parts[name].replaceWith(fresh);
    else this.body.append(fresh);
    this.parts[name] = fresh;
    return fresh;
  }

  hear(name, data) {
    if (name === "status") this.state.textContent = STATES[data.state] || data.state;
    if (name === "reading") this.reading.textContent = sentence(data.text);
    if (name === "columns") this.columns = data.columns;
    if (name === "rows") this.table(data.rows, data.truncated);
    if (name === "error") this.fail(sentence(data.detail));
    if (name === "done") this.finish(data);
  }

  table(rows, truncated) {
    if (!rows.length || (rows.length === 1 && this.columns.length === 1)) return;
    const kind = (column) => (column.role === "metric" ? "figure" : "");
    const head = make("tr", {}, ...this.columns.map((one) => make("th", { class: kind(one), scope: "col" }, one.label)));
    const lines = rows.slice(0, MOST_ROWS).map((row) =>
      make("tr", {}, ...cells(row, this.columns).map((text, at) => make("td", { class: kind(this.columns[at]) }, text))));
    this.part("rows", make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines)));
    const more = rows.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${rows.length} rows; the CSV holds all of them.` : "";
    const cut = truncated ? "The result was cut at the service's limit of rows." : "";
    if (more || cut) this.part("note", [more, cut].filter(Boolean).join(" "));
  }

  fail(text) {
    this.state.remove();
    this.part("problem", text).setAttribute("role", "alert");
  }

  finish(answer) {
    rest(this.stopper);  // what it shows may be clicked before its stream is at its end
    this.state.remove();
    state.conversation = answer.conversation_id;
    this.answer = answer;
    this.card.dataset.status = answer.status;
    if (answer.reading) this.reading.textContent = sentence(answer.reading);
    if (answer.status === "clarify") return this.askBack(answer);
    if (answer.status === "declined") {
      this.body.append(make("p", { class: "text declined" }, sentence(answer.reason.text)));
      return this.next(answer);
    }
    if (answer.status !== "answered") return this.fail(sentence(answer.reason.text));
    if (!this.columns) { this.columns = answer.columns; this.table(answer.rows, answer.truncated); }
    this.body.prepend(make("p", { class: "text" }, answer.text));
    if (answer.chart) this.draw(answer.chart);
    this.assumptions(answer);
    this.tools(answer);
    this.next(answer);
  }

  next(answer) {
    if (!answer.suggestions.length) return;
    const chips = answer.suggestions.map((one) => make("button", { type: "button", onclick: () => ask(one) }, one));
    this.body.append(make("div", { class: "chips next" }, ...chips));
  }

  askBack(answer) {
    this.body.append(make("p", { class: "text" }, answer.text));
    const buttons = answer.options.map((option, index) => make("button", {
      type: "button",
      onclick: () => {
        buttons.forEach((one) => { one.disabled = true; });
        ask(answer.question, { choice: index, said: option.label });
      },
    }, option.label));
    this.body.append(make("div", { class: "chips options" }, ...buttons));
  }

  async draw(spec) {
    const place = make("div", { class: "chart" });
    this.body.querySelector(".text").after(place);
    try {
      await loaded("/vega.js");
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const size = spec.mark.type === "line" ? { height: 260 } : {};
      const config = { background: "transparent", view: { stroke: null }, axis: { labelLimit: 260 } };
      // Expressions are interpreted, not compiled, so that the page needs no right to make code out of text.
      const { $schema, ...drawn } = spec;
      await vegaEmbed(place, { ...drawn, ...size, config }, { actions: false, ast: true, mode: "vega-lite", renderer: "svg", theme: dark ? "dark" : undefined });
      place.dataset.drawn = "true";
    } catch {
      place.remove();  // the table says the same
    }
  }

  assumptions(answer) {
    if (!answer.assumptions.length) return;
    const chips = answer.assumptions.map((one) => Object.keys(one.change).length && answer.query
      ? make("button", { type: "button", class: "quiet", title: "Ask with the other choice", onclick: () => other(answer, one) },
             `Assumed: ${one.text} — change`)
      : make("span", { class: "note" }, `Assumed: ${one.text}`));
    this.body.append(make("div", { class: "chips" }, ...chips));
  }

  tools(answer) {
    const level = answer.confidence.level;
    const bar = make("div", { class: "tools" },
      make("span", { class: `level ${level}`, title: answer.confidence.why.join("; ") }, `Confidence: ${level}`),
      this.toggle("SQL", () => make("pre", {}, answer.sql_executed || answer.sql)),
      this.toggle("Sources", () => sources(answer)),
      make("button", { type: "button", class: "quiet", onclick: () => download(answer.id, "csv") }, "CSV"),
      answer.chart ? make("button", { type: "button", class: "quiet", onclick: () => download(answer.id, "png") }, "PNG") : null,
      ...["up", "down"].map((rating) => make("button", {
        type: "button", class: "quiet", "data-rating": rating, "aria-pressed": "false",
        onclick: (event) => rate(answer.id, rating, event.currentTarget),
      }, rating === "up" ? "✓ Right" : "✗ Wrong")));
    this.body.append(bar);
    for (const warning of answer.provenance.warnings) bar.before(make("p", { class: "note warning" }, sentence(warning)));
  }

  toggle(label, content) {
    const button = make("button", { type: "button", class: "quiet", "aria-pressed": "false", onclick: () => {
      const open = button.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(!open));
      if (open) button.panel.remove();
      else this.card.append(button.panel = make("div", { class: label.toLowerCase() }, content()));
    } }, label);
    return button;
  }
}

function sources(answer) {
  const from = answer.provenance;
  const tiers = [from.tiers.hot ? "hot" : "", from.tiers.cold ? "cold" : ""].filter(Boolean).join(" and ");
  const lines = [
    ...from.metrics.map((one) => [one.name, `${one.definition} (${one.owner || "no owner"})`]),
    ["Read from", `${from.tables.join(", ")} on ${from.engine}, ${tiers}`],
    ["Whose rows", from.scope.join("; ")],
    ["Fresh as of", from.fresh_as_of || "unknown"],
    ["Watermark", from.tiers.watermark],
    ["Kept from before", answer.cache.hit ? `${Math.round(answer.cache.age_s)} s ago` : null],
    ["Confidence", answer.confidence.why.join("; ")],
    ["Took", `${Math.round(answer.timings_ms.total)} ms`],
  ];
  return make("dl", {}, ...lines.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]));
}

const scripts = {};
function loaded(address) {
  scripts[address] = scripts[address] || new Promise((resolve, reject) => {
    const one = make("script", { src: address });
    one.addEventListener("load", resolve);
    one.addEventListener("error", () => { delete scripts[address]; reject(new Error(address)); });
    document.head.append(one);
  });
  return scripts[address];
}

async function during(turn, work) {
  const stopper = new AbortController();
  state.running = turn.stopper = stopper;
  busy(true);
  try {
    await work(stopper.signal);
    if (turn.state.isConnected) turn.fail("The connection ended before the answer was there. Ask again.");
  } catch (error) {
    turn.fail(error.name === "AbortError" ? "Stopped." : error.message);
  } finally {
    if (state.running === stopper || state.running === null) turn.line.scrollIntoView({ behavior: "smooth", block: "start" });
    rest(stopper);
  }
}

function rest(stopper) {
  if (state.running !== stopper) return;  // another was asked since
  state.running = null;
  busy(false);
}

async function ask(question, { choice = null, said = "" } = {}) {
  if (state.running || !question.trim()) return;
  $("hello").hidden = true;
  document.querySelectorAll(".next").forEach((one) => one.remove());  // they go on from the newest answer only
  const turn = new Turn(said || question);
  const body = { question, conversation_id: state.conversation, ...(choice === null ? {} : { choice }) };
  await during(turn, async (signal) => {
    const response = await call("/v1/ask", {
      method: "POST", signal, body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    });
    for await (const [name, data] of events(response)) turn.hear(name, data);
  });
}

async function other(answer, assumption) {
  if (state.running) return;
  const turn = new Turn(`${answer.question} (not ${assumption.text})`);
  await during(turn, async (signal) => {
    const body = JSON.stringify({ ...answer.query, ...assumption.change });
    const response = await call("/v1/query", { method: "POST", signal, body, headers: { "Content-Type": "application/json" } });
    turn.finish({ ...await response.json(), conversation_id: state.conversation });
  });
}

async function download(id, kind) {
  try {
    const response = await call(`/v1/answers/${encodeURIComponent(id)}.${kind}`);
    const link = make("a", { href: URL.createObjectURL(await response.blob()), download: `nlq-${id}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  } catch (error) {
    new Turn("").fail(error.message);
  }
}

async function rate(id, rating, button) {
  try {
    await call(`/v1/answers/${encodeURIComponent(id)}/feedback`, {
      method: "POST", body: JSON.stringify({ rating }), headers: { "Content-Type": "application/json" },
    });
    for (const one of button.parentElement.querySelectorAll("[data-rating]")) one.setAttribute("aria-pressed", String(one === button));
  } catch (error) {
    new Turn("").fail(error.message);
  }
}

function busy(yes) {
  $("send").hidden = yes;
  $("stop").hidden = !yes;
}

function signIn(said) {
  $("signin").hidden = false;
  $("hello").hidden = true;
  $("refused").textContent = said ? sentence(said) : "";
  $("token").focus();
}

function begin() {
  if (state.running) state.running.abort();
  state.conversation = "";
  $("turns").replaceChildren();
  $("hello").hidden = false;
  $("question").focus();
}

async function start() {
  const me = await (await call("/v1/me")).json();
  labels = me.labels;
  $("signin").hidden = true;
  $("who").hidden = !me.demo;
  $("signed").hidden = me.demo;
  $("signed").textContent = `${me.sub} (${me.org_id})`;
  if (me.demo) {
    $("asker").replaceChildren(...me.askers.map((name) => make("option", { value: name, selected: name === me.as ? "" : null }, name)));
    state.asker = me.as;
  }
  const catalog = await (await call("/v1/catalog")).json();
  $("about").textContent = catalog.description;
  $("examples").replaceChildren(...catalog.examples.map((text) => make("button", { type: "button", onclick: () => ask(text) }, text)));
  $("hello").hidden = false;
}

function opened() {
  start().catch((error) => { if ($("signin").hidden) { $("hello").hidden = true; new Turn("").fail(error.message); } });
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (state.running) return;
  const text = $("question").value;
  $("question").value = "";
  ask(text);
});
$("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("ask").requestSubmit(); }
});
$("question").addEventListener("input", () => { $("question").style.height = "auto"; $("question").style.height = `${$("question").scrollHeight}px`; });
$("stop").addEventListener("click", () => state.running && state.running.abort());
$("fresh").addEventListener("click", begin);
$("asker").addEventListener("change", () => { state.asker = $("asker").value; begin(); });
$("signin").addEventListener("submit", (event) => {
  event.preventDefault();
  state.token = $("token").value.trim();
  sessionStorage.setItem("token", state.token);
  $("token").value = "";
  opened();
});
opened();
