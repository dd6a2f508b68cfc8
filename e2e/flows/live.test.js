// Attempts appear on a page while it is looked at; a view that is paused catches up when it goes on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../house/browser.js";
import { wordsOf } from "../house/words.js";
import { startWorld } from "../house/world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

for (const language of LANGUAGES) {
  test(`attempts appear by themselves, wait while paused, and are made up for (${language})`, async () => {
    const { server, receiver, browser } = world;
    const w = wordsOf(language);
    const { id: app } = await server.api("POST", "/app/", { name: `Shop ${language}` });
    await server.api("POST", `/app/${app}/endpoint/`, { url: `${receiver.url}/${language}` });
    const publish = async (eventType) => {
      await server.api("POST", `/app/${app}/msg/`, { eventType, payload: {} });
      await receiver.next((request) => request.path === `/${language}`);
    };
    const page = await openPage(browser, { language });
    await page.goto(linkIn(await server.command("portal", "link", app)));
    await page.goto(`${server.url}/portal/apps/${app}/attempts`);
    const [rows, heads, button] = [page.locator("tbody tr"), page.locator("thead"), page.locator("[data-live-pause]")];
    const empty = page.locator("[data-live-empty]");
    await empty.waitFor();
    assert.equal(await heads.isVisible(), false, "a table without a row has no head");

    await publish("order.first");
    await rows.filter({ hasText: "order.first" }).waitFor();
    assert.equal(await heads.isVisible(), true);
    assert.equal(await empty.count(), 0);

    await button.click();
    assert.equal(await button.textContent(), w("live-resume"));
    await publish("order.second");
    await publish("order.third");
    await page.getByRole("button", { name: `${w("live-resume")} (2)` }).waitFor();
    assert.equal(await rows.count(), 1, "nothing moves while the view is paused");

    await button.click();
    await rows.filter({ hasText: "order.third" }).waitFor();
    assert.equal(await button.textContent(), w("live-pause"));
    const types = await rows.locator("td:nth-of-type(5)").allTextContents();
    assert.deepEqual(types, ["order.third", "order.second", "order.first"], "newest first, each once");
    assert.match(await page.getByRole("status").textContent(), /3/);

    // What is shown is what a reload shows.
    await page.reload();
    assert.equal(await rows.count(), 3);
    page.checkFaults();
  });
}
