#include "main/setting_list.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace clew::main {
namespace {

using enum SettingType;

constexpr std::string_view kSyncChoices[] = {"sync", "interval", "none"};
constexpr std::string_view kAddressChoices[] = {"masked", "full", "none"};
constexpr std::string_view kLevelChoices[] = {"debug", "info", "warn", "error"};
constexpr std::string_view kFormatChoices[] = {"text", "json"};

constexpr int64_t kMiB = 1 << 20;
constexpr int64_t kGiB = 1 << 30;
constexpr int64_t kSecond = 1000;
constexpr int64_t kDay = 86'400 * kSecond;

// The member itself, of whichever type SettingPlace knows.
#define CLEW_PLACE(type, member) \
  SettingPlace(std::in_place_type<type& (*)(Settings&)>, [](Settings& settings) -> type& { return settings.member; })
// An enum of uint8_t is read and written as its number.
#define CLEW_CHOICE(member)                                      \
  SettingPlace(std::in_place_type<uint8_t& (*)(Settings&)>, [](Settings& settings) -> uint8_t& { \
    static_assert(sizeof settings.member == 1);                  \
    return reinterpret_cast<uint8_t&>(settings.member);          \
  })

const SettingDefinition kSettings[] = {
    {"listen.address", kText, CLEW_PLACE(std::string, listen.address),
     "Address that all ports listen on. The default lets in this machine only; 0.0.0.0 or :: opens Clew to the network, "
     "where everybody who reaches it may write and read."},
    {"listen.main", kNumber, CLEW_PLACE(uint64_t, listen.main),
     "Port of the page, the native API, /metrics and /health. Of every port: 0 takes a free one.", 0, 65535},
    {"listen.otlp_grpc", kNumber, CLEW_PLACE(uint64_t, listen.otlp_grpc), "Port of OTLP over gRPC.", 0, 65535},
    {"listen.otlp_http", kNumber, CLEW_PLACE(uint64_t, listen.otlp_http), "Port of OTLP over HTTP.", 0, 65535},
    {"listen.jaeger", kNumber, CLEW_PLACE(uint64_t, listen.jaeger), "Port of Jaeger's query API.", 0, 65535},
    {"listen.zipkin", kDoorPort, CLEW_PLACE(uint64_t, listen.zipkin),
     "Port for Zipkin's clients: /api/v1/spans and /api/v2/spans. Off: Clew does not listen for them.", 0, 65535},
    {"listen.skywalking_grpc", kDoorPort, CLEW_PLACE(uint64_t, listen.skywalking_grpc),
     "Port for SkyWalking's agents over gRPC. Off: Clew does not listen for them.", 0, 65535},
    {"listen.skywalking_http", kDoorPort, CLEW_PLACE(uint64_t, listen.skywalking_http),
     "Port for SkyWalking's agents over HTTP: /v3/segment, /v3/segments, /v3/management/ and /v3/logs. Off: Clew does not "
     "listen for them.", 0, 65535},
    {"listen.jaeger_compact_udp", kDoorPort, CLEW_PLACE(uint64_t, listen.jaeger_compact_udp),
     "UDP port for Jaeger's clients in Go, Java, Python and C++: Thrift's compact encoding, as Jaeger's agent takes it.", 0,
     65535},
    {"listen.jaeger_binary_udp", kDoorPort, CLEW_PLACE(uint64_t, listen.jaeger_binary_udp),
     "UDP port for Jaeger's client in Node: Thrift's binary encoding, as Jaeger's agent takes it.", 0, 65535},
    {"listen.jaeger_http", kDoorPort, CLEW_PLACE(uint64_t, listen.jaeger_http),
     "Port for Jaeger's clients that send to the collector over HTTP: /api/traces.", 0, 65535},
    {"listen.jaeger_grpc", kDoorPort, CLEW_PLACE(uint64_t, listen.jaeger_grpc),
     "Port for Jaeger's agents and exporters that send to the collector over gRPC. Also tells sampling strategies.", 0,
     65535},
    {"listen.jaeger_sampling", kDoorPort, CLEW_PLACE(uint64_t, listen.jaeger_sampling),
     "Port where Jaeger's clients and OpenTelemetry's remote samplers ask how much to sample: /sampling?service=NAME.", 0,
     65535},

    {"data.folder", kText, CLEW_PLACE(std::string, data.folder),
     "Where the log and the blocks live. Made if absent; one server at a time. A local disk: network file systems may "
     "not keep what a sync promises."},

    {"limits.body_bytes", kBytes, CLEW_PLACE(uint64_t, limits.body_bytes),
     "Largest request as sent. Larger ones are refused with 413, and not to be retried.", 1024, kGiB},
    {"limits.decompressed_bytes", kBytes, CLEW_PLACE(uint64_t, limits.decompressed_bytes),
     "Largest request after decompression, so that a small bomb cannot fill the memory.", 1024, kGiB},
    {"limits.in_flight_bytes", kBytes, CLEW_PLACE(uint64_t, limits.in_flight_bytes),
     "Requests received and not yet answered, together. Beyond it clients are told to come back later.", 1024,
     64 * kGiB},
    {"limits.header_bytes", kBytes, CLEW_PLACE(uint64_t, limits.header_bytes),
     "Request line and headers of an HTTP request.", 1024, kMiB},
    {"limits.connections", kNumber, CLEW_PLACE(uint64_t, limits.connections),
     "Open HTTP connections of a port. Further ones are told 503 and closed.", 1, 100'000},
    {"limits.http_requests", kNumber, CLEW_PLACE(uint64_t, limits.http_requests),
     "HTTP requests of a port handled at the same time.", 1, 100'000},
    {"limits.grpc_calls", kNumber, CLEW_PLACE(uint64_t, limits.grpc_calls),
     "gRPC calls handled at the same time; further ones get RESOURCE_EXHAUSTED with RetryInfo.", 1, 100'000},
    {"limits.grpc_streams", kNumber, CLEW_PLACE(uint64_t, limits.grpc_streams),
     "Concurrent calls of one gRPC connection; more wait at the client.", 1, 100'000},
    {"limits.idle_timeout", kDuration, CLEW_PLACE(int64_t, limits.idle_timeout_ms),
     "A connection without a request for this long is closed.", 100, kDay},
    {"limits.request_timeout", kDuration, CLEW_PLACE(int64_t, limits.request_timeout_ms),
     "From a request's first byte to its last; slower clients get 408.", 100, kDay},
    {"limits.write_timeout", kDuration, CLEW_PLACE(int64_t, limits.write_timeout_ms),
     "From an answer's first byte to its last; clients that do not read are dropped.", 100, kDay},

    {"threads.http_io", kNumber, CLEW_PLACE(uint64_t, threads.http_io),
     "Threads of a port that read and write HTTP.", 1, 64},
    {"threads.http_workers", kNumber, CLEW_PLACE(uint64_t, threads.http_workers),
     "Threads of a port that answer what takes longer: queries, large requests.", 1, 256},
    {"threads.grpc", kNumber, CLEW_PLACE(uint64_t, threads.grpc),
     "Threads on the one completion queue of gRPC. One is cheapest; more help beyond about a million spans a second.", 1,
     64},

    {"cors.allowed_origins", kTextList, CLEW_PLACE(std::vector<std::string>, cors.allowed_origins),
     "Web origins whose pages may send to the OTLP and Zipkin ports, such as https://shop.example; \"*\" for all. None by default: "
     "whoever may send may fill the disk."},

    {"rum.allowed_origins", kTextList, CLEW_PLACE(std::vector<std::string>, rum.allowed_origins),
     "Web origins whose pages may report users' sessions to the main port: https://shop.example for every application, "
     "ws01@0123|https://shop.example for one. An application that no entry speaks of may report from anywhere."},
    {"rum.more_secret_parameters", kTextList, CLEW_PLACE(std::vector<std::string>, rum.more_secret_parameters),
     "Names of query parameters whose values are replaced by *** in what browsers report, beside token, password, email and "
     "the like."},
    {"rum.remote_config_file", kText, CLEW_PLACE(std::string, rum.remote_config_file),
     "A JSON file with the configuration that SDKs with remoteConfig fetch: an object for each application by its id, and \"*\" for "
     "all others; read whenever one asks. none: no file, SDKs keep their own."},
    {"rum.bundle_bytes", kBytes, CLEW_PLACE(uint64_t, rum.bundle_bytes),
     "Largest report of a browser. SDKs do not send again what is refused.", 64 * 1024, 64 * kMiB},
    {"rum.events_per_second", kNumber, CLEW_PLACE(uint64_t, rum.events_per_second),
     "Events of one application, averaged over ten seconds; beyond, its reports are refused with 429.", 1, 10'000'000},
    {"rum.events_per_second_of_address", kNumber, CLEW_PLACE(uint64_t, rum.events_per_second_of_address),
     "The same of one client address. Raise it where many users come through one proxy.", 1, 10'000'000},
    {"rum.geo_database", kText, CLEW_PLACE(std::string, rum.geo_database),
     "File of a MaxMind City or Country database (.mmdb), from which events get country, province and city. Read again when it "
     "changes. none: no file, nobody is placed."},
    {"rum.isp_database", kText, CLEW_PLACE(std::string, rum.isp_database),
     "File of a MaxMind ISP or ASN database (.mmdb), from which events get the user's provider. Read again when it changes. none: "
     "no file, no provider is told."},
    {"rum.geo_language", kText, CLEW_PLACE(std::string, rum.geo_language),
     "Language of the names of countries, provinces and cities, where the database has it: en, zh-CN, de, fr and others."},
    {"rum.trusted_proxies", kTextList, CLEW_PLACE(std::vector<std::string>, rum.trusted_proxies),
     "Addresses and networks (10.0.0.0/8) of the proxies in front of Clew. Only what they say of the client's address is believed: "
     "X-Forwarded-For, Forwarded or X-Real-IP. None by default: the peer is the client."},
    {"rum.client_address", kChoice, CLEW_CHOICE(rum.client_address),
     "What is stored of a user's address: masked, its network (203.0.113.0, 2001:db8:1::); full; none. Place and provider are told "
     "before.",
     0, INT64_MAX, kAddressChoices},

    {"log.sync", kChoice, CLEW_CHOICE(log.sync),
     "When data counts as stored: sync, when fdatasync has returned, so nothing acknowledged is ever lost; interval, when "
     "written, synced every log.sync_interval, so a power cut loses that much; none, when written, synced when the system "
     "likes.",
     0, INT64_MAX, kSyncChoices},
    {"log.sync_interval", kDuration, CLEW_PLACE(int64_t, log.sync_interval_ms), "For log.sync: interval.", 1, 3600 * kSecond},
    {"log.segment_bytes", kBytes, CLEW_PLACE(uint64_t, log.segment_bytes),
     "Size of a log file. Files are allocated at once and used again. Also bounds a request.", kMiB, 4 * kGiB},
    {"log.spare_segments", kNumber, CLEW_PLACE(uint64_t, log.spare_segments),
     "Emptied files kept for use again, a partition.", 0, 1000},
    {"log.window_bytes", kBytes, CLEW_PLACE(uint64_t, log.window_bytes),
     "Recent requests kept in memory for the decoder, which then reads nothing from disk.", kMiB, 64 * kGiB},
    {"log.queued_bytes", kBytes, CLEW_PLACE(uint64_t, log.queued_bytes),
     "Requests waiting for the disk; beyond it clients are told to come back later.", kMiB, 64 * kGiB},
    {"log.backlog_bytes", kBytes, CLEW_PLACE(uint64_t, log.backlog_bytes),
     "Requests stored and waiting for the decoder; beyond it clients are told to come back later.", kMiB, 1024 * kGiB},
    {"log.lag_bytes", kBytes, CLEW_PLACE(uint64_t, log.lag_bytes),
     "When more than this waits for the decoder, answers are held back until it has caught up, so that clients slow down "
     "before any must be refused.",
     64 << 10, 64 * kGiB},
    {"log.free_bytes_min", kBytes, CLEW_PLACE(uint64_t, log.free_bytes_min),
     "New data is refused while the disk has less free than this, because blocks must still be written before the log can "
     "shrink.",
     0, 1024 * kGiB},

    {"head.cut_spans", kNumber, CLEW_PLACE(uint64_t, head.cut_spans),
     "Recent spans in memory become a block at this many.", 1, 100'000'000},
    {"head.cut_bytes", kBytes, CLEW_PLACE(uint64_t, head.cut_bytes),
     "… or when they take this much memory. While one block is written the next grows, so twice as much may be in use.",
     64 << 10, 64 * kGiB},
    {"head.cut_interval", kDuration, CLEW_PLACE(int64_t, head.cut_interval_ms),
     "… or at this age. Shorter makes a restart faster and the blocks smaller.", 10, kDay},
    {"head.left_behind_window", kDuration, CLEW_PLACE(int64_t, head.left_behind_window_ms),
     "Traces with a span in the last so much stay behind for the next block, so that most end up whole in one.", 0,
     3600 * kSecond},

    {"block.row_group_rows", kNumber, CLEW_PLACE(uint64_t, block.row_group_rows),
     "Spans in a row group of a block, about: a trace is not split.", 8192, 1 << 20},
    {"block.zstd_level_cut", kNumber, CLEW_PLACE(uint64_t, block.zstd_level_cut),
     "Compression of new blocks. Higher costs much CPU and saves little.", 1, 19},
    {"block.zstd_level_compacted", kNumber, CLEW_PLACE(uint64_t, block.zstd_level_compacted),
     "Compression of blocks that compaction writes, which live longer.", 1, 19},

    {"compaction.enabled", kBool, CLEW_PLACE(bool, compaction.enabled),
     "Join small blocks, so that files stay few and a trace's parts come together."},
    {"compaction.interval", kDuration, CLEW_PLACE(int64_t, compaction.interval_ms), "How often to look for work.", 10,
     kDay},
    {"compaction.target_spans", kNumber, CLEW_PLACE(uint64_t, compaction.target_spans),
     "Blocks grow to about this many spans; those of at least half are left alone.", 1, 100'000'000},
    {"compaction.inputs_min", kNumber, CLEW_PLACE(uint64_t, compaction.inputs_min),
     "Fewer similar blocks of today are not worth joining yet.", 2, 1000},
    {"compaction.inputs_max", kNumber, CLEW_PLACE(uint64_t, compaction.inputs_max), "Blocks joined at once, at most.", 2,
     1000},

    {"retention.age", kDuration, CLEW_PLACE(int64_t, retention.age_ms),
     "Blocks written longer ago are deleted; 0 keeps everything.", 0, 36'500 * kDay},

    {"query.deadline", kDuration, CLEW_PLACE(int64_t, query.deadline_ms),
     "A question that takes longer is given up.", 10, 3600 * kSecond},
    {"query.concurrent", kNumber, CLEW_PLACE(uint64_t, query.concurrent),
     "Questions answered at the same time; further ones get 429.", 1, 10'000},
    {"query.cache_bytes", kBytes, CLEW_PLACE(uint64_t, query.cache_bytes),
     "Memory for what queries read of blocks and keep for the next.", kMiB, 64 * kGiB},

    {"jaeger.clock_skew_max", kDuration, CLEW_PLACE(int64_t, jaeger.clock_skew_max_ms),
     "Jaeger's API moves spans of a host whose clock is off by at most so much; 0 moves none.", 0, kDay},

    {"sampling.strategies_file", kText, CLEW_PLACE(std::string, sampling.strategies_file),
     "A file in Jaeger's format that says for services and operations how much to sample; read again when it changes. none: "
     "no file, and clients are told to sample everything, unless sampling.target_per_second says otherwise."},
    {"sampling.target_per_second", kDecimal, CLEW_PLACE(double, sampling.target_per_second),
     "Adaptive sampling: so many traces per second of each operation, of all clients together; probabilities follow from what "
     "arrives. For services that the file does not name. 0 turns it off.",
     0, 1'000'000},
    {"sampling.initial_probability", kDecimal, CLEW_PLACE(double, sampling.initial_probability),
     "Adaptive sampling: probability of an operation that was not seen yet.", 0, 1},
    {"sampling.min_probability", kDecimal, CLEW_PLACE(double, sampling.min_probability),
     "Adaptive sampling: no probability is lower.", 0, 1},
    {"sampling.min_per_second", kDecimal, CLEW_PLACE(double, sampling.min_per_second),
     "Adaptive sampling: each client sends at least so many traces per second of each operation that occurs, so that rare ones "
     "are seen.",
     0, 1'000'000},
    {"sampling.interval", kDuration, CLEW_PLACE(int64_t, sampling.interval_ms),
     "Adaptive sampling: how often probabilities are computed. Clients ask about once a minute.", 100, kDay},

    {"self.log_level", kChoice, CLEW_CHOICE(self.log_level), "The least level of Clew's own log lines.", 0, INT64_MAX,
     kLevelChoices},
    {"self.log_format", kChoice, CLEW_CHOICE(self.log_format), "Form of these lines, on standard error.", 0, INT64_MAX,
     kFormatChoices},
};

#undef CLEW_PLACE
#undef CLEW_CHOICE

struct Section {
  std::string_view name;
  std::string_view help;
};
constexpr Section kSections[] = {
    {"listen", "Where Clew listens."},
    {"data", "Where data lives."},
    {"limits", "What a client may cost. Together they bound the memory of the doors."},
    {"threads", "Threads of the doors."},
    {"cors", "Sending from web pages of other origins."},
    {"rum", "What users' browsers report to the main port."},
    {"log", "The durable log: what is acknowledged is in it."},
    {"head", "Recent spans in memory, and when they become a block."},
    {"block", "Files of spans on disk."},
    {"compaction", "Joining blocks."},
    {"retention", "Deleting old data."},
    {"query", "Answering questions."},
    {"jaeger", "The Jaeger API."},
    {"sampling", "What clients are told that ask how much to sample."},
    {"self", "Clew's own log lines."},
};

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const SettingDefinition> setting_list() { return kSettings; }

std::string_view section_help(std::string_view section) {
  const auto* found = std::ranges::find(kSections, section, &Section::name);
  return found == std::end(kSections) ? std::string_view() : found->help;
}

const SettingDefinition* find_setting(std::string_view name) {
  const auto* found = std::ranges::find(kSettings, name, &SettingDefinition::name);
  return found == std::end(kSettings) ? nullptr : found;
}

std::string_view nearest_setting(std::string_view name) {
  constexpr size_t kDistanceMax = 3;
  constexpr size_t kLengthMax = 100;
  if (name.size() > kLengthMax) return {};
  std::string_view nearest;
  size_t least = kDistanceMax + 1;
  for (const SettingDefinition& setting : kSettings) {
    const size_t distance = edit_distance(name, setting.name);
    if (distance < least) {
      least = distance;
      nearest = setting.name;
    }
  }
  return nearest;
}

std::string variable_name(std::string_view setting_name) {
  std::string name = "CLEW_";
  for (const char c : setting_name) name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return name;
}

}  // namespace clew::main
