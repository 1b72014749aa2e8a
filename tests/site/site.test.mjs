// The site in a browser: SITE is its folder, BROWSER a Chromium, SHOTS a folder for pictures.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const site = resolve(process.env.SITE);
const shots = resolve(process.env.SHOTS);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const claims = JSON.parse(readFileSync(process.env.CLAIMS, "utf8"));
const items = readdirSync(site, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const html = (item) => readdirSync(join(site, item)).filter((name) => name.endsWith(".html")).map((name) => join(item, name));
const pages = ["index.html", ...items.flatMap((entry) => html(entry.name))];
const withPublished = pages.find((page) => page !== "index.html" && readFileSync(join(site, page), "utf8").includes('class="published"'));
const withCells = pages.find((page) => page.includes("cells-"));
const address = (page) => pathToFileURL(join(site, page)).href;

let browser;
before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.BROWSER,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
});
after(() => browser.close());

// Opens a page; what the console complains of, and what is asked of a network, ends up in `complaints`.
const open = async (page, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const tab = await context.newPage();
  const complaints = [];
  tab.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  tab.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  tab.on("request", (request) => /^https?:/.test(request.url()) && complaints.push(`asked for ${request.url()}`));
  await tab.goto(address(page));
  return { tab, complaints, close: () => context.close() };
};
const shown = (tab) => tab.locator("table.claims tbody tr:visible").count();

test("every page opens without a complaint, and every link leads somewhere", async () => {
  const { tab, complaints, close } = await open("index.html");
  const names = new Map();
  const links = [];
  for (const page of pages) {
    await tab.goto(address(page));
    const found = await tab.evaluate(() => ({
      names: [...document.querySelectorAll("[id]")].map((element) => element.id),
      links: [...document.querySelectorAll("a[href]")].map((element) => element.href),
      broken: [...document.images].filter((image) => image.complete && !image.naturalWidth).map((image) => image.src),
      headings: document.querySelectorAll("h1").length,
    }));
    assert.deepEqual(found.broken, [], `${page}: pictures`);
    assert.equal(found.headings, 1, page);
    assert.equal(new Set(found.names).size, found.names.length, `${page}: a name twice`);
    names.set(join(site, page), new Set(found.names));
    links.push(...found.links.map((link) => [page, link]));
  }
  for (const [page, link] of links) {
    const url = new URL(link);
    if (url.protocol === "https:") continue;
    assert.equal(url.protocol, "file:", `${page}: ${link}`);
    const path = fileURLToPath(new URL(url.pathname, "file://"));
    assert.ok(existsSync(path), `${page}: ${link} leads nowhere`);
    if (url.hash && names.has(path)) {
      const name = decodeURIComponent(url.hash.slice(1));
      assert.ok(names.get(path).has(name), `${page}: ${link} has no such place`);
    }
  }
  assert.deepEqual(complaints, []);
  await close();
});

test("the ledger has every claim and shows those that pass its filters", async () => {
  const { tab, complaints, close } = await open("index.html");
  assert.equal(await shown(tab), claims.length);
  const is = (verdict) => claims.filter((claim) => claim.verdict === verdict);
  await tab.getByLabel("✓ reproduced").uncheck();
  assert.equal(await shown(tab), claims.length - is("reproduced").length);
  assert.equal(await tab.locator("#shown").textContent(), `${claims.length - is("reproduced").length} shown`);
  const paper = claims.find((claim) => claim.verdict === "contradicted" && claim.paper).paper;
  await tab.getByLabel("Paper").selectOption(paper);
  const wanted = claims.filter((claim) => claim.verdict !== "reproduced" && claim.paper === paper).length;
  assert.equal(await shown(tab), wanted);
  // The selection is in the address.
  await tab.reload();
  assert.equal(await shown(tab), wanted);
  await tab.getByLabel("✓ reproduced").check();
  await tab.getByLabel("Words").fill(claims[0].id);
  await tab.getByLabel("Paper").selectOption("");
  assert.ok((await shown(tab)) >= 1 && (await shown(tab)) < 20);
  await tab.locator("table.claims tbody tr:visible a").first().press("Enter");
  assert.ok(tab.url().includes("#"), "the claim's place on its page");
  assert.deepEqual(complaints, []);
  await close();
});

test("tables sort, by the keyboard too, and their texts are copied", async () => {
  const item = items.find((entry) => readdirSync(join(site, entry.name)).some((name) => name.endsWith(".csv")));
  const { tab, complaints, close } = await open(join(item.name, "index.html"), { permissions: ["clipboard-read", "clipboard-write"] });
  const table = tab.locator("article table").filter({ has: tab.locator("tbody tr + tr") }).last();
  const button = table.locator("th button").last();
  const column = () => table.locator("tbody tr td:last-child").allTextContents();
  const number = (text) => parseFloat(text.replaceAll("−", "-"));
  await button.focus();
  await button.press("Enter");
  assert.equal(await table.locator("th").last().getAttribute("aria-sort"), "ascending");
  const ascending = (await column()).filter((text) => !/×/.test(text)).map(number).filter((value) => !Number.isNaN(value));
  assert.deepEqual(ascending, ascending.toSorted((a, b) => a - b));
  await button.click();
  assert.equal(await table.locator("th").last().getAttribute("aria-sort"), "descending");
  const copy = tab.locator("[data-copy]").first();
  const link = copy.locator("xpath=preceding-sibling::a[1]");
  await copy.click();
  await tab.locator("#said", { hasText: "Copied" }).waitFor();
  const unix = (text) => text.replaceAll("\r\n", "\n");
  const text = readFileSync(join(site, item.name, await link.getAttribute("href")), "utf8");
  const copied = await tab.evaluate(() => navigator.clipboard.readText());
  assert.equal(unix(copied), unix(text));
  assert.deepEqual(complaints, []);
  await close();
});

test("provenance goes down to the cell, whose command is copied", async () => {
  const { tab, complaints, close } = await open(pages[1], { permissions: ["clipboard-read", "clipboard-write"] });
  const sweep = tab.locator("details", { has: tab.locator("table.cells") }).first();
  await sweep.locator("summary").press("Enter");
  const cell = sweep.locator("table.cells tbody tr").first();
  const identity = await cell.locator("code").first().getAttribute("title");
  assert.match(identity, /^[0-9a-f]{64}$/);
  await cell.getByRole("button").press("Enter");
  await tab.locator("#said", { hasText: "Copied" }).waitFor();
  const command = await tab.evaluate(() => navigator.clipboard.readText());
  assert.ok(command.startsWith(`maruyama explain ${identity.slice(0, 16)} experiments/`), command);
  assert.deepEqual(complaints, []);
  await close();
});

test("figures are vectors and can be enlarged", async () => {
  const item = items.find((entry) => readdirSync(join(site, entry.name)).some((name) => name.endsWith(".svg")));
  const { tab, close } = await open(join(item.name, "index.html"));
  const figure = tab.locator("a.figure").first();
  assert.match(await figure.locator("img").getAttribute("src"), /\.svg$/);
  await figure.press("Enter");
  const dialog = tab.locator("dialog");
  await dialog.waitFor();
  const width = () => dialog.locator("img").evaluate((image) => image.getBoundingClientRect().width);
  const before = await width();
  await dialog.getByLabel("Larger").click();
  assert.ok((await width()) > 1.2 * before);
  await tab.keyboard.press("Escape");
  assert.equal(await dialog.count(), 0);
  await close();
});

test("pages can be read by everybody, in the light and in the dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const page of [pages[0], pages[1], pages.at(-1), withPublished, withCells].filter(Boolean)) {
      const { tab, close } = await open(page, { colorScheme });
      await tab.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`);
      assert.deepEqual(told, [], `${page}, ${colorScheme}`);
      await tab.screenshot({ path: join(shots, `${page.replaceAll("/", "-")}-${colorScheme}.png`) });
      await close();
    }
  }
});

test("a narrow screen scrolls tables, not pages, and paper shows no tools", async () => {
  for (const page of [...pages.slice(0, 12), withPublished, withCells].filter(Boolean)) {
    const { tab, close } = await open(page, { viewport: { width: 400, height: 800 } });
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 400, `${page} is ${wide} wide`);
    await tab.screenshot({ path: join(shots, `${page.replaceAll("/", "-")}-narrow.png`) });
    await close();
  }
  const { tab, close } = await open("index.html");
  await tab.emulateMedia({ media: "print" });
  assert.equal(await tab.locator("#filters").isVisible(), false);
  await tab.screenshot({ path: join(shots, "print.png") });
  await close();
});
