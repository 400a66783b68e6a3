// @arms/rum-browser as an application takes it from npm.
import rum from '@arms/rum-browser';

rum.init(window.shop.rum);
window.rum = rum;
