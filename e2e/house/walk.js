// Finds every page of the portal by its links, one of each kind.

/** Ids and other names in paths, so that the pages of two endpoints count as one kind. */
function kindOf(url) {
  const { pathname } = new URL(url);
  return pathname
    .split("/")
    .map((part) => (/^[a-z]+_[0-9A-Za-z]{20,}$/.test(part) || /^\d+$/.test(part) || /^[\w-]{36}$/.test(part) ? "*" : part))
    .join("/");
}

/** Paths of one page of each kind that links lead to from `start`, `start` included. */
export async function walk(page, start, pagesMax = 150) {
  const found = new Map();
  const queue = [start];
  while (queue.length > 0 && found.size < pagesMax) {
    const url = queue.shift();
    const kind = kindOf(url);
    if (found.has(kind)) continue;
    const answer = await page.goto(url);
    if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    if (answer.status() !== 200) throw new Error(`${url} answers ${answer.status()}`);
    found.set(kind, url);
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((link) => link.href));
    queue.push(...links.filter((link) => link.startsWith(new URL("/portal", url).href)).map((link) => link.split("#")[0]));
  }
  return found;
}
