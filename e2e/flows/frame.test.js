// Pages of other sites that show the portal in a frame, to lead clicks astray.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../house/browser.js";
import { startServer } from "../house/server.js";

/** A site of somebody else: every path of it is a page that frames the address behind its `?`. */
async function startSite() {
  const site = createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    const framed = decodeURIComponent(new URL(request.url, "http://localhost").search.slice(1));
    response.end(`<!doctype html><title>Elsewhere</title><iframe src="${framed}" width="900" height="700"></iframe>`);
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  // By another name than the server's, so that it is another site for the browser.
  const origin = `http://localhost:${site.address().port}`;
  return { origin, framing: (url) => `${origin}/?${encodeURIComponent(url)}`, stop: () => new Promise((resolve) => site.close(resolve)) };
}

let named, other, closed, open, browser;
before(async () => {
  [named, other, browser] = await Promise.all([startSite(), startSite(), startBrowser()]);
  [closed, open] = await Promise.all([startServer(), startServer({ portal_frame_origins: named.origin })]);
});
after(async () => {
  await browser?.close();
  await Promise.all([named?.stop(), other?.stop(), closed?.stop(), open?.stop()]);
});

/** Opens a page of `site` that frames `url`; the frame, and what the browser said of it. */
async function framed(site, url) {
  const page = await openPage(browser);
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(site.framing(url));
  const [, frame] = page.frames();
  return { page, frame, said: () => said.join("\n") };
}

test("a page of a foreign origin does not show the portal", async () => {
  for (const [site, server] of [[named, closed], [other, closed], [other, open]]) {
    for (const path of ["/portal/login", "/portal/overview", "/portal/in/klp_nothing"]) {
      const { page, frame, said } = await framed(site, server.url + path);
      assert.ok(!frame.url().startsWith(server.url), `${path} is shown by ${site.origin}`);
      assert.match(said(), /frame-ancestors|X-Frame-Options/, path);
      await page.context().close();
    }
  }
});

test("a page of an origin that is named shows the portal", async () => {
  const { page, frame } = await framed(named, `${open.url}/portal/login`);
  assert.equal(await frame.locator("h1").textContent(), "Log in");
  page.checkFaults();
});
