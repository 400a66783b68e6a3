// The main process of the test shop's desktop application: the ARMS SDK for Electron as its documentation sets it up, and a
// command from standard input at a time ({"do": name, …}), each answered by a line of JSON on standard output.
'use strict';
const { app, powerMonitor, BrowserWindow } = require('electron');
const armsRum = require('@arms/rum-electron');
const http = require('node:http');
const fs = require('node:fs');
const readline = require('node:readline');
const { initTRPC } = require('@trpc/server');

// SDK 0.0.9 needs it for its remote configuration; a main process has none by itself.
if (process.env.SHOP_STORAGE) {
  const kept = new Map();
  globalThis.localStorage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => { kept.set(key, value); } };
}
const config = JSON.parse(process.env.SHOP_RUM);
const whenSetUp = armsRum.init(config);
process.on('uncaughtException', () => {});  // The SDK reports it; the application goes on.

const trpc = armsRum.instrumentTRPC(initTRPC.create());
const router = trpc.router({
  cart: trpc.router({
    greeting: trpc.procedure.query(() => 'hello'),
    broken: trpc.procedure.query(() => { throw new Error('the cart is locked'); }),
  }),
});

const get = (url) => new Promise((done, fail) => {
  http.get(url, (answer) => {
    answer.resume();
    answer.on('end', () => done(answer.statusCode));
  }).on('error', fail);
});
let window;
const page = () => window.webContents.page;

const commands = {
  fetch: async ({ url }) => {
    const answer = await fetch(url);
    await answer.text();
    return answer.status;
  },
  get: ({ url }) => get(url),
  failing: ({ url }) => fetch(url).then(() => 'answered', (failure) => failure.message),
  errors: async () => {
    console.error(new RangeError('the main process complains'));
    Promise.reject(new TypeError('nobody waits for the main process'));
    setTimeout(() => { throw new Error('the main process fails'); }, 0);
  },
  custom: async () => {
    armsRum.sendCustom({ type: 'biz', name: 'window opened', group: 'desktop', value: 3, properties: { tenant: 'acme' } });
    armsRum.sendView({ type: 'custom', t1: 120 });
    armsRum.sendException({ name: 'OwnError', message: 'told by the application', stack: 'OwnError: told\n    at cart (/app/main.js:10:5)' });
  },
  rpc: async () => {
    const caller = router.createCaller({});
    await caller.cart.greeting();
    await caller.cart.broken().catch(() => {});
  },
  open: async ({ url }) => {
    window = await BrowserWindow.open();
    await window.loadURL(url);
  },
  evaluate: ({ script }) => page().evaluate(script),
  click: async ({ id }) => {
    await page().click(`#${id}`);
    return page().locator(`#answer-${id}`).textContent();
  },
  // What Chromium's end of a renderer looks like to the main process.
  gone: async ({ reason, exitCode }) => { app.emit('render-process-gone', {}, window.webContents, { reason, exitCode }); },
  resume: async () => { powerMonitor.emit('resume'); },
  block: async ({ ms }) => {
    const end = Date.now() + ms;
    while (Date.now() < end) { /* Nothing else runs. */ }
  },
  session: async () => {
    const folder = `${app.getPath('userData')}/rum-electron-store`;
    const store = fs.readdirSync(folder).find((name) => name.endsWith('.json'));
    const kept = store ? JSON.parse(fs.readFileSync(`${folder}/${store}`, 'utf8')) : {};
    return { session: kept._arms_session?.split('-')[0], user: kept._arms_uid };
  },
  quit: async () => { await app.quit(); },
};

(async () => {
  app.start();
  await whenSetUp;
  const answer = (value) => process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
  answer('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    try {
      answer(await commands[command.do](command));
    } catch (failure) {
      answer({ failed: String(failure.stack ?? failure) });
    }
  }
  await app.quit();
})();
