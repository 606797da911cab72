/* Who signed the statements that a receipt shows: each with the key that its leaf names, alone or in a batch; what the
   registry states itself with its log keys. Keys are those that statements before it brought into the log; that none
   was revoked meanwhile is for the whole check.

   `seen.shown` are statements by position, { position, leaf, signed, statement }, already held against their leaves. */

import { VerifyError } from "./verify-bytes.js";
import { keyOfSpki, pae, verifySignature } from "./verify-keys.js";
import { acceptsSuite } from "./verify-policy.js";
import { isIncluded, leafHash } from "./verify-trees.js";
import { decode } from "./verify-wire.js";

const BATCH_TYPE = "application/vnd.registry.v1.batch+protobuf";
const KEY_REGISTER = 3;
const GENESIS = 9;
const OWN_TYPES = [6, 7];

export async function checkSigners(seen, policy, report) {
  const keys = { enrolled: new Map(), own: new Map() };
  if (seen.shown.get(0)?.leaf.type !== GENESIS) throw new VerifyError("没有出示创世陈述");
  let batches = 0;
  for (const shown of [...seen.shown.values()].sort((one, other) => one.position - other.position)) {
    await learn(shown, keys);
    batches += shown.signed.batch ? 1 : 0;
    await (OWN_TYPES.includes(shown.leaf.type)
      ? ownSigned(shown, keys, policy, seen)
      : departmentSigned(shown, keys, policy, seen));
  }
  report.note(
    "department signatures",
    "OK",
    "{0}份陈述的签名成立, 其中{1}份在批次中",
    seen.shown.size - seen.unknown,
    batches,
  );
  if (seen.unknown) report.open("department signatures", "{0}份陈述的签名算法不能在本浏览器中核验", seen.unknown);
}

/* The keys that a statement brings into the log. */
async function learn({ position, leaf, statement }, keys) {
  const own = [...(statement.genesis?.registry_keys ?? []), statement.registry_key_change?.add].filter(Boolean);
  for (const key of own)
    keys.own.set((await keyOfSpki(key.suite, key.public_key)).keyid, await keyOfSpki(key.suite, key.public_key));
  const enrolled =
    leaf.type === GENESIS
      ? statement.genesis?.operator_key
      : leaf.type === KEY_REGISTER
        ? statement.key_enrolment
        : null;
  if (enrolled) keys.enrolled.set(position, await keyOfSpki(enrolled.suite, enrolled.public_key));
}

async function ownSigned({ position, signed }, keys, policy, seen) {
  const { payload, payload_type: type, signatures: given } = signed.envelope;
  if (!given.length) throw new VerifyError("序号{0}没有签名", position);
  for (const each of given) {
    const key = keys.own.get(each.keyid);
    if (key === undefined) throw new VerifyError("序号{0}的签名密钥不是已出示的日志密钥", position);
    settle(await verifySignature(key, pae(type, payload), each.sig), position, seen);
  }
  if (!given.some((each) => acceptsSuite(policy, keys.own.get(each.keyid).suite, position + 1)))
    throw new VerifyError("序号{0}没有策略所要求的算法的签名", position);
}

async function departmentSigned({ position, leaf, signed, statement }, keys, policy, seen) {
  const key = keys.enrolled.get(leaf.key);
  if (key === undefined || (leaf.key >= position && leaf.type !== GENESIS))
    throw new VerifyError("序号{0}的签名密钥不是在它之前登记的", position);
  if (!acceptsSuite(policy, key.suite, position + 1))
    throw new VerifyError("序号{0}的签名算法不是策略所要求的", position);
  const [message, signature] = signed.batch
    ? await ofBatch(signed, statement, key, position)
    : [pae(signed.envelope.payload_type, signed.envelope.payload), signed.envelope.signatures[0]];
  if (signature === undefined) throw new VerifyError("序号{0}没有签名", position);
  if (signature.keyid !== key.keyid) throw new VerifyError("序号{0}的签名不是叶子所指的密钥的", position);
  settle(await verifySignature(key, message, signature.sig), position, seen);
  for (const [beside, more] of await besides(signed, statement, leaf, keys, position)) {
    settle(await verifySignature(beside, message, more.sig), position, seen);
  }
}

/* The further signatures of a statement with their keys: a new key shows that it is there, a change of the registry's
   keys bears those of its log keys and of the new one; nothing else bears more than one. */
async function besides({ envelope }, statement, leaf, keys, position) {
  const more = envelope.signatures.slice(1);
  if (leaf.type === KEY_REGISTER) {
    if (more.length !== 1 || more[0].keyid !== keys.enrolled.get(position).keyid)
      throw new VerifyError("序号{0}登记密钥, 应有登记者和新密钥两个签名", position);
    return [[keys.enrolled.get(position), more[0]]];
  }
  if (more.length && !statement.registry_key_change) throw new VerifyError("序号{0}附有多余的签名", position);
  return more.map((each) => {
    const key = keys.own.get(each.keyid);
    if (key === undefined) throw new VerifyError("序号{0}附有不明密钥的签名", position);
    return [key, each];
  });
}

/* What the signature of a batch is over, once the statement is seen to be one of it. */
async function ofBatch({ batch, envelope }, statement, key, position) {
  const { payload, payload_type: type, signatures: given } = batch.header ?? {};
  const header = type === BATCH_TYPE && given.length === 1 ? decode("registry.v1.BatchHeader", payload) : null;
  const fits =
    header?.origin === statement.origin && header?.department === statement.department && header?.suite === key.suite;
  if (
    !fits ||
    envelope.signatures.length ||
    !(await isIncluded(await leafHash(envelope.payload), batch.index, header.count, batch.path, header.root))
  ) {
    throw new VerifyError("序号{0}的陈述不在它所称的批次中", position);
  }
  return [pae(type, payload), given[0]];
}

function settle(outcome, position, seen) {
  if (outcome === "bad") throw new VerifyError("序号{0}的签名不成立", position);
  seen.unknown += outcome === "unknown" ? 1 : 0;
}
