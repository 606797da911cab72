/* The log's signed head: a checkpoint (C2SP tlog-checkpoint, signed-note) under a policy.

       <origin>                      text, of lines that each end in LF
       <size>
       <root, base64>
                                     (blank line)
       — <key name> <base64(key id ‖ signature)>

   A signature can be taken away unseen, so what must be there is what the policy names; and no signature line of a
   key of the policy may be wrong. What this browser cannot check is counted in `unknown`. */

import { VerifyError, fromBase64, hex, utf8 } from "./verify-bytes.js";
import { verifySignature } from "./verify-keys.js";
import { acceptsSuite, counts, meetsQuorum } from "./verify-policy.js";

const STAMP_BYTES = 8;

/* { text, lines } of a note; malformed ones are refused. */
export function splitNote(note) {
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(note))
    throw new VerifyError("检查点不是签名的文本");
  const lines = note
    .slice(at + 2, -1)
    .split("\n")
    .map((line) => {
      const [, name, base64] = /^— ([^+\s]+) (\S+)$/.exec(line) ?? [];
      const bytes = name === undefined ? new Uint8Array() : fromBase64(base64);
      if (bytes.length <= 4) throw new VerifyError("检查点的签名行不合格式");
      return { name, id: hex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
    });
  if (lines.length > 100) throw new VerifyError("检查点的签名过多");
  return { text: note.slice(0, at + 1), lines };
}

export function parseCheckpoint(text) {
  const lines = text.split("\n");
  const [origin, size, root] = lines;
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("") || !/^(0|[1-9][0-9]{0,15})$/.test(size)) {
    throw new VerifyError("检查点应有日志名称、大小和根三行");
  }
  return { origin, size: Number(size), root: fromBase64(root) };
}

/* { origin, size, root, witnesses, unknown } of a note that the policy accepts. */
export async function checkCheckpoint(note, policy) {
  const { text, lines } = splitNote(note);
  const checkpoint = parseCheckpoint(text);
  const signed = await signedBy([...policy.logs, ...policy.required], lines, () => utf8(text));
  const witnesses = await signedBy(policy.witnesses, lines, (line) => cosigned(text, line), STAMP_BYTES);
  const accepted = policy.logs.filter((key) => key.name === checkpoint.origin);
  const required = policy.required.filter((key) => counts(key, checkpoint.origin, checkpoint.size));
  if (!accepted.length && (policy.logs.length || !required.length))
    throw new VerifyError("核验策略不认日志 {0}", checkpoint.origin);
  if (accepted.length && !accepted.some((key) => signed.has(key.id)))
    throw new VerifyError("检查点没有 {0} 的日志签名", checkpoint.origin);
  if (required.some((key) => !signed.has(key.id))) throw new VerifyError("检查点缺少必需的签名");
  const own = [...accepted, ...required].filter((key) => signed.has(key.id));
  if (!own.some((key) => acceptsSuite(policy, key.suite, checkpoint.size)))
    throw new VerifyError("检查点没有策略所要求的算法的日志签名");
  const seen = policy.witnesses.filter((key) => witnesses.has(key.id)).map((key) => key.alias);
  if (!meetsQuorum(policy, seen)) throw new VerifyError("见证人不足");
  const unknown = [...signed.values(), ...witnesses.values()].filter((each) => each === "unknown").length;
  return { ...checkpoint, witnesses: seen, unknown };
}

function cosigned(text, line) {
  const view = new DataView(line.signature.buffer, line.signature.byteOffset);
  return utf8(`cosignature/v1\ntime ${view.getBigUint64(0)}\n${text}`);
}

/* Outcome by key id of the keys that have signed; a wrong signature of any of them spoils the note. */
async function signedBy(keys, lines, messageOf, skipped = 0) {
  const found = new Map();
  for (const key of keys) {
    for (const line of lines.filter((each) => each.name === key.name && each.id === key.id)) {
      if (line.signature.length <= skipped) throw new VerifyError("检查点的签名行不合格式");
      const outcome = await verifySignature(key, messageOf(line), line.signature.subarray(skipped));
      if (outcome === "bad") throw new VerifyError("检查点上 {0} 的签名不成立", key.name);
      found.set(key.id, outcome);
    }
  }
  return found;
}
