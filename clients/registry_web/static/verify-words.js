/* Words of the page in the reader's language. The Chinese text is the key; the English is that of the templates
   (wording/*.toml), fetched once by pages in English. {0}, {1}… are places for values. */

import { WORDS } from "./verify-schema.js";

let english = {};
export const isEnglish = () => globalThis.document?.documentElement.lang === "en";

export async function loadWords() {
  if (!isEnglish()) return;
  const answer = await fetch("/verify/english.json");
  if (answer.ok) english = await answer.json();
}

/* A text in the reader's language, its places filled in. */
export function t(text, ...values) {
  return (Object.hasOwn(english, text) ? english[text] : text).replace(/\{(\d)\}/g, (_, at) => shown(values[at]));
}

/* The word of an enumeration's value; of one that is not known, its number. */
export function word(enumeration, value) {
  const known = WORDS[enumeration][value];
  return known === undefined ? String(value) : t(known);
}

function shown(value) {
  if (value === null || typeof value !== "object") return String(value ?? "");
  return "time_ms" in value ? china(value.time_ms) : word(value.word, value.value);
}

/* An instant, Unix milliseconds, as a clock in China shows it. */
export function china(ms) {
  const shifted = new Date(ms + 8 * 3_600_000);
  return Number.isNaN(shifted.getTime()) ? `${ms}ms` : `${shifted.toISOString().slice(0, 19).replace("T", " ")} +08:00`;
}

export const chinaOf = (timestamp) =>
  timestamp === null ? "" : china(timestamp.seconds * 1000 + Math.floor(timestamp.nanos / 1e6));
