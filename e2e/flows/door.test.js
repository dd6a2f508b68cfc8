// The door: links, sessions, languages.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { linkIn, openPage, startBrowser, UNTRUSTED } from "../house/browser.js";
import { startServer } from "../house/server.js";
import { wordsOf } from "../house/words.js";

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [language, words] of Object.entries({
  de: { heading: "Übersicht", gone: "Dieser Link gilt nicht mehr", out: "Abmelden", door: "Anmelden" },
  en: { heading: "Overview", gone: "This link does not work any more", out: "Log out", door: "Log in" },
})) {
  test(`a link opens the portal once (${language})`, async () => {
    const link = linkIn(await server.command("portal", "login"));
    const page = await openPage(browser, { language });
    await page.goto(link);
    assert.equal(await page.locator("h1").textContent(), words.heading);
    assert.ok(!page.url().includes("/in/"), "the secret stays in the address");
    assert.equal(await page.locator("html").getAttribute("lang"), language);

    const late = await openPage(browser, { language });
    const answer = await late.goto(link);
    assert.equal(answer.status(), 410);
    assert.equal(await late.locator("h1").textContent(), words.gone);

    await page.getByRole("button", { name: words.out }).click();
    assert.equal(await page.locator("h1").textContent(), words.door);
    await page.goto(`${server.url}/portal/overview`);
    assert.match(page.url(), /\/portal\/login\?next=/);
    page.checkFaults();
  });
}

for (const language of ["de", "en"]) {
  test(`a link that a scanner has opened still opens the portal (${language})`, async () => {
    const w = wordsOf(language);
    const link = linkIn(await server.command("portal", "login"));
    for (const method of ["HEAD", "GET"]) {
      assert.equal((await fetch(link, { method, redirect: "manual" })).status, 200, method);
    }
    // Over plain HTTP from another machine, browsers do not say who goes there.
    const page = await openPage(browser, { language });
    await page.goto(link.replace("127.0.0.1", UNTRUSTED));
    assert.equal(await page.locator("h1").textContent(), w("enter"));
    await page.getByRole("button", { name: w("enter-button") }).click();
    assert.equal(await page.locator("h1").textContent(), w("nav-overview"));
    assert.ok(!page.url().includes("/in/"), "the secret stays in the address");
    page.checkFaults();
  });
}

test("language and theme are changed by a click, and stay", async () => {
  const page = await openPage(browser, { language: "en" });
  await page.goto(`${server.url}/portal/login`);
  await page.getByRole("button", { name: "Deutsch" }).click();
  assert.equal(await page.locator("h1").textContent(), "Anmelden");
  await page.getByRole("button", { name: "Dunkel" }).click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.reload();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  page.checkFaults();
});
