// As much of Electron's main process as the ARMS SDK touches, over plain Node.js: what `require('electron')` gives the unmodified
// SDK here (by NODE_PATH). Windows are pages of a real Chromium, see chromium_windows.js. What Electron refuses is refused, too:
// privileged schemes after the application is ready.
'use strict';
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { BrowserWindow, useModules, closeChromium } = require('./chromium_windows.js');

const home = process.env.ELECTRON_HOME;  // A folder for this application alone.
const KIB = 1024;
const started = Date.now();

// What only Electron's `process` has.
process.versions.electron = '32.0.0';
process.getCreationTime = () => started - 400;
process.getSystemMemoryInfo = () => ({ total: Math.round(os.totalmem() / KIB), free: Math.round(os.freemem() / KIB) });

class App extends EventEmitter {
  constructor() {
    super();
    this.ready = false;
    this.whenItIsReady = new Promise((done) => this.once('ready', done));
    this.commandLine = { appendSwitch() {}, getSwitchValue: () => '' };
  }

  isReady() { return this.ready; }
  whenReady() { return this.whenItIsReady; }
  getVersion() { return '4.5.6'; }
  getName() { return 'shop-desktop'; }
  getLocale() { return 'en-GB'; }
  getPreferredSystemLanguages() { return ['en-GB', 'de']; }

  getPath(name) {
    const folder = path.join(home, name);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }

  getAppMetrics() {
    const memory = (bytes) => ({ workingSetSize: Math.round(bytes / KIB), peakWorkingSetSize: Math.round(bytes / KIB), privateBytes: Math.round(bytes / KIB) });
    const cpu = { percentCPUUsage: 1.5, idleWakeupsPerSecond: 3 };
    return [{ pid: process.pid, type: 'Browser', creationTime: started, cpu, memory: memory(process.memoryUsage().rss) },
      ...BrowserWindow.getAllWindows().map((window) => ({
        pid: window.webContents.getOSProcessId(), type: 'Tab', creationTime: started, cpu, memory: memory(64 * KIB * KIB) }))];
  }

  // Electron does so by itself.
  start() {
    this.ready = true;
    this.emit('ready');
  }

  async quit() {
    let held = false;
    this.emit('before-quit', { preventDefault() {} });
    this.emit('will-quit', { preventDefault() { held = true; } });
    if (!held) await this.exit(0);
  }

  async exit(code) {
    await closeChromium();
    process.exit(code);
  }
}

class Session {
  constructor() {
    this.preloads = [];
    this.webRequest = { onHeadersReceived() {} };
  }

  registerPreloadScript({ filePath }) { this.preloads.push(filePath); }
}

const app = new App();
const protocol = {
  registerSchemesAsPrivileged() {
    if (app.ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
  },
};
const sessions = new Map();
const session = {
  defaultSession: new Session(),
  fromPartition(name) {
    if (!sessions.has(name)) sessions.set(name, new Session());
    return sessions.get(name);
  },
};
const modules = {
  app, protocol, session, BrowserWindow, ipcMain: new EventEmitter(), powerMonitor: new EventEmitter(), crashReporter: { start() {} },
};
useModules(modules);
module.exports = modules;
