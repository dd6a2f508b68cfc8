// Every page that links lead to: no violation that axe-core finds, and no sideways scroll on a small screen, in both
// languages, light and dark.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../house/browser.js";
import { sidewaysScroll, violations } from "../house/look.js";
import { walk } from "../house/walk.js";
import { everyVendor, shop, startWorld } from "../house/world.js";

const SMALL = 320;

let world, starts;
before(async () => {
  world = await startWorld();
  const made = [await shop(world), ...Object.values(await everyVendor(world))];
  starts = ["/portal/overview", ...made.map(({ app }) => `/portal/apps/${app}`)];
});
after(() => world?.stop());

for (const language of LANGUAGES) {
  for (const theme of ["light", "dark"]) {
    test(`every page (${language}, ${theme})`, async () => {
      const page = await openPage(world.browser, { language, theme });
      await page.goto(linkIn(await world.server.command("portal", "login")));
      const pages = new Map();
      for (const start of starts) {
        for (const [kind, url] of await walk(page, world.server.url + start)) pages.set(`${start.length > 20 ? start.slice(-4) : ""}${kind}`, url);
      }
      const wrong = [];
      for (const [kind, url] of pages) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(url);
        for (const line of await violations(page)) wrong.push(`${kind}: ${line}`);
        await page.setViewportSize({ width: SMALL, height: 700 });
        const pixels = await sidewaysScroll(page);
        if (pixels > 0) wrong.push(`${kind}: scrolls ${pixels} pixels sideways at ${SMALL} px`);
      }
      assert.deepEqual(wrong, [], `of ${pages.size} pages`);
      console.log(`${pages.size} pages, ${language}, ${theme}: nothing found`);
      page.checkFaults();
    });
  }
}
