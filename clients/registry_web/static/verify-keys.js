/* Keys and signatures: Ed25519, ECDSA P-256 with SHA-256, SM2 with SM3.

   vkey     <name>+<key id, 8 hex digits>+<base64(signature type ‖ public key)>         (C2SP signed-note)
   key id   SHA-256(name ‖ LF ‖ signature type ‖ public key), the first 4 bytes

   No browser knows SM2, and older ones do not know Ed25519: such a signature is not refused but said to be one that
   cannot be checked here ("unknown"). Verified are bytes as they are; a public key is taken only from the policy or
   from a statement in the log. */

import { VerifyError, fromBase64, hex, joined, same, sha256, utf8 } from "./verify-bytes.js";

export const ED25519 = 1;
export const P256 = 2;
export const SM2 = 3;
export const SUITE_NAMES = { [ED25519]: "Ed25519", [P256]: "ECDSA P-256", [SM2]: "SM2" };

const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const SPKI = {
  [ED25519]: fromHex("302a300506032b6570032100"),
  [P256]: fromHex("3059301306072a8648ce3d020106082a8648ce3d030107034200"),
  [SM2]: fromHex("3059301306072a8648ce3d020106082a811ccf5501822d034200"),
};
const POINT_BYTES = { [ED25519]: 32, [P256]: 65, [SM2]: 65 };
const SIGNATURE_BYTES = 64;
const NOTE_TYPES = [
  [ED25519, Uint8Array.of(1)],
  [P256, joined(Uint8Array.of(255), utf8("registry.v1/ecdsa-p256-sha256\n"))],
  [SM2, joined(Uint8Array.of(255), utf8("registry.v1/sm2-sm3\n"))],
];
const begins = (bytes, start) => bytes.length >= start.length && same(bytes.subarray(0, start.length), start);

/* A key of a suite by its point: { suite, point, keyid }. */
async function keyOf(suite, point) {
  const sound = point.length === POINT_BYTES[suite] && (suite === ED25519 || point[0] === 4);
  if (!sound) throw new VerifyError("公钥不合格式");
  return { suite, point, keyid: hex(await sha256(SPKI[suite], point)) };
}

/* The key in a SubjectPublicKeyInfo of this suite. */
export async function keyOfSpki(suite, spki) {
  if (!(suite in SPKI) || !begins(spki, SPKI[suite])) throw new VerifyError("公钥不合格式");
  return keyOf(suite, spki.subarray(SPKI[suite].length));
}

/* Name, key id and the bytes after it: of a log's key, a receipt key or a witness. */
export async function splitVkey(text) {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  if (name === undefined) throw new VerifyError("公钥应写作 名称+8位十六进制+base64");
  const encoded = fromBase64(base64);
  const digest = await sha256(utf8(`${name}\n`), encoded);
  if (hex(digest.subarray(0, 4)) !== id) throw new VerifyError("公钥的编号与其名称和内容不符");
  return { name, id, encoded };
}

/* The key in a vkey: { name, id, suite, point, keyid }. */
export async function parseVkey(text) {
  const { name, id, encoded } = await splitVkey(text);
  for (const [suite, start] of NOTE_TYPES) {
    if (begins(encoded, start)) return { name, id, ...(await keyOf(suite, encoded.subarray(start.length))) };
  }
  throw new VerifyError("公钥的算法不是本页认识的");
}

/* The key of a witness: Ed25519 (04); of ML-DSA (06) it is known that it is one, and no more. */
export async function parseWitness(text) {
  const { name, id, encoded } = await splitVkey(text);
  if (encoded[0] === 4) return { name, id, ...(await keyOf(ED25519, encoded.subarray(1))) };
  if (encoded[0] === 6) return { name, id, suite: 0, point: encoded, keyid: "" };
  throw new VerifyError("见证人公钥的算法不是本页认识的");
}

/* "good", "bad", or "unknown" where this browser cannot tell. */
export async function verifySignature(key, message, signature) {
  if (key.suite !== ED25519 && key.suite !== P256) return "unknown";
  if (signature.length !== SIGNATURE_BYTES) return "bad";
  const ed = key.suite === ED25519;
  const algorithm = ed ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256" };
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key.point, algorithm, false, ["verify"]);
  } catch (error) {
    return error.name === "NotSupportedError" ? "unknown" : "bad";
  }
  const scheme = ed ? algorithm : { name: "ECDSA", hash: "SHA-256" };
  return (await crypto.subtle.verify(scheme, imported, signature, message)) ? "good" : "bad";
}

/* What is signed of bytes of a type: DSSE's PAE. */
export function pae(type, payload) {
  const name = utf8(type);
  return joined(utf8(`DSSEv1 ${name.length} `), name, utf8(` ${payload.length} `), payload);
}
