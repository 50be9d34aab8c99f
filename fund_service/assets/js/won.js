// Amounts in won: what was typed is said beside the field as people read it, exactly as the service itself says it.

const KOREAN_UNITS = { 조: 1_000_000_000_000n, 억: 100_000_000n, 만: 10_000n };
const ENGLISH_UNITS = [
  [1_000_000_000_000n, "trillion"],
  [1_000_000_000n, "billion"],
  [1_000_000n, "million"],
];
const grouped = (count) => count.toLocaleString("en");

/** Read "1,200,000,000", "12억", "1조 2,000억" or "5억 3천만원"; null where it is none of these. */
export function readWon(text) {
  const plain = text.normalize("NFKC").replace(/[\s,]/g, "").replace(/원$/, "");
  if (/^\d{1,16}$/.test(plain)) return BigInt(plain);
  const parts = plain.match(/^(?:(\d{1,4})조)?(?:(\d{1,5})억)?(?:(\d{1,5})(천)?만)?(\d{1,4})?$/);
  if (!plain || !parts) return null;
  const [, jo = "0", eok = "0", man = "0", thousand, rest = "0"] = parts;
  return (
    BigInt(jo) * KOREAN_UNITS.조 +
    BigInt(eok) * KOREAN_UNITS.억 +
    BigInt(man) * KOREAN_UNITS.만 * (thousand ? 1_000n : 1n) +
    BigInt(rest)
  );
}

/** Say an amount in the page's language; larger amounts are cut, never rounded up. */
export function sayWon(amount, language) {
  return language === "ko" ? sayInKorean(amount) : sayInEnglish(amount);
}

function sayInKorean(amount) {
  let rest = amount;
  const parts = [];
  for (const [name, unit] of Object.entries(KOREAN_UNITS)) {
    if (rest >= unit) parts.push(`${grouped(rest / unit)}${name}`);
    rest %= unit;
  }
  if (rest > 0n || parts.length === 0) parts.push(grouped(rest));
  return `${parts.join(" ")}원`;
}

function sayInEnglish(amount) {
  for (const [unit, name] of ENGLISH_UNITS) {
    if (amount >= unit) {
      const hundredths = (amount * 100n) / unit;
      const decimals = String(hundredths % 100n).padStart(2, "0").replace(/0+$/, "");
      return `KRW ${grouped(hundredths / 100n)}${decimals ? `.${decimals}` : ""} ${name}`;
    }
  }
  return `KRW ${grouped(amount)}`;
}

for (const input of document.querySelectorAll("input[data-won]")) {
  const said = document.getElementById(input.dataset.won);
  const say = () => {
    const amount = readWon(input.value);
    said.textContent = amount === null ? "" : sayWon(amount, document.documentElement.lang);
  };
  input.addEventListener("input", say);
  input.addEventListener("change", () => {
    const amount = readWon(input.value);
    if (amount !== null) input.value = grouped(amount);
  });
  say();
}
