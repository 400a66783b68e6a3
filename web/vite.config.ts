// The UI's build: static files below /ui/, named by content, so that they may be cached for ever; index.html alone is asked
// again each time. `npm run dev` serves from the sources and passes API questions on to a running server (CLEW_URL).
import { defineConfig } from 'vite';



const server = process.env['CLEW_URL'] ?? 'http://127.0.0.1:7070';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: process.env['CLEW_WEB_OUT'] ?? '../build/web/dist',
    emptyOutDir: true,
    assetsDir: 'ui',
    // The policy allows no inline resources; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 400,
  },
  worker: { format: 'es' },
  // examples/index.json is part of the page that connects services.
  server: { fs: { allow: ['..'] }, proxy: { '/api': { target: server, changeOrigin: true } } },
  test: { include: ['src/**/*_test.{ts,tsx}'], environment: 'node' },
} as Parameters<typeof defineConfig>[0]);
