// The real server for tests in a browser: free ports, a folder of its own, traces sent over OTLP/HTTP; ends with the test.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const kBinary = process.env['CLEW_BINARY'] ?? resolve(import.meta.dirname, '../../build/release/clew');
const kStartMs = 180_000;
const kStopMs = 60_000;
const kWaitMs = 120_000;

/** A range of time, as a page's address and as a question to the API have it. */
export interface Range {
  address: string;
  question: string;
}

export class RunningClew {
  private readonly startedMs = Date.now();

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly url: string,
    readonly otlpUrl: string,
  ) {}

  /** Starts a server; with `demo` the simulated shop sends its traces. Settings are `name=value`. */
  static async start({ demo = false, settings: own = [] }: { demo?: boolean; settings?: readonly string[] } = {}): Promise<RunningClew> {
    if (!existsSync(kBinary)) throw new Error(`${kBinary} is missing: run make build first`);
    const folder = mkdtempSync(join(tmpdir(), 'clew-ui-'));
    // Every door on a free port, also those that do not exist yet.
    const settings = [...(await doors()).map((name) => `${name}=0`), ...own].flatMap((each) => ['--set', each]);
    const child = spawn(kBinary, ['serve', '--data', join(folder, 'data'), ...settings, ...(demo ? ['--demo'] : [])], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const find = (pattern: RegExp) => pattern.exec(said)?.[1];
    const deadline = Date.now() + kStartMs;
    while (Date.now() < deadline) {
      const url = find(/Open (http:\/\/127\.0\.0\.1:\d+)/);
      const otlp = find(/OTLP\/HTTP\s+(http:\/\/[\d.:]+)\/v1\/traces/);
      if (url && otlp && (!demo || /filled the last/.test(said))) return new RunningClew(child, folder, url, otlp);
      if (child.exitCode !== null) throw new Error(`clew ended with ${child.exitCode}:\n${said}`);
      await new Promise((done) => setTimeout(done, 50));
    }
    child.kill('SIGKILL');
    throw new Error(`clew did not start:\n${said}`);
  }

  async send(resourceSpans: unknown[]): Promise<void> {
    const response = await fetch(`${this.otlpUrl}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ resourceSpans }) });
    if (!response.ok) throw new Error(`OTLP: ${response.status} ${await response.text()}`);
  }

  async ask<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Most of the hour that the demo fills in: nothing arrives there any more, and what it holds is the same in every run. */
  get filledRange(): Range {
    const to = this.startedMs - 2 * 60_000;
    const from = to - 50 * 60_000;
    return { address: `from=${from}&to=${to}`, question: `start=${from}000000&end=${to}000000` };
  }

  /** Waits until a trace has this many spans. */
  async waitForTrace(id: string, spans: number): Promise<void> {
    const deadline = Date.now() + kWaitMs;
    for (;;) {
      const answer = await this.ask<{ traces: { span_count: number }[] }>(`/search?q=${encodeURIComponent(`{ trace:id = "${id}" }`)}&start=now-3h&limit=1`);
      if ((answer.traces[0]?.span_count ?? 0) >= spans) return;
      if (Date.now() > deadline) throw new Error(`trace ${id} has ${answer.traces[0]?.span_count ?? 0} of ${spans} spans`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise<void>((done) => this.process.once('exit', () => done()));
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), kStopMs);
    await ended;
    clearTimeout(timer);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function doors(): Promise<string[]> {
  const child = spawn(kBinary, ['settings', '--format', 'markdown'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  await new Promise((done) => child.once('close', done));
  return [...new Set(text.match(/\blisten\.\w+/g) ?? [])].filter((name) => name !== 'listen.address');
}
