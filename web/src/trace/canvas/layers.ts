// Canvases that lie over one another and are exact to the device pixel: sizes come from the device-pixel box of their holder,
// so nothing is scaled or blurred at any zoom of the browser. Drawing coordinates are CSS pixels.

export interface Layer {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
}

export interface LayerSize {
  width: number;
  height: number;
  /** Device pixels per CSS pixel. */
  ratio: number;
}

export class Layers {
  readonly layers: Layer[];
  size: LayerSize = { width: 0, height: 0, ratio: 1 };
  private readonly observer: ResizeObserver;
  private readonly toForget: () => void;

  /** Fills `holder` with `count` canvases; `resized` is called at once and with every change of size or pixel ratio. */
  constructor(private readonly holder: HTMLElement, count: number, private readonly resized: () => void) {
    this.layers = Array.from({ length: count }, (_, index) => {
      const canvas = document.createElement('canvas');
      canvas.setAttribute('aria-hidden', 'true');
      holder.append(canvas);
      const context = canvas.getContext('2d', { alpha: index > 0 });
      if (context === null) throw new Error('This browser gives no 2D canvas.');
      return { canvas, context };
    });
    this.observer = new ResizeObserver(([entry]) => entry && this.fit(entry));
    try {
      this.observer.observe(holder, { box: 'device-pixel-content-box' });
    } catch {
      this.observer.observe(holder); // Safari knows no device-pixel box; CSS pixels times the ratio are near enough.
    }
    const ratio = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    const changed = () => this.fit();
    ratio.addEventListener('change', changed);
    this.toForget = () => ratio.removeEventListener('change', changed);
    this.fit();
  }

  private fit(entry?: ResizeObserverEntry): void {
    const width = this.holder.clientWidth;
    const height = this.holder.clientHeight;
    const box = entry?.devicePixelContentBoxSize?.[0];
    const deviceWidth = box?.inlineSize ?? Math.round(width * devicePixelRatio);
    const deviceHeight = box?.blockSize ?? Math.round(height * devicePixelRatio);
    this.size = { width, height, ratio: width > 0 ? deviceWidth / width : devicePixelRatio };
    for (const { canvas, context } of this.layers) {
      canvas.width = deviceWidth;
      canvas.height = deviceHeight;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
      context.setTransform(this.size.ratio, 0, 0, this.size.ratio, 0, 0);
    }
    this.resized();
  }

  /** The nearest edge of a device pixel. */
  snap(value: number): number {
    return Math.round(value * this.size.ratio) / this.size.ratio;
  }

  /** One device pixel. */
  get hairline(): number {
    return 1 / this.size.ratio;
  }

  clear(index: number): CanvasRenderingContext2D {
    const { context } = this.layers[index]!;
    context.clearRect(0, 0, this.size.width, this.size.height);
    return context;
  }

  close(): void {
    this.observer.disconnect();
    this.toForget();
    for (const { canvas } of this.layers) canvas.remove();
  }
}
