// What the stock's span carries, in the types that the library knows.
export const stockAttributes = { 'shop.items': 3, 'shop.express': true, 'shop.total': 12.5, 'shop.note': 'für Käthe 登山' };
export const { SHOP_SERVICE: service, SHOP_ENDPOINT: endpoint, SHOP_PROTOCOL: protocol, SHOP_PROPAGATION: propagation } =
  process.env;
// What /orders asks the database, as the span of the call has it; the path /orders/slow takes this long.
export const statement = 'SELECT id, total FROM orders WHERE customer = ? ORDER BY placed DESC';
export const database = 'shop-db';
export const slowMs = 400;
