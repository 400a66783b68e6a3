// Numbers and times as people read them.

export function duration(ns) {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  for (const [unit, name] of [[1e3, "µs"], [1e6, "ms"], [1e9, "s"]]) {
    const value = ns / unit;
    if (value < 999.5 && (name !== "s" || value < 59.95)) {
      return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${name}`;
    }
    if (name === "s") break;
  }
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.round(minutes / 1440)} d`;
}

export const count = (number) => Number(number).toLocaleString("en");
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

// `ns` is a decimal string.
export function time(ns, withDay = true) {
  const date = new Date(Number(BigInt(ns) / 1000000n));
  const two = (number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return withDay ? `${day} ${clock}` : clock;
}

export function zone() {
  const minutes = -new Date().getTimezoneOffset();
  if (minutes === 0) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60 ? `:${String(size % 60).padStart(2, "0")}` : "";
  return `UTC${minutes > 0 ? "+" : "−"}${Math.floor(size / 60)}${rest}`;
}

// The same service has the same colour for everyone: the name decides.
export function serviceColour(name) {
  let hash = 2166136261;
  for (const letter of name) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
  return `var(--service-${hash % 12})`;
}

// A value of OTLP's JSON as text.
export function valueText(value) {
  if (!value) return "";
  if ("stringValue" in value) return value.stringValue;
  if ("arrayValue" in value) return `[${(value.arrayValue.values ?? []).map(valueText).join(", ")}]`;
  if ("kvlistValue" in value) {
    return `{${(value.kvlistValue.values ?? []).map((entry) => `${entry.key}: ${valueText(entry.value)}`).join(", ")}}`;
  }
  const [first] = Object.values(value);
  return first === undefined ? "" : String(first);
}

// TraceQL text of a string or a typed value; null where TraceQL has no literal for it.
export const quoted = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
export function literal(value) {
  if (!value) return null;
  if ("stringValue" in value) return quoted(value.stringValue);
  if ("boolValue" in value) return String(value.boolValue);
  if ("intValue" in value) return String(value.intValue);
  if ("doubleValue" in value && Number.isFinite(Number(value.doubleValue))) return String(value.doubleValue);
  return null;
}
export const attributeName = (scope, key) => /^[A-Za-z_][\w.-]*$/.test(key) ? `${scope}.${key}` : `${scope}."${key.replace(/[\\"]/g, "\\$&")}"`;
