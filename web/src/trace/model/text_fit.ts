// Text that fits: widths are cached per font and text, and what is too long is cut in the middle, because both ends of an
// operation's name carry meaning. measureText costs about 11 µs for each new text, a look-up almost nothing.

export type Measure = (font: string, text: string) => number;

const ENTRIES_MAX = 20_000;

/** Widths by font and text. One per canvas context; clear() when the pixel ratio or the fonts change. */
export class TextWidths {
  private fonts = new Map<string, Map<string, number>>();
  private count = 0;

  constructor(private readonly measure: Measure) {}

  width(font: string, text: string): number {
    let widths = this.fonts.get(font);
    if (widths === undefined) this.fonts.set(font, (widths = new Map()));
    let width = widths.get(text);
    if (width === undefined) {
      if (++this.count > ENTRIES_MAX) {
        this.clear();
        this.fonts.set(font, (widths = new Map()));
        this.count = 1;
      }
      width = this.measure(font, text);
      widths.set(text, width);
    }
    return width;
  }

  /** `text`, or as much of both its ends as fits around an ellipsis; '' when fewer than three characters would remain. */
  fit(font: string, text: string, room: number): string {
    if (this.width(font, text) <= room) return text;
    const characters = Array.from(text);
    let low = 0, high = characters.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.measure(font, cutMiddle(characters, middle)) <= room) low = middle;
      else high = middle - 1;
    }
    return low < 3 ? '' : cutMiddle(characters, low);
  }

  clear(): void {
    this.fonts.clear();
    this.count = 0;
  }
}

function cutMiddle(characters: string[], kept: number): string {
  const head = Math.ceil(kept / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`;
}

/** Cuts a text to a number of characters, in the middle; for places that have no canvas to measure with. */
export function middleEllipsis(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : cutMiddle(characters, Math.max(2, most - 1));
}
