// The server's side of docs/reference/trace_columns.md, for tests of the reader.
import type { TraceColumns } from '../model/columns';

export function encodeColumns(columns: TraceColumns): ArrayBuffer {
  const utf8 = new TextEncoder();
  const nameBytes = columns.names.map((name) => utf8.encode(name));
  const nameOffsets = new Uint32Array(nameBytes.length + 1);
  nameBytes.forEach((bytes, i) => (nameOffsets[i + 1] = nameOffsets[i]! + bytes.length));
  const allNames = new Uint8Array(nameOffsets[nameBytes.length]!);
  nameBytes.forEach((bytes, i) => allNames.set(bytes, nameOffsets[i]!));
  const parts: [string, string, ArrayBufferView & { length: number }][] = [
    ['start', 'f64', columns.start], ['duration', 'f64', columns.duration], ['self', 'f64', columns.self],
    ['parent', 'i32', columns.parent], ['subtree', 'u32', columns.subtree], ['depth', 'u16', columns.depth],
    ['service', 'u16', columns.service], ['name', 'u32', columns.name], ['kind', 'u8', columns.kind], ['status', 'u8', columns.status],
    ['flags', 'u16', columns.flags], ['child_count', 'u32', columns.childCount], ['event_count', 'u16', columns.eventCount],
    ['span_id', 'u64', columns.spanId], ['group', 'u32', columns.group],
    ...(columns.skew ? [['skew', 'f64', columns.skew] as [string, string, Float64Array]] : []),
    ['name_offsets', 'u32', nameOffsets], ['name_bytes', 'u8', allNames],
    ['group_offsets', 'u32', columns.groupOffsets], ['group_bytes', 'u8', columns.groupBytes],
    ['orphan_row', 'u32', columns.orphanRow], ['missing_parent', 'u64', columns.missingParent],
    ['cp_row', 'u32', columns.cpRow], ['cp_start', 'f64', columns.cpStart], ['cp_end', 'f64', columns.cpEnd],
  ];
  let offset = 0;
  const sections = parts.map(([name, type, data]) => {
    const section = { name, type, offset, count: data.length };
    offset += Math.ceil(data.byteLength / 8) * 8;
    return section;
  });
  const json = utf8.encode(JSON.stringify({ ...columns.facts, sections }));
  const base = Math.ceil((16 + json.length) / 8) * 8;
  const bytes = new Uint8Array(base + offset);
  bytes.set(utf8.encode('CLEWTRC1'));
  new DataView(bytes.buffer).setUint32(8, json.length, true);
  new DataView(bytes.buffer).setUint32(12, base, true);
  bytes.set(json, 16);
  parts.forEach(([, , data], i) => bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), base + sections[i]!.offset));
  return bytes.buffer;
}
