// The scopes as a tree, or grouped by the place where they were opened.
//
// Elements are kept from one snapshot to the next, and written to where something
// has changed: thousands of rows stay quick, and what is open or focused stays so.
// Text is only ever written as text.

const ALL_OPEN = 40;

export class Tree {
  #list;
  #rows = new Map();
  #toggled = new Map();
  #redraw;

  constructor(list, redraw) {
    this.#list = list;
    this.#redraw = redraw;
  }

  draw(scopes, { filter, order, group }) {
    const shown = filtered(scopes, filter.trim().toLowerCase());
    const nodes = group ? grouped(shown) : nested(shown);
    const size = (node) => node.bonds.length + sum(node.children.map(size));
    if (order === "biggest") sort(nodes, (a, b) => size(b) - size(a));
    const seen = new Set();
    this.#fill(this.#list, nodes, shown.length <= ALL_OPEN, seen);
    for (const key of this.#rows.keys()) {
      if (!seen.has(key)) {
        this.#rows.delete(key);
        this.#toggled.delete(key);
      }
    }
    return shown.length;
  }

  #fill(list, nodes, open, seen) {
    nodes.forEach((node, index) => {
      const row = this.#row(node, open, seen);
      if (list.children[index] !== row.item) list.insertBefore(row.item, list.children[index] ?? null);
    });
    while (list.children.length > nodes.length) list.lastChild.remove();
  }

  #row(node, open, seen) {
    seen.add(node.key);
    let row = this.#rows.get(node.key);
    if (!row) this.#rows.set(node.key, (row = this.#make(node)));
    const isOpen = this.#toggled.get(node.key) ?? open;
    const holds = node.bonds.length + node.children.length;
    row.item.classList.toggle("overdue", node.overdue);
    write(row.holds, node.holds);
    write(row.age, node.age);
    write(row.left, node.left);
    row.button.hidden = holds === 0;
    const expanded = String(isOpen && holds > 0);
    if (row.button.getAttribute("aria-expanded") !== expanded) row.button.setAttribute("aria-expanded", expanded);
    row.bonds.hidden = row.children.hidden = !isOpen;
    if (isOpen) {
      bonds(row.bonds, node.bonds);
      this.#fill(row.children, node.children, open, seen);
    } else {
      row.children.replaceChildren();
      this.#keep(node.children, seen);
    }
    return row;
  }

  /// What is folded away is remembered.
  #keep(nodes, seen) {
    for (const node of nodes) {
      seen.add(node.key);
      this.#keep(node.children, seen);
    }
  }

  #make(node) {
    const item = document.createElement("li");
    item.dataset.scope = node.name;
    const line = add(item, "div", "row");
    const button = add(line, "button");
    button.type = "button";
    button.setAttribute("aria-label", `what ${node.name} holds`);
    button.addEventListener("click", () => {
      this.#toggled.set(node.key, button.getAttribute("aria-expanded") !== "true");
      this.#redraw();
    });
    const what = add(line, "span");
    write(add(what, "span", "name"), node.name);
    write(add(what, "span", "place"), ` ${node.place}`);
    const holds = add(what, "span", "holds");
    const age = add(line, "span", "age");
    const left = add(line, "span", "left");
    return { item, button, holds, age, left, bonds: add(item, "ul", "bonds"), children: add(item, "ul") };
  }
}

/// Those that match, and those around them.
function filtered(scopes, text) {
  if (!text) return scopes;
  const wanted = new Set();
  const parents = new Map(scopes.map((scope) => [scope.id, scope.parent]));
  for (const scope of scopes) {
    const words = [scope.name, place(scope.location)];
    for (const bond of scope.bonds) words.push(bond.kind, subject(bond), place(bond.location));
    if (!words.join("\n").toLowerCase().includes(text)) continue;
    for (let id = scope.id; id != null && !wanted.has(id); id = parents.get(id)) wanted.add(id);
  }
  return scopes.filter((scope) => wanted.has(scope.id));
}

function nested(scopes) {
  const nodes = new Map();
  const roots = [];
  for (const scope of scopes) {
    const node = {
      key: `scope ${scope.id}`,
      name: scope.name,
      place: place(scope.location),
      holds: [scope.close_reason && `closed: ${words(scope.close_reason)}, ${words(scope.phase)}`, kinds(scope.bonds)].filter(Boolean).join("; "),
      age: seconds(scope.age_seconds),
      left: left(scope),
      overdue: scope.overdue,
      bonds: scope.bonds,
      children: [],
    };
    nodes.set(scope.id, node);
    (nodes.get(scope.parent)?.children ?? roots).push(node);
  }
  return roots;
}

function grouped(scopes) {
  const groups = new Map();
  for (const scope of scopes) {
    const key = `group ${scope.name} ${place(scope.location)}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(scope);
  }
  return [...groups].map(([key, members]) => {
    const all = members.flatMap((scope) => scope.bonds);
    const overdue = members.filter((scope) => scope.overdue).length;
    return {
      key,
      name: members[0].name,
      place: place(members[0].location),
      holds: [`× ${members.length.toLocaleString("en")}`, kinds(all)].filter(Boolean).join("; "),
      age: seconds(Math.max(...members.map((scope) => scope.age_seconds))),
      left: overdue ? `${overdue} overdue` : "",
      overdue: overdue > 0,
      bonds: all.slice(0, 100),
      children: [],
    };
  });
}

function bonds(list, all) {
  while (list.children.length > all.length) list.lastChild.remove();
  all.forEach((bond, index) => {
    const item = list.children[index] ?? row(list);
    const [what, age, more] = item.children;
    item.dataset.kind = bond.kind;
    write(what.children[0], `${bond.kind} ${subject(bond)}`.trim());
    write(what.children[1], ` ${place(bond.location)}`);
    write(age, bond.age_seconds == null ? "" : seconds(bond.age_seconds));
    write(more, state(bond));
  });

  function row(list) {
    const item = add(list, "li", "bond");
    const what = add(item, "span");
    add(what, "span", "target");
    add(what, "span", "place");
    add(item, "span", "age");
    add(item, "span", "left");
    return item;
  }
}

function subject(bond) {
  const to = bond.peer ?? bond.address;
  return [bond.method, to && `to ${to}`, bond.lent && "from a pool"].filter(Boolean).join(" ");
}

function state(bond) {
  if (bond.kind === "call") return bond.phase ? words(bond.phase) : "ended";
  if (bond.kind === "stream") return `${bond.messages.toLocaleString("en")} messages`;
  if (bond.kind === "client" && bond.connecting) return "connecting";
  if (bond.kind === "connection") return `${bond.tasks} tasks`;
  return "";
}

function left(scope) {
  if (scope.overdue) return "overdue";
  if (scope.close_reason) return words(scope.phase);
  return scope.limit ? `${seconds(scope.limit.remaining_seconds)} left` : "no deadline";
}

function kinds(all) {
  const counts = new Map();
  for (const bond of all) counts.set(bond.kind, (counts.get(bond.kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(", ");
}

function seconds(value) {
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 60) return `${value.toFixed(1)} s`;
  const minutes = Math.floor(value / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(value % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/// Without the detours that `#[path]` leaves: `tests/console/../tree.rs`.
function place(location) {
  const detour = /(^|[\\/])(?!\.\.?[\\/])[^\\/]+[\\/]\.\.[\\/]/;
  let file = location.file;
  while (detour.test(file)) file = file.replace(detour, "$1");
  return `${file}:${location.line}`;
}

function words(name) {
  return name.replaceAll("_", " ");
}

function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0);
}

function sort(nodes, compare) {
  nodes.sort(compare);
  for (const node of nodes) sort(node.children, compare);
}

function add(parent, tag, name) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  parent.append(element);
  return element;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
