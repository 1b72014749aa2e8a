// A site that is served, in a browser: PROGRAM is maruyama, MANIFEST a small one, BROWSER a Chromium.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const project = mkdtempSync(join(tmpdir(), "maruyama-serve-"));
const manifest = join(project, "experiments", "small.yaml");
const text = readFileSync(process.env.MANIFEST, "utf8");
const reproduce = () => {
  const { status, stderr } = spawnSync(process.env.PROGRAM, ["reproduce", "--quiet"], { cwd: project, encoding: "utf8" });
  assert.equal(status, 0, stderr);
};

let browser, server, url;
before(async () => {
  mkdirSync(join(project, "experiments"));
  writeFileSync(manifest, text);
  server = spawn(process.env.PROGRAM, ["serve", "--port", "0", "--format", "json"], { cwd: project });
  const [line] = await once(server.stdout, "data");
  url = JSON.parse(line).url;
  browser = await chromium.launch({
    executablePath: process.env.BROWSER,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});
after(async () => {
  await browser?.close();
  server?.kill("SIGINT");
  rmSync(project, { recursive: true, force: true });
});

const open = async (path) => {
  const tab = await browser.newPage({ viewport: { width: 1000, height: 500 } });
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  await tab.goto(url + path);
  return { tab, complaints };
};

test("open pages follow a run, and keep where the reader is", async () => {
  const ledger = await open("#words=spread");
  await ledger.tab.getByText("No report yet.").waitFor({ state: "attached" });
  const progress = await open("progress.html");
  await progress.tab.getByText("0 of 2 cells", { exact: false }).first().waitFor();
  reproduce();
  await progress.tab.locator("p", { hasText: "2 of 2 cells are stored" }).waitFor();
  await ledger.tab.getByText("The iterates spread.").waitFor();
  assert.equal(await ledger.tab.getByLabel("Words").inputValue(), "spread");
  await ledger.tab.locator("#live", { hasText: "2 of 2 cells" }).waitFor();

  const item = await open("small/index.html");
  const sort = item.tab.locator("article table").last().locator("th button").first();
  await sort.click();
  await sort.click();
  await item.tab.getByText("The manifest,").click();
  await item.tab.evaluate(() => scrollTo(0, 700));
  const scrolled = await item.tab.evaluate(() => scrollY);
  assert.ok(scrolled > 100, "the page is long enough to be scrolled");
  writeFileSync(manifest, text.replace("A small experiment", "A renamed experiment"));
  reproduce();
  await item.tab.locator("h1", { hasText: "A renamed experiment" }).waitFor();
  await item.tab.waitForFunction((y) => Math.abs(scrollY - y) < 2, scrolled);
  assert.equal(await item.tab.locator("details[open]").count(), 1);
  const head = item.tab.locator("article table").last().locator("th").first();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  assert.equal(await item.tab.evaluate(() => performance.getEntriesByType("navigation")[0].type), "navigate");
  await ledger.tab.getByText("A renamed experiment").waitFor();
  // What stands behind a figure of the same name is another one.
  await item.tab.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth));
  for (const { complaints } of [ledger, progress, item]) assert.deepEqual(complaints, []);
});

test("a server that has ended is said to have", async () => {
  const { tab } = await open("");
  server.kill("SIGINT");
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
  await tab.getByText("maruyama serve has ended").waitFor();
});
