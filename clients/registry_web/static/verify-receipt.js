/* A receipt checked in the browser, from the outside in, as docs/verify.md does it with openssl: a line for each thing
   that was looked at, and what a line rests on was checked in a line above it.

       OK       it holds, by a proof or a signature that was checked here
       FAILED   it does not: the receipt is refused, and the check ends
       CLAIMED  the registry's signed word, which nothing in the receipt can decide
       NOT_HERE not checked in a browser: an algorithm that it lacks, or the law applied again

   Line names are those of `registryctl verify`. report.answer, question and response are filled in once a signature
   of the registry holds, never before: where this browser can check none of them, the check ends with that.
   report.binary is the receipt as it is filed, whatever it came as. */

import { VerifyError, fromBase64, hex, same, sha256, textOf } from "./verify-bytes.js";
import { SUITE_NAMES, pae, verifySignature } from "./verify-keys.js";
import { acceptsSuite, counts } from "./verify-policy.js";
import { isIncluded, leafHash } from "./verify-trees.js";
import { decode, encode, fromJson } from "./verify-wire.js";
import { checkProof } from "./verify-proof.js";

export const SIGNED = 1;
export const PROOF = 2;
const VERSION = 1;
const HASH_BYTES = 32;
const SIGNATURE = "answer signature";
const MESSAGE = "registry.v1.";
const ANSWER_TYPE = "application/vnd.registry.v1.answer+protobuf";
const ANSWERS_TYPE = "application/vnd.registry.v1.answers+protobuf";
export const METHODS = {
  "registry.v1.RestrictionService/Check": ["check", "CheckRequest", "CheckResponse"],
  "registry.v1.RestrictionService/BatchCheck": ["batch", "BatchCheckRequest", "BatchCheckResponse"],
  "registry.v1.RestrictionService/Screen": ["screen", "ScreenRequest", "ScreenResponse"],
  "registry.v1.RecordService/GetRecord": ["record", "GetRecordRequest", "GetRecordResponse"],
  "registry.v1.RecordService/GetCertificate": ["certificate", "GetCertificateRequest", "GetCertificateResponse"],
};

export class Report {
  lines = [];
  answer = null;
  kind = "";
  question = null;
  binary = new Uint8Array();
  response = null;

  note(name, outcome, text, ...values) {
    this.lines.push({ name, outcome, text, values });
  }

  /* What this browser cannot check, and the answer rests on: it makes the result amber. */
  open(name, text, ...values) {
    this.lines.push({ name, outcome: "NOT_HERE", text, values, essential: true });
  }

  async attempt(name, step) {
    try {
      await step();
      return true;
    } catch (error) {
      const known = error instanceof VerifyError;
      this.note(name, "FAILED", known ? error.text : "回执的内容不合规则, 不能核验", ...(known ? error.values : []));
      return false;
    }
  }

  has(outcome) {
    return this.lines.some((line) => line.outcome === outcome);
  }

  /* Whether something was left open that the answer rests on. */
  get isOpen() {
    return this.lines.some((line) => line.essential);
  }

  /* The registry's signature was neither refused nor found to hold: anybody may have written what the receipt says. */
  get isUnchecked() {
    return this.answer === null && this.lines.some((line) => line.name === SIGNATURE && line.essential);
  }

  /* "bad", "warn" where something essential is not proven or not checked, or "good". */
  get state() {
    if (!this.lines.length || this.has("FAILED")) return "bad";
    const unproven = this.lines.some((line) => line.name === "shortfall");
    return this.isOpen || unproven ? "warn" : "good";
  }
}

/* The report on the bytes of a receipt, binary or JSON. */
export async function checkReceipt(content, policy) {
  const report = new Report();
  const seen = {};
  const steps = [
    ["form", async () => Object.assign(seen, await form(content, report))],
    ["terms", async () => terms(seen.answer, seen.receipt, report)],
    [SIGNATURE, async () => signature(seen.answer, seen.receipt, policy, report)],
    ["shortfall", async () => shortfalls(seen.answer, report)],
    ["question", async () => question(seen.answer, report)],
    ["evidence", async () => evidence(seen, policy, report)],
  ];
  for (const [name, step] of steps) {
    if (!(await report.attempt(name, step)) || report.isUnchecked) break;
  }
  return report;
}

async function form(content, report) {
  const isText = content.find((byte) => byte > 32) === 0x7b;
  const receipt = isText ? ofJson(content) : decode(`${MESSAGE}Receipt`, content);
  if (receipt.version !== VERSION) throw new VerifyError("回执版本是{0}, 本页只认{1}", receipt.version, VERSION);
  report.binary = encode(`${MESSAGE}Receipt`, receipt);
  if (!isText && !same(report.binary, content)) throw new VerifyError("回执的编码不是唯一的规范形式");
  const rest = encode(`${MESSAGE}Receipt`, { ...receipt, digest: new Uint8Array() });
  if (!same(await sha256(rest), receipt.digest))
    throw new VerifyError("回执的摘要与内容不符: 内容被改动, 或者文件不完整");
  const answer = decode(`${MESSAGE}Answer`, receipt.answer);
  report.note("form", "OK", "版本{0}, 摘要相符, 没有不认识的字段", VERSION);
  return { receipt, answer };
}

function ofJson(content) {
  try {
    return fromJson(`${MESSAGE}Receipt`, JSON.parse(textOf(content)));
  } catch {
    throw new VerifyError("不是合格的JSON回执");
  }
}

function terms(answer, receipt, report) {
  if (!Object.hasOwn(METHODS, answer.method)) throw new VerifyError("答复的方法不是本页认识的");
  if (answer.root.length !== HASH_BYTES || answer.request_sha256.length !== HASH_BYTES)
    throw new VerifyError("答复中的根或请求摘要不合格式");
  if (![SIGNED, PROOF].includes(answer.asked) || ![SIGNED, PROOF].includes(answer.given))
    throw new VerifyError("答复没有写明回执级别");
  const parts = [receipt.checkpoint, receipt.leaves, receipt.chains];
  const has = parts.some((part) => part.length) || receipt.consistency.length || receipt.map_position !== undefined;
  if (answer.given === SIGNED && has) throw new VerifyError("答复只有签名, 回执却附有证据: 不能混用");
  if (answer.given === PROOF && !(parts.every((part) => part.length) && receipt.map_position !== undefined)) {
    throw new VerifyError("答复自称附有证明, 证据却不全");
  }
  report.note("terms", "OK", answer.given === PROOF ? "回执级别: 签名并附证明" : "回执级别: 签名");
}

async function signature(answer, receipt, policy, report) {
  const size = answer.log_size || answer.position + 1;
  if (size < answer.position + 1) throw new VerifyError("答复自称签署时日志的大小小于它所依据的序号");
  const keys = policy.receipts.filter((key) => counts(key, answer.origin, size));
  if (!keys.length)
    throw new VerifyError("核验策略没有 {0} 的回执公钥: 不是这一登记系统签发的, 或者策略不是它的", answer.origin);
  if (!keys.some((key) => acceptsSuite(policy, key.suite, size)))
    throw new VerifyError("策略要求的签名算法中没有回执密钥的");
  const message = await signedMessage(receipt.answer, receipt.signature, answer.origin);
  const given = new Map((receipt.signature?.signatures ?? []).map((each) => [each.keyid, each.sig]));
  const unknown = [];
  for (const key of keys) {
    if (!given.has(key.keyid)) throw new VerifyError("缺少回执密钥 {0} 的签名", key.id);
    const outcome = await verifySignature(key, message, given.get(key.keyid));
    if (outcome === "bad")
      throw new VerifyError("回执密钥 {0} 的签名与答复不符: 不是登记系统签发的, 或者内容被改动", key.id);
    if (outcome === "unknown") unknown.push(key);
  }
  const good = keys.filter((key) => !unknown.includes(key));
  const ids = good.map((key) => key.id).join(", ");
  if (good.length) report.note(SIGNATURE, "OK", "{0} 的回执密钥 {1} 签了这份答复", answer.origin, ids);
  for (const key of unknown) {
    report.open(SIGNATURE, "{0} 签名 (密钥 {1}) 不能在本浏览器中核验", SUITE_NAMES[key.suite], key.id);
  }
  if (good.length) report.answer = answer;
}

/* The bytes that the signatures are over: the answer, or the header that names it among many. */
async function signedMessage(answer, given, origin) {
  if (given === null) throw new VerifyError("回执没有签名");
  if (!given.header.length) {
    if (given.index || given.path.length) throw new VerifyError("单独签名的答复不应有批次中的位置");
    return pae(ANSWER_TYPE, answer);
  }
  const header = decode(`${MESSAGE}AnswersHeader`, given.header);
  if (!(await isIncluded(await leafHash(answer), given.index, header.count, given.path, header.root))) {
    throw new VerifyError("答复不在签名所指的那一批中");
  }
  if (header.origin !== origin) throw new VerifyError("签名抬头属于另一登记系统");
  return pae(ANSWERS_TYPE, given.header);
}

function shortfalls(answer, report) {
  if (answer.given >= answer.asked) {
    if (answer.shortfalls.length) throw new VerifyError("答复自称已给出所要求的证明, 又列有不足");
    return;
  }
  if (!answer.shortfalls.length) throw new VerifyError("所要求的是证明, 答复只有签名, 又没有说明不足");
  for (const each of answer.shortfalls)
    report.note("shortfall", "CLAIMED", "所要求的证明没有给出: {0}", { word: "ShortfallReason", value: each.reason });
}

function question(answer, report) {
  const [kind, asked, told] = METHODS[answer.method];
  const request = decode(MESSAGE + asked, answer.question);
  const response = decode(MESSAGE + told, answer.response);
  const answered = response.answered ?? {};
  if (
    answered.origin !== answer.origin ||
    answered.known_position !== answer.position ||
    answered.edition !== answer.edition
  ) {
    throw new VerifyError("答复内容中的日志、序号或目录版本与回执所述不同");
  }
  checkSubjects(kind, request, response);
  Object.assign(report, { kind, question: request, response });
  report.note("question", "OK", "问题与答复相符; 依据序号{0}, 目录 {1}…", answer.position, answer.edition.slice(0, 12));
  report.note("request hash", "OK", "原请求的 SHA-256 是 {0}", hex(answer.request_sha256));
  report.note("caller", "CLAIMED", "登记系统称由 {0} 查询", answer.caller);
  report.note("answered", "CLAIMED", "登记系统称答复于 {0}", { time_ms: answer.answered_ms });
}

const plain = (subject) =>
  `${subject?.type} ${(subject?.value ?? "").normalize("NFKC").toUpperCase().replace(/[\s-]/g, "")}`;

/* The answer is about those that were asked about. */
function checkSubjects(kind, request, response) {
  const batch = kind === "batch" && request.identifiers.length !== response.verdicts.length;
  const screen =
    kind === "screen" &&
    (request.parties.length !== response.parties.length ||
      request.parties.some((party, at) => plain(party.subject) !== plain(response.parties[at].party?.subject)));
  const check = kind === "check" && plain(request.subject) !== plain(response.subject);
  if (batch || screen || check) throw new VerifyError("答复所说的主体不是所问的");
}

async function evidence({ receipt, answer }, policy, report) {
  if (answer.given === PROOF) return checkProof(receipt, answer, policy, report);
  report.note("evidence", "CLAIMED", "答复只有签名: 内容是登记系统签名的说法, 没有附证明");
}

/* Bytes of base64 text, however it was folded. */
export const ofBase64Text = (text) => fromBase64(text.replace(/\s+/g, ""));
