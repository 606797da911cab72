/* Bytes: SHA-256, base64 in its one spelling, hexadecimal, bounded inflating.

   Hashing and signatures need WebCrypto, which browsers have on https pages and on this very machine alone;
   canHash() says whether it is there. */

export class VerifyError extends Error {
  /* One line says why; `values` go into its places {0}, {1}… once it is translated. */
  constructor(text, ...values) {
    super(text.replace(/\{(\d)\}/g, (_, at) => String(values[at])));
    this.text = text;
    this.values = values;
  }
}

export const canHash = () => globalThis.crypto?.subtle !== undefined;

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

export async function hmacSha256(secret, message) {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/* Text of bytes that must be UTF-8. */
export function textOf(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/* Bytes of base64 as RFC 4648 §4 spells them: padded, no blanks, no idle bits. */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) throw new VerifyError("不是规范的 base64");
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  if (toBase64(bytes) !== text) throw new VerifyError("不是规范的 base64");
  return bytes;
}

export function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8190) text += String.fromCharCode(...bytes.subarray(at, at + 8190));
  return btoa(text);
}

/* The same of base64url without padding (RFC 4648 §5). */
export function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new VerifyError("不是 base64url");
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4));
}

/* Inflates "deflate" (zlib) or "deflate-raw" to at most `limit` bytes; bytes left over are a fault. */
export async function inflated(bytes, format, limit) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let length = 0;
  try {
    for (let each = await reader.read(); !each.done; each = await reader.read()) {
      length += each.value.length;
      if (length > limit) break;
      parts.push(each.value);
    }
  } catch {
    throw new VerifyError("压缩的内容已损坏");
  }
  if (length > limit) {
    reader.cancel().catch(() => {});
    throw new VerifyError("解压后的内容过大");
  }
  return joined(...parts);
}
