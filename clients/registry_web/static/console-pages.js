// What makes forms of the console quicker; every page works without it.
//
// * Evidence is hashed here (SHA-256, Web Crypto): the file stays where it is, its digest and name are sent.
// * A file may be dropped on a field marked data-drop.

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function digest(input) {
  const form = input.form;
  for (const file of input.files) {
    const held = document.createElement("p");
    held.className = "held";
    held.textContent = `… ${file.name}`;
    input.before(held);
    const sum = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = `${input.name}.held`;
    field.value = `${sum} ${file.name.replace(/[\r\n]/g, " ").slice(0, 200)}`;
    const mark = document.createElement("span");
    mark.className = "tag good";
    mark.textContent = "SHA-256";
    const code = document.createElement("span");
    code.className = "mono small";
    code.textContent = `${sum.slice(0, 16)}…`;
    held.replaceChildren(field, mark, ` ${file.name} `, code);
    if (!input.multiple) {
      for (const other of form.querySelectorAll(`[name="${CSS.escape(input.name)}.held"]`)) {
        if (other !== field) other.closest("p").remove();
      }
    }
  }
  input.value = "";
  input.required = false;
}

if (globalThis.crypto?.subtle) {
  for (const input of document.querySelectorAll("input[type=file][data-digest]")) {
    input.addEventListener("change", () => {
      const buttons = input.form.querySelectorAll("button");
      for (const button of buttons) button.disabled = true;
      // What cannot be hashed here (too large for the browser's memory) is hashed as it comes in.
      digest(input).catch(() => {}).finally(() => {
        for (const button of buttons) button.disabled = false;
      });
    });
  }
}

for (const area of document.querySelectorAll("[data-drop]")) {
  const input = area.querySelector("input[type=file]");
  for (const name of ["dragover", "dragenter"]) {
    area.addEventListener(name, (event) => { event.preventDefault(); area.classList.add("over"); });
  }
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

document.getElementById("faults")?.focus();
