// The real binary on a store of its own, and what a host application does with it.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const BINARY = process.env.KLINGEL_BINARY ?? new URL("../../target/debug/klingel", import.meta.url).pathname;

/** A running server. `stop()` ends it and removes its store. */
export async function startServer(settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), "klingel-e2e-"));
  const env = { ...process.env, KLINGEL_STORE: `sqlite:${join(folder, "store.sqlite")}` };
  delete env.KLINGEL_BINARY;
  for (const [name, value] of Object.entries(settings)) env[`KLINGEL_${name.toUpperCase()}`] = String(value);
  const child = spawn(BINARY, ["serve", "--listen", "127.0.0.1:0", "--allow-private-networks"], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (piece) => (log = (log + piece).slice(-20_000)));
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const first = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    exited.then(() => Promise.reject(new Error(`klingel serve ended at once:\n${log}`))),
  ]);
  const url = /http:\/\/[\d.:]+/.exec(first)[0];
  // The server took a free port; commands must name it in the links that they print.
  const beside = { env: { ...env, KLINGEL_PUBLIC_URL: url } };
  const command = async (...args) => (await run(BINARY, args, beside)).stdout.trim();
  const key = await command("key", "create", "--environment", "production");

  /** Calls the management API, or a dialect's own door with `options.base = ""`. */
  async function api(method, path, body, options = {}) {
    const response = await fetch(url + (options.base ?? "/api/v1") + path, {
      method,
      headers: { authorization: `Bearer ${options.key ?? key}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok && !options.anyStatus) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const answer = text === "" ? null : JSON.parse(text);
    return options.anyStatus ? { status: response.status, answer } : answer;
  }

  return {
    url,
    key,
    api,
    command,
    log: () => log,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** For a request that does not come. */
const PATIENCE_MS = 20_000;

/** A receiver that keeps what it gets. `next()` waits for the next request. */
export async function startReceiver() {
  const requests = [];
  const waiting = [];
  const receiver = { requests, status: 200, answer: "thank you" };
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const got = { path: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() };
      const wanted = waiting.findIndex((one) => one.matches(got));
      if (wanted >= 0) waiting.splice(wanted, 1)[0].resolve(got);
      else requests.push(got);
      response.writeHead(receiver.status, { "content-type": "text/plain" });
      response.end(receiver.answer);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  /** The next request that `matches`, also one that has come already. */
  receiver.next = (matches = () => true) => {
    const here = requests.findIndex(matches);
    if (here >= 0) return Promise.resolve(requests.splice(here, 1)[0]);
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`no such request within ${PATIENCE_MS} ms; ${requests.length} others are here`));
      const timer = setTimeout(late, PATIENCE_MS);
      waiting.push({ matches, resolve: (request) => (clearTimeout(timer), resolve(request)) });
    });
  };
  receiver.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return receiver;
}
