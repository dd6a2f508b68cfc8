// *Einstellungen > Integrationen > Koppelungen > Neuer Webhook*: made, tested, its log opened.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { linkIn, openPage } from "../../../../../e2e/house/browser.js";
import { wordsOf } from "../../../../../e2e/house/words.js";
import { startWorld } from "../../../../../e2e/house/world.js";

const LABELS = {
  de: { list: "Koppelungen", userNew: "Benutzer: neu", companyDelete: "Firma: gelöscht" },
  en: { list: "Couplings", userNew: "User: new", companyDelete: "Company: delete" },
};

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

for (const [language, labels] of Object.entries(LABELS)) {
  test(`a webhook is made, tested, and its log opened (${language})`, async () => {
    const { server, receiver, browser } = world;
    const w = wordsOf(language);
    const { id: app } = await server.api("POST", "/app/", { name: `Messe ${language}`, dialect: "eventinsight" });
    const page = await openPage(browser, { language });
    await page.goto(linkIn(await server.command("portal", "link", app)));

    await page.getByRole("link", { name: labels.list, exact: true }).click();
    await page.getByRole("link", { name: w("endpoint-create", { thing: "Webhook" }) }).first().click();
    await page.locator('main').getByLabel(/^Name/).fill("CRM");
    await page.getByLabel(/^URL/).fill(`${receiver.url}/${language}`);
    await page.getByLabel(labels.userNew).check();
    await page.getByLabel(labels.companyDelete).check();
    await page.getByRole("button", { name: w("save") }).last().click();
    assert.match(await page.locator("h1").textContent(), /CRM/);

    const account = { id: 1, name_first: "Guan", name_last: "the Man" };
    await page.locator("[name=document]").fill(JSON.stringify(account));
    await page.getByRole("button", { name: w("test-button") }).click();
    const request = await receiver.next((one) => one.path === `/${language}`);
    const body = JSON.parse(request.body);
    assert.equal(body.action_type, "test");
    assert.equal(body.entity_type, "user");
    assert.deepEqual(body.result, account);
    const result = page.getByRole("status");
    assert.match(await result.textContent(), /200/);
    assert.match(await result.textContent(), /thank you/);

    await result.getByRole("link").click();
    await page.getByRole("button", { name: w("payload-reveal") }).first().click();
    const shown = await page.content();
    assert.ok(shown.includes("action_type") && shown.includes("thank you"), "request and answer must be shown");

    // What happens is shown, too, and the triggers decide.
    await server.api("PUT", `/app/${app}/eventinsight/users/7`, { id: 7, name_first: "Guan" });
    const created = JSON.parse((await receiver.next((one) => one.path === `/${language}`)).body);
    assert.deepEqual([created.action_type, created.entity_id], ["new", 7]);
    page.checkFaults();
  });
}
