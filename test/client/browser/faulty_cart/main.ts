import { Cart, checkout } from './cart';

declare global {
  interface Window {
    stackOfEmptyCart(): string;
  }
}

window.stackOfEmptyCart = function stackOfEmptyCart(): string {
  try {
    return checkout(new Cart(null));
  } catch (error) {
    return (error as Error).stack ?? '';
  }
};
