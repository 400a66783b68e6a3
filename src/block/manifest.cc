#include "block/manifest.h"

#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "stdx/time_text.h"
#include "wire/json_writer.h"

namespace clew::block {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::string_view, kBlockTableCount> kTableNames = {"spans", "traces", "red",
                                                                        "edges", "logs",   "metrics", "events"};
// What a manifest calls the number of rows of each kind of record.
constexpr std::array<std::string_view, table::kRecordTableCount> kRecordCountNames = {"log_count", "metric_point_count",
                                                                                     "event_count"};
constexpr size_t kManifestBytesMax = size_t{256} << 20;

std::string hex(uint64_t value) { return fmt::format("{:016x}", value); }

// Reads members one by one; the first that is missing or of another type fails all.
class Members {
 public:
  explicit Members(object members) : members_(members) {}

  std::string text(std::string_view key) {
    std::string_view value;
    if (members_[key].get(value) != simdjson::SUCCESS) failed_ = true;
    return std::string(value);
  }
  // A JSON number or a decimal string.
  template <class T>
  T number(std::string_view key) {
    element value;
    if (members_[key].get(value) != simdjson::SUCCESS) return fault<T>();
    std::string_view digits;
    if (value.get(digits) == simdjson::SUCCESS) {
      T parsed{};
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
      return error == std::errc() && end == digits.data() + digits.size() ? parsed : fault<T>();
    }
    int64_t whole;
    if (value.get(whole) != simdjson::SUCCESS || !std::in_range<T>(whole)) return fault<T>();
    return static_cast<T>(whole);
  }
  uint64_t checksum(std::string_view key) {
    const std::string digits = text(key);
    uint64_t parsed = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) failed_ = true;
    return parsed;
  }
  simdjson::dom::array list(std::string_view key) {
    simdjson::dom::array items;
    if (members_[key].get(items) != simdjson::SUCCESS) failed_ = true;
    return items;
  }
  Members child(std::string_view key) {
    object child;
    if (members_[key].get(child) != simdjson::SUCCESS) return Members(failed_ = true);
    return Members(child);
  }
  bool has(std::string_view key) const { return !failed_ && members_[key].error() == simdjson::SUCCESS; }
  bool failed() const { return failed_; }
  void fail() { failed_ = true; }

 private:
  explicit Members(bool failed) : failed_(failed) {}
  template <class T>
  T fault() {
    failed_ = true;
    return T{};
  }
  object members_;
  bool failed_ = false;
};

// simdjson's empty array and object must not be touched, so lists are walked only if they are there.
template <class Visit>
void for_each(Members& members, std::string_view key, Visit&& visit) {
  if (!members.has(key)) return members.fail();
  const auto items = members.list(key);
  if (members.failed()) return;
  for (const element item : items) visit(item);
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 128 || text[0] == '.') return false;
  for (const char c : text) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                      c == '.';
    if (!fine) return false;
  }
  return true;
}

}  // namespace

std::string_view table_name(BlockTable table) { return kTableNames[static_cast<size_t>(table)]; }

uint64_t Manifest::row_count() const {
  uint64_t rows = span_count;
  for (const uint64_t count : record_counts) rows += count;
  return rows;
}

std::string file_key(const Manifest& manifest, BlockTable table) {
  return fmt::format("data/{}/tenant={}/date={}/{}.parquet", table_name(table), manifest.tenant, manifest.date,
                     manifest.name);
}
std::string manifest_key(std::string_view tenant, std::string_view name) {
  return fmt::format("{}{}.json", manifest_prefix(tenant), name);
}
std::string manifest_prefix(std::string_view tenant) { return fmt::format("data/blocks/tenant={}/", tenant); }

std::string date_of(int64_t time_ns) { return stdx::rfc3339_text(time_ns).substr(0, 10); }

std::string make_block_name(int64_t cut_time_ns, uint32_t salt) {
  return fmt::format("{:016x}-{:08x}", static_cast<uint64_t>(cut_time_ns), salt);
}

std::string manifest_to_json(const Manifest& manifest) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  json.member("version", kManifestVersion);
  json.member("name", manifest.name);
  json.member("tenant", manifest.tenant);
  json.member("date", manifest.date);
  json.key("start_min_ns").int64_string(manifest.start_min_ns);
  json.key("start_max_ns").int64_string(manifest.start_max_ns);
  json.key("end_max_ns").int64_string(manifest.end_max_ns);
  json.key("cut_time_ns").int64_string(manifest.cut_time_ns);
  json.member("span_count", manifest.span_count);
  json.member("trace_count", manifest.trace_count);
  json.member("error_count", manifest.error_count);
  for (size_t i = 0; i < kRecordCountNames.size(); ++i) json.member(kRecordCountNames[i], manifest.record_counts[i]);
  json.member("compaction_level", manifest.compaction_level);
  json.key("files").begin_object();
  for (size_t i = 0; i < manifest.files.size(); ++i) {
    const ManifestFile& file = manifest.files[i];
    if (file.size == 0) continue;
    json.key(kTableNames[i]).begin_object();
    json.member("key", file_key(manifest, static_cast<BlockTable>(i)));
    json.member("size", file.size);
    json.member("xxh3", hex(file.xxh3));
    json.member("footer_length", file.footer_length);
    json.member("footer_xxh3", hex(file.footer_xxh3));
    json.end_object();
  }
  json.end_object();
  json.key("log").begin_object();
  json.member("partition", manifest.log_partition);
  json.key("offset_begin").uint64_string(manifest.offset_begin);
  json.key("offset_end").uint64_string(manifest.offset_end);
  json.key("trim_from_offset").uint64_string(manifest.trim_from_offset);
  json.end_object();
  json.key("left_behind").begin_array();
  for (const LeftBehindTrace& trace : manifest.left_behind) {
    json.begin_object();
    json.member("trace_id", otlp::to_hex(trace.trace_id));
    json.key("first_offset").uint64_string(trace.first_offset);
    json.member("cut_count", static_cast<uint32_t>(trace.cut_count));
    json.end_object();
  }
  json.end_array();
  json.key("replaces").begin_array();
  for (const std::string& name : manifest.replaces) json.value(name);
  json.end_array();
  json.member("writer_version", manifest.writer_version);
  json.end_object();
  text += '\n';
  return text;
}

stdx::Result<Manifest> manifest_from_json(std::string_view json) {
  const auto damaged = [](std::string_view what) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, "manifest is damaged: " + std::string(what));
  };
  if (json.size() > kManifestBytesMax) return damaged("too large");
  simdjson::dom::parser parser;
  object root;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS) return damaged("not a JSON object");
  Members members(root);
  const auto version = members.number<int>("version");
  if (members.failed() || version < 1) return damaged("no version");
  if (version > kManifestVersion) {
    return stdx::fail(stdx::ErrorCode::kUnimplemented,
                      "manifest has version " + std::to_string(version) + "; this program knows up to " +
                          std::to_string(kManifestVersion));
  }
  Manifest manifest;
  manifest.name = members.text("name");
  manifest.tenant = members.text("tenant");
  manifest.date = members.text("date");
  manifest.start_min_ns = members.number<int64_t>("start_min_ns");
  manifest.start_max_ns = members.number<int64_t>("start_max_ns");
  manifest.end_max_ns = members.number<int64_t>("end_max_ns");
  manifest.cut_time_ns = members.number<int64_t>("cut_time_ns");
  manifest.span_count = members.number<uint64_t>("span_count");
  manifest.trace_count = members.number<uint64_t>("trace_count");
  manifest.error_count = members.number<uint64_t>("error_count");
  for (size_t i = 0; version >= 2 && i < kRecordCountNames.size(); ++i) {
    manifest.record_counts[i] = members.number<uint64_t>(kRecordCountNames[i]);
  }
  manifest.compaction_level = members.number<uint32_t>("compaction_level");
  manifest.writer_version = members.text("writer_version");
  if (!members.has("files") || !members.has("log")) return damaged("a member is missing");
  Members files = members.child("files");
  for (size_t i = 0; i < manifest.files.size(); ++i) {
    if (members.failed()) return damaged("a file is missing");
    const bool of_spans = i < static_cast<size_t>(BlockTable::kLogs);
    const uint64_t rows =
        of_spans ? manifest.span_count : manifest.record_counts[i - static_cast<size_t>(BlockTable::kLogs)];
    if (files.has(kTableNames[i]) != (rows != 0)) {
      return damaged(rows != 0 ? "a file is missing" : "a table without rows has a file");
    }
    if (rows == 0) continue;
    Members file = files.child(kTableNames[i]);
    if (files.failed()) return damaged("a file is missing");
    manifest.files[i].size = file.number<uint64_t>("size");
    manifest.files[i].xxh3 = file.checksum("xxh3");
    manifest.files[i].footer_length = file.number<uint32_t>("footer_length");
    manifest.files[i].footer_xxh3 = file.checksum("footer_xxh3");
    if (!file.failed() && manifest.files[i].size == 0) file.fail();
    if (file.failed()) return damaged("a file's description is incomplete");
  }
  Members log = members.child("log");
  if (members.failed()) return damaged("a member is missing");
  manifest.log_partition = log.number<int32_t>("partition");
  manifest.offset_begin = log.number<uint64_t>("offset_begin");
  manifest.offset_end = log.number<uint64_t>("offset_end");
  manifest.trim_from_offset = log.number<uint64_t>("trim_from_offset");
  for_each(members, "left_behind", [&](element item) {
    object fields;
    if (item.get(fields) != simdjson::SUCCESS) return members.fail();
    Members trace(fields);
    const auto id = otlp::parse_trace_id(trace.text("trace_id"));
    manifest.left_behind.push_back(
        {id.value_or(otlp::TraceId{}), trace.number<uint64_t>("first_offset"), trace.number<uint8_t>("cut_count")});
    if (trace.failed() || !id) members.fail();
  });
  for_each(members, "replaces", [&](element item) {
    std::string_view name;
    if (item.get(name) != simdjson::SUCCESS || !is_name(name)) return members.fail();
    manifest.replaces.emplace_back(name);
  });
  if (members.failed() || log.failed()) return damaged("a member is missing or of another type");
  // These make up paths.
  if (!is_name(manifest.name) || !is_name(manifest.tenant) || !is_name(manifest.date)) return damaged("an impossible name");
  return manifest;
}

stdx::Result<void> commit_manifest(disk::ObjectStore& store, const Manifest& manifest) {
  return store.put(manifest_key(manifest.tenant, manifest.name), manifest_to_json(manifest), true);
}

stdx::Result<Manifest> load_manifest(disk::ObjectStore& store, const std::string& key) {
  auto json = store.get_all(key);
  if (!json) return std::unexpected(json.error());
  auto manifest = manifest_from_json(*json);
  if (!manifest) return stdx::fail(manifest.error().code, key + ": " + manifest.error().message);
  if (key != manifest_key(manifest->tenant, manifest->name)) {
    return stdx::fail(stdx::ErrorCode::kDataLoss, key + ": manifest is of another block");
  }
  return manifest;
}

}  // namespace clew::block
