// The rule of the threshold, said while an amount is typed.

import { readWon } from "./won.js";

const rule = document.getElementById("claim-rule");
const amount = document.getElementById("amount_krw");

if (rule && amount) {
  const say = () => {
    const won = readWon(amount.value);
    const reached = won !== null && won >= BigInt(rule.dataset.threshold);
    rule.textContent = won === null ? "" : reached ? rule.dataset.reached : rule.dataset.below;
  };
  amount.addEventListener("input", say);
  amount.addEventListener("change", say);
  say();
}
