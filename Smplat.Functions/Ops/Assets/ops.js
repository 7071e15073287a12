// The page works without this file. It adds: no second submit of a form, and a refresh that is off unless asked for.
"use strict";

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

const refresh = document.querySelector("[data-refresh]");
if (refresh) {
  const slot = "smplat-ops-refresh";
  const isOn = () => sessionStorage.getItem(slot) === "on";
  const isBusy = () => document.hidden || document.querySelector("details[open]") !== null
    || (document.activeElement !== null && document.activeElement.closest("form") !== null);
  const show = () => refresh.setAttribute("aria-pressed", String(isOn()));
  refresh.hidden = false;
  show();
  refresh.addEventListener("click", () => {
    sessionStorage.setItem(slot, isOn() ? "off" : "on");
    show();
  });
  setInterval(() => {
    if (isOn() && !isBusy()) {
      location.replace(location.href);
    }
  }, 30000);
}
