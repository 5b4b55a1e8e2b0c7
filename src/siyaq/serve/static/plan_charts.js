// Charts of a plan, drawn from the reader's start: in a right-to-left page bars grow to the left.

import { svg } from "./dom.js";

const WIDTH = 760;
const LABEL = 300;
const ROW = 30;
const TOLD = 120;

function canvas() {
  const rtl = document.documentElement.dir === "rtl";
  const x = (from, width = 0) => (rtl ? WIDTH - from - width : from);
  return {
    bar: (from, y, width, kind) =>
      svg("rect", { x: x(from, width), y, width: Math.max(0, width), height: ROW - 10, rx: 2, class: kind }),
    text: (from, y, text, end = false, kind = "") =>
      svg("text", { x: x(from), y, "text-anchor": end === rtl ? "start" : "end", class: kind }, text),
    line: (from, height) => svg("line", { x1: x(from), x2: x(from), y1: 0, y2: height, class: "axis" }),
  };
}

function drawing(height, label, parts) {
  const node = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label, direction: "ltr", class: "chart",
  });
  node.append(...parts);
  return node;
}

/** Draw parts of a whole ({label, size, told}) as bars from a common base. */
export function bars(rows, label) {
  const { bar, text } = canvas();
  const largest = Math.max(...rows.map((row) => row.size));
  const room = WIDTH - LABEL - 150;
  const parts = rows.flatMap((row, place) => {
    const width = (room * row.size) / largest;
    const y = place * ROW;
    return [
      text(LABEL - 12, y + 19, row.label, true),
      bar(LABEL, y + 5, width, "high"),
      text(LABEL + width + 8, y + 19, row.told, false, "small"),
    ];
  });
  return drawing(rows.length * ROW + 4, `${label}: ${rows.map((row) => `${row.label} ${row.told}`).join("; ")}`, parts);
}

/** Draw how far each input alone moves a result, around what the plan says. */
export function tornado({ title, center, rows }) {
  const { bar, text, line } = canvas();
  const ends = rows.flatMap((row) => [row.at_low, row.at_high]).concat(center);
  const least = Math.min(...ends);
  const scale = (WIDTH - LABEL - 2 * TOLD) / (Math.max(...ends) - least || 1);
  const at = (value) => LABEL + TOLD + (value - least) * scale;
  const parts = rows.flatMap((row, place) => {
    const y = place * ROW;
    const sides = [[row.at_low, "low"], [row.at_high, "high"]].map(([value, kind]) => {
      const [from, to] = [at(value), at(center)].sort((a, b) => a - b);
      return bar(from, y + 5, to - from, kind);
    });
    const places = [at(row.at_low), at(row.at_high), at(center)];
    const told = row.at_low <= row.at_high ? [row.told_low, row.told_high] : [row.told_high, row.told_low];
    return [
      text(LABEL - 12, y + 19, row.label, true),
      ...sides,
      text(Math.min(...places) - 5, y + 19, told[0], true, "small"),
      text(Math.max(...places) + 5, y + 19, told[1], false, "small"),
    ];
  });
  const height = rows.length * ROW;
  const spoken = rows.map((row) => `${row.label}: ${row.told_low} – ${row.told_high}`).join("; ");
  return drawing(height + 4, `${title}. ${spoken}`, [...parts, line(at(center), height)]);
}
