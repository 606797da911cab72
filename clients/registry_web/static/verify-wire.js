/* Reads and writes protobuf by the tables of verify-schema.js.

   Strict, because what cannot be read cannot be checked: a field that no table names, a wire type that is not the
   field's, a value of a single field given twice, a number beyond 2^53 are all refused. `encode` writes the one
   spelling in which the registry writes receipts (fields by number, nothing that is the default), so bytes that it
   does not give back were not written so.

   Example: decode("registry.v1.MapLeaf", bytes) is { key: Uint8Array, count: 3, head: Uint8Array }. A message that
   is absent is null, a scalar that is absent its default; where the table says "?", undefined. */

import { MESSAGES } from "./verify-schema.js";
import { VerifyError, fromBase64, joined, textOf, utf8 } from "./verify-bytes.js";

const VARINT = 0;
const LENGTH = 2;
const DEEPEST = 40;
const isMessage = (kind) => kind in MESSAGES;
const wireType = (kind) => (isMessage(kind) || kind === "string" || kind === "bytes" ? LENGTH : VARINT);

export function decode(type, bytes, depth = 0) {
  if (depth > DEEPEST) throw new VerifyError("内容嵌套过深");
  const fields = new Map(MESSAGES[type].map((field) => [field[0], field]));
  const message = blank(type);
  const given = new Set();
  const input = { bytes, at: 0 };
  while (input.at < bytes.length) {
    const tag = varint(input);
    const field = fields.get(Number(tag >> 3n));
    if (field === undefined) throw new VerifyError("含有本页不认识的字段, 不能核验");
    read(message, field, Number(tag & 7n), input, given, depth);
  }
  return message;
}

function read(message, [, name, kind, mark], wire, input, given, depth) {
  if (mark === "*" && wire === LENGTH && wireType(kind) === VARINT) {
    const packed = { bytes: section(input), at: 0 };
    while (packed.at < packed.bytes.length) message[name].push(scalar(kind, varint(packed)));
    return;
  }
  if (wire !== wireType(kind)) throw new VerifyError("内容不能解析");
  if (mark !== "*" && given.has(name)) throw new VerifyError("同一字段出现两次");
  given.add(name);
  const value = wire === VARINT ? scalar(kind, varint(input)) : content(kind, section(input), depth);
  if (mark === "*") message[name].push(value);
  else message[name] = value;
}

function content(kind, bytes, depth) {
  if (kind === "bytes") return bytes;
  if (kind !== "string") return decode(kind, bytes, depth + 1);
  try {
    return textOf(bytes);
  } catch {
    throw new VerifyError("内容不能解析");
  }
}

function scalar(kind, value) {
  if (kind === "bool") return value !== 0n;
  const signed = kind === "uint64" || kind === "uint32" ? value : BigInt.asIntN(64, value);
  if (signed > 9007199254740991n || signed < -9007199254740991n) throw new VerifyError("数值过大");
  return Number(signed);
}

function varint(input) {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (input.at >= input.bytes.length) throw new VerifyError("内容不完整");
    const byte = input.bytes[input.at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw new VerifyError("内容不能解析");
}

function section(input) {
  const length = varint(input);
  if (length > BigInt(input.bytes.length - input.at)) throw new VerifyError("内容不完整");
  const from = input.at;
  input.at += Number(length);
  return input.bytes.subarray(from, input.at);
}

/* A message with nothing in it. */
function blank(type) {
  const message = {};
  for (const [, name, kind, mark] of MESSAGES[type]) message[name] = defaultOf(kind, mark);
  return message;
}

function defaultOf(kind, mark) {
  if (mark === "*") return [];
  if (mark === "?") return undefined;
  if (isMessage(kind)) return null;
  return { bool: false, string: "", bytes: new Uint8Array() }[kind] ?? 0;
}

export function encode(type, message) {
  const parts = [];
  for (const [number, name, kind, mark] of [...MESSAGES[type]].sort((one, other) => one[0] - other[0])) {
    const value = message[name];
    if (mark === "*" && wireType(kind) === VARINT && value.length) {
      parts.push(tagged(number, LENGTH), sized(joined(...value.map((each) => varintOf(BigInt(each))))));
    } else {
      for (const each of mark === "*" ? value : [value]) {
        if (mark === "*" || isGiven(each, kind, mark)) parts.push(...written(number, kind, each));
      }
    }
  }
  return joined(...parts);
}

function isGiven(value, kind, mark) {
  if (mark === "?" || isMessage(kind)) return value !== undefined && value !== null;
  return kind === "string" || kind === "bytes" ? value.length > 0 : Boolean(value);
}

function written(number, kind, value) {
  if (wireType(kind) === VARINT) return [tagged(number, VARINT), varintOf(BigInt(value))];
  const bytes = kind === "bytes" ? value : kind === "string" ? utf8(value) : encode(kind, value);
  return [tagged(number, LENGTH), sized(bytes)];
}

const tagged = (number, wire) => varintOf(BigInt(number * 8 + wire));
const sized = (bytes) => joined(varintOf(BigInt(bytes.length)), bytes);

function varintOf(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest);
  return Uint8Array.from(bytes);
}

/* A message in protobuf's JSON mapping, with the names of the protos or in lowerCamelCase. */
export function fromJson(type, given, depth = 0) {
  if (given === null || typeof given !== "object" || Array.isArray(given) || depth > DEEPEST) {
    throw new VerifyError("不是合格的JSON回执");
  }
  const fields = new Map();
  for (const field of MESSAGES[type]) {
    fields.set(field[1], field);
    fields.set(
      field[1].replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      field,
    );
  }
  const message = blank(type);
  for (const [key, value] of Object.entries(given)) {
    const field = fields.get(key);
    if (field === undefined || Array.isArray(value) !== (field[3] === "*")) {
      throw new VerifyError("不是合格的JSON回执");
    }
    const [, name, kind, mark] = field;
    message[name] = mark === "*" ? value.map((each) => ofJson(kind, each, depth)) : ofJson(kind, value, depth);
  }
  return message;
}

function ofJson(kind, value, depth) {
  if (isMessage(kind)) return fromJson(kind, value, depth + 1);
  if (kind === "bytes" && typeof value === "string") return fromBase64(value);
  if (kind === "string" && typeof value === "string") return value;
  if (kind === "bool" && typeof value === "boolean") return value;
  if (/^u?int/.test(kind) && /^(0|[1-9]\d{0,15})$/.test(String(value)) && Number.isSafeInteger(Number(value))) {
    return Number(value);
  }
  throw new VerifyError("不是合格的JSON回执");
}
