// One figure for each count: what it is now, and how it was in the last minutes.

const SVG = "http://www.w3.org/2000/svg";
const SAMPLES = 180;
const HEIGHT = 100;

export class Chart {
  #label;
  #samples = [];
  #now = document.createElement("output");
  #svg = document.createElementNS(SVG, "svg");
  #area = path("area");
  #curve = path("curve");
  #lowest = document.createElement("span");
  #highest = document.createElement("span");

  constructor(parent, name, label) {
    this.#label = label;
    const axis = path("axis");
    axis.setAttribute("d", `M0 ${HEIGHT}H${SAMPLES - 1}`);
    this.#svg.setAttribute("viewBox", `0 0 ${SAMPLES - 1} ${HEIGHT}`);
    this.#svg.setAttribute("preserveAspectRatio", "none");
    this.#svg.setAttribute("role", "img");
    this.#svg.append(axis, this.#area, this.#curve);

    const caption = document.createElement("figcaption");
    const title = document.createElement("span");
    title.textContent = label;
    caption.append(title, this.#now);
    const range = document.createElement("div");
    range.className = "range";
    range.append(this.#lowest, this.#highest);
    const figure = document.createElement("figure");
    figure.dataset.chart = name;
    figure.append(caption, this.#svg, range);
    parent.append(figure);
  }

  /// `value` is drawn; `now` is what the figure says, where that is another.
  /// `null`: it is not known how it was.
  add(value, now = value) {
    this.#samples.push(value);
    if (this.#samples.length > SAMPLES) this.#samples.shift();
    if (value !== null) this.#now.textContent = now.toLocaleString("en");
    this.#draw();
  }

  clear() {
    this.#samples = [];
  }

  #draw() {
    const known = this.#samples.filter((value) => value !== null);
    const highest = Math.max(1, ...known);
    const first = SAMPLES - this.#samples.length;
    const y = (value) => (HEIGHT * (1 - value / highest)).toFixed(2);
    let curve = "";
    let area = "";
    let since = null;
    const end = (at) => {
      if (since !== null) area += `L${at} ${HEIGHT}H${since}Z`;
      since = null;
    };
    this.#samples.forEach((value, index) => {
      const x = first + index;
      if (value === null) return end(x - 1);
      const point = `${x} ${y(value)}`;
      curve += (since === null ? "M" : "L") + point;
      area += (since === null ? `M${x} ${HEIGHT}L` : "L") + point;
      since ??= x;
    });
    end(SAMPLES - 1);
    this.#curve.setAttribute("d", curve);
    this.#area.setAttribute("d", area);

    const low = known.length ? Math.min(...known) : 0;
    const high = known.length ? Math.max(...known) : 0;
    this.#lowest.textContent = `least ${low.toLocaleString("en")}`;
    this.#highest.textContent = `most ${high.toLocaleString("en")}`;
    this.#svg.setAttribute(
      "aria-label",
      `${this.#label}, the last ${this.#samples.length} s: between ${low} and ${high}`,
    );
  }
}

function path(name) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("class", name);
  return element;
}
