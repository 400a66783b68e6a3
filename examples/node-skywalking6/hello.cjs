// Before everything else. Spans go to SW_DIRECT_SERVERS; the agent finds http, Egg and MySQL itself.
const agent = require('skyapm-nodejs');

agent.start({ serviceName: 'hello' });

const http = require('http');

http.createServer((request, response) => {
  response.end('hello\n');
}).listen(process.env.PORT ?? 8080, '127.0.0.1');
