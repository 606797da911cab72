/* The attachments of a PDF as it was made (docs/papers.md): bounded, and strict.

   The cross-reference table says where each object begins, the catalog names the attachments, each is one stream.
   A file that another program has saved again is written otherwise; its attachment must be saved by a PDF reader and
   given to the page by itself. What the pages of a PDF show is not looked at here: only what the receipt says counts. */

import { VerifyError, inflated } from "./verify-bytes.js";

const LARGEST = 64 << 20;
const MANY = 16;
const ENTRY = 20;
const UNUSUAL = "这份PDF不是登记系统原样制作的, 或者不完整";

export const isPdf = (bytes) => bytes.length > 5 && String.fromCharCode(...bytes.subarray(0, 5)) === "%PDF-";

/* Name → bytes of each attachment. */
export async function attachmentsOf(pdf) {
  const text = new TextDecoder("latin1").decode(pdf);
  const { root, offsets } = objects(text);
  const found = new Map();
  for (const [name, number] of named(text, offsets, root)) {
    if (found.has(name) || found.size >= MANY) throw new VerifyError("附件重名或者过多");
    found.set(name, await attached(pdf, text, offsets, name, number));
  }
  return found;
}

function objects(text) {
  const start = /startxref\n(\d{1,10})\n%%EOF\n?$/.exec(text.slice(-64));
  const at = Number(start?.[1] ?? -1);
  const table = start && /^xref\n0 (\d{1,7})\n/.exec(text.slice(at, at + 40));
  if (!table) throw new VerifyError(UNUSUAL);
  const [count, first] = [Number(table[1]), at + table[0].length];
  const offsets = [];
  for (let each = 0; each < count; each += 1) {
    const entry = /^(\d{10}) \d{5} [nf]\r?\n?/.exec(text.slice(first + each * ENTRY, first + (each + 1) * ENTRY));
    if (!entry) throw new VerifyError(UNUSUAL);
    offsets.push(Number(entry[1]));
  }
  const end = first + count * ENTRY;
  const root = /\/Root (\d{1,7}) 0 R/.exec(text.slice(end, end + 2000));
  if (!root) throw new VerifyError(UNUSUAL);
  return { root: Number(root[1]), offsets };
}

/* The text of an object from its content on. */
function object(text, offsets, number, length) {
  const start = `${number} 0 obj\n`;
  const at = number > 0 && number < offsets.length ? offsets[number] : -1;
  if (at < 0 || text.slice(at, at + start.length) !== start) throw new VerifyError(UNUSUAL);
  return { at: at + start.length, head: text.slice(at + start.length, at + start.length + length) };
}

function named(text, offsets, root) {
  const catalog = object(text, offsets, root, 20_000).head.split("endobj", 1)[0];
  const listed = /\/Names<<\/EmbeddedFiles<<\/Names\[([^\]]{1,4000})\]>>>>/.exec(catalog);
  if (!listed) return [];
  const one = /\(([!-'*-[\]-~]{1,100})\) ?(\d{1,7}) 0 R ?/y;
  const found = [];
  while (one.lastIndex < listed[1].length) {
    const each = one.exec(listed[1]);
    if (!each) throw new VerifyError(UNUSUAL);
    found.push([each[1], Number(each[2])]);
  }
  return found;
}

async function attached(pdf, text, offsets, name, number) {
  const spec =
    /^<<\/Type\/Filespec\/F\(([^()\\]{1,100})\)\/UF\(([^()\\]{1,100})\)\/EF<<\/F (\d{1,7}) 0 R\/UF \3 0 R>>/.exec(
      object(text, offsets, number, 400).head,
    );
  if (!spec || spec[1] !== name || spec[2] !== name) throw new VerifyError(UNUSUAL);
  const { at, head } = object(text, offsets, Number(spec[3]), 800);
  const stream =
    /^<<\/Length (\d{1,10})\/Type\/EmbeddedFile(\/Filter\/FlateDecode)?\/Subtype\/[!-.0-;=?-~]{1,100}\/Params<<\/Size (\d{1,10})[^<>]{0,200}>>>>\nstream\n/.exec(
      head,
    );
  if (!stream) throw new VerifyError(UNUSUAL);
  const [length, size, begin] = [Number(stream[1]), Number(stream[3]), at + stream[0].length];
  const raw = pdf.subarray(begin, begin + length);
  if (size > LARGEST || raw.length !== length) throw new VerifyError(UNUSUAL);
  const content = stream[2] ? await inflated(raw, "deflate", size) : raw;
  if (content.length !== size) throw new VerifyError("附件 {0} 的长度与所述不符", name);
  return content;
}
