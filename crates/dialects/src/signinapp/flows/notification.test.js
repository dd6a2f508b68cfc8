// *Verwalten > Benachrichtigungen*: a notification with an advanced filter, tried on a message.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { linkIn, openPage } from "../../../../../e2e/house/browser.js";
import { wordsOf } from "../../../../../e2e/house/words.js";
import { startWorld } from "../../../../../e2e/house/world.js";
import { seed } from "./seed.js";

const LABELS = {
  de: { list: "Benachrichtigungen", thing: "Benachrichtigung", url: /^Endpoint-URL/, site: "Standort" },
  en: { list: "Notifications", thing: "Notification", url: /^Endpoint URL/, site: "Site" },
};

let world, app;
before(async () => {
  world = await startWorld();
  ({ app } = await seed(world));
});
after(() => world?.stop());

for (const [language, labels] of Object.entries(LABELS)) {
  test(`a filter is tried on a visit before it is saved (${language})`, async () => {
    const { server, browser } = world;
    const w = wordsOf(language);
    const page = await openPage(browser, { language });
    await page.goto(linkIn(await server.command("portal", "link", app)));
    await page.getByRole("link", { name: labels.list, exact: true }).click();
    await page.getByRole("link", { name: w("endpoint-create", { thing: labels.thing }) }).first().click();
    await page.getByLabel(labels.url).fill(`http://127.0.0.1:9/${language}`);
    await page.getByLabel(labels.site, { exact: true }).selectOption({ label: "Acme Co" });

    const field = page.getByLabel(w("filter-field")).first();
    const value = page.getByLabel(w("filter-value")).first();
    await field.fill("Company");
    await value.fill("Somebody else");
    await page.locator("#try summary").click();
    await page.getByLabel(w("try-message"), { exact: true }).selectOption({ index: 0 });
    await page.getByRole("button", { name: w("try-button"), exact: true }).click();
    assert.match(await page.getByRole("status").textContent(), new RegExp(w("try-does-not-match").replaceAll(".", "\\.")));

    await page.getByLabel(w("filter-value")).first().fill("Acme Ltd");
    await page.getByRole("button", { name: w("try-button"), exact: true }).click();
    assert.match(await page.getByRole("status").textContent(), new RegExp(w("try-matches").replaceAll(".", "\\.")));

    await page.getByRole("button", { name: w("save") }).last().click();
    assert.match(page.url(), /\/endpoints\/ep_/);
    page.checkFaults();
  });
}
