// A headless browser, with what every flow needs of it.

import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** A name of this machine that browsers do not trust: what they tell servers of themselves they keep from it. */
export const UNTRUSTED = "klingel.test";
const FLAGS = [
  `--host-resolver-rules=MAP ${UNTRUSTED} 127.0.0.1`,
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The languages of the portal, as browsers name them. */
export const LANGUAGES = ["de", "en"];

/** A browser. */
export function startBrowser() {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/**
 * A page of a person who has a language, a theme and a window. Errors of the page's scripts and refusals by its
 * security policy end the test: `page.faults` collects them, `page.checkFaults()` throws.
 */
export async function openPage(browser, { language = "en", theme = "light", width = 1280, scripts = true } = {}) {
  const context = await browser.newContext({
    locale: language === "de" ? "de-DE" : "en-GB",
    colorScheme: theme,
    viewport: { width, height: 900 },
    javaScriptEnabled: scripts,
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    // A form that was refused is answered 4xx on purpose, which browsers log; they also log which headers they leave
    // aside over plain HTTP.
    const expected = /status of 4\d\d|header has been ignored, because the URL's origin was untrustworthy/.test(message.text());
    if (message.type() === "error" && !expected) page.faults.push(message.text());
  });
  page.checkFaults = () => {
    if (page.faults.length > 0) throw new Error(`the page's own errors:\n${page.faults.join("\n")}`);
  };
  return page;
}

/** The URL of a one-time link that a command has printed. */
export function linkIn(text) {
  return /https?:\/\/\S+\/portal\/in\/\S+/.exec(text)[0];
}
