// The service of the test shop for Node.js: test/client/python/shop_service.py says what it does and how it is told.
// Usage: node shop_service.mjs otel|jaeger|zipkin|skywalking|skyapm
import { createRequire } from 'node:module';

import { slowMs } from './shop_stock.mjs';

const tracing = await (await import(`./shop_${process.argv[2]}.mjs`)).start();
// After the agents: they replace what require('http') gives.
const http = createRequire(import.meta.url)('http');

function get(url, headers) {
  return new Promise((resolve, reject) => {
    http.request({ hostname: url.hostname, port: url.port, path: url.pathname, headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk) => { body += chunk; });
      answer.on('end', () => resolve(JSON.parse(body)));
    }).on('error', reject).end();
  });
}

async function answerRequest(request) {
  return tracing.server(`GET ${request.url}`, request.headers, async (traceId, span) => {
    const answer = { service: process.env.SHOP_SERVICE, trace_id: traceId, next: null };
    const [next, ...rest] = (request.headers['x-shop-next'] ?? '').split(',');
    if (next) {
      const url = new URL(next);
      answer.next = await tracing.client(span, `GET ${url.pathname}`, next,
        (headers) => get(url, { ...headers, 'X-Shop-Next': rest.join(',') }));
    } else if (request.url.startsWith('/orders')) {
      await tracing.queryDatabase(span, () => new Promise((done) => { setTimeout(done, request.url.endsWith('/slow') ? slowMs : 0); }));
    } else {
      tracing.queryStock(span, new Error('out of stock'));
    }
    return answer;
  });
}

const server = http.createServer(async (request, response) => {
  response.end(JSON.stringify(await answerRequest(request)));
});
server.listen(0, '127.0.0.1', () => console.log('listening', server.address().port));
process.on('SIGTERM', async () => {
  server.close();
  await tracing.close();
  process.exit(0);
});
