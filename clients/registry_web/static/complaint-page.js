/* The form for complaints: what is written is sealed here, and only then sent. Where the browser cannot, the form is
   sent as it is, and a notice has said so before. Texts stand in the page; this script shows and hides them. */

import { hasX25519 } from "./complaint-hpke.js";
import { CONTENT, REPORTER, randomText, sealed } from "./complaint-seal.js";

const at = (id) => document.getElementById(id);
const form = at("complaint");
const SIGNS = 20;

async function start() {
  const able = globalThis.crypto?.subtle !== undefined && (await hasX25519());
  at(able ? "sealed-here" : "sealed-there").hidden = false;
  if (able) form.addEventListener("submit", submitted);
  document.body.dataset.ready = able ? "here" : "there";
}

async function submitted(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  at("faults").hidden = true;
  try {
    await lodge();
  } catch {
    told([]);
  }
  button.disabled = false;
}

async function lodge() {
  const field = (name) => form.elements[name].value.trim();
  const chosen = form.elements.department.selectedOptions[0];
  const keys = chosen.dataset.keys.split(" ").map(bytesOf);
  const [number, code] = [`W${randomText(SIGNS)}`, randomText(SIGNS)];
  const binding = { origin: form.dataset.origin, department: chosen.value, number };
  const message = { number, department: chosen.value, code_sha256: base64(await digest(code)) };
  for (const name of ["kind", "subject_code", "subject_name", "category", "region"]) message[name] = field(name);
  message.content = base64(await sealed(field("text"), { ...binding, part: CONTENT }, keys));
  const reporter = field("reporter");
  message.reporter = reporter ? base64(await sealed(reporter, { ...binding, part: REPORTER }, keys)) : "";
  const answer = await fetch("/complaints/lodge", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(message),
  });
  const given = await answer.json();
  if (!answer.ok) return told(given.reasons);
  at("number").textContent = given.number;
  at("code").textContent = code;
  at("day").textContent = given.received_on;
  form.reset();
  form.hidden = true;
  at("received").hidden = false;
  at("received").focus();
}

/* What was wrong; without reasons that it did not arrive. */
function told(reasons) {
  const list = at("fault-list");
  list.replaceChildren(...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
  at("not-arrived").hidden = reasons.length > 0;
  at("faults").hidden = false;
  at("faults").focus();
}

const digest = async (text) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

function base64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

start();
