// page.mjs - hands and eyes of a test in VS Code: one browser page, driven by JSON lines.
//
//     page.mjs CHROMIUM FOLDER        {"do": "type", "with": ["text"]} -> {"result": ...} or {"error": "..."}
//
// Requests are done one after the other; the browser ends with stdin. What is
// done goes through the browser's keyboard and mouse, what is seen is read from
// the page. No host but 127.0.0.1 is ever asked for anything. playwright-core is
// found from FOLDER.
import { createRequire } from 'node:module';
import readline from 'node:readline';

const [executablePath, folder] = process.argv.slice(2);
const { chromium } = createRequire(`${folder}/`)('playwright-core');

const KEY_PAUSE_MS = 30; // a quick typist
const PATIENCE_MS = 60_000; // a loaded machine
const GHOST = '[class*="ghost-text"]';
const ROW = '.quick-input-widget:visible .quick-input-list .monaco-list-row';

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
    '--no-first-run', '--disable-component-update', '--disable-sync'],
});
const context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
const complaints = [];
page.on('console', (message) => {
  if (['error', 'warning'].includes(message.type())) {
    complaints.push(`[${message.type()}] ${message.text().split('\n', 1)[0]} (${message.location().url})`);
  }
});
page.on('pageerror', (error) => complaints.push(`[error] ${error}`));
await page.addInitScript(rememberToasts);

// Runs in the page: a toast goes after some seconds, but the person was told.
function rememberToasts() {
  window.toasts = new Set();
  const shown = () => document.querySelectorAll('.notification-list-item-message');
  const look = () => shown().forEach((one) => toasts.add(one.innerText));
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

// Runs in the page. The first line of ghost text stands in the line of the cursor, maybe in parts, with closing
// brackets in between that stand there already; a reader takes them as one. Further lines stand below, in a zone.
function readGhost() {
  const plain = (text) => text.replaceAll('\u00a0', ' ').replaceAll('\u200b', '');
  const classes = '.view-lines .ghost-text-decoration, .view-lines .ghost-text-decoration-preview';
  const marked = [...document.querySelectorAll(classes)];
  const line = marked[0]?.closest('.view-line');
  const parts = line ? [...line.firstElementChild.childNodes] : [];
  const isMarked = (part) => marked.some((one) => part === one || part.contains(one));
  const between = parts.slice(parts.findIndex(isMarked), parts.findLastIndex(isMarked) + 1);
  const below = [...document.querySelectorAll('.suggest-preview-text .view-line')];
  const further = below.sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top));
  const first = between.map((part) => part.textContent).join('');
  return first || further.length ? plain([first, ...further.map((one) => one.textContent)].join('\n')) : '';
}

// Runs in the page: milliseconds from the next key press to ghost text, null if there was none for `patience`.
function timeGhost([selector, patience]) {
  window.latency = new Promise((resolve) => {
    let pressed;
    addEventListener('keydown', () => (pressed = performance.now()), { capture: true, once: true });
    const done = (value) => {
      clearTimeout(limit);
      observer.disconnect();
      resolve(value);
    };
    const limit = setTimeout(done, patience, null);
    const observer = new MutationObserver(() => {
      if (pressed !== undefined && document.querySelector(selector)) {
        done(performance.now() - pressed);
      }
    });
    observer.observe(document.querySelector('.editor-instance'), { childList: true, subtree: true, attributes: true });
  });
}

// The row of the open list that has one of the labels; icons are no part of them.
async function choose(...labels) {
  const label = new RegExp(`^\\s*(${labels.map((text) => RegExp.escape(text)).join('|')})$`);
  await page.locator(`${ROW} .label-name`).filter({ hasText: label }).first().click();
}

const ACTIONS = {
  async open(url) {
    await page.goto(url);
    await page.waitForSelector('.editor-instance .view-lines .view-line');
  },

  async type(text) {
    await page.keyboard.type(text, { delay: KEY_PAUSE_MS });
  },

  async paste(text) {
    await page.keyboard.insertText(text);
  },

  async press(key) {
    await page.keyboard.press(key);
  },

  async goTo(line, column) {
    await page.keyboard.press('Control+G');
    await page.locator('.quick-input-widget:visible input').fill(`:${line}:${column}`);
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  },

  async command(title) {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget:visible input').fill(`>${title}`);
    await choose(title);
  },

  async menu(item, labels) {
    await page.locator(item).click();
    await choose(...labels);
    await page.mouse.move(1, 1); // off the item, whose tooltip would cover what comes next
  },

  // Is the list of words open that VS Code offers by itself?
  listIsOpen: () => page.locator('.suggest-widget.visible').isVisible(),

  ghost: () => page.evaluate(readGhost),

  settle: (milliseconds) => page.waitForTimeout(milliseconds),

  // Of one key press.
  async latency(key, patience) {
    await page.evaluate(timeGhost, [GHOST, patience]);
    await page.keyboard.press(key);
    return page.evaluate(() => window.latency);
  },

  told: async () => [...(await page.evaluate(() => [...toasts]))].join('\n'),

  async textOf(selector) {
    return (await page.locator(selector).allInnerTexts()).join('\n');
  },

  screen: () => page.evaluate(() => document.body.innerText.replaceAll('\u00a0', ' ').replace(/\n+/g, '\n')),

  async picture(file) {
    await page.screenshot({ path: file });
  },

  complaints: () => complaints,
};

console.log(JSON.stringify({ result: 'ready' }));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    console.log(JSON.stringify({ result: (await ACTIONS[request.do](...request.with)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
