// What a page's own code looks like before it is bundled: types, a class, a closure.
export interface Item {
  readonly price: number;
  readonly count: number;
}

export class Cart {
  constructor(private readonly items: Item[] | null) {}

  total(): number {
    let sum = 0;
    for (const item of this.items!) {  // The fault: an empty cart has no items.
      sum += item.price * item.count;
    }
    return sum;
  }
}

export const checkout = (cart: Cart): string => {
  const total = cart.total();
  return `pay ${total.toFixed(2)}`;
};
