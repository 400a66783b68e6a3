#include "api/native/trace_columns_body.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "otlp/ids.h"
#include "wire/json_writer.h"

namespace clew::api_native {
namespace {

using query_analyse::TraceColumns;

static_assert(std::endian::native == std::endian::little, "sections are copied as they are");

constexpr std::string_view kMagic = "CLEWTRC1";
constexpr size_t kAlignment = 8;

template <class T>
constexpr std::string_view type_name() {
  if constexpr (std::is_same_v<T, double>) return "f64";
  if constexpr (std::is_same_v<T, int32_t>) return "i32";
  if constexpr (std::is_same_v<T, uint64_t>) return "u64";
  if constexpr (std::is_same_v<T, uint32_t>) return "u32";
  if constexpr (std::is_same_v<T, uint16_t>) return "u16";
  if constexpr (std::is_same_v<T, uint8_t>) return "u8";
}

class Sections {
 public:
  template <class T>
  void add(std::string_view name, const std::vector<T>& values) {
    add_bytes(name, type_name<T>(), values.size(), values.data(), values.size() * sizeof(T));
  }
  // Each value as T: times as doubles, because JavaScript has no 64-bit integers in arithmetic.
  template <class T, class From>
  void add_as(std::string_view name, const std::vector<From>& values) {
    std::vector<T> converted(values.size());
    std::ranges::transform(values, converted.begin(), [](const From& value) { return static_cast<T>(value); });
    add(name, converted);
  }
  void add_texts(const std::string& name, const std::vector<std::string>& texts) {
    std::vector<uint32_t> offsets = {0};
    std::string bytes;
    for (const std::string& text : texts) {
      bytes += text;
      offsets.push_back(static_cast<uint32_t>(bytes.size()));
    }
    add(name + "_offsets", offsets);
    add_bytes(name + "_bytes", "u8", bytes.size(), bytes.data(), bytes.size());
  }

  void describe(wire::JsonWriter& json) const {
    json.key("sections").begin_array();
    for (const Section& section : sections_) {
      json.begin_object().member("name", section.name).member("type", section.type);
      json.member("offset", section.offset).member("count", section.count).end_object();
    }
    json.end_array();
  }
  const std::string& bytes() const { return bytes_; }

 private:
  struct Section {
    std::string name;
    std::string_view type;
    size_t offset = 0;
    size_t count = 0;
  };
  void add_bytes(std::string_view name, std::string_view type, size_t count, const void* data, size_t size) {
    bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment);
    sections_.push_back({std::string(name), type, bytes_.size(), count});
    if (size != 0) bytes_.append(static_cast<const char*>(data), size);
  }

  std::vector<Section> sections_;
  std::string bytes_;
};

Sections sections_of(const TraceColumns& trace) {
  Sections sections;
  sections.add_as<double>("start", trace.start_ns);
  sections.add_as<double>("duration", trace.duration_ns_of);
  sections.add_as<double>("self", trace.self_ns);
  sections.add("parent", trace.parent);
  sections.add("subtree", trace.subtree);
  sections.add("depth", trace.depth);
  sections.add_as<uint16_t>("service", trace.service);
  sections.add("name", trace.name);
  sections.add_as<uint8_t>("kind", trace.kind);
  sections.add_as<uint8_t>("status", trace.status);
  sections.add("flags", trace.flags);
  sections.add("child_count", trace.child_count);
  sections.add("event_count", trace.event_count);
  sections.add("span_id", trace.span_id);
  sections.add("group", trace.group);
  if (trace.skewed_count != 0) sections.add_as<double>("skew", trace.skew_ns);
  sections.add_texts("name", trace.names);
  sections.add_texts("group", trace.groups);
  std::vector<uint64_t> missing;
  std::vector<uint32_t> orphans;
  for (uint32_t row = 0; row < trace.row_count(); row += trace.subtree[row]) {
    if (!trace.has(row, query_analyse::flag::kOrphan)) continue;
    missing.push_back(trace.parent_span_id[row]);
    orphans.push_back(row);
  }
  sections.add("missing_parent", missing);
  sections.add("orphan_row", orphans);
  std::vector<uint32_t> path_rows;
  std::vector<double> path_begins, path_ends;
  for (const query_analyse::CriticalSegment& segment : trace.critical) {
    path_rows.push_back(segment.row);
    path_begins.push_back(static_cast<double>(segment.begin_ns));
    path_ends.push_back(static_cast<double>(segment.end_ns));
  }
  sections.add("cp_row", path_rows);
  sections.add("cp_start", path_begins);
  sections.add("cp_end", path_ends);
  return sections;
}

void describe_services(wire::JsonWriter& json, const TraceColumns& trace, const std::vector<uint32_t>& colors) {
  struct Sum {
    uint32_t spans = 0, errors = 0;
    int64_t self_ns = 0;
  };
  std::vector<Sum> sums(trace.services.size());
  for (uint32_t row = 0; row < trace.row_count(); ++row) {
    Sum& sum = sums[trace.service[row]];
    ++sum.spans;
    sum.errors += trace.failed(row);
    sum.self_ns += trace.self_ns[row];
  }
  json.key("services").begin_array();
  for (size_t i = 0; i < sums.size(); ++i) {
    json.begin_object().member("name", trace.services[i]).member("color", colors[i]);
    json.member("type", trace.service_is_browser[i] ? "browser" : "service");
    json.member("span_count", sums[i].spans).member("error_count", sums[i].errors).member("self_ns", sums[i].self_ns);
    json.end_object();
  }
  json.end_array();
}

std::string head_json(const TraceColumns& trace, const std::vector<uint32_t>& colors, bool may_grow, const Sections& sections) {
  int64_t path_ns = 0;
  for (const query_analyse::CriticalSegment& segment : trace.critical) path_ns += segment.end_ns - segment.begin_ns;
  const query_analyse::TimeSplit split = query_analyse::split_of(trace);
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("trace_id", otlp::to_hex(trace.trace_id));
  json.key("start_time_ns").int64_string(trace.begin_unix_ns);
  json.member("duration_ns", trace.duration_ns).member("span_count", trace.row_count());
  json.member("error_count", trace.error_count).member("root_row", trace.root).member("root_count", trace.root_count);
  json.member("orphan_count", trace.orphan_count).member("skewed_count", trace.skewed_count);
  json.member("may_grow", may_grow).member("depth_max", *std::ranges::max_element(trace.depth));
  describe_services(json, trace, colors);
  json.member("critical_path_ns", path_ns);
  json.key("split").begin_object().member("browser_ns", split.browser_ns).member("network_ns", split.network_ns);
  json.member("backend_ns", split.backend_ns).end_object();
  sections.describe(json);
  json.end_object();
  return text;
}

void append_u32(std::string& out, size_t value) {
  const auto number = static_cast<uint32_t>(value);
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  out.append(bytes, sizeof bytes);
}

}  // namespace

std::string trace_columns_body(const TraceColumns& trace, const std::vector<uint32_t>& colors, bool may_grow) {
  const Sections sections = sections_of(trace);
  const std::string head = head_json(trace, colors, may_grow, sections);
  const size_t base = (kMagic.size() + 2 * sizeof(uint32_t) + head.size() + kAlignment - 1) / kAlignment * kAlignment;
  std::string body;
  body.reserve(base + sections.bytes().size());
  body += kMagic;
  append_u32(body, head.size());
  append_u32(body, base);
  body += head;
  body.resize(base);
  body += sections.bytes();
  return body;
}

}  // namespace clew::api_native
