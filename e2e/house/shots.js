// Pictures of the main pages for docs/, made by `npm run shots`.

import { mkdir } from "node:fs/promises";

import { LANGUAGES, linkIn, openPage } from "./browser.js";
import { everyVendor, shop, startWorld } from "./world.js";

const FOLDER = new URL("../../docs/pictures/", import.meta.url);

const world = await startWorld();
try {
  const { server, browser } = world;
  const made = await shop(world, "Bakery");
  const vendors = await everyVendor(world);
  await mkdir(FOLDER, { recursive: true });
  const base = `/portal/apps/${made.app}`;
  const pages = [
    ["overview", "/portal/overview"],
    ["application", base],
    ["endpoint", `${base}/endpoints/${made.healthy}`],
    ["new-endpoint", `${base}/endpoints/new`],
    ["message", `${base}/messages/${made.messages[0]}`],
    ["inspector", `${base}/inspector`],
    ...Object.entries(vendors).map(([name, { app }]) => [`vendor-${name}`, `/portal/apps/${app}/endpoints/new`]),
  ];
  // Statistics are written a few seconds after the first attempt.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  for (const language of LANGUAGES) {
    for (const theme of language === "de" ? ["light"] : ["light", "dark"]) {
      const page = await openPage(browser, { language, theme });
      await page.goto(linkIn(await server.command("portal", "login")));
      for (const [name, path] of pages) {
        await page.goto(server.url + path);
        const file = `${name}-${language}${theme === "dark" ? "-dark" : ""}.png`;
        await page.screenshot({ path: new URL(file, FOLDER).pathname });
      }
      page.checkFaults();
    }
  }
} finally {
  await world.stop();
}
