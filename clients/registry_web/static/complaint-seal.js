/* What is sealed to the custodians of a department: the form of registry/provenance/sealed_form.py, made in the
   browser, so that nothing readable leaves it. Any two custodians open it together, none alone. */

import { aesGcm, hpkeSeal, joined } from "./complaint-hpke.js";

export const CONTENT = 1;
export const REPORTER = 2;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MAGIC = [...new TextEncoder().encode("CSEAL"), 1];
const SHARE = [...new TextEncoder().encode("registry share v1"), 0];
const SMALLEST = 4096;

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/* Random signs of the alphabet, five bits each. */
export const randomText = (signs) => Array.from(random(signs), (byte) => ALPHABET[byte & 31]).join("");

/* A text sealed to public keys of 32 bytes each; `binding` is { origin, department, number, part }. */
export async function sealed(text, binding, keys) {
  const ordered = [...new Map(keys.map((key) => [key.join(), key])).values()].sort(compared);
  if (ordered.length < 2 || ordered.length > 7) throw new Error("two to seven custodians");
  const header = headerOf(binding, ordered);
  const contentKey = random(32);
  const bundles = split(contentKey, ordered.length);
  const shares = [];
  for (const [index, key] of ordered.entries())
    shares.push(await hpkeSeal(key, joined(SHARE, header, [index]), bundles[index]));
  const bound = joined(header, ...shares);
  const nonce = random(12);
  return joined(bound, nonce, await aesGcm(contentKey, nonce, padded(new TextEncoder().encode(text)), bound));
}

function headerOf({ origin, department, number, part }, keys) {
  const texts = [origin, department, number].map((text) => new TextEncoder().encode(text));
  if (texts.some((text) => text.length > 255)) throw new Error("a name is too long");
  return joined(MAGIC, [part], ...texts.flatMap((text) => [[text.length], text]), [keys.length], ...keys);
}

/* For each custodian his shares in the order of the others: of each pair one has a random share, the other its XOR
   with the key. */
function split(key, count) {
  const shares = Array.from({ length: count }, () => Array(count));
  for (let one = 0; one < count; one += 1)
    for (let other = one + 1; other < count; other += 1) {
      const share = random(32);
      shares[one][other] = share;
      shares[other][one] = share.map((byte, at) => byte ^ key[at]);
    }
  return shares.map((own) => joined(...own.filter((share) => share !== undefined)));
}

function padded(text) {
  let size = SMALLEST;
  while (size < text.length + 4) size *= 2;
  const block = new Uint8Array(size);
  new DataView(block.buffer).setUint32(0, text.length);
  block.set(text, 4);
  return block;
}

function compared(one, other) {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? 0 : one[at] - other[at];
}
