// Every page that links lead to: no violation that axe-core finds, and no sideways scroll on a small screen, in both
// languages, light and dark. The pages are looked up once; each is opened once a language, and turned dark in place.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../house/browser.js";
import { sidewaysScroll, violations } from "../house/look.js";
import { walk } from "../house/walk.js";
import { everyVendor, shop, startWorld } from "../house/world.js";

const SMALL = 320;
const WIDE = 1280;

let world, pages;

async function visitor(language) {
  const page = await openPage(world.browser, { language });
  await page.goto(linkIn(await world.server.command("portal", "login")));
  return page;
}

before(async () => {
  world = await startWorld();
  const made = [await shop(world), ...Object.values(await everyVendor(world))];
  const starts = ["/portal/overview", ...made.map(({ app }) => `/portal/apps/${app}`)];
  const page = await visitor("en");
  pages = new Map();
  for (const [number, start] of starts.entries()) {
    // Pages of operators are found from each application; they are of one kind wherever they are found from.
    for (const [kind, url] of await walk(page, world.server.url + start)) {
      const key = kind.startsWith("/portal/apps/*") ? `${number} ${kind}` : kind;
      if (!pages.has(key)) pages.set(key, url);
    }
  }
  await page.context().close();
});
after(() => world?.stop());

/** What is wrong with the page as it stands: small and wide, light and dark. */
async function wrongIn(page) {
  const wrong = [];
  for (const width of [SMALL, WIDE]) {
    await page.setViewportSize({ width, height: 900 });
    const pixels = await sidewaysScroll(page);
    if (pixels > 0) wrong.push(`scrolls ${pixels} pixels sideways at ${width} px`);
  }
  // No theme is chosen, so that pages follow what the browser says of the system.
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    for (const line of await violations(page)) wrong.push(`${theme}: ${line}`);
  }
  return wrong;
}

for (const language of LANGUAGES) {
  test(`every page, small and wide, light and dark (${language})`, async () => {
    const page = await visitor(language);
    const wrong = [];
    for (const [kind, url] of pages) {
      const answer = await page.goto(url);
      if (answer.status() !== 200) wrong.push(`${kind}: ${url} answers ${answer.status()}`);
      for (const line of await wrongIn(page)) wrong.push(`${kind}: ${line}`);
    }
    assert.deepEqual(wrong, [], `of ${pages.size} pages`);
    assert.ok(pages.size > 60, `${pages.size} pages only`);
    console.log(`${pages.size} pages, ${language}: nothing found`);
    page.checkFaults();
  });
}
