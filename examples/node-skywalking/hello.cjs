// Before everything else. Spans go to SW_AGENT_COLLECTOR_BACKEND_SERVICES; the agent finds http, Express, Axios and others itself.
const { default: agent } = require('skywalking-backend-js');

agent.start({ serviceName: 'hello' });

const http = require('http');

http.createServer((request, response) => {
  response.end('hello\n');
}).listen(process.env.PORT ?? 8080, '127.0.0.1');
