// A divider between two panels: drag it, or arrow keys while it has the focus. The size is the caller's (a preference).
export function Resizer({ size, onSize, min, max, edge, label }: {
  size: number;
  onSize: (size: number) => void;
  min: number;
  max: number;
  /** On which side of the divider the sized panel is. */
  edge: 'right' | 'left' | 'bottom';
  label: string;
}) {
  const isColumn = edge !== 'bottom';
  const clamp = (value: number) => Math.round(Math.max(min, Math.min(max, value)));
  const sign = edge === 'left' ? 1 : -1;
  return (
    <div class={`resizer ${isColumn ? 'vertical' : 'horizontal'}`} role="separator" tabIndex={0} aria-label={label} aria-orientation={isColumn ? 'vertical' : 'horizontal'}
      aria-valuenow={size} aria-valuemin={min} aria-valuemax={max}
      onPointerDown={(event) => {
        const grip = event.currentTarget;
        const from = isColumn ? event.clientX : event.clientY;
        grip.setPointerCapture(event.pointerId);
        grip.onpointermove = (moved) => onSize(clamp(size + sign * ((isColumn ? moved.clientX : moved.clientY) - from)));
        grip.onpointerup = () => (grip.onpointermove = null);
      }}
      onKeyDown={(event) => {
        const by = { ArrowLeft: isColumn ? -16 : 0, ArrowRight: isColumn ? 16 : 0, ArrowUp: isColumn ? 0 : -16, ArrowDown: isColumn ? 0 : 16 }[event.key];
        if (!by) return;
        event.preventDefault();
        event.stopPropagation();
        onSize(clamp(size + sign * by));
      }} />
  );
}
