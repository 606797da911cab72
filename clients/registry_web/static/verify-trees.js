/* Proofs over the log's tree and over the map of subjects: RFC 9162 §2.1.3–4, and docs/provenance.md for the map.

   Checked strictly: a hash of another length, or one hash more or less than the sizes demand, proves nothing,
   whatever it would hash to. Each function says whether the proof holds. */

import { same, sha256 } from "./verify-bytes.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const HASH_BYTES = 32;
const EMPTY = new Uint8Array(HASH_BYTES);
const KEY_BITS = 256;

export const leafHash = (leaf) => sha256(LEAF, leaf);
const nodeHash = (left, right) => sha256(NODE, left, right);
const areHashes = (...hashes) => hashes.every((hash) => hash.length === HASH_BYTES);
const bitLength = (number) => (number ? BigInt(number).toString(2).length : 0);
const bitCount = (number) => BigInt(number).toString(2).replaceAll("0", "").length;
const shifted = (number, by) => Math.floor(number / 2 ** by);
const bitOf = (number, at) => shifted(number, at) % 2;
const xorLength = (one, other) => {
  const different = BigInt(one) ^ BigInt(other);
  return different ? different.toString(2).length : 0;
};

/* That a leaf with this hash stands at `index` of the tree of `size` leaves with this root. */
export async function isIncluded(hash, index, size, proof, root) {
  if (!(index >= 0 && index < size) || !areHashes(hash, root, ...proof)) return false;
  const inner = xorLength(index, size - 1);
  if (proof.length !== inner + bitCount(shifted(index, inner))) return false;
  let node = hash;
  for (const [at, each] of proof.entries()) {
    node = at >= inner || bitOf(index, at) ? await nodeHash(each, node) : await nodeHash(node, each);
  }
  return same(node, root);
}

/* That the tree of `size` leaves begins with the tree of `old` leaves; both have one at least. */
export async function isConsistent(old, oldRoot, size, root, proof) {
  if (!(old > 0 && old <= size) || !areHashes(oldRoot, root, ...proof)) return false;
  if (old === size) return proof.length === 0 && same(oldRoot, root);
  let shift = 0;
  while (bitOf(old, shift) === 0) shift += 1;
  const node = shifted(old - 1, shift);
  const inner = xorLength(node, shifted(size - 1, shift));
  const seeded = node !== 0 ? 1 : 0;
  if (proof.length !== seeded + inner + bitCount(shifted(node, inner))) return false;
  let first = seeded ? proof[0] : oldRoot;
  let second = first;
  for (const [at, each] of proof.slice(seeded).entries()) {
    if (at >= inner || bitOf(node, at)) {
      [first, second] = [await nodeHash(each, first), await nodeHash(each, second)];
    } else {
      second = await nodeHash(second, each);
    }
  }
  return same(first, oldRoot) && same(second, root);
}

/* That the map holds exactly this entry. */
export async function isPresent(root, key, count, head, proof) {
  if (proof.other !== null || !isEntry(key, count, head)) return false;
  return climbs(root, key, await entryHash(key, count, head), proof.siblings, KEY_BITS);
}

/* That the map holds nothing under the key. */
export async function isAbsent(root, key, proof) {
  const other = proof.other;
  if (other === null) return climbs(root, key, EMPTY, proof.siblings, KEY_BITS - 1);
  if (!isEntry(other.key, other.count, other.head) || same(other.key, key)) return false;
  if (sharedBits(key, other.key) < proof.siblings.length) return false;
  return climbs(root, key, await entryHash(other.key, other.count, other.head), proof.siblings, KEY_BITS);
}

const isEntry = (key, count, head) => areHashes(key, head) && Number.isSafeInteger(count) && count > 0;

function entryHash(key, count, head) {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(count));
  return sha256(LEAF, key, number, head);
}

async function climbs(root, key, end, siblings, deepest) {
  if (siblings.length > deepest || !areHashes(root, key, ...siblings)) return false;
  if (siblings.length && same(siblings.at(-1), EMPTY)) return false;
  let node = end;
  for (let depth = siblings.length - 1; depth >= 0; depth -= 1) {
    const right = (key[depth >> 3] >> (7 - (depth & 7))) & 1;
    node = right ? await nodeHash(siblings[depth], node) : await nodeHash(node, siblings[depth]);
  }
  return same(node, root);
}

function sharedBits(one, other) {
  const at = one.findIndex((byte, place) => byte !== other[place]);
  return at < 0 ? KEY_BITS : at * 8 + 8 - bitLength(one[at] ^ other[at]);
}
