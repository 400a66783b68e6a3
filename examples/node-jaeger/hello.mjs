import http from 'node:http';
import jaeger from 'jaeger-client';
import opentracing from 'opentracing';

// Spans go to the agent's UDP port: JAEGER_AGENT_HOST, JAEGER_AGENT_PORT.
const tracer = jaeger.initTracerFromEnv({ serviceName: 'hello', sampler: { type: 'const', param: 1 } }, { traceId128bit: true });

http.createServer((request, response) => {
  const caller = tracer.extract(opentracing.FORMAT_HTTP_HEADERS, request.headers);
  const span = tracer.startSpan('GET /', { childOf: caller, tags: { 'span.kind': 'server' } });
  response.end('hello\n');
  span.finish();
}).listen(process.env.PORT ?? 8080, '127.0.0.1');
