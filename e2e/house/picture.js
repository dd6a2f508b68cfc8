// What a picture of a page must be: of a page that is whole, and with something on it.

import assert from "node:assert/strict";

/** Different colours of a picture that shows something: letters have dozens of shades, an empty page has one or two. */
const COLOURS_MIN = 24;
/** Every clone carries the pictures. */
const BYTES_MAX = 150_000;

/** Takes a picture of an address, as PNG. The page must be no fault's. */
export async function picture(page, url) {
  const answer = await page.goto(url);
  assert.equal(answer.status(), 200, url);
  assert.equal(await page.locator(".fault").count(), 0, `${url} is the page of a fault`);
  assert.notEqual((await page.locator("h1").textContent()).trim(), "", `${url} has no heading`);
  const png = await page.screenshot({ animations: "disabled", caret: "hide" });
  assert.ok(png.length <= BYTES_MAX, `the picture of ${url} has ${png.length} bytes`);
  return png;
}

/** Fails if a picture shows nothing. `blank` is a page whose scripts may do as they like. */
export async function checkFilled(blank, name, png) {
  const colours = await blank.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return new Set(new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, png.toString("base64"));
  assert.ok(colours >= COLOURS_MIN, `${name} is empty: ${colours} colours`);
}
