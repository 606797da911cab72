/* What the console's own pages need of a script: authenticators, and a form that is sent once.
   form[data-credential=get|create]  data-options: what navigator.credentials is asked, JSON with base64url;
   the answer goes into the form's field "answer", and the form is sent. data-at-once: without a click.
   form[data-once]                   its buttons do nothing more once it is under way. */

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function question(given) {
  const asked = { ...given, challenge: bytes(given.challenge) };
  if (given.user) asked.user = { ...given.user, id: bytes(given.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (given[list]) asked[list] = given[list].map((each) => ({ ...each, id: bytes(each.id) }));
  }
  return asked;
}

function answer(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[name]) response[name] = text(said[name]);
  }
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {},
    authenticatorAttachment: credential.authenticatorAttachment || undefined,
  });
}

function waiting(form, under_way) {
  form.setAttribute("aria-busy", under_way ? "true" : "false");
  for (const button of form.querySelectorAll("button")) button.disabled = under_way;
}

async function asked(form) {
  const said = form.querySelector("[data-said]");
  if (said) said.hidden = true;
  waiting(form, true);
  try {
    const publicKey = question(JSON.parse(form.dataset.options));
    form.elements.answer.value = answer(await navigator.credentials[form.dataset.credential]({ publicKey }));
    form.submit();
  } catch (error) {
    waiting(form, false);
    if (said) { said.hidden = false; said.focus?.(); }
  }
}

for (const form of document.querySelectorAll("form[data-credential]")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); asked(form); });
  if ("atOnce" in form.dataset) asked(form);
}
for (const form of document.querySelectorAll("form[data-once]:not([data-credential])")) {
  form.addEventListener("submit", () => setTimeout(() => waiting(form, true)));
}
const field = document.querySelector("[data-from-fragment]");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[aria-busy=true]")) waiting(form, false);
});
