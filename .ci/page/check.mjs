// Opens the page of a run, whose address is the only argument, in a browser without a window.
import assert from "node:assert/strict";

import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";

const [address] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: chromium.args,
  headless: "shell",
});
try {
  const page = await browser.newPage();
  const [said, fetched] = [[], []];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("dialog", (dialog) => said.push(dialog.message()));
  page.on("request", (request) => fetched.push(request.url()));
  await page.goto(address, { waitUntil: "networkidle0" });

  assert.deepEqual(fetched, [address], "nothing but the page is fetched");
  assert.equal(await page.title(), "rehearsal", "no text of others runs");
  assert.equal(await page.$$eval("script, img, a, iframe", (found) => found.length), 0, "no text of others is markup");

  const visible = (selector) => page.$$eval(selector, (found) => found.map((one) => one.checkVisibility()));
  assert.ok((await visible(".bubble")).length >= 4, "there are bubbles");
  assert.ok((await visible(".bubble")).every((seen) => !seen), "a scenario that passed is folded");
  await page.click("article > details > summary");
  assert.ok((await visible(".bubble")).every((seen) => seen), "a scenario unfolds");

  assert.ok((await visible(".wire pre")).length > 0, "there is something on the wire");
  assert.ok((await visible(".wire pre")).every((seen) => !seen), "what went over the wire is folded");
  await page.click(".wire summary");
  assert.equal((await visible(".wire pre"))[0], true, "what went over the wire unfolds");

  const direction = (text) =>
    page.$$eval(".bubble", (found, text) => {
      const bubble = found.find((one) => one.lastChild.textContent.includes(text));
      return bubble && getComputedStyle(bubble).direction;
    }, text);
  const bubbles = await page.$$eval(".bubble", (found) => found.map((one) => one.innerText));
  assert.ok(bubbles.some((text) => text.includes("<script>document.title")), "hostile text is shown as it is");
  assert.equal(await direction("שלום"), "rtl", "Hebrew goes from right to left");
  assert.equal(await direction("Hello"), "ltr", "English goes from left to right");
  assert.deepEqual(said, [], "the console stays empty");
  console.log(`the page works in ${await browser.version()}: ${bubbles.length} bubbles`);
} finally {
  await browser.close();
}
