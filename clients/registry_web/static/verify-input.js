/* What a reader gives, whatever it is: { kind, receipt, digest, unsigned } with the bytes of the receipt in it.

       PDF                     its attachment receipt.pb; one with answer.pb alone was signed by nobody
       JSON, binary            the receipt itself
       base64 text, pasted     the same; so is the text of a QR code, or an address that ends in one
       #r=<base64url>          the whole receipt, deflated (docs/papers.md)
       #d=<base64url>&k=<kind> its SHA-256 alone: proves nothing until the receipt is given too */

import { VerifyError, fromBase64Url, inflated, same, sha256, textOf } from "./verify-bytes.js";
import { attachmentsOf, isPdf } from "./verify-pdf.js";
import { ofBase64Text } from "./verify-receipt.js";

export const LARGEST_FILE = 20 << 20;
const LARGEST_CODE = 1 << 20;
const HASH_BYTES = 32;

export async function readFile(bytes) {
  if (bytes.length > LARGEST_FILE) throw new VerifyError("文件超过20MB");
  if (!bytes.length) throw new VerifyError("文件是空的");
  if (isPdf(bytes)) return ofPdf(bytes);
  const text = asText(bytes);
  return text === null || /^\s*\{/.test(text) ? { kind: "receipt", receipt: bytes } : readText(text);
}

/* What was pasted, or scanned. */
export async function readText(text) {
  const given = text.trim();
  if (!given) throw new VerifyError("没有内容");
  if (given.length > LARGEST_FILE) throw new VerifyError("内容过长");
  if (given.startsWith("{")) return { kind: "receipt", receipt: new TextEncoder().encode(given) };
  if (given.includes("#")) return readFragment(given.slice(given.indexOf("#") + 1));
  if (/^[rd]=/.test(given)) return readFragment(given);
  return { kind: "receipt", receipt: ofBase64Text(given) };
}

/* The part of an address after its first #. */
export async function readFragment(fragment) {
  const parts = new Map();
  for (const part of fragment.split("&")) {
    const [name, ...rest] = part.split("=");
    if (parts.has(name)) throw new VerifyError("二维码的内容不合格式");
    parts.set(name, rest.join("="));
  }
  if (parts.has("r")) {
    return { kind: "receipt", receipt: await inflated(fromBase64Url(parts.get("r")), "deflate-raw", LARGEST_CODE) };
  }
  if (!parts.has("d")) throw new VerifyError("二维码的内容不合格式");
  const digest = fromBase64Url(parts.get("d"));
  if (digest.length !== HASH_BYTES) throw new VerifyError("二维码的内容不合格式");
  return { kind: "digest", digest, of: parts.get("k") ?? "" };
}

/* Whether a receipt is the one whose digest a code holds. */
export const fitsDigest = async (receipt, digest) => same(await sha256(receipt), digest);

async function ofPdf(bytes) {
  const found = await attachmentsOf(bytes);
  if (found.has("receipt.pb")) return { kind: "pdf", receipt: found.get("receipt.pb") };
  if (found.has("answer.pb")) throw new VerifyError("这份PDF没有回执: 没有人为它签名, 无从核验");
  throw new VerifyError("这份PDF中没有回执");
}

function asText(bytes) {
  try {
    const text = textOf(bytes);
    return /[\x00-\x08\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
