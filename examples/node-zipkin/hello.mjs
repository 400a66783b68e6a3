import http from 'node:http';
import zipkin from 'zipkin';
import zipkinHttp from 'zipkin-transport-http';

const { BatchRecorder, ExplicitContext, Instrumentation, jsonEncoder, option, Tracer } = zipkin;
const logger = new zipkinHttp.HttpLogger({ endpoint: `${process.env.ZIPKIN_URL}/api/v2/spans`, jsonEncoder: jsonEncoder.JSON_V2 });
const tracer = new Tracer({
  ctxImpl: new ExplicitContext(), recorder: new BatchRecorder({ logger }), localServiceName: 'hello', traceId128Bit: true,
});
const server = new Instrumentation.HttpServer({ tracer, port: 8080 });
const header = (request) => (name) => option.fromNullable(request.headers[name.toLowerCase()]);

http.createServer((request, response) => tracer.scoped(() => {
  const id = server.recordRequest(request.method, `http://${request.headers.host}${request.url}`, header(request));
  response.end('hello\n');
  tracer.letId(id, () => server.recordResponse(id, '200'));
})).listen(process.env.PORT ?? 8080, '127.0.0.1');
