/* Runs the page's check of receipts in Node: `node checks.test.mjs <directory>`, in which are the scripts of the page
   in js/ and cases.json: [{ name, file, policy, state, line, verdict, told, lacks }]. `lacks` is an algorithm that the browser
   does not know. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

const home = process.env.CHECKS;
const module = (name) => import(pathToFileURL(join(home, "js", name)).href);
const { checkReceipt } = await module("verify-receipt.js");
const { parsePolicy } = await module("verify-policy.js");
const { readFile, readText, fitsDigest } = await module("verify-input.js");

const bytes = (name) => new Uint8Array(readFileSync(join(home, name)));

const known = crypto.subtle.importKey.bind(crypto.subtle);

/* A browser in which an algorithm is missing. */
function lacking(name) {
  crypto.subtle.importKey = async (format, key, algorithm, ...rest) => {
    if (algorithm.name === name) throw new DOMException("unknown", "NotSupportedError");
    return known(format, key, algorithm, ...rest);
  };
}

for (const each of JSON.parse(readFileSync(join(home, "cases.json"), "utf8"))) {
  test(each.name, async () => {
    lacking(each.lacks);
    const policy = await parsePolicy(readFileSync(join(home, each.policy), "utf8"));
    const given = each.text ? await readText(each.text) : await readFile(bytes(each.file));
    if (given.kind === "digest") {
      const { binary } = await checkReceipt(bytes(each.file), policy);
      assert.equal(await fitsDigest(binary, given.digest), each.fits);
      return;
    }
    const report = await checkReceipt(given.receipt, policy);
    const failed = report.lines.filter((line) => line.outcome === "FAILED").map((line) => line.name);
    if (each.never) {
      assert.notEqual(report.state, each.never);
      return;
    }
    assert.deepEqual(failed, each.line ? [each.line] : []);
    assert.equal(report.state, each.state);
    if (each.verdict) assert.equal(report.response.verdict, each.verdict);
    if ("told" in each) assert.deepEqual([report.answer, report.response].map(Boolean), [each.told, each.told]);
    if (each.line === "answer signature" || each.line === "form") assert.equal(report.answer, null);
  });
}
