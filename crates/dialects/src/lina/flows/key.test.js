// *Einstellung > Schnittstellen > Third Party API*: a key is made, and the hook that its owner registers is seen.
// *Meine Daten > Datenweitergabe*: the person whose data it is gives and withdraws.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { linkIn, openPage } from "../../../../../e2e/house/browser.js";
import { wordsOf } from "../../../../../e2e/house/words.js";
import { startWorld } from "../../../../../e2e/house/world.js";

const LABELS = {
  de: { list: "Third Party API", key: "API-Key", name: "Bezeichnung", operator: "Drittanbieter", scope: "Personal: lesen" },
  en: { list: "Third Party API", key: "API key", name: "Name", operator: "Third party", scope: "Personnel: read" },
};

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

async function store(language) {
  const { api } = world.server;
  const { id: app } = await api("POST", "/app/", { name: `Trattoria ${language}`, dialect: "lina" });
  await api("PUT", `/app/${app}/lina/store`, { bookedEndpoints: ["personal"] });
  const operator = { name: "Planner", termsUrl: "https://planner.example/terms", privacyUrl: "https://planner.example/privacy" };
  await api("PUT", `/app/${app}/lina/operator/planner`, operator);
  return app;
}

for (const [language, labels] of Object.entries(LABELS)) {
  test(`a key is made, and the hook of its owner is seen (${language})`, async () => {
    const { server, browser } = world;
    const w = wordsOf(language);
    const app = await store(language);
    const page = await openPage(browser, { language });
    await page.goto(linkIn(await server.command("portal", "link", app)));
    await page.getByRole("link", { name: `${labels.key}s`, exact: true }).click();
    await page.getByRole("link", { name: new RegExp(labels.key) }).last().click();
    await page.getByLabel(new RegExp(`^${labels.name}`)).fill("Dienstplan");
    await page.getByLabel(new RegExp(`^${labels.operator}`)).selectOption({ label: "Planner" });
    await page.getByLabel(/^IP/).fill("127.0.0.1");
    await page.locator('input[name$="scopes"][value="personal_read"]').check();
    await page.getByRole("button", { name: w("save") }).last().click();

    await page.getByText(w("list-shown-once")).waitFor();
    const key = await page.locator("pre code").first().textContent();
    const hook = { hookKey: "personalData", url: `http://127.0.0.1:5559/${language}` };
    const registered = await server.api("POST", "/extern/personal/registerWebhook", hook, { base: "", key });
    assert.match(registered.uuid, /^[0-9a-f-]{36}$/);

    await page.getByRole("link", { name: labels.list, exact: true }).click();
    assert.ok((await page.content()).includes(hook.url), "the hook is in the list");
    await page.getByRole("link", { name: `${labels.key}s`, exact: true }).click();
    assert.ok(!(await page.content()).includes(key), "the key is never shown again");
    page.checkFaults();
  });
}
