/* HPKE in its base mode, one message (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

   Only what WebCrypto has is used; labels and order are those of RFC 9180, sections 4, 5.1 and 6.1. */

const KEM = [0, 0x20];
const SUITE = [...ascii("HPKE"), ...KEM, 0, 1, 0, 2];
const KEM_SUITE = [...ascii("KEM"), ...KEM];
const NONE = new Uint8Array(0);

/* Whether this browser has X25519 (Chromium 133, Firefox 130, Safari 17 on). */
export async function hasX25519() {
  try {
    await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
    return true;
  } catch {
    return false;
  }
}

/* enc ‖ ciphertext of a text for a public key of 32 bytes, bound to info. */
export async function hpkeSeal(publicKey, info, text) {
  const pair = await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const theirs = await crypto.subtle.importKey("raw", publicKey, { name: "X25519" }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, pair.privateKey, 256);
  const dh = new Uint8Array(shared);
  if (dh.every((byte) => byte === 0)) throw new Error("a key of low order");
  const { key, nonce } = await scheduled(await decapsulated(dh, joined(enc, publicKey)), info);
  return joined(enc, await aesGcm(key, nonce, text, NONE));
}

export async function aesGcm(key, nonce, text, associated) {
  const imported = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const given = { name: "AES-GCM", iv: nonce, additionalData: associated };
  return new Uint8Array(await crypto.subtle.encrypt(given, imported, text));
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

async function decapsulated(dh, context) {
  const prk = await extract(KEM_SUITE, NONE, "eae_prk", dh);
  return expand(KEM_SUITE, prk, "shared_secret", context, 32);
}

async function scheduled(shared, info) {
  const psk = await extract(SUITE, NONE, "psk_id_hash", NONE);
  const context = joined([0], psk, await extract(SUITE, NONE, "info_hash", info));
  const secret = await extract(SUITE, shared, "secret", NONE);
  return {
    key: await expand(SUITE, secret, "key", context, 32),
    nonce: await expand(SUITE, secret, "base_nonce", context, 12),
  };
}

const extract = (suite, salt, label, text) =>
  hmac(salt.length ? salt : new Uint8Array(32), joined(ascii("HPKE-v1"), suite, ascii(label), text));

/* One block is enough: nothing here is longer than 32 bytes. */
async function expand(suite, prk, label, info, length) {
  const block = joined([0, length], ascii("HPKE-v1"), suite, ascii(label), info, [1]);
  return (await hmac(prk, block)).slice(0, length);
}

async function hmac(secret, message) {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

function ascii(text) {
  return Array.from(text, (sign) => sign.charCodeAt(0));
}
