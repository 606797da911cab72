/* What a receipt says, in words, as elements of the page. Everything is put in as text, never as markup.

   Shown only once the registry's signature holds; the verdict is the receipt's, whatever a PDF shows on its pages. */

import { chinaOf, t, word } from "./verify-words.js";

const STYLES = { 1: "clear", 2: "review", 3: "blocked", 4: "unknown" };
const MEANINGS = {
  1: "就所问的主体、用途和时点，没有查到在效的限制。",
  2: "有须由查询方依法研判的限制或者记录。",
  3: "有强制性限制在效，并且适用于所问的用途和时点。",
  4: "登记系统不能得出结论，不得视为“未见限制”。",
};
const BADNESS = [3, 4, 2, 1];

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(
    ...children
      .flat()
      .filter((child) => child !== null && child !== "")
      .map(visible),
  );
  return made;
}

/* A text without the characters that turn the direction of what follows: a name must look as it is. */
const visible = (child) =>
  typeof child === "string" ? child.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "") : child;

/* The elements that tell an answer. */
export function told(report) {
  const { kind, question, response, answer } = report;
  const tellers = { check, batch, screen, record, certificate: record };
  return element(
    "section",
    { class: "told" },
    element("h2", {}, t("回执写明的内容")),
    ...tellers[kind](question, response),
    facts([
      [t("登记系统"), answer.origin],
      [t("问的时点"), chinaOf(response.answered.valid_time)],
      [t("答复时间"), t("{0}", { time_ms: answer.answered_ms })],
      [t("所据登记"), t("序号 {0} 以前的全部登记", answer.position)],
      [t("适用目录"), response.answered.edition_label || `${answer.edition.slice(0, 16)}…`],
      [t("查询者"), answer.caller],
      [t("回执级别"), word("EvidenceLevel", answer.given)],
    ]),
  );
}

function check(question, response) {
  return [
    verdict(response.verdict),
    facts([
      [t("主体"), subject(response.subject)],
      [t("登记名称"), response.identity?.names.join("、") ?? ""],
      ...purpose(question.purpose, question.matter),
      [t("说明"), response.indeterminate_detail],
    ]),
    ...hits(response.hits),
  ];
}

function batch(question, response) {
  const rows = question.identifiers.map((value, at) => [value, tag(response.verdicts[at])]);
  return [
    verdict(worst(response.verdicts)),
    facts(purpose(question.purpose, question.matter)),
    table([t("主体"), t("结论")], rows),
    ...hits(response.hits),
  ];
}

function screen(question, response) {
  const project = question.project ?? {};
  const rows = response.parties.map(({ party, verdict: found }) => [
    subject(party?.subject),
    party?.name ?? "",
    word("SubjectRole", party?.role ?? 0),
    party?.bid ?? "",
    tag(found),
  ]);
  return [
    verdict(worst(response.parties.map((party) => party.verdict))),
    facts([
      [t("项目"), [project.number, project.name].filter(Boolean).join(" ")],
      [t("查询用途"), project.domain ? word("Domain", project.domain) : ""],
    ]),
    table([t("主体"), t("名称"), t("身份"), t("投标"), t("结论")], rows),
    ...(response.bids.length
      ? [
          table(
            [t("投标"), t("结论")],
            response.bids.map((bid) => [bid.bid, tag(bid.verdict)]),
          ),
        ]
      : []),
    ...hits(response.parties.flatMap((party) => party.hits)),
  ];
}

function record(question, response) {
  const count = response.sections.reduce((sum, section) => sum + section.entries.length, 0);
  const rows = response.sections
    .filter((section) => section.entries.length)
    .flatMap((section) =>
      section.entries.map((entry) => [
        t(section.name),
        [entry.document?.number, entry.document?.authority, entry.document?.decided_on].filter(Boolean).join("，"),
        [entry.in_force_from, entry.in_force_until].filter(Boolean).join(" – "),
      ]),
    );
  return [
    element(
      "p",
      { class: "verdict unknown" },
      element("strong", {}, count ? t("登记信息 {0} 条", count) : t("没有查见登记")),
    ),
    facts([
      [t("主体"), subject(question.subject)],
      [t("登记名称"), response.identity?.names.join("、") ?? ""],
      ...purpose(question.purpose, null),
      [t("期间"), response.from ? `${response.from} – ${response.until}` : ""],
    ]),
    ...(response.statement ? [element("p", {}, response.statement)] : []),
    ...(rows.length ? [table([t("类别"), t("文书"), t("效力")], rows)] : []),
  ];
}

function purpose(asked, matter) {
  return [
    [t("查询用途"), asked?.domain ? word("Domain", asked.domain) : ""],
    [t("案号"), asked?.reference ?? ""],
    [t("事由"), asked?.reason ?? ""],
    [t("身份"), matter?.role ? word("SubjectRole", matter.role) : ""],
    [t("地域"), matter?.scope?.region ?? ""],
  ];
}

const subject = (identifier) => (identifier ? `${word("IdentifierType", identifier.type)} ${identifier.value}` : "");
const worst = (verdicts) => BADNESS.find((each) => verdicts.includes(each)) ?? 0;
const known = (value) => (value in STYLES ? word("Verdict", value) : t("没有结论"));

function verdict(value) {
  return element(
    "p",
    { class: `verdict ${STYLES[value] ?? "unknown"}` },
    element("span", {}, t("结论")),
    element("strong", {}, known(value)),
    element("span", {}, value in MEANINGS ? t(MEANINGS[value]) : ""),
  );
}

const tag = (value) => element("span", { class: `tag ${STYLES[value] ?? ""}` }, known(value));

function hits(found) {
  if (!found.length) return [];
  const rows = found.map((hit) => [
    t(hit.measure_name) || hit.measure_code,
    word("HitEffect", hit.effect),
    period(hit),
    [hit.document?.number, hit.document?.authority, hit.document?.decided_on].filter(Boolean).join("，"),
    hit.legal_basis.join("；"),
  ]);
  return [element("h3", {}, t("查到的限制")), table([t("措施"), t("效果"), t("期限"), t("文书"), t("依据")], rows)];
}

const period = (hit) =>
  hit.lifetime ? t("{0} 起，终身", hit.from) : [hit.from, hit.until || t("没有写明截止日期")].join(" – ");

export function facts(rows) {
  const list = element("dl", { class: "facts" });
  for (const [label, value] of rows) if (value) list.append(element("dt", {}, label), element("dd", {}, value));
  return list;
}

function table(headings, rows) {
  const head = element(
    "tr",
    {},
    headings.map((each) => element("th", { scope: "col" }, each)),
  );
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      row.map((cell, at) => element("td", { "data-label": headings[at] }, cell)),
    ),
  );
  return element(
    "div",
    { class: "scroll" },
    element("table", { class: "stack" }, element("thead", {}, head), element("tbody", {}, body)),
  );
}
