// Replay of a span of time: counted first, then sent, each message once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../house/browser.js";
import { wordsOf } from "../house/words.js";
import { shop, startWorld } from "../house/world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

for (const language of LANGUAGES) {
  test(`a range is counted before it is sent again (${language})`, async () => {
    const { server, receiver, browser } = world;
    const w = wordsOf(language);
    const { app, healthy, messages } = await shop(world, `Shop ${language}`);
    const page = await openPage(browser, { language });
    await page.goto(linkIn(await server.command("portal", "login")));
    await page.goto(`${server.url}/portal/apps/${app}/endpoints/${healthy}`);
    await page.getByRole("link", { name: w("replay-title"), exact: true }).click();
    await page.getByLabel(w("replay-which")).selectOption({ label: w("replay-all") });
    await page.locator("[name=since]").fill("2020-01-01T00:00");
    await page.getByRole("button", { name: w("replay-count-button") }).click();

    const counted = page.getByRole("status");
    assert.match(await counted.textContent(), new RegExp(`\\b${messages.length}\\b`));
    const before = await server.api("GET", `/app/${app}/attempt/endpoint/${healthy}/?limit=250`);
    assert.equal(before.data.length, messages.length, "counting must send nothing");

    await page.getByRole("button", { name: w("replay-start") }).click();
    const got = new Set();
    for (const _ of messages) {
      const request = await receiver.next((one) => one.path === "/healthy");
      got.add(request.headers["webhook-id"]);
    }
    assert.deepEqual([...got].sort(), [...messages].sort());
    page.checkFaults();
  });
}
