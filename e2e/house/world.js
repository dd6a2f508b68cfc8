// A server with an application of every dialect, receivers, and traffic that has come to rest.

import { readdir } from "node:fs/promises";

import { startBrowser } from "./browser.js";
import { startReceiver, startServer } from "./server.js";

const HEALTHY = "/healthy";
const BROKEN = "/broken";

/** Everything that the flows need. `stop()` ends it all. */
export async function startWorld(settings = {}) {
  // First the server: if it does not start, nothing else is left running and holds the tests up.
  const server = await startServer(settings);
  const [receiver, browser] = await Promise.all([startReceiver(), startBrowser()]);
  return {
    server,
    receiver,
    browser,
    async stop() {
      await browser.close();
      await receiver.stop();
      await server.stop();
    },
  };
}

/** An application of the standard dialect: two endpoints, of which one refuses, and messages to both. */
export async function shop({ server, receiver }, name = "Shop") {
  const { api } = server;
  const schema = { type: "object", properties: { order: { type: "integer" } }, examples: [{ order: 17 }] };
  await api("POST", "/event-type/", { name: "order.paid", description: "An order was paid", schemas: { 1: schema } }, { anyStatus: true });
  const app = (await api("POST", "/app/", { name })).id;
  const healthy = await api("POST", `/app/${app}/endpoint/`, { url: receiver.url + HEALTHY, description: "Accounting" });
  const broken = await api("POST", `/app/${app}/endpoint/`, { url: "http://127.0.0.1:9/nobody", description: "Old warehouse", retrySchedule: [] });
  const messages = [];
  for (let order = 1; order <= 3; order += 1) {
    messages.push((await api("POST", `/app/${app}/msg/`, { eventType: "order.paid", payload: { order, buyer: { name: "Ada Lovelace" } } })).id);
    await receiver.next((request) => request.path === HEALTHY && JSON.parse(request.body).order === order);
  }
  await settled(server, app, broken.id, messages.length);
  return { app, healthy: healthy.id, broken: broken.id, messages };
}

/** An application of every vendor, seeded by the vendor's own folder: what `seed` gives, by the folder's name. */
export async function everyVendor(world) {
  const folders = new URL("../../crates/dialects/src/", import.meta.url);
  const made = {};
  for (const entry of await readdir(folders, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const files = await readdir(new URL(`${entry.name}/`, folders));
    if (!files.includes("flows")) continue;
    const { seed } = await import(new URL(`${entry.name}/flows/seed.js`, folders));
    made[entry.name] = await seed(world);
  }
  return made;
}

/** Waits until an endpoint has had so many attempts; the API is asked, because nobody else says so. */
export async function settled({ api }, app, endpoint, count) {
  for (let patience = 200; patience > 0; patience -= 1) {
    const { data } = await api("GET", `/app/${app}/attempt/endpoint/${endpoint}/?limit=250`);
    if (data.length >= count) return data;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`endpoint ${endpoint} did not have ${count} attempts within ten seconds`);
}
