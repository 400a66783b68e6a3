// Tests in a real browser against the built server: npm run test:ui.
import { defineConfig } from 'vitest/config';

// Limits, not expectations: a busy machine may need long, and only what never comes shall fail.
export default defineConfig({
  test: { include: ['test/**/*_test.ts'], environment: 'node', testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } }, fileParallelism: false },
});
