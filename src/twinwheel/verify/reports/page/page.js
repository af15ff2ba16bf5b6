"use strict";
// The page reads without this: it adds finding, folding, copying, and opens all for printing.
(() => {
  const form = document.querySelector(".filter");
  const cards = [...document.querySelectorAll("#findings > .card")];
  if (form) {
    const search = form.querySelector("input[type=search]");
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const shown = form.querySelector(".shown");
    const texts = cards.map((card) => card.textContent.toLowerCase());
    const update = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.value));
      let number = 0;
      cards.forEach((card, place) => {
        const fits = words.every((word) => texts[place].includes(word));
        card.hidden = !fits || off.has(card.dataset.kind);
        number += card.hidden ? 0 : 1;
      });
      shown.textContent = `${number} of ${cards.length} shown`;
    };
    form.hidden = false;
    form.addEventListener("input", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-unfold]");
      if (button) cards.forEach((card) => { card.open = Boolean(button.dataset.unfold); });
    });
    update();
  }

  if (navigator.clipboard) {
    for (const button of document.querySelectorAll(".copy")) {
      const word = button.querySelector("span");
      button.hidden = false;
      button.addEventListener("click", async () => {
        const code = button.closest(".code, .command").querySelector("code");
        try {
          await navigator.clipboard.writeText(code.textContent);
          word.textContent = "Copied";
        } catch {
          word.textContent = "Not allowed:";
        }
        setTimeout(() => { word.textContent = "Copy"; }, 1500);
      });
    }
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded.push(...document.querySelectorAll("details:not([open]):not(.accept)"));
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => {
    folded.forEach((each) => { each.open = false; });
    folded = [];
  });
})();
