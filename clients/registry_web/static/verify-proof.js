/* The evidence of a receipt that proves: checkpoint → leaves → statements → chains and map → signatures.

   What stays for `registryctl verify` or the server: whether each key lived, each mandate reached so far, which edition
   was in force, outside time, and the law applied again. The page says so in so many words. */

import { VerifyError, hex, hmacSha256, same, sha256, utf8 } from "./verify-bytes.js";
import { checkCheckpoint } from "./verify-checkpoint.js";
import { pae } from "./verify-keys.js";
import { checkSigners } from "./verify-signers.js";
import { isAbsent, isConsistent, isIncluded, isPresent, leafHash } from "./verify-trees.js";
import { decode } from "./verify-wire.js";

const STATEMENT_TYPE = "application/vnd.registry.v1.statement+protobuf";
const LEAF_BYTES = 122;
const REGISTRY_KEY = utf8("registry.v1.subject\nR:");
const LATER = [
  ["keys", "签名密钥是否先登记后使用、是否曾被撤销"],
  ["mandate", "各部门的职权是否涵盖其陈述"],
  ["edition", "所用目录版本是否依程序采用"],
  ["time", "外部时间戳"],
  ["verdict", "依所用目录重新得出结论"],
];

export async function checkProof(receipt, answer, policy, report) {
  const seen = { shown: new Map(), places: new Map(), leaves: new Map(), unknown: 0 };
  const steps = [
    ["checkpoint", () => head(receipt, answer, policy, report, seen)],
    ["inclusion", () => leaves(receipt, report, seen)],
    ["statements", () => statements(receipt, answer, report, seen)],
    ["chains", () => chains(receipt, answer, report, seen)],
    ["department signatures", () => checkSigners(seen, policy, report)],
  ];
  for (const [name, step] of steps) {
    if (!(await report.attempt(name, step))) return;
  }
  for (const [name, text] of LATER) report.note(name, "NOT_HERE", text);
}

async function head(receipt, answer, policy, report, seen) {
  const checkpoint = await checkCheckpoint(receipt.checkpoint, policy);
  if (checkpoint.origin !== answer.origin) throw new VerifyError("检查点属于另一日志");
  const names = checkpoint.witnesses.join(", ");
  report.note(
    "checkpoint",
    "OK",
    names ? "{0} 大小{1}; 见证人: {2}" : "{0} 大小{1}",
    checkpoint.origin,
    checkpoint.size,
    names,
  );
  if (checkpoint.unknown) report.open("checkpoint", "检查点上{0}个签名的算法不能在本浏览器中核验", checkpoint.unknown);
  if (!policy.witnesses.length)
    report.note("witnesses", "CLAIMED", "策略没有见证人: 登记系统是否对别人出示同一日志, 只有它自己的签名");
  if (!(await isConsistent(answer.position + 1, answer.root, checkpoint.size, checkpoint.root, receipt.consistency))) {
    throw new VerifyError("一致性证明不成立: 答复时的日志不是这一检查点的开头");
  }
  report.note("consistency", "OK", "答复时的日志 (前{0}条) 是检查点的开头", answer.position + 1);
  seen.checkpoint = checkpoint;
}

async function leaves(receipt, report, seen) {
  let before = -1;
  let received = 0n;
  for (const { position, leaf: bytes, inclusion } of receipt.leaves) {
    const leaf = parseLeaf(bytes);
    if (position <= before || leaf.received < received) throw new VerifyError("叶子没有按序号和时间排列");
    const hash = await leafHash(bytes);
    if (!(await isIncluded(hash, position, seen.checkpoint.size, inclusion, seen.checkpoint.root))) {
      throw new VerifyError("序号{0}的叶子不在检查点的树中", position);
    }
    [before, received] = [position, leaf.received];
    seen.leaves.set(position, leaf);
    seen.places.set(hex(hash), position);
  }
  report.note("inclusion", "OK", "{0}条叶子都在检查点的树中", receipt.leaves.length);
}

/* The fixed 122 bytes of registry/provenance/leaf.py. */
function parseLeaf(bytes) {
  if (bytes.length !== LEAF_BYTES || bytes[0] !== 1) throw new VerifyError("叶子不合格式");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    type: bytes[1],
    received: view.getBigUint64(2),
    subject: bytes.subarray(10, 42),
    sequence: Number(view.getBigUint64(42)),
    previous: bytes.subarray(50, 82),
    statement: bytes.subarray(82, 114),
    key: Number(view.getBigUint64(114)),
  };
}

async function statements(receipt, answer, report, seen) {
  for (const { position, statement: signed } of receipt.leaves) {
    if (signed === null) continue;
    const leaf = seen.leaves.get(position);
    const { payload, payload_type: type } = signed.envelope ?? {};
    if (type !== STATEMENT_TYPE) throw new VerifyError("序号{0}的载荷类型不是陈述", position);
    if (!same(await sha256(pae(type, payload)), leaf.statement))
      throw new VerifyError("序号{0}的陈述与叶子中的摘要不符", position);
    const statement = decode("registry.v1.Statement", payload);
    if (statement.origin !== answer.origin) throw new VerifyError("序号{0}的陈述写给另一登记系统", position);
    seen.shown.set(position, { position, leaf, signed, statement });
  }
  report.note("statements", "OK", "{0}份陈述与各自的叶子相符", seen.shown.size);
}

async function chains(receipt, answer, report, seen) {
  const state = seen.shown.get(receipt.map_position)?.statement.map_state;
  if (!state || state.size > receipt.map_position) throw new VerifyError("没有出示映射状态");
  await ownLeaves(state.size, answer.position, seen);
  let empty = 0;
  const chained = new Set();
  const subjects = new Set();
  for (const chain of receipt.chains) {
    const key = await chainKey(chain);
    const head = await linked(chain, key, chained);
    const proof = chain.proof ?? { siblings: [], other: null };
    const holds =
      head === null
        ? await isAbsent(state.root, key, proof)
        : await isPresent(state.root, key, chain.leaves.length, head, proof);
    if (!holds) throw new VerifyError("映射证明不成立: 不能证明一个主体的全部记录都在这里");
    if (subjects.has(hex(key))) throw new VerifyError("主体链有重复");
    subjects.add(hex(key));
    empty += head === null ? 1 : 0;
  }
  noneBeside(seen, state.size, chained, subjects);
  report.note(
    "chains",
    "OK",
    "{0}条链由映射状态 (序号{1}) 证明完整; {2}条为空",
    receipt.chains.length,
    receipt.map_position,
    empty,
  );
}

/* Leaves that the map's state does not cover yet are the registry's own: no subject can have had one. */
async function ownLeaves(from, until, seen) {
  const own = await sha256(REGISTRY_KEY);
  for (let position = from; position <= until; position += 1) {
    const leaf = seen.leaves.get(position);
    if (leaf === undefined || !same(leaf.subject, own)) throw new VerifyError("映射状态没有覆盖序号{0}", position);
  }
}

async function chainKey({ ref, secret }) {
  const isPerson = ref.startsWith("P:");
  if (!ref || secret.length !== (isPerson ? 32 : 0)) throw new VerifyError("主体链的标识不全");
  return isPerson ? hmacSha256(secret, utf8(ref)) : sha256(utf8(`registry.v1.subject\n${ref}`));
}

/* Hash of a chain's last leaf, null of an empty one; each leaf names the one before. */
async function linked(chain, key, chained) {
  let previous = new Uint8Array(32);
  for (const [at, bytes] of chain.leaves.entries()) {
    const leaf = parseLeaf(bytes);
    if (!same(leaf.subject, key) || leaf.sequence !== at || !same(leaf.previous, previous))
      throw new VerifyError("主体链在第{0}条断开", at + 1);
    previous = await leafHash(bytes);
    chained.add(hex(previous));
  }
  return chain.leaves.length ? previous : null;
}

/* No leaf that is shown may belong to a chain that says it is complete without it. */
function noneBeside(seen, size, chained, subjects) {
  for (const [hash, place] of seen.places) {
    const belongs = subjects.has(hex(seen.leaves.get(place).subject)) && place < size;
    if (belongs !== chained.has(hash)) throw new VerifyError("序号{0}的叶子与其主体的链不符", place);
  }
}
