// The main pages as pictures, in German and English. `npm test` writes them to target/pictures/, `npm run pictures` to
// docs/pictures/; what docs/ holds must be what is made here, and shown to its readers.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { LANGUAGES, linkIn, openPage } from "../house/browser.js";
import { checkFilled, picture } from "../house/picture.js";
import { wordsOf } from "../house/words.js";
import { everyVendor, shop, startWorld } from "../house/world.js";

const ROOT = new URL("../../", import.meta.url);
const KEPT = new URL("docs/pictures/", ROOT);
const FOLDER = process.env.PICTURES === "docs" ? KEPT : new URL("target/pictures/", ROOT);
/** Looks at the overview before its figures must be there: statistics are written every few seconds. */
const LOOKS_MAX = 100;

/** Kinds of pages with their paths; and the person whose page is among them, of the vendor that lets people decide. */
let world, pages, mine;
before(async () => {
  world = await startWorld();
  const { app, healthy, messages } = await shop(world, "Bakery");
  const vendors = await everyVendor(world);
  const base = `/portal/apps/${app}`;
  pages = [
    ["overview", "/portal/overview"],
    ["application", base],
    ["endpoint", `${base}/endpoints/${healthy}`],
    ["new-endpoint", `${base}/endpoints/new`],
    ["replay", `${base}/endpoints/${healthy}/replay`],
    ["message", `${base}/messages/${messages[0]}`],
    ["inspector", `${base}/inspector`],
    ...Object.entries(vendors).map(([name, vendor]) => [`vendor-${name}`, `/portal/apps/${vendor.app}/endpoints/new`]),
  ];
  mine = Object.values(vendors).find((vendor) => vendor.person);
  await inspected(base);
  await figures();
  await mkdir(FOLDER, { recursive: true });
});
after(() => world?.stop());

async function operator(options) {
  const page = await openPage(world.browser, options);
  await page.goto(linkIn(await world.server.command("portal", "login", "--name", "anna")));
  return page;
}

/** Makes the inspector's address, and sends something to it. */
async function inspected(base) {
  const page = await operator({});
  await page.goto(`${world.server.url}${base}/inspector`);
  await page.getByRole("button", { name: wordsOf("en")("inspector-make") }).click();
  const address = await page.locator("pre code").first().textContent();
  await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: '{"order": 17}' });
  await page.context().close();
}

/** Waits until the figures of what was delivered are written. */
async function figures() {
  const page = await operator({});
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    await page.goto(`${world.server.url}/portal/overview`);
    if (/[1-9]/.test(await page.locator(".figures dd").first().textContent())) return page.context().close();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the overview shows no figures of what was delivered");
}

const name = (page, language, theme) => `${page}-${language}${theme === "dark" ? "-dark" : ""}.png`;
const looks = LANGUAGES.flatMap((language) => (language === "de" ? ["light"] : ["light", "dark"]).map((theme) => [language, theme]));
const names = () => looks.flatMap(([language, theme]) => [...pages.map(([kind]) => kind), "my-data"].map((kind) => name(kind, language, theme)));

for (const [language, theme] of looks) {
  test(`the main pages as pictures (${language}, ${theme})`, async () => {
    const blank = await (await world.browser.newContext()).newPage();
    const keep = async (file, png) => {
      await checkFilled(blank, file, png);
      await writeFile(new URL(file, FOLDER), png);
    };
    const page = await operator({ language, theme });
    for (const [kind, path] of pages) {
      await keep(name(kind, language, theme), await picture(page, world.server.url + path));
    }
    page.checkFaults();
    const { url } = await world.server.api("POST", `/auth/subject-portal-access/${mine.app}`, { subject: mine.person });
    const person = await openPage(world.browser, { language, theme });
    await person.goto(linkIn(url));
    await keep(name("my-data", language, theme), await picture(person, `${world.server.url}/portal/my-data`));
    person.checkFaults();
  });
}

test("the pictures in docs are those that are made, and readers see them", async () => {
  const kept = (await readdir(KEPT)).sort();
  assert.deepEqual(kept, names().sort(), "run `npm run pictures` in e2e/");
  const docs = new URL("docs/", ROOT);
  const texts = [await readFile(new URL("README.md", ROOT), "utf8")];
  for (const file of await readdir(docs)) {
    if (file.endsWith(".md")) texts.push(await readFile(new URL(file, docs), "utf8"));
  }
  const text = texts.join("\n");
  const unseen = kept.filter((file) => !text.includes(`pictures/${file})`));
  assert.deepEqual(unseen, [], "pictures that no page of docs shows");
});
