/* The policy of whoever verifies (核验策略): whose signatures are asked for. docs/verify.md; C2SP tlog-policy.

       log <vkey> [<url>]                  require <vkey> [<first> <last>|-]     suite <name> [<first>]
       witness <name> <vkey> [<url>]       receipt <vkey> [<first> <last>|-]     tsa <base64>
       group <name> all|any|<k> <name>...  quorum <name>|none

   Every fault is told with its line. Stamps of time (tsa) are not checked by a browser; that such lines are there
   is kept, so that the page can say so. */

import { VerifyError } from "./verify-bytes.js";
import { ED25519, P256, SM2, parseVkey, parseWitness } from "./verify-keys.js";

const SUITES = { ed25519: ED25519, "ecdsa-p256-sha256": P256, "sm2-sm3": SM2 };
const LONGEST = 1_000_000;
const ARITY = {
  log: [1, 2],
  witness: [2, 3],
  group: [3, Infinity],
  quorum: [1, 1],
  require: [1, 3],
  receipt: [1, 3],
  suite: [1, 2],
  tsa: [1, 1],
};

export async function parsePolicy(text) {
  const policy = { logs: [], witnesses: [], groups: [], quorum: "", required: [], receipts: [], suites: [], stamps: 0 };
  if (text.length > LONGEST) throw new VerifyError("核验策略过大");
  const lines = text.split("\n");
  const faults = lines.pop() === "" ? [] : ["最后一行没有换行, 文件可能不完整"];
  for (const [at, line] of lines.entries()) {
    try {
      await readLine(policy, line);
    } catch (error) {
      faults.push(`第${at + 1}行: ${error.message}`);
    }
  }
  if (policy.quorum === "" && !faults.length) faults.push("缺少 quorum 行");
  if (faults.length) throw new VerifyError("核验策略不合格: {0}", faults.slice(0, 5).join("; "));
  return policy;
}

async function readLine(policy, line) {
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(line)) throw new VerifyError("有不允许的控制字符");
  const [keyword, ...words] = line.split(/[ \t]+/).filter(Boolean);
  if (keyword === undefined || keyword.startsWith("#")) return;
  const [least, most] = Object.hasOwn(ARITY, keyword) ? ARITY[keyword] : [];
  if (least === undefined) throw new VerifyError("不认识 {0}", keyword);
  if (words.length < least || words.length > most) throw new VerifyError("项数不对");
  await READERS[keyword](policy, words);
}

const READERS = {
  log: async (policy, [vkey]) => policy.logs.push(await parseVkey(vkey)),
  witness: async (policy, [alias, vkey]) =>
    policy.witnesses.push({ ...(await parseWitness(vkey)), alias: defined(policy, alias) }),
  require: async (policy, words) => policy.required.push(await ranged(words)),
  receipt: async (policy, words) => policy.receipts.push(await ranged(words)),
  tsa: async (policy) => (policy.stamps += 1),
  group: async (policy, [name, threshold, ...members]) => {
    if (!members.every((member) => names(policy).has(member))) throw new VerifyError("组的成员没有在前面的行定义");
    const named = new Map([
      ["all", members.length],
      ["any", 1],
    ]);
    const needed = named.get(threshold) ?? number(threshold);
    if (needed < 1 || needed > members.length) throw new VerifyError("组的数目不对");
    policy.groups.push({ name: defined(policy, name), needed, members });
  },
  quorum: async (policy, [name]) => {
    if (policy.quorum !== "") throw new VerifyError("quorum 只能有一行");
    if (name !== "none" && !names(policy).has(name)) throw new VerifyError("{0} 没有在前面的行定义", name);
    policy.quorum = name;
  },
  suite: async (policy, [name, first]) => {
    if (!Object.hasOwn(SUITES, name)) throw new VerifyError("不认识签名算法 {0}", name);
    policy.suites.push({ suite: SUITES[name], first: first === undefined ? 0 : number(first) });
  },
};

const names = (policy) =>
  new Set([...policy.witnesses.map((each) => each.alias), ...policy.groups.map((each) => each.name)]);

function defined(policy, name) {
  if (name === "none" || names(policy).has(name)) throw new VerifyError("名称 {0} 已有定义", name);
  return name;
}

async function ranged([vkey, first, last]) {
  if (first !== undefined && last === undefined) throw new VerifyError("项数不对");
  const key = await parseVkey(vkey);
  return { ...key, first: number(first ?? "0"), last: (last ?? "-") === "-" ? Infinity : number(last) };
}

function number(word) {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(word)) throw new VerifyError("{0} 不是十进制数", word);
  return Number(word);
}

/* Whether a ranged key counts for a log at a size. */
export const counts = (key, origin, size) => key.name === origin && key.first <= size && size <= key.last;

/* Whether what was signed with a suite counts at a size of the log. */
export function acceptsSuite(policy, suite, size) {
  const wanted = policy.suites.filter((each) => each.first <= size);
  return wanted.length === 0 || wanted.some((each) => each.suite === suite);
}

/* Whether these witnesses are enough. */
export function meetsQuorum(policy, aliases) {
  const held = new Set(aliases);
  for (const group of policy.groups) {
    if (group.members.filter((member) => held.has(member)).length >= group.needed) held.add(group.name);
  }
  return policy.quorum === "none" || held.has(policy.quorum);
}
