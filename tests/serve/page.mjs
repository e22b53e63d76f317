// The page of fer-serve in headless Chromium: pictures, faces, "why?", the camera, keyboard, sizes, light and dark.
//   node page.mjs URL CHROMIUM FACE.png FOLDER [SCREENSHOTS]
// FOLDER has node_modules/playwright-core, and room for a video; with SCREENSHOTS pictures of the page are kept there.
import assert from "node:assert/strict";
import fs from "node:fs";
import {createRequire} from "node:module";

const [url, executablePath, face, folder, screenshots] = process.argv.slice(2);
const {chromium} = createRequire(folder + "/")("playwright-core");
const errors = [], elsewhere = [];
const args = ["--no-sandbox", "--disable-gpu"];

async function open(browser, options = {}) {
  const page = await (await browser.newContext({viewport: {width: 1280, height: 900}, ...options})).newPage();
  page.on("pageerror", error => errors.push(String(error)));
  page.on("request", request => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  await page.goto(url);
  await page.waitForFunction(() => document.getElementById("model").options.length > 0);
  return page;
}
const shown = (page, name) => screenshots && page.screenshot({path: `${screenshots}/${name}.png`, fullPage: true});
const canvasOf = page => page.locator("article canvas").first().evaluate(canvas => canvas.toDataURL());

async function pictures(browser) {
  const page = await open(browser);
  await page.setInputFiles("#files", face);
  const item = page.locator("article .face").first();
  await item.waitFor();
  assert.equal(await item.locator("dt").count(), 7, "a bar for each class");
  assert.match(await item.locator("h3").innerText(), /^(Face 1: )?\w+, [\d.]+ %$/);
  assert.equal(await item.locator("svg").count(), 1, "a drawn emoji");
  assert.match(await page.locator("#status").innerText(), /%/, "the answer is said");
  const before = await canvasOf(page), why = item.getByRole("button", {name: /^Why/});
  await why.click();
  await page.waitForFunction(() => document.querySelector(".face button").getAttribute("aria-pressed") === "true");
  assert.notEqual(await canvasOf(page), before, "why? shows on the picture");
  await shown(page, "why");
  await why.click();
  await page.waitForFunction(() => document.querySelector(".face button").getAttribute("aria-pressed") === "false");
  assert.equal(await canvasOf(page), before, "and goes again");
  await page.getByRole("button", {name: /^Remove/}).click();
  assert.equal(await page.locator("article").count(), 0);
  return page;
}

async function pictureWithoutFace(page, findsFaces) {
  const flat = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 200;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#888";
    pen.fillRect(0, 0, 200, 200);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  await page.setInputFiles("#files", [
    {name: "wall.png", mimeType: "image/png", buffer: Buffer.from(flat, "base64")},
    {name: "cut.png", mimeType: "image/png", buffer: Buffer.from(flat, "base64").subarray(0, 60)},
  ]);
  await page.getByRole("heading", {name: "cut.png"}).waitFor();
  await page.locator("article .bad").first().waitFor();
  if (findsFaces) {
    const wall = page.locator("article", {hasText: "wall.png"});
    await wall.getByText("Look straight into the camera").waitFor();
    await shown(page, "no_face");
    await wall.getByRole("button", {name: "Take the whole picture"}).click();
  }
  await page.locator("article", {hasText: "wall.png"}).locator(".face").waitFor();
}

async function keyboard(browser) {
  const page = await open(browser), reached = [];
  for (let i = 0; i < 12; ++i) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id));
  }
  for (const id of ["model", "mode", "files", "camera"]) assert(reached.includes(id), `Tab reaches ${id}: ${reached}`);
  const nameless = await page.evaluate(() => [...document.querySelectorAll("button, select, input")].filter(e =>
    !e.innerText?.trim() && !e.getAttribute("aria-label") && !e.labels?.length).map(e => e.outerHTML));
  assert.deepEqual(nameless, [], "everything has a name for a screen reader");
}

async function sizes(browser) {
  for (const [name, width, height] of [["phone", 360, 740], ["tablet", 820, 1100], ["desktop", 1440, 900]]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(browser, {viewport: {width, height}, colorScheme});
      await page.setInputFiles("#files", face);
      await page.locator("article .face").first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert(wide <= 0, `${name}: nothing reaches out of the window`);
      await shown(page, `${name}_${colorScheme}`);
      await page.context().close();
    }
  }
}

// A file of JPEG frames, which Chromium plays as a camera.
async function videoOf(page) {
  const jpeg = await page.evaluate(async data => {
    const image = new Image();
    image.src = data;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 480;
    canvas.getContext("2d").drawImage(image, 64, 0, 512, 480);
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
  }, "data:image/png;base64," + fs.readFileSync(face).toString("base64"));
  const path = folder + "/camera.mjpeg";
  fs.writeFileSync(path, Buffer.concat(Array(10).fill(Buffer.from(jpeg, "base64"))));
  return path;
}

async function camera(video) {
  const browser = await chromium.launch({executablePath, args: [...args, "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream", "--use-file-for-fake-video-capture=" + video]});
  const page = await open(browser, {permissions: ["camera"]});
  await page.getByRole("button", {name: "Use the camera"}).click();
  await page.locator("#live-faces .face").first().waitFor();
  assert((await page.locator("#live-canvas").evaluate(canvas => canvas.width)) > 0);
  await page.waitForFunction(() => /pictures per second/.test(document.getElementById("rate").textContent));
  await shown(page, "camera");
  await page.getByRole("button", {name: "Take a photo"}).click();
  await page.locator("article .face").first().waitFor();
  await page.getByRole("button", {name: "Stop the camera"}).click();
  assert(await page.locator("#live").isHidden());
  await browser.close();
}

const browser = await chromium.launch({executablePath, args});
const page = await pictures(browser);
const findsFaces = (await page.locator("#mode option").count()) > 1;
await pictureWithoutFace(page, findsFaces);
await keyboard(browser);
await sizes(browser);
const video = await videoOf(page);
await browser.close();
await camera(video);
assert.deepEqual(errors, [], "no script fails");
assert.deepEqual(elsewhere, [], "the page asks this server alone");
console.log("the page: every check passed" + (findsFaces ? "" : " (without faces: this build finds none)"));
