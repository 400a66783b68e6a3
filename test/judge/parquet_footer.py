"""A second reader of the parts of a Parquet file that the judges do not show: page headers, page index, bloom filters.

Written from the format's description alone, in as few lines as possible; it shares nothing with src/block/parquet.
"""
import struct


class Thrift:
    """Thrift's compact protocol into dicts by field id and lists."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def binary(self):
        length = self.varint()
        self.at += length
        return bytes(self.data[self.at - length:self.at])

    def value(self, kind):
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 7:
            self.at += 8
            return struct.unpack_from("<d", self.data, self.at - 8)[0]
        if kind == 8:
            return self.binary()
        if kind in (9, 10):
            head = self.byte()
            count, element = head >> 4, head & 15
            if count == 15:
                count = self.varint()
            if element in (1, 2):
                return [self.byte() == 1 for _ in range(count)]
            return [self.value(element) for _ in range(count)]
        assert kind == 12, kind
        return self.struct()

    def struct(self):
        fields, last = {}, 0
        while True:
            head = self.byte()
            if head == 0:
                return fields
            last = last + (head >> 4) if head >> 4 else self.zigzag()
            fields[last] = self.value(head & 15)


def footer(data):
    assert data[:4] == b"PAR1" and data[-4:] == b"PAR1"
    length = struct.unpack_from("<I", data, len(data) - 8)[0]
    return Thrift(data, len(data) - 8 - length).struct()


def column_chunks(data):
    """(row group number, row count, path, ColumnMetaData, ColumnChunk) of every chunk."""
    for number, group in enumerate(footer(data)[4]):
        for chunk in group[1]:
            yield number, group[3], ".".join(part.decode() for part in chunk[3][3]), chunk[3], chunk


def page_index(data, chunk):
    offsets = Thrift(data, chunk[4]).struct()[1]
    bounds = Thrift(data, chunk[6]).struct() if 6 in chunk else None
    return [{"offset": page[1], "size": page[2], "first_row": page[3]} for page in offsets], bounds


def page_header(data, offset):
    reader = Thrift(data, offset)
    return reader.struct(), reader.at


SALT = [0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D, 0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31]


def bloom_contains(data, meta, hash64):
    reader = Thrift(data, meta[14])
    size = reader.struct()[1]
    assert size % 32 == 0 and reader.at + size == meta[14] + meta[15]
    block = ((hash64 >> 32) * (size // 32)) >> 32
    words = struct.unpack_from("<8I", data, reader.at + block * 32)
    key = hash64 & 0xFFFFFFFF
    return all(word >> (((key * salt) & 0xFFFFFFFF) >> 27) & 1 for word, salt in zip(words, SALT))
