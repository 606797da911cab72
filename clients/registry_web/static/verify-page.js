/* The page of verification: takes what the reader gives, checks it here, and says what holds and what was not checked.

   Nothing leaves the page unless the reader presses “verify completely on the server”. The address after its # is never
   sent by a browser; it is taken out of the address bar once it was read. */

import { CHECKS } from "./verify-schema.js";
import { VerifyError, canHash, hex, sha256, textOf } from "./verify-bytes.js";
import { LARGEST_FILE, fitsDigest, readFile, readFragment, readText } from "./verify-input.js";
import { parsePolicy } from "./verify-policy.js";
import { SIGNED, checkReceipt } from "./verify-receipt.js";
import { canScan, scanned } from "./verify-scan.js";
import { element, told } from "./verify-told.js";
import { loadWords, t } from "./verify-words.js";

const at = (id) => document.getElementById(id);
const OUTCOMES = {
  OK: ["ok", "成立"],
  CLAIMED: ["claimed", "登记系统的说法"],
  FAILED: ["failed", "不成立"],
  SKIPPED: ["open", "没有核对"],
  NOT_HERE: ["open", "不在浏览器里核验"],
};
const KINDS = {
  check: "信用信息查询回执",
  batch: "批量查询回执",
  screen: "投标人信用筛查报告",
  record: "信用档案查询回执",
  certificate: "专项信用报告",
};
/* `file` and `given` are what was given last, and `turn` counts: what is found of something earlier is not shown.
   `fits`: whether it is the one that a code named by `digest`; null where there was no code, or it could not be told. */
const state = { policy: null, digest: null, file: null, given: null, fits: null, turn: 0 };

async function start() {
  await loadWords();
  at("check-text").hidden = at("own-policy").hidden = false;
  if (!canHash())
    return say(
      "bad",
      t("不能在这个浏览器里核验"),
      t("本页须以 https 打开，浏览器才提供核验所需的密码功能。可以上传到服务器核验。"),
    );
  at("file").addEventListener("change", () => at("file").files.length && taken(at("file").files[0]));
  at("check-text").addEventListener("click", () => checked(() => readText(at("text").value)));
  at("verify").addEventListener("submit", whole);
  at("policy-file").addEventListener("change", ownPolicy);
  dropping(at("drop"));
  (await canScan()) ? offerScan() : (at("scan-hint").hidden = false);
  await loadPolicy();
  addEventListener("hashchange", fromAddress);
  await fromAddress();
}

async function loadPolicy() {
  const answer = await fetch("/verify/policy");
  state.policy = await parsePolicy(await answer.text());
}

async function ownPolicy() {
  const [file] = at("policy-file").files;
  const now = at("policy-now");
  now.hidden = false;
  state.turn += 1; // What was found under another policy is not told beside this one.
  at("result").replaceChildren();
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    state.policy = await parsePolicy(textOf(bytes));
    now.className = "notice good";
    now.textContent = t("正在使用您载入的核验策略，SHA-256：{0}", hex(await sha256(bytes)));
  } catch (error) {
    state.policy = null;
    now.className = "notice bad";
    now.textContent = error instanceof VerifyError ? t(error.text, ...error.values) : t("不是核验策略文件");
  }
}

async function fromAddress() {
  const fragment = location.hash.slice(1);
  if (!/^([a-z]+=[^&]*&)*[rd]=/.test(fragment)) return;
  history.replaceState(null, "", location.pathname + location.search);
  await checked(() => readFragment(fragment));
}

async function taken(file) {
  await checked(async () => {
    if (file.size > LARGEST_FILE) throw new VerifyError("文件超过20MB");
    return readFile(new Uint8Array(await file.arrayBuffer()));
  }, file);
}

/* Reads what was given, checks it, and shows the result; whatever happens, the reader is told. */
async function checked(read, file = null) {
  const turn = (state.turn += 1);
  Object.assign(state, { file, given: null, fits: null });
  say("wait", t("正在核验…"));
  try {
    const given = await read();
    if (turn !== state.turn) return;
    if (given.kind === "digest") return awaited(given);
    state.given = given.receipt;
    if (state.policy === null) throw new VerifyError("没有可用的核验策略");
    const report = await checkReceipt(given.receipt, state.policy);
    const fits = await ofDigest(report.binary);
    if (turn !== state.turn) return;
    state.fits = fits;
    show(given, report, fits);
  } catch (error) {
    if (turn !== state.turn) return;
    const text =
      error instanceof VerifyError ? t(error.text, ...error.values) : t("不能读取：不是回执、信用报告或者它们的二维码");
    say("bad", t("没有核验"), text);
  }
}

/* A code with a digest alone proves nothing: whoever prints can print any. */
function awaited({ digest, of }) {
  state.digest = digest;
  say(
    "wait",
    t("还不能核验"),
    t(
      "这个二维码里只有{0}的指纹，不能证明任何事情。请选择它的PDF文件或者回执文件，本页会核对是否就是这一份。",
      t(Object.hasOwn(KINDS, of) ? KINDS[of] : "文书"),
    ),
  );
}

async function ofDigest(receipt) {
  return state.digest === null ? null : fitsDigest(receipt, state.digest);
}

function show(given, report, fits) {
  const failed = fits === false || report.state === "bad";
  if (!failed && report.isUnchecked) return showUnchecked(report);
  const holds = !failed && !report.isOpen; // Signatures are not said to hold where one of them was left open.
  const signedOnly = report.answer?.given === SIGNED;
  const heading = {
    good: "核验通过：确由登记系统签发，内容没有被改动",
    warn: "须注意：有的内容没有证明，或者不能在这里核验",
    bad: "核验不通过：不得采信",
  };
  const reason = fits === false ? t("这不是二维码所指的那一份：指纹不同") : firstFault(report);
  const notes = [
    failed ? element("p", {}, element("strong", {}, reason)) : null,
    holds && signedOnly
      ? element(
          "p",
          { class: "notice warn" },
          t("这份回执只有签名，没有附证明：内容是登记系统签名的说法，它不能抵赖。"),
        )
      : null,
    holds && !signedOnly
      ? element("p", {}, t("签名和所附证明在本浏览器里成立。密钥与职权的来历、依法重新得出结论，没有在这里核验。"))
      : null,
    given.kind === "pdf" && !failed ? element("p", {}, t("PDF页面上写的不作数，以下面回执写明的内容为准。")) : null,
  ];
  const state_ = failed ? "bad" : report.state;
  fill(
    element("section", { class: `outcome ${state_}` }, element("h2", {}, t(heading[state_])), ...notes),
    ...(report.response && !failed ? [told(report)] : []),
    details(t("逐项核验结果（浏览器）"), report.lines, failed),
  );
}

/* The registry's signature is of algorithms that this browser lacks: of what the file says nothing is shown. */
function showUnchecked(report) {
  fill(
    element(
      "section",
      { class: "outcome warn" },
      element("h2", {}, t("没有核验，请用服务器核验或registryctl")),
      element("p", {}, t("本浏览器不能核验登记系统的签名：文件可能是任何人写的，它的内容不在这里显示。")),
      element("p", {}, element("button", { form: "verify" }, t("在服务器上完整核验"))),
    ),
    details(t("逐项核验结果（浏览器）"), report.lines, true),
  );
}

function firstFault(report) {
  const line = report.lines.find((each) => each.outcome === "FAILED");
  return line ? t(line.text, ...line.values) : "";
}

function details(title, lines, isOpen) {
  const items = lines.map((line) => {
    const [style, name] = OUTCOMES[line.outcome];
    const text = line.detail ?? t(line.text, ...line.values);
    return element(
      "li",
      { class: style },
      element("strong", {}, t(CHECKS[line.name] ?? line.name)),
      " ",
      element("span", { class: "tag" }, t(name)),
      element("br"),
      text,
    );
  });
  return element(
    "details",
    isOpen ? { open: "" } : {},
    element("summary", {}, title),
    element("ul", { class: "checks card" }, items),
  );
}

/* The whole check on the server, of what was checked here last. */
async function whole(event) {
  event.preventDefault();
  const kept = state.turn ? null : at("file").files[0]; // A browser may have kept a choice over a reload.
  const content = state.file ?? (state.given && new Blob([state.given])) ?? kept;
  if (!content) return say("bad", t("没有核验"), t("请先选择文件，或者粘贴并核验内容。"));
  const form = new FormData();
  form.append("file", content, "paper");
  at("whole").disabled = true;
  const turn = (state.turn += 1);
  say("wait", t("服务器正在完整核验…"), t("通常需要几秒。"));
  try {
    const answer = await fetch("/verify", { method: "POST", body: form, headers: { accept: "application/json" } });
    const isJson = (answer.headers.get("content-type") ?? "").startsWith("application/json");
    const found = isJson ? await answer.json() : { fault: t("服务器没有完成核验，请稍后再试。") };
    if (turn !== state.turn) return;
    found.fault ? say("bad", t("没有核验"), t(found.fault)) : showWhole(found);
  } catch {
    if (turn === state.turn) say("bad", t("没有核验"), t("不能连接服务器。"));
  } finally {
    at("whole").disabled = false;
  }
}

/* What a code that was read before says against a file of which all else holds; the server knows nothing of it. */
function againstCode() {
  if (state.digest === null || state.fits) return null;
  return state.fits === false
    ? ["bad", "不是二维码所指的那一份", "这不是二维码所指的那一份：指纹不同"]
    : ["warn", "没有与二维码核对", "没有能够核对这是不是二维码所指的那一份。"];
}

function showWhole(found) {
  const failed = found.state === "bad";
  const [style, named, reason] = (!failed && againstCode()) || [found.state];
  const verdicts = {
    VERDICT_CLEAR: "未见限制",
    VERDICT_REVIEW: "需研判",
    VERDICT_BLOCKED: "禁止",
    VERDICT_INDETERMINATE: "无法判定",
  };
  const heading = { good: "通过", warn: "签名成立，但有的内容没有证明或者没有核对", bad: "不通过，不得采信" };
  const verdict = style !== "bad" && verdicts[found.verdict];
  fill(
    element(
      "section",
      { class: `outcome ${style}` },
      element("h2", {}, t("服务器完整核验：{0}", t(named ?? heading[found.state]))),
      reason ? element("p", {}, element("strong", {}, t(reason))) : null,
      verdict ? element("p", {}, t("回执写明的结论："), element("strong", {}, t(verdict))) : null,
      failed ? element("p", {}, found.lines.find((line) => line.outcome === "FAILED")?.detail ?? "") : null,
      found.level === "SIGNED" && style !== "bad"
        ? element(
            "p",
            { class: "notice warn" },
            t("这份回执只有签名，没有附证明：内容是登记系统签名的说法，它不能抵赖。"),
          )
        : null,
    ),
    details(t("逐项核验结果（服务器）"), found.lines, true),
  );
}

function say(style, heading, text = "") {
  fill(
    element("section", { class: `outcome ${style}` }, element("h2", {}, heading), text ? element("p", {}, text) : null),
  );
}

function fill(...children) {
  const result = at("result");
  result.replaceChildren(...children);
  at("announce").textContent = result.querySelector("h2").textContent;
  result.scrollIntoView({ block: "nearest" });
}

function dropping(area) {
  const over = (is) => (event) => {
    event.preventDefault();
    area.classList.toggle("over", is);
  };
  for (const name of ["dragenter", "dragover"]) area.addEventListener(name, over(true));
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, over(false));
  area.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    at("file").files = event.dataTransfer.files;
    taken(event.dataTransfer.files[0]);
  });
}

function offerScan() {
  at("scan").hidden = false;
  at("scan").addEventListener("click", async () => {
    const text = await scanned(at("camera")).catch(() => "");
    text ? checked(() => readText(text)) : say("bad", t("没有核验"), t("没有能够使用摄像头，或者没有扫到二维码。"));
  });
}

start()
  .catch(() => say("bad", t("没有核验"), t("本页没有能够准备好，请重新打开；也可以上传到服务器核验。")))
  .finally(() => document.body.setAttribute("data-ready", ""));
