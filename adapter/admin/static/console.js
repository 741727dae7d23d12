// What plain forms and links do already, made a little nicer. Nothing here is needed.
"use strict";

// A menu that is open closes with Escape, or by a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    document.querySelectorAll("details.console-person[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.console-person[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// A form is sent once, however often its button is pressed; htmx sees to its own forms, and where
// the answer is a file the page stays, and the file may be wanted again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || "again" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What is wrong is the first thing that is read out.
const fault = document.querySelector("main .alert[role=alert]");
if (fault) fault.focus();
