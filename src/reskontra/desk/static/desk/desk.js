// Comfort only: every page works without this file. Lists by J and K, search by slash, candidates by number, the coding
// grid by its keys, no form sent twice.
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

// In a numbered list of links a digit opens one, while the list has focus.
for (const list of document.querySelectorAll("ul[data-numbered]")) {
  const numbered = [...list.querySelectorAll("a")];
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = /^[1-9]$/.test(event.key) && numbered[event.key - 1];
    if (!chosen) return;
    event.preventDefault();
    chosen.click();
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

// A file may be dropped on the whole field, not only on its button.
for (const field of document.querySelectorAll("[data-drop]")) {
  const input = field.querySelector("input[type=file]");
  field.addEventListener("dragover", (event) => {
    event.preventDefault();
    field.classList.add("over");
  });
  field.addEventListener("dragleave", () => field.classList.remove("over"));
  field.addEventListener("drop", (event) => {
    event.preventDefault();
    field.classList.remove("over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
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

const centsOf = (plain) => Math.round(Number(plain) * 100);
const euro = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : `${document.documentElement.lang}-FI`, { style: "currency", currency: "EUR" });

// Rows of an invoice beside the lines of its order: columns by arrows, L links the row in hand, U takes it back. What each
// line is asked for follows; the server says the same after saving.
for (const form of document.querySelectorAll("form[data-links]")) {
  const rows = [...form.querySelectorAll("select[data-net]")];
  const lines = [...form.querySelectorAll("li[data-left] a[data-line]")];
  const receipts = [...form.querySelectorAll("a[data-line]")].filter((one) => !lines.includes(one));
  const columns = [rows, lines, receipts].filter((one) => one.length);
  const lineOf = (row) => row.value || row.dataset.named;
  let inHand = rows[0];
  const hold = (row) => {
    inHand?.closest("li").classList.remove("in-hand");
    inHand = row;
    row.closest("li").classList.add("in-hand");
  };
  const reckon = () => {
    for (const line of lines) {
      const item = line.closest("li");
      const mine = rows.filter((row) => lineOf(row) === line.dataset.line);
      const asked = mine.reduce((sum, row) => sum + centsOf(row.dataset.net), 0);
      const over = asked - centsOf(item.dataset.left);
      const told = item.querySelector("[data-difference]");
      item.querySelector("[data-asked]").textContent = mine.length ? euro.format(asked / 100) : "–";
      told.classList.toggle("off", mine.length > 0 && over !== 0);
      told.textContent = !mine.length ? "–" : over ? `${over > 0 ? "+" : ""}${euro.format(over / 100)} ${over > 0 ? form.dataset.over : form.dataset.under}` : form.dataset.even;
    }
  };
  const link = (row, line) => {
    row.value = line;
    reckon();
  };
  form.addEventListener("focusin", (event) => {
    if (rows.includes(event.target)) hold(event.target);
  });
  form.addEventListener("change", reckon);
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = columns.findIndex((column) => column.includes(event.target));
    if (at < 0) return;
    const column = columns[at];
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { j: 1, k: -1 }[event.key.toLowerCase()];
    const key = event.key.toLowerCase();
    if (move) {
      const next = columns[at + move];
      (next === rows ? inHand : next?.find((one) => one.dataset.line === lineOf(inHand)) ?? next?.[0])?.focus();
    } else if (step) {
      column[column.indexOf(event.target) + step]?.focus();
    } else if (key === "l" && column === rows) {
      (lines.find((one) => one.dataset.line === lineOf(inHand)) ?? lines[0])?.focus();
    } else if (key === "l") {
      link(inHand, event.target.dataset.line);
      (rows.find((row) => !lineOf(row)) ?? form.querySelector("button.main")).focus();
    } else if (key === "u") {
      link(inHand, "");
    } else {
      return;
    }
    event.preventDefault();
  });
}

// The coding grid: cells by Enter, rows by Ctrl+Enter, the cell above by Ctrl+D, what is left by an equals sign.
for (const form of document.querySelectorAll("form[data-grid]")) {
  const body = form.querySelector("tbody");
  const cells = () => [...body.querySelectorAll("input:not([type=hidden])")];
  const beside = (cell, name) => cell.closest("tr").querySelector(`[name=${name}]`);
  const column = (name) => cells().filter((cell) => cell.name === name);
  const cents = (written) => {
    const plain = written.replace(/[\s\u00a0\u202f]/g, "").replace("\u2212", "-").replace(",", ".");
    return /^-?\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
  };
  const written = (sum) => `${sum < 0 ? "-" : ""}${Math.floor(Math.abs(sum) / 100)}${document.documentElement.lang === "en" ? "." : ","}${String(Math.abs(sum) % 100).padStart(2, "0")}`;
  const whole = { net: form.dataset.net, vat: form.dataset.vat };
  const left = (name, but) => cents(whole[name]) - column(name).filter((cell) => cell !== but).reduce((sum, cell) => sum + cents(cell.value), 0);
  const told = form.querySelector("[data-rest]");
  const balance = () => {
    if (!whole.net) return;  // a grid that parts nothing
    const rests = [left("net"), left("vat")];
    const even = rests.every((rest) => rest === 0);
    told.className = `rest ${even ? "even" : "left"}`;
    told.textContent = even ? form.dataset.even : `${form.dataset.left} ${rests.map((rest) => euro.format(rest / 100)).join(" + ")}`;
  };
  // VAT follows its percent until somebody writes it.
  const reckon = (row) => {
    const vat = row.querySelector("[name=vat]");
    if (!vat) return;
    const percent = Number(row.querySelector("[name=vat_percent]").value.replace(",", "."));
    if ((vat.value && !vat.dataset.reckoned) || !percent) return;
    vat.value = written(Math.sign(cents(row.querySelector("[name=net]").value)) * Math.round(Math.abs(cents(row.querySelector("[name=net]").value)) * percent / 100));
    vat.dataset.reckoned = "yes";
  };
  const lastRow = () => body.lastElementChild;
  const oneMoreRow = () => {
    const row = lastRow().cloneNode(true);
    const number = body.children.length + 1;
    row.classList.remove("warn");
    row.querySelector("th").textContent = number;
    for (const cell of row.querySelectorAll("input")) {
      cell.value = "";
      cell.removeAttribute("aria-invalid");
      delete cell.dataset.reckoned;
      if (cell.type === "hidden") continue;
      cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/\d+$/, number));
      if (cell.id) cell.id = cell.id.replace(/\d+$/, number);
    }
    body.append(row);
    return row;
  };
  const change = (cell, value) => {
    cell.value = value;
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  };
  body.addEventListener("focusin", (event) => {
    event.target.dataset.before = event.target.value;
    event.target.select();
  });
  body.addEventListener("input", (event) => {
    const cell = event.target;
    if (cell.name === "vat") delete cell.dataset.reckoned;
    if (cell.name === "net" || cell.name === "vat_percent") reckon(cell.closest("tr"));
    balance();
  });
  const keys = {
    Enter(cell, event) {
      if (event.ctrlKey) {
        const row = cell.closest("tr");
        (row.nextElementSibling || oneMoreRow()).querySelector("input:not([type=hidden])").focus();
        return;
      }
      const all = cells();
      const next = all[all.indexOf(cell) + (event.shiftKey ? -1 : 1)];
      if (next) next.focus();
      else if (!event.shiftKey) form.querySelector("button.main").focus();
    },
    d(cell, event) {
      if (!event.ctrlKey) return false;
      const above = cell.closest("tr").previousElementSibling;
      if (above) change(cell, above.querySelector(`[name=${cell.name}]`).value);
    },
    "="(cell) {
      if (cell.name !== "net" && cell.name !== "vat") return false;
      change(cell, written(left(cell.name, cell)));
    },
    F2(cell) {
      cell.setSelectionRange(cell.value.length, cell.value.length);
    },
    F4(cell) {
      if (cell.list) cell.showPicker?.();
    },
    ArrowDown(cell, event) {
      if (!event.altKey) return false;
      if (cell.list) cell.showPicker?.();
    },
    Escape(cell) {
      change(cell, cell.dataset.before ?? "");
      cell.select();
    },
  };
  body.addEventListener("keydown", (event) => {
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.metaKey || !event.target.matches("input") || act(event.target, event) === false) return;
    event.preventDefault();
  });
  if (whole.net) balance();
}
