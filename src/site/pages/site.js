"use strict";

// Dark or light: what the system prefers, or what was chosen last.
const root = document.documentElement;
const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
if (remembered()) root.dataset.theme = remembered();
document.getElementById("theme").addEventListener("click", () => {
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = (root.dataset.theme ?? (prefersDark ? "dark" : "light")) === "dark";
  root.dataset.theme = isDark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* Nothing is remembered then. */ }
});

// The claims that pass the filters. They stand in the address, so that a selection can be linked to.
const enhanceFilters = () => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has("paper")) filters.paper.value = asked.get("paper");
  if (asked.has("words")) filters.words.value = asked.get("words");
  if (asked.has("verdict")) {
    const verdicts = asked.get("verdict").split(" ");
    for (const box of filters.querySelectorAll("[name=verdict]")) box.checked = verdicts.includes(box.value);
  }
  const apply = () => {
    const boxes = [...filters.querySelectorAll("[name=verdict]")];
    const verdicts = boxes.filter((box) => box.checked).map((box) => box.value);
    const words = filters.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const paper of document.querySelectorAll(".paper")) {
      const isAsked = !filters.paper.value || paper.dataset.paper === filters.paper.value;
      let inPaper = 0;
      for (const item of paper.querySelectorAll(".item")) {
        const title = item.querySelector("h3").textContent.toLowerCase();
        let inItem = 0;
        for (const row of item.querySelectorAll("tbody tr")) {
          const text = title + " " + row.textContent.toLowerCase() + " " + row.querySelector("a").hash;
          const passes = isAsked && verdicts.includes(row.dataset.verdict) && words.every((word) => text.includes(word));
          row.hidden = !passes;
          inItem += passes;
        }
        item.hidden = inItem === 0;
        inPaper += inItem;
      }
      paper.hidden = inPaper === 0;
      shown += inPaper;
    }
    document.getElementById("shown").textContent = `${shown} shown`;
    const selection = new URLSearchParams();
    if (filters.paper.value) selection.set("paper", filters.paper.value);
    if (verdicts.length < boxes.length) selection.set("verdict", verdicts.join(" "));
    if (filters.words.value) selection.set("words", filters.words.value);
    history.replaceState(null, "", selection.size ? "#" + selection : location.pathname + location.search);
  };
  filters.addEventListener("input", apply);
  filters.addEventListener("submit", (event) => event.preventDefault());
  if (asked.size) apply();
};

// Tables sort by a column: numbers as numbers, an interval by its estimate.
const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const value = (text) => {
  const plain = text.trim().replaceAll("−", "-").replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, power) =>
    "e" + [...power].map((digit) => (digit === "⁻" ? "-" : DIGITS.indexOf(digit))).join(""));
  return plain === "" ? NaN : parseFloat(plain);
};
const compare = (a, b) => {
  const [x, y] = [value(a), value(b)];
  if (Number.isNaN(x) && Number.isNaN(y)) return a.localeCompare(b);
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return x - y;
};
const enhanceTables = () => {
  document.querySelectorAll("main table:not(.claims, .progress)").forEach((table, number) => {
    const frame = document.createElement("div");
    frame.className = table.rows.length > 40 ? "scroll long" : "scroll";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", `Table ${number + 1}`);
    table.replaceWith(frame);
    frame.append(table);
    [...table.querySelectorAll("thead th")].forEach((head, column) => {
      head.scope = "col";
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows];
        rows.sort((a, b) => sign * compare(a.cells[column].textContent, b.cells[column].textContent));
        body.append(...rows);
      });
    });
  });
};

// A table's text to the clipboard.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};
const said = document.getElementById("said");
const copyBy = (button, text) => {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await copy(text());
    button.textContent = "Copied";
    said.textContent = "Copied";
    setTimeout(() => { button.textContent = label; said.textContent = ""; }, 1500);
  });
};
const copyButton = (label, text) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", label);
  copyBy(button, text);
  return button;
};
const enhanceCopies = () => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.querySelector(`[data-source="${button.dataset.copy}"]`);
    copyBy(button, () => source.content.textContent);
  }
  for (const code of document.querySelectorAll("main pre > code")) {
    const frame = document.createElement("div");
    frame.className = "code";
    const text = code.parentElement;
    text.replaceWith(frame);
    text.tabIndex = 0;
    const isManifest = Boolean(frame.closest("details"));
    frame.append(text, copyButton(isManifest ? "Copy the manifest" : "Copy the command", () => code.textContent.trim()));
  }
  for (const table of document.querySelectorAll("table.cells")) {
    for (const code of table.querySelectorAll("tbody td:nth-last-child(2) code")) {
      const command = `maruyama explain ${code.title.slice(0, 16)} ${table.dataset.arguments}`;
      code.after(" ", copyButton(`Copy ${command}`, () => command));
    }
  }
};

// Claims and parts of a page can be linked to.
const enhanceHeadings = () => {
  for (const heading of document.querySelectorAll("article :is(h2, h3)[id]")) {
    const link = document.createElement("a");
    link.className = "here";
    link.href = "#" + heading.id;
    link.textContent = "#";
    link.setAttribute("aria-label", `Link to ${heading.textContent}`);
    heading.append(link);
  }
};

// Figures open in full, to be enlarged.
const enlarge = (image) => {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", image.alt);
  dialog.innerHTML = '<div class="tools"><button data-zoom="1.25" aria-label="Larger">+</button>' +
    '<button data-zoom="0.8" aria-label="Smaller">−</button><button data-zoom="0">Fit</button>' +
    '<button data-close>Close</button></div><div class="stage"></div>';
  const large = document.createElement("img");
  large.src = image.src;
  large.alt = image.alt;
  dialog.querySelector(".stage").append(large);
  let width = 100;
  const zoom = (factor) => {
    width = factor === 0 ? 100 : Math.min(800, Math.max(25, width * factor));
    large.style.width = width + "%";
  };
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && "zoom" in button.dataset) zoom(Number(button.dataset.zoom));
    if (button && "close" in button.dataset) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    const factor = { "+": 1.25, "=": 1.25, "-": 0.8, "0": 0 }[event.key];
    if (factor !== undefined) zoom(factor);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};
const enhanceFigures = () => {
  for (const image of document.querySelectorAll("article img")) {
    const link = document.createElement("a");
    link.className = "figure";
    link.href = image.getAttribute("src");
    link.setAttribute("aria-label", `Enlarge the figure ${image.alt}`);
    image.replaceWith(link);
    link.append(image);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      enlarge(image);
    });
  }
};

// Once, and again when the content is another.
window.enhance = () => {
  enhanceFilters();
  enhanceTables();
  enhanceCopies();
  enhanceHeadings();
  enhanceFigures();
};
window.enhance();
