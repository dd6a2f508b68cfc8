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
