// What every page must be: without a violation that axe-core finds, and without a sideways scroll on a small screen.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe-core finds on this page, a line each. */
export async function violations(page) {
  // The page's policy forbids scripts of others; the debugger's own evaluation is not bound by it.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const found = await page.evaluate(async (rules) => {
    const result = await globalThis.axe.run(document, { runOnly: rules });
    return result.violations.map((one) => ({
      rule: one.id,
      help: one.help,
      nodes: one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ""}`),
    }));
  }, RULES);
  return found.map((one) => `${one.rule}: ${one.help}\n    ${one.nodes.join("\n    ")}`);
}

/** How many pixels the page is wider than its window; 0 is right. */
export function sidewaysScroll(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
