// Electron's windows as pages of a real Chromium: preload scripts run before the page's own, with `require('electron')` for
// renderers, and their messages come out at ipcMain. As with `contextIsolation: false`, preload and page share one world.
'use strict';
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const { chromium } = require('playwright-core');

let electron, browser;
const windows = [];

const useModules = (modules) => { electron = modules; };
const closeChromium = () => browser?.close();

// With the first window: many tests need none.
async function openChromium() {
  browser = await chromium.launch({ executablePath: process.env.CLEW_CHROMIUM, args: process.env.CHROMIUM_FLAGS.split(' ') });
  process.versions.chrome = browser.version();
}

// Runs in the page, before its scripts.
const asPreload = (source) => `(() => {
  const electron = {
    ipcRenderer: { send: (channel, ...values) => window.__toMain(JSON.stringify({ channel, values })) },
    contextBridge: { exposeInMainWorld() { throw new Error('contextBridge API can only be used when contextIsolation is enabled'); } },
  };
  const process = { getHeapStatistics: () => ({ usedHeapSize: 9000, heapSizeLimit: 10000 }) };
  const exports = {};
  ((require, process, exports) => {${source}
  })((name) => electron, process, exports);
})();`;

class WebContents extends EventEmitter {
  constructor(page, id) {
    super();
    this.page = page;
    this.id = id;
    this.closed = false;
    this.mainFrame = { collectJavaScriptCallStack: async () => undefined };
  }

  getURL() { return this.page.url(); }
  getTitle() { return ''; }
  getType() { return 'window'; }
  getOSProcessId() { return 4000 + this.id; }
  isDestroyed() { return this.closed; }
  executeJavaScript(source) { return this.page.evaluate(`${source}\n;undefined`); }
}

class BrowserWindow {
  static getAllWindows() { return windows.slice(); }

  // Electron's constructor does this at once.
  static async open() {
    if (!browser) await openChromium();
    const window = new BrowserWindow();
    const context = await browser.newContext();
    const page = await context.newPage();
    const contents = window.webContents = new WebContents(page, windows.length + 1);
    await page.exposeBinding('__toMain', (_, text) => {
      const { channel, values } = JSON.parse(text);
      electron.ipcMain.emit(channel, { sender: contents }, ...values);
    });
    for (const file of electron.session.defaultSession.preloads) await page.addInitScript(asPreload(fs.readFileSync(file, 'utf8')));
    const protocol = await context.newCDPSession(page);
    await protocol.send('Page.enable');
    protocol.on('Page.frameNavigated', () => contents.emit('did-navigate', {}, page.url()));
    protocol.on('Page.navigatedWithinDocument', () => contents.emit('did-navigate-in-page', {}, page.url()));
    page.on('domcontentloaded', () => contents.emit('dom-ready'));
    page.on('load', () => contents.emit('did-finish-load'));
    windows.push(window);
    electron.app.emit('web-contents-created', {}, contents);
    return window;
  }

  loadURL(url) { return this.webContents.page.goto(url); }
  isVisible() { return true; }
  isMinimized() { return false; }

  async close() {
    this.webContents.closed = true;
    windows.splice(windows.indexOf(this), 1);
    await this.webContents.page.context().close();
    this.webContents.emit('destroyed');
  }
}

module.exports = { BrowserWindow, useModules, closeChromium };
