// Comfort only: every page works without this file. Lists by J and K, search by slash, candidates by number, no form sent twice.
"use strict";

const links = () => [...document.querySelectorAll("[data-list] tbody th a")];

// Single letters act only while an item of a list has focus (WCAG 2.1.4), so they never take a key from a field.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const here = document.activeElement;
  if (event.key === "/" && !here.matches("input, textarea, select")) {
    const search = document.querySelector(".search input");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    return;
  }
  const items = links();
  const at = items.indexOf(here);
  if (at < 0) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = items[at + step];
  if (next) next.focus();
  else if (step > 0) document.querySelector("[data-next]")?.focus();
});

// In a numbered list a digit chooses, while the list has focus and nothing is being written (WCAG 2.1.4).
for (const form of document.querySelectorAll("form[data-numbered]")) {
  const numbered = [...form.querySelectorAll("input[type=radio]")];
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio])")) return;
    const chosen = /^[1-9]$/.test(event.key) && numbered[event.key - 1];
    if (!chosen) return;
    event.preventDefault();
    chosen.checked = true;
    chosen.focus();
  });
}

// The server does a thing once however often it is asked; this only keeps a second press from being confusing.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.setAttribute("aria-disabled", "true");
    form.addEventListener("submit", (event) => event.preventDefault());
  });
}

// An open menu closes when one leaves it or presses Escape.
for (const menu of document.querySelectorAll("details.units")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}
