// skywalking-client-js as an application takes it from npm.
import client from 'skywalking-client-js';

client.register(window.shop.rum);
window.rum = client;
