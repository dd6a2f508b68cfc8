// *Meine Daten > Datenweitergabe*: the person whose data it is gives and withdraws.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../../../../../e2e/house/browser.js";
import { wordsOf } from "../../../../../e2e/house/words.js";
import { startWorld } from "../../../../../e2e/house/world.js";
import { seed } from "./seed.js";

const PERSON = "c6425258-a870-498d-8173-6c2341c934e0";
const FIELDS = { userVorname: "Mirco", userName: "Till", userEmail: "info@gastro-mis.de", bereich: "Service" };

let world;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

for (const language of LANGUAGES) {
  test(`a person gives and withdraws (${language})`, async () => {
    const { server, receiver, browser } = world;
    const w = wordsOf(language);
    const { app, hook } = await seed(world);
    await server.api("PUT", `/app/${app}/lina/user/${PERSON}`, FIELDS);
    const { url } = await server.api("POST", `/auth/subject-portal-access/${app}`, { subject: PERSON });
    const page = await openPage(browser, { language });
    await page.goto(linkIn(url));
    assert.equal(await page.locator("h1").textContent(), w("my-data-title"));
    assert.ok((await page.content()).includes("https://planner.example/privacy"));

    await page.getByRole("button", { name: w("my-data-give") }).click();
    const sent = () => receiver.next((one) => one.path === "/restaurant");
    assert.deepEqual(JSON.parse((await sent()).body), { webhook: hook, userUuid: PERSON, ...FIELDS });
    assert.ok(await page.getByText(w("my-data-badge-given"), { exact: true }).isVisible());

    await page.getByRole("link", { name: w("my-data-withdraw") }).click();
    await page.getByRole("button", { name: w("my-data-withdraw-yes") }).click();
    assert.deepEqual(JSON.parse((await sent()).body), { delete: true, webhook: hook, userUuid: PERSON });
    assert.equal(receiver.requests.length, 0, "each decision is sent once");
    page.checkFaults();
  });
}
