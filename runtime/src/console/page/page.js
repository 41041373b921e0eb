// Asks for the view once a second, and draws it.

import { Chart } from "./charts.js";
import { Tree } from "./tree.js";

const EVERY = 1000;
const PATIENCE = 5000;

const by = (id) => document.getElementById(id);
const charts = {
  scopes: new Chart(by("charts"), "scopes", "Scopes"),
  tasks: new Chart(by("charts"), "tasks", "Tasks"),
  connections: new Chart(by("charts"), "connections", "Connections"),
  misses: new Chart(by("charts"), "misses", "Deadline misses"),
};
const tree = new Tree(by("scopes"), () => drawTree());
let view = null;
let misses = null;
let paused = false;

async function turn() {
  if (!paused && !document.hidden) await look();
  setTimeout(turn, EVERY);
}

async function look() {
  try {
    const answer = await fetch("view.json", { signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(answer.statusText);
    const next = await answer.json();
    if (paused) return;
    draw(next);
    say("live", "live");
  } catch {
    for (const chart of Object.values(charts)) chart.add(null);
    say("lost", "connection lost");
  }
}

function draw(next) {
  if (view?.process !== next.process) {
    for (const chart of Object.values(charts)) chart.clear();
    misses = null;
  }
  view = next;
  by("process").textContent = `process ${view.process}, ${location.host}`;
  for (const name of ["scopes", "tasks", "connections"]) charts[name].add(view.live[name]);
  const missed = view.totals.closed.deadline_exceeded;
  charts.misses.add(misses === null ? 0 : missed - misses, missed);
  misses = missed;
  drawTotals();
  drawTree();
}

function drawTotals() {
  const { totals, live } = view;
  const counts = [["opened", totals.opened]];
  for (const [reason, count] of Object.entries(totals.closed)) counts.push([reason.replaceAll("_", " "), count]);
  for (const [code, count] of Object.entries(totals.calls)) counts.push([`calls ${code}`, count]);
  counts.push(["bound too late", totals.late], ["calls outside scopes", totals.unscoped_calls], ["overdue", live.overdue]);
  const list = document.createElement("dl");
  for (const [name, count] of counts) {
    if (!count) continue;
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = name;
    value.textContent = count.toLocaleString("en");
    pair.append(term, value);
    list.append(pair);
  }
  by("totals").replaceChildren(list);
}

function drawTree() {
  if (!view) return;
  const shown = tree.draw(view.scopes, {
    filter: by("filter").value,
    order: by("order").value,
    group: by("group").checked,
  });
  by("shown").textContent = amount(shown, view.live.scopes);
  by("none").hidden = view.live.scopes > 0;
}

function amount(shown, all) {
  const text = all.toLocaleString("en");
  if (shown === all) return text;
  const why = by("filter").value ? "that match" : "the oldest";
  return `${shown.toLocaleString("en")} of ${text}, ${why}`;
}

function say(state, text) {
  const status = by("status");
  if (status.dataset.state === state) return;
  status.dataset.state = state;
  status.textContent = text;
  by("main").classList.toggle("stale", state === "lost");
}

by("pause").addEventListener("click", () => {
  paused = !paused;
  by("pause").setAttribute("aria-pressed", String(paused));
  by("pause").textContent = paused ? "Go on" : "Pause";
  if (paused) say("paused", "paused");
  else look();
});
for (const id of ["filter", "order", "group"]) by(id).addEventListener("input", drawTree);
turn();
