// Small behaviours of every page. Each page works without them; they only make it more convenient.

const root = document.documentElement;
root.classList.add("scripted");

/** The menu of narrow screens opens and closes by its button. */
function wireMenu() {
  const button = document.querySelector("[data-menu-button]");
  const menu = document.getElementById("main-menu");
  if (!button || !menu) return;
  const show = (open) => {
    button.setAttribute("aria-expanded", String(open));
    menu.classList.toggle("is-open", open);
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      show(false);
      button.focus();
    }
  });
}

/** A group of the menu closes by Escape, and when the reader turns to something else. */
function wireMenuGroups() {
  for (const group of document.querySelectorAll("details.gnb-group")) {
    group.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && group.open) {
        event.stopPropagation();
        group.open = false;
        group.querySelector("summary").focus();
      }
    });
    group.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !group.contains(relatedTarget)) group.open = false;
    });
    document.addEventListener("click", ({ target }) => {
      if (!group.contains(target)) group.open = false;
    });
  }
}

/** A form that was refused puts the reader at the summary of what to correct. */
function showFaults() {
  document.getElementById("fault-summary")?.focus();
}

/** A text area with a limit says how much of it is used. */
function countCharacters() {
  for (const area of document.querySelectorAll("textarea[data-counted]")) {
    const counter = document.getElementById(area.dataset.counted);
    const show = () => {
      counter.textContent = [...area.value].length.toLocaleString(root.lang);
    };
    area.addEventListener("input", show);
    show();
  }
}

/** A filter left empty is left out of the address, so that addresses say only what they narrow. */
function leaveOutEmptyFilters() {
  for (const form of document.querySelectorAll("form.filters")) {
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) {
        if (value === "") formData.delete(name);
      }
    });
  }
}

wireMenu();
wireMenuGroups();
leaveOutEmptyFilters();
showFaults();
countCharacters();
