// Source maps: from JSON into the table.
#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "query/rum/error_limits.h"
#include "query/rum/source_map.h"
#include "query/rum/source_map_format.h"

namespace clew::query_rum {

using namespace source_map_format;

namespace {

using simdjson::dom::element;
using Done = stdx::Result<void>;

std::unexpected<stdx::Error> bad(std::string what) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, "source map: " + std::move(what));
}
std::unexpected<stdx::Error> too_much(std::string_view what, size_t most) {
  return stdx::fail(stdx::ErrorCode::kPayloadTooLarge, fmt::format("source map: more than {} {}", most, what));
}

constexpr std::array<int8_t, 256> base64_values() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < kDigits.size(); ++i) values[static_cast<uint8_t>(kDigits[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase64 = base64_values();

struct Segment {
  uint32_t column = 0;
  bool has_source = false, has_name = false;
  uint32_t source = 0, line = 0, source_column = 0, name = 0;
};

void put_word(std::string& out, uint32_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); }
void put_varint(std::string& out, uint32_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}
void put_zigzag(std::string& out, uint32_t now, uint32_t before) {
  const auto step = static_cast<int32_t>(now - before);
  put_varint(out, (static_cast<uint32_t>(step) << 1) ^ static_cast<uint32_t>(step >> 31));
}

// Segments of growing lines into lines, blocks and bytes.
class TableWriter {
 public:
  Done add(uint32_t line, const Segment& segment) {
    if (line >= kMapLinesMax) return too_much("lines", kMapLinesMax);
    if (++segment_count_ > kMapSegmentsMax) return too_much("mappings", kMapSegmentsMax);
    if (line < line_) return bad(fmt::format("a section begins within the one before it, at line {}", line));
    if (line != line_) end_line(line);
    row_.push_back(segment);
    return {};
  }
  uint64_t segment_count() const { return segment_count_; }

  struct Parts {
    std::vector<uint32_t> lines;  // One more than there are lines.
    std::string blocks, segments;
  };
  Parts finish() {
    end_line(line_ + 1);
    return {std::move(lines_), std::move(blocks_), std::move(segments_)};
  }

 private:
  void end_line(uint32_t next) {
    const auto place = [](const Segment& segment) {
      return std::tuple(segment.column, segment.source, segment.line, segment.source_column);
    };
    if (!std::ranges::is_sorted(row_, {}, &Segment::column)) std::ranges::sort(row_, {}, place);
    bool first = true;
    for (const Segment& segment : row_) {
      write(segment, first);
      first = false;
    }
    row_.clear();
    lines_.resize(size_t{next} + 1, written_);
    line_ = next;
  }

  void write(const Segment& segment, bool first_of_line) {
    const bool first_of_block = written_ % kMapBlockSegments == 0;
    if (first_of_block) {
      for (const uint32_t value : {static_cast<uint32_t>(segments_.size()), segment.column, last_.source, last_.line,
                                   last_.source_column, last_.name}) {
        put_word(blocks_, value);
      }
    }
    const bool absolute = first_of_line || first_of_block;
    segments_.push_back(static_cast<char>((absolute ? kAbsolute : 0) | (segment.has_source ? kHasSource : 0) |
                                          (segment.has_name ? kHasName : 0)));
    put_varint(segments_, absolute ? segment.column : segment.column - last_.column);
    if (segment.has_source) {
      put_zigzag(segments_, segment.source, last_.source);
      put_zigzag(segments_, segment.line, last_.line);
      put_zigzag(segments_, segment.source_column, last_.source_column);
      last_.source = segment.source;
      last_.line = segment.line;
      last_.source_column = segment.source_column;
    }
    if (segment.has_name) {
      put_zigzag(segments_, segment.name, last_.name);
      last_.name = segment.name;
    }
    last_.column = segment.column;
    ++written_;
  }

  std::vector<Segment> row_;
  uint32_t line_ = 0, written_ = 0;
  uint64_t segment_count_ = 0;
  Segment last_;
  std::vector<uint32_t> lines_ = {0};
  std::string blocks_, segments_;
};

// The base64 VLQ numbers of "mappings", with their place for errors.
class Mappings {
 public:
  explicit Mappings(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  void skip() { ++at_; }
  bool at_separator() const { return at_end() || text_[at_] == ',' || text_[at_] == ';'; }

  // Adds the next number to `value`, which must stay in what fits 31 bits.
  Done add_to(uint32_t& value) {
    uint64_t bits = 0;
    for (int shift = 0;; shift += 5) {
      if (at_end() || shift > 30) return bad(fmt::format("a number of \"mappings\" has no end at byte {}", at_));
      const int digit = kBase64[static_cast<uint8_t>(text_[at_])];
      if (digit < 0) return bad(fmt::format("\"mappings\" has a byte that is no base64 at byte {}", at_));
      ++at_;
      bits |= static_cast<uint64_t>(digit & 31) << shift;
      if ((digit & 32) == 0) break;
    }
    const auto step = static_cast<int64_t>(bits >> 1);
    const int64_t sum = static_cast<int64_t>(value) + ((bits & 1) != 0 ? -step : step);
    if (sum < 0 || sum > INT32_MAX) return bad(fmt::format("\"mappings\" leads outside of the file at byte {}", at_));
    value = static_cast<uint32_t>(sum);
    return {};
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

class Compiler {
 public:
  stdx::Result<CompiledMap> run(element root) {
    if (auto known = check_version(root); !known) return std::unexpected(std::move(known.error()));
    result_.debug_id = text_of(root, "debugId");
    if (result_.debug_id.empty()) result_.debug_id = text_of(root, "debug_id");
    result_.file = text_of(root, "file");
    simdjson::dom::array sections;
    Done done = root["sections"].get(sections) == simdjson::SUCCESS ? add_sections(sections) : add_map(root, 0, 0);
    if (!done) return std::unexpected(std::move(done.error()));
    return finish();
  }

 private:
  static std::string text_of(element object, const char* key) {
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS) return {};
    return std::string(text.substr(0, kMapTextBytesMax));
  }
  static Done check_version(element map) {
    int64_t version = 0;
    if (!map.is_object()) return bad("the file is no JSON object");
    if (map["version"].get(version) != simdjson::SUCCESS || version != 3) return bad("\"version\" is not 3");
    return {};
  }

  Done add_sections(simdjson::dom::array sections) {
    size_t count = 0;
    uint64_t before = 0;
    for (const element section : sections) {
      if (++count > kMapSectionsMax) return too_much("sections", kMapSectionsMax);
      uint64_t line = 0, column = 0;
      element map;
      if (section["offset"]["line"].get(line) != simdjson::SUCCESS ||
          section["offset"]["column"].get(column) != simdjson::SUCCESS || line >= kMapLinesMax || column > INT32_MAX) {
        return bad(fmt::format("section {} has no \"offset\" with line and column", count));
      }
      if (line < before) return bad(fmt::format("section {} begins before the one before it", count));
      before = line;
      if (section["map"].get(map) != simdjson::SUCCESS)
        return bad(fmt::format("section {} has no \"map\"; maps at a \"url\" are not fetched", count));
      if (auto known = check_version(map); !known) return known;
      if (auto added = add_map(map, static_cast<uint32_t>(line), static_cast<uint32_t>(column)); !added) return added;
    }
    return {};
  }

  Done add_map(element map, uint32_t first_line, uint32_t first_column) {
    const auto first_source = static_cast<uint32_t>(names_of_sources_.size());
    const auto first_name = static_cast<uint32_t>(names_.size());
    if (auto added = add_sources(map, first_source); !added) return added;
    simdjson::dom::array names;
    if (map["names"].get(names) == simdjson::SUCCESS) {
      for (const element name : names) {
        if (names_.size() == kMapNamesMax) return too_much("names", kMapNamesMax);
        std::string_view text;
        names_.push_back(name.get(text) == simdjson::SUCCESS ? text.substr(0, kMapTextBytesMax) : std::string_view());
      }
    }
    std::string_view mappings;
    if (map["mappings"].get(mappings) != simdjson::SUCCESS) return bad("\"mappings\" is missing");
    return add_mappings(mappings, {.column = first_column, .source = first_source, .name = first_name}, first_line);
  }

  Done add_sources(element map, uint32_t first) {
    std::string root = text_of(map, "sourceRoot");
    if (!root.empty() && root.back() != '/') root.push_back('/');
    simdjson::dom::array sources, contents, ignored;
    if (map["sources"].get(sources) != simdjson::SUCCESS) return bad("\"sources\" is missing");
    for (const element source : sources) {
      if (names_of_sources_.size() == kMapSourcesMax) return too_much("sources", kMapSourcesMax);
      std::string_view text;
      std::string name = source.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
      if (!root.empty() && !name.empty() && name[0] != '/' && name.find("://") == std::string::npos)
        name.insert(0, root);
      name.resize(std::min(name.size(), kMapTextBytesMax));
      names_of_sources_.push_back(std::move(name));
    }
    contents_.resize(names_of_sources_.size());
    ignored_.resize(names_of_sources_.size());
    if (map["sourcesContent"].get(contents) == simdjson::SUCCESS) {
      size_t i = first;
      for (const element content : contents) {
        std::string_view text;
        if (i < contents_.size() && content.get(text) == simdjson::SUCCESS) contents_[i] = text;
        ++i;
      }
    }
    if (map["ignoreList"].get(ignored) == simdjson::SUCCESS ||
        map["x_google_ignoreList"].get(ignored) == simdjson::SUCCESS) {
      for (const element entry : ignored) {
        uint64_t number = 0;
        if (entry.get(number) == simdjson::SUCCESS && number < ignored_.size() - first) ignored_[first + number] = 1;
      }
    }
    return {};
  }

  // `first` is where the map's counting begins: the column of its first line, the numbers of its sources and names.
  Done add_mappings(std::string_view text, const Segment& first, uint32_t line) {
    Mappings mappings(text);
    Segment state = first;
    while (!mappings.at_end()) {
      if (mappings.peek() == ';') {
        mappings.skip();
        if (++line >= kMapLinesMax) return too_much("lines", kMapLinesMax);
        state.column = 0;
        continue;
      }
      if (mappings.peek() == ',') {
        mappings.skip();
        continue;
      }
      if (auto read = mappings.add_to(state.column); !read) return read;
      state.has_source = state.has_name = false;
      if (!mappings.at_separator()) {
        for (uint32_t* value : {&state.source, &state.line, &state.source_column}) {
          if (auto read = mappings.add_to(*value); !read) return read;
        }
        if (state.source < first.source || state.source >= names_of_sources_.size())
          return bad("a mapping names a source that is not there");
        state.has_source = true;
      }
      if (!mappings.at_separator()) {
        if (auto read = mappings.add_to(state.name); !read) return read;
        if (state.name < first.name || state.name >= names_.size())
          return bad("a mapping names a name that is not there");
        state.has_name = true;
      }
      if (!mappings.at_separator()) return bad("a mapping has more than five numbers");
      if (auto added = writer_.add(line, state); !added) return added;
    }
    return {};
  }

  stdx::Result<CompiledMap> finish() {
    result_.source_count = static_cast<uint32_t>(names_of_sources_.size());
    result_.segment_count = writer_.segment_count();
    TableWriter::Parts parts = writer_.finish();
    std::string& out = result_.table;
    out = kMagic;
    put_word(out, static_cast<uint32_t>(parts.lines.size() - 1));
    put_word(out, static_cast<uint32_t>(parts.blocks.size() / kBlockBytes));
    put_word(out, static_cast<uint32_t>(result_.segment_count));
    put_word(out, static_cast<uint32_t>(parts.segments.size()));
    put_word(out, result_.source_count);
    put_word(out, static_cast<uint32_t>(names_.size()));
    out.append(reinterpret_cast<const char*>(parts.lines.data()), parts.lines.size() * sizeof(uint32_t));
    out += parts.blocks;
    out += parts.segments;
    out.append(reinterpret_cast<const char*>(ignored_.data()), ignored_.size());
    out.resize(aligned(out.size()));
    std::string texts;
    for (size_t i = 0; i < names_of_sources_.size(); ++i) {
      put_text(out, texts, names_of_sources_[i]);
      put_text(out, texts, contents_[i]);
    }
    for (const std::string_view name : names_) put_text(out, texts, name);
    put_text(out, texts, {});
    out += texts;
    if (out.size() > kMapTableBytesMax) return too_much("bytes", kMapTableBytesMax);
    return std::move(result_);
  }
  static void put_text(std::string& out, std::string& texts, std::string_view text) {
    put_word(out, static_cast<uint32_t>(texts.size()));
    texts += text;
  }

  CompiledMap result_;
  TableWriter writer_;
  std::vector<std::string> names_of_sources_;
  std::vector<std::string_view> contents_, names_;
  std::vector<uint8_t> ignored_;
};

}  // namespace

stdx::Result<CompiledMap> compile_source_map(std::string_view json) {
  if (json.size() > kMapBytesMax) return too_much("bytes of JSON", kMapBytesMax);
  // Some servers put a line before JSON so that it is no script.
  if (json.starts_with(")]}'")) json.remove_prefix(std::min(json.find('\n'), json.size()));
  simdjson::dom::parser parser(kMapBytesMax + 1);
  element root;
  if (const auto error = parser.parse(simdjson::padded_string(json)).get(root); error != simdjson::SUCCESS) {
    return bad(fmt::format("the file is no JSON: {}", simdjson::error_message(error)));
  }
  return Compiler().run(root);
}

}  // namespace clew::query_rum
