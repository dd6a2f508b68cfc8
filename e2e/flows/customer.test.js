// A customer's link opens one application, and no address leads to another.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../house/browser.js";
import { shop, startWorld } from "../house/world.js";

let world, own, other;
before(async () => {
  world = await startWorld();
  own = await shop(world, "Own shop");
  other = await shop(world, "Other shop");
});
after(() => world?.stop());

for (const language of LANGUAGES) {
  test(`a customer reaches his application only (${language})`, async () => {
    const { server, browser } = world;
    const { url } = await server.api("POST", `/auth/app-portal-access/${own.app}/`, {});
    const page = await openPage(browser, { language });
    await page.goto(linkIn(url));
    assert.equal(new URL(page.url()).pathname, `/portal/apps/${own.app}`);
    const foreign = [
      `/portal/apps/${other.app}`,
      `/portal/apps/${other.app}/endpoints`,
      `/portal/apps/${other.app}/endpoints/${other.healthy}`,
      `/portal/apps/${own.app}/endpoints/${other.healthy}`,
      `/portal/apps/${own.app}/messages/${other.messages[0]}`,
      `/portal/apps/${other.app}/settings`,
    ];
    for (const path of foreign) {
      const answer = await page.goto(server.url + path);
      assert.equal(answer.status(), 404, path);
      assert.ok(!(await page.content()).includes("Other shop"), path);
    }
    for (const path of ["/portal/overview", "/portal/apps", "/portal/endpoints", "/portal/messages", "/portal/keys", "/portal/audit"]) {
      assert.equal((await page.goto(server.url + path)).status(), 403, path);
    }
    page.checkFaults();
  });
}
