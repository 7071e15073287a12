// The pages work without this file. It adds: no second submit of a form, a refresh in place, reading charts with pointer and
// keyboard, and copying of ids.
"use strict";

// --- Forms

addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) {
    button.setAttribute("aria-busy", "true");
    // After the browser has gathered the form: a disabled button would not be sent.
    setTimeout(() => { button.disabled = true; });
  }
});

// A page that comes back from the browser's history must be usable again.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
});

// --- Charts: the values are read from the table below each of them.

function readChart(plot) {
  const figure = plot.closest("figure");
  const readout = figure.querySelector(".readout");
  const cursor = figure.querySelector(".cursor");
  const heads = [...figure.querySelectorAll(".figures thead th")].map((head) => head.textContent);
  const rows = [...figure.querySelectorAll(".figures tbody tr")];
  const [from, to, width] = [Number(plot.dataset.from), Number(plot.dataset.to), Number(plot.dataset.width)];
  const hint = "Point at the chart, or focus it and use the arrow keys, to read its values.";
  let at = -1;

  const href = () => (at < 0 ? null : rows[at].querySelector("a")?.href);
  const show = (index) => {
    at = Math.max(0, Math.min(rows.length - 1, index));
    const cells = [...rows[at].children].map((cell) => cell.textContent);
    readout.textContent = cells.map((cell, column) => (column === 0 ? cell : `${heads[column]} ${cell}`)).join(" · ")
      + (href() ? " · click or Enter for its requests" : "");
    const x = rows.length < 2 ? (from + to) / 2 : from + ((to - from) * at) / (rows.length - 1);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    plot.classList.add("active");
  };
  const clear = () => {
    at = -1;
    readout.textContent = hint;
    plot.classList.remove("active");
  };
  const indexOf = (event) => {
    const box = plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    return rows.length < 2 ? 0 : Math.round(((x - from) / (to - from)) * (rows.length - 1));
  };
  const open = () => {
    if (href()) {
      location.assign(href());
    }
  };

  plot.tabIndex = 0;
  plot.setAttribute("role", "group");
  plot.setAttribute("aria-label", `${figure.querySelector(".title").textContent}: arrow keys read the values`);
  plot.addEventListener("pointermove", (event) => show(indexOf(event)));
  plot.addEventListener("pointerleave", () => { if (document.activeElement !== plot) { clear(); } });
  plot.addEventListener("blur", clear);
  let before = -1;
  plot.addEventListener("pointerdown", () => { before = at; });
  plot.addEventListener("click", (event) => {
    show(indexOf(event));
    // A finger cannot point before it taps: the first tap reads, a second one at the same place opens.
    if (event.pointerType !== "touch" || before === at) {
      open();
    }
  });
  plot.addEventListener("keydown", (event) => {
    const last = rows.length - 1;
    const next = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      show(next);
    } else if (event.key === "Enter") {
      open();
    } else if (event.key === "Escape") {
      clear();
    }
  });
  clear();
}

// --- Copying

function offerCopy(button) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

function enhance(root) {
  root.querySelectorAll(".plot").forEach(readChart);
  root.querySelectorAll("[data-copy]").forEach(offerCopy);
}

enhance(document);

// --- Refresh in place: each part of the page that nobody is using is replaced by its new version.

const refresh = document.querySelector("[data-refresh]");
if (refresh) {
  const slot = "smplat-ops-refresh";
  const period = Number(refresh.dataset.refresh) * 1000;
  const status = document.querySelector("[data-refresh-status]");
  let last = Date.now();
  let isRunning = false;
  const isOn = () => sessionStorage.getItem(slot) !== "off";
  const focusable = "a, button, input, select, summary, [tabindex]";

  const isUsed = (part) => {
    const selection = getSelection();
    const focused = document.activeElement;
    return part.querySelector("details.act[open], .plot.active") !== null
      || (focused !== null && part.contains(focused) && focused.matches("input, select, textarea"))
      || (selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode));
  };

  const replace = (part, fresh) => {
    const focused = part.contains(document.activeElement) ? [...part.querySelectorAll(focusable)].indexOf(document.activeElement) : -1;
    const opened = [...part.querySelectorAll("details")].map((details) => details.open);
    const scrolled = [...part.querySelectorAll(".scroll")].map((box) => [box.scrollLeft, box.scrollTop]);
    part.replaceChildren(...fresh.childNodes);
    part.querySelectorAll("details").forEach((details, index) => { details.open = opened[index] ?? false; });
    part.querySelectorAll(".scroll").forEach((box, index) => { [box.scrollLeft, box.scrollTop] = scrolled[index] ?? [0, 0]; });
    enhance(part);
    if (focused >= 0) {
      part.querySelectorAll(focusable)[focused]?.focus({ preventScroll: true });
    }
  };

  const update = async () => {
    isRunning = true;
    try {
      const answer = await fetch(location.href, { redirect: "manual", headers: { Accept: "text/html" } });
      if (answer.type === "opaqueredirect") {
        status.textContent = "Your session has ended. Reload the page to sign in.";
        return;
      }

      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (fresh.querySelector("[data-refresh]") === null) {
        status.textContent = `Not refreshed: the app answered ${answer.status}.`;
        return;
      }

      // What is in view stays where it is, whatever grows or shrinks above it.
      const parts = [...document.querySelectorAll("[data-part]")];
      const inView = parts.filter((part) => part.getBoundingClientRect().bottom > 0 && part.getBoundingClientRect().top < innerHeight);
      const anchor = inView.find(isUsed) ?? inView.find((part) => part.getBoundingClientRect().top >= 0) ?? inView[0];
      const top = anchor?.getBoundingClientRect().top;
      for (const part of parts) {
        const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
        if (next !== null && !isUsed(part) && part.innerHTML !== next.innerHTML) {
          replace(part, next);
        }
      }

      if (anchor) {
        scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
      }

      status.textContent = "";
    } catch {
      status.textContent = "Not refreshed: the app cannot be reached. It is tried again.";
    } finally {
      last = Date.now();
      isRunning = false;
    }
  };

  const tick = () => {
    if (isOn() && !document.hidden && !isRunning && Date.now() - last >= period) {
      update();
    }
  };

  const show = () => refresh.setAttribute("aria-pressed", String(isOn()));
  refresh.hidden = false;
  show();
  refresh.addEventListener("click", () => {
    sessionStorage.setItem(slot, isOn() ? "off" : "on");
    show();
  });
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
