#include "receive/skywalking/runtime_translate.h"

#include <array>
#include <vector>

#include "otlp/message_reader.h"
#include "receive/skywalking/attributes.h"
#include "receive/skywalking/metric_writer.h"

namespace clew::receive_skywalking {

using otlp::MessageReader;
using otlp::WireType;
using Form = MetricWriter::Form;

namespace {

constexpr uint32_t text(uint32_t field) { return otlp::wire_tag(field, WireType::kLength); }
constexpr uint32_t number(uint32_t field) { return otlp::wire_tag(field, WireType::kVarint); }

// A message of numbers only, by field; and its one double.
struct Numbers {
  std::array<int64_t, 8> field{};
  double real = 0;
};
bool read_numbers(std::string_view message, Numbers& numbers) {
  MessageReader reader(message);
  while (reader.next()) {
    const bool is_varint = (reader.tag() & 7) == static_cast<uint32_t>(WireType::kVarint);
    const bool is_fixed = (reader.tag() & 7) == static_cast<uint32_t>(WireType::kFixed64);
    if (is_varint && reader.field() < numbers.field.size()) numbers.field[reader.field()] = reader.as_int64();
    if (is_fixed) numbers.real = reader.as_double();
  }
  return reader.ok();
}

// One JVMMetric or CLRMetric: its time, and its parts by field.
struct Sample {
  uint64_t time_ns = 0;
  std::array<std::vector<Numbers>, 8> parts;
};
constexpr size_t kPartsMax = 256;  // Pools, collectors; the field has a dozen.

stdx::Result<std::vector<Sample>> read_samples(std::string_view collection) {
  constexpr size_t kSamplesMax = 10'000;
  std::vector<Sample> samples;
  MessageReader reader(collection);
  bool good = true;
  while (good && reader.next()) {
    if (reader.tag() != text(1) || samples.size() >= kSamplesMax) continue;
    Sample& sample = samples.emplace_back();
    MessageReader inner(reader.bytes());
    while (good && inner.next()) {
      if (inner.tag() == number(1)) sample.time_ns = nanoseconds(inner.as_int64());
      const bool is_part = (inner.tag() & 7) == static_cast<uint32_t>(WireType::kLength) && inner.field() < sample.parts.size();
      if (!is_part || sample.parts[inner.field()].size() >= kPartsMax) continue;
      good = read_numbers(inner.bytes(), sample.parts[inner.field()].emplace_back());
    }
    good = good && inner.ok();
  }
  if (good && reader.ok()) return samples;
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, "metrics of a runtime are malformed protobuf");
}

struct Pool {
  std::string_view name;
  std::string_view type;
};
// In the order of PoolType.
constexpr Pool kPools[] = {{"code_cache", "non_heap"},       {"new_gen", "heap"},
                           {"old_gen", "heap"},              {"survivor", "heap"},
                           {"perm_gen", "non_heap"},         {"metaspace", "non_heap"},
                           {"z_heap", "heap"},               {"compressed_class_space", "non_heap"},
                           {"code_heap_non_nmethods", "non_heap"}, {"code_heap_profiled_nmethods", "non_heap"},
                           {"code_heap_non_profiled_nmethods", "non_heap"}};
constexpr std::string_view kGcPhases[] = {"new", "old", "normal"};

// Memory and MemoryPool have these in common; -1 is a limit that is not set.
struct MemoryField {
  size_t field;
  std::string_view name;
};
constexpr MemoryField kMemoryFields[] = {{2, "init"}, {3, "limit"}, {4, "used"}, {5, "committed"}};

void write_memory(const std::vector<Sample>& samples, MetricWriter& out) {
  for (const bool heap : {true, false}) {
    for (const MemoryField& of : kMemoryFields) {
      bool open = false;
      for (const Sample& sample : samples) {
        for (const Numbers& memory : sample.parts[3]) {
          if ((memory.field[1] != 0) != heap || memory.field[of.field] < 0) continue;
          if (!open) out.begin("jvm.memory." + std::string(heap ? "heap." : "non_heap.") + std::string(of.name), "By", Form::kGauge);
          open = true;
          out.point(sample.time_ns, memory.field[of.field]);
        }
      }
    }
  }
  for (const MemoryField& of : kMemoryFields) {
    bool open = false;
    for (const Sample& sample : samples) {
      for (const Numbers& pool : sample.parts[4]) {
        const auto type = static_cast<uint64_t>(pool.field[1]);
        if (type >= std::size(kPools) || pool.field[of.field] < 0) continue;
        if (!open) out.begin("jvm.memory." + std::string(of.name), "By", Form::kGauge);
        open = true;
        out.point(sample.time_ns, pool.field[of.field],
                  {{"jvm.memory.pool.name", kPools[type].name}, {"jvm.memory.type", kPools[type].type}});
      }
    }
  }
}

// SkyWalking's agents count collections since their last report.
void write_gc(const std::vector<Sample>& samples, MetricWriter& out) {
  const std::pair<size_t, std::pair<std::string_view, std::string_view>> kFields[] = {
      {2, {"jvm.gc.collections", "{collection}"}}, {3, {"jvm.gc.time", "ms"}}};
  for (const auto& [field, name] : kFields) {
    bool open = false;
    for (const Sample& sample : samples) {
      for (const Numbers& gc : sample.parts[5]) {
        const auto phase = static_cast<uint64_t>(gc.field[1]);
        if (phase >= std::size(kGcPhases)) continue;
        if (!open) out.begin(name.first, name.second, Form::kDeltaSum);
        open = true;
        out.point(sample.time_ns, gc.field[field], {{"jvm.gc.phase", kGcPhases[phase]}});
      }
    }
  }
}

// One value of one part of each sample.
void write_each(const std::vector<Sample>& samples, size_t part, size_t field, std::string_view name, std::string_view unit,
                Form form, MetricWriter& out, const std::vector<TextPair>& attributes = {}) {
  bool open = false;
  for (const Sample& sample : samples) {
    for (const Numbers& numbers : sample.parts[part]) {
      if (!open) out.begin(name, unit, form);
      open = true;
      out.point(sample.time_ns, numbers.field[field], attributes);
    }
  }
}

void write_cpu(const std::vector<Sample>& samples, std::string_view name, MetricWriter& out) {
  bool open = false;
  for (const Sample& sample : samples) {
    for (const Numbers& cpu : sample.parts[2]) {
      if (!open) out.begin(name, "1", Form::kGauge);
      open = true;
      out.point(sample.time_ns, cpu.real / 100);
    }
  }
}

void write_threads(const std::vector<Sample>& samples, MetricWriter& out) {
  write_each(samples, 6, 1, "jvm.thread.count", "{thread}", Form::kGauge, out);
  write_each(samples, 6, 2, "jvm.thread.daemon_count", "{thread}", Form::kGauge, out);
  write_each(samples, 6, 3, "jvm.thread.peak_count", "{thread}", Form::kGauge, out);
  constexpr std::string_view kStates[] = {"runnable", "blocked", "waiting", "timed_waiting"};
  for (size_t state = 0; state < std::size(kStates); ++state) {
    write_each(samples, 6, 4 + state, "jvm.thread.state_count", "{thread}", Form::kGauge, out,
               {{"jvm.thread.state", kStates[state]}});
  }
}

}  // namespace

stdx::Result<RuntimeSource> read_runtime_source(std::string_view collection) {
  RuntimeSource source;
  MessageReader reader(collection);
  while (reader.next()) {
    if (reader.tag() == text(2)) source.service = reader.bytes();
    if (reader.tag() == text(3)) source.instance = reader.bytes();
    if (reader.tag() == number(2)) {
      source.is_v2 = true;
      source.instance_number = static_cast<int32_t>(reader.as_uint32());
    }
  }
  if (reader.ok()) return source;
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, "metrics of a runtime are malformed protobuf");
}

stdx::Result<void> translate_jvm(std::string_view collection, std::string_view resource, std::string& request) {
  const auto samples = read_samples(collection);
  if (!samples) return std::unexpected(samples.error());
  MetricWriter out(request, resource);
  write_cpu(*samples, "jvm.cpu.recent_utilization", out);
  write_memory(*samples, out);
  write_gc(*samples, out);
  write_threads(*samples, out);
  write_each(*samples, 7, 1, "jvm.class.count", "{class}", Form::kGauge, out);
  write_each(*samples, 7, 2, "jvm.class.unloaded", "{class}", Form::kCumulativeSum, out);
  write_each(*samples, 7, 3, "jvm.class.loaded", "{class}", Form::kCumulativeSum, out);
  out.end();
  return {};
}

stdx::Result<void> translate_clr(std::string_view collection, std::string_view resource, std::string& request) {
  const auto samples = read_samples(collection);
  if (!samples) return std::unexpected(samples.error());
  MetricWriter out(request, resource);
  write_cpu(*samples, "process.cpu.utilization", out);
  constexpr std::string_view kGenerations[] = {"gen0", "gen1", "gen2"};
  for (size_t generation = 0; generation < std::size(kGenerations); ++generation) {
    write_each(*samples, 3, 1 + generation, "dotnet.gc.collections", "{collection}", Form::kCumulativeSum, out,
               {{"gc.heap.generation", kGenerations[generation]}});
  }
  write_each(*samples, 3, 4, "dotnet.gc.heap.size", "By", Form::kGauge, out);
  write_each(*samples, 4, 1, "dotnet.thread_pool.completion_port.available", "{thread}", Form::kGauge, out);
  write_each(*samples, 4, 2, "dotnet.thread_pool.worker.available", "{thread}", Form::kGauge, out);
  write_each(*samples, 4, 3, "dotnet.thread_pool.completion_port.limit", "{thread}", Form::kGauge, out);
  write_each(*samples, 4, 4, "dotnet.thread_pool.worker.limit", "{thread}", Form::kGauge, out);
  out.end();
  return {};
}

}  // namespace clew::receive_skywalking
