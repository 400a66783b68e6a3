// Tests in a real browser against the built server: npm run test:ui.
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['test/**/*_test.ts'], environment: 'node', testTimeout: 60_000, hookTimeout: 180_000, fileParallelism: false } });
