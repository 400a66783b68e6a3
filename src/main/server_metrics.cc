#include "main/server_metrics.h"

#include <functional>
#include <string>
#include <vector>

#include "block/block_store.h"
#include "head/head.h"
#include "log/local/local_log.h"
#include "net/grpc_server.h"
#include "net/http_server.h"
#include "otlp/traces_survey.h"
#include "query/admission.h"
#include "receive/otlp/otlp_receiver.h"
#include "self/metric_list.h"

namespace clew::main {

namespace metric = self::metric;

// A list of assignments, run before each scrape.
class ServerMetrics::Mirror {
 public:
  Mirror(self::Metrics& metrics, const WatchedRooms& rooms) : metrics_(metrics) {
    watch_receiver(*rooms.receiver);
    watch_doors(rooms);
    watch_log(*rooms.log);
    watch_head(*rooms.head);
    watch_blocks(*rooms.blocks);
    gauge(metric::kQueryInFlight, {}, [&admission = *rooms.admission] { return admission.running(); });
  }

  void update() {
    for (auto& assign : assignments_) assign();
  }

 private:
  // `total` only grows; what it grew by since the last scrape is added to the counter.
  template <class Total>
  void counter(const self::MetricDefinition& definition, std::initializer_list<std::string_view> labels, Total total) {
    assignments_.push_back(
        [handle = metrics_.counter(definition, labels), total = std::move(total), last = 0.0]() mutable {
          const auto now = static_cast<double>(total());
          if (now > last) handle.add(now - last);
          last = now;
        });
  }
  template <class Value>
  void gauge(const self::MetricDefinition& definition, std::initializer_list<std::string_view> labels, Value value) {
    assignments_.push_back([handle = metrics_.gauge(definition, labels), value = std::move(value)] {
      handle.set(static_cast<double>(value()));
    });
  }

  void watch_receiver(const receive_otlp::OtlpReceiver& receiver) {
    const receive_otlp::OtlpCounters& counters = receiver.counters();
    gauge(metric::kReceiveInFlightBytes, {}, [&] { return counters.bytes_in_flight.load(); });
    for (size_t i = 0; i < receive_otlp::kProtocolCount; ++i) {
      const auto& of = counters.of(static_cast<receive_otlp::Protocol>(i));
      const std::string door = "otlp_" + std::string(receive_otlp::kProtocolNames[i]);
      counter(metric::kReceiveSpans, {door}, [&] { return of.spans_accepted.load(); });
      counter(metric::kReceiveBytes, {door}, [&] { return of.bytes.load(); });
      counter(metric::kReceiveRequests, {door, "all"}, [&] { return of.requests.load(); });
      for (size_t reason = 1; reason < receive_otlp::kRefusalCount; ++reason) {
        counter(metric::kReceiveRefusedSpans, {door, otlp::refusal_name(static_cast<otlp::SpanRefusal>(reason))},
                [&of, reason] { return of.spans_refused[reason].load(); });
      }
      for (size_t code = 0; code < receive_otlp::kErrorCodeCount; ++code) {
        counter(metric::kReceiveRefusedRequests, {door, stdx::error_code_name(static_cast<stdx::ErrorCode>(code))},
                [&of, code] { return of.requests_failed[code].load(); });
      }
    }
  }

  void watch_http(std::string_view door, const net::HttpServer& server) {
    const net::HttpCounters& counters = server.counters();
    gauge(metric::kNetConnections, {door}, [&] { return counters.connections.load(); });
    counter(metric::kNetConnectionsRefused, {door}, [&] { return counters.connections_refused.load(); });
    counter(metric::kNetRequests, {door, "all"}, [&] { return counters.requests.load(); });
    counter(metric::kNetRequests, {door, "malformed"}, [&] { return counters.requests_malformed.load(); });
    counter(metric::kNetRequests, {door, "too_large"}, [&] { return counters.requests_too_large.load(); });
    counter(metric::kNetRequests, {door, "overloaded"}, [&] { return counters.requests_overloaded.load(); });
    counter(metric::kNetRequests, {door, "timed_out"}, [&] { return counters.requests_timed_out.load(); });
  }

  void watch_doors(const WatchedRooms& rooms) {
    watch_http("main", *rooms.main_http);
    watch_http("jaeger", *rooms.jaeger_http);
    watch_http("otlp_http", *rooms.otlp_http);
    const net::GrpcCounters& grpc = rooms.otlp_grpc->counters();
    counter(metric::kNetRequests, {"otlp_grpc", "all"}, [&] { return grpc.calls.load(); });
    counter(metric::kNetRequests, {"otlp_grpc", "unknown_method"}, [&] { return grpc.calls_unknown.load(); });
    counter(metric::kNetRequests, {"otlp_grpc", "malformed"}, [&] { return grpc.calls_malformed.load(); });
    counter(metric::kNetRequests, {"otlp_grpc", "too_large"}, [&] { return grpc.calls_too_large.load(); });
    counter(metric::kNetRequests, {"otlp_grpc", "overloaded"}, [&] { return grpc.calls_overloaded.load(); });
  }

  void watch_log(const log_local::LocalLog& log) {
    const auto stat = [&log](auto member) { return [&log, member] { return log.stats().*member; }; };
    using Stats = log_local::LogStats;
    counter(metric::kLogAppendedBytes, {}, stat(&Stats::written_bytes));
    counter(metric::kLogAppendedRecords, {}, stat(&Stats::appended_records));
    counter(metric::kLogSyncs, {}, stat(&Stats::syncs));
    counter(metric::kLogErrors, {"sync"}, stat(&Stats::sync_failures));
    counter(metric::kLogErrors, {"append"}, stat(&Stats::refused_disk));
    counter(metric::kLogErrors, {"full_queue"}, stat(&Stats::refused_queue_full));
    counter(metric::kLogErrors, {"full_backlog"}, stat(&Stats::refused_unread_full));
    counter(metric::kLogErrors, {"read"}, stat(&Stats::lost_records));
    counter(metric::kLogTornTails, {}, stat(&Stats::torn_tails));
    gauge(metric::kLogSegments, {}, stat(&Stats::segments));
    gauge(metric::kIngestLagBytes, {}, stat(&Stats::unread_bytes));
  }

  void watch_head(const head::Head& head) {
    gauge(metric::kHeadSpans, {}, [&] { return head.span_count(); });
    gauge(metric::kHeadBytes, {}, [&] { return head.used_bytes(); });
    counter(metric::kIngestSpans, {}, [&] { return head.totals().decoded.spans; });
    counter(metric::kIngestRefusedSpans, {"survey"}, [&] { return head.totals().decoded.refused; });
    using Repairs = ingest::RepairCounts;
    const auto repair = [&](std::string_view reason, uint64_t Repairs::*member) {
      counter(metric::kIngestRepairs, {reason}, [&head, member] { return head.totals().repairs.*member; });
    };
    repair("end_before_start", &Repairs::end_before_start);
    repair("malformed_attribute", &Repairs::malformed_attributes);
    repair("duplicate_attribute", &Repairs::duplicate_attributes);
    repair("malformed_child", &Repairs::malformed_children);
    repair("unknown_enum", &Repairs::unknown_enums);
    repair("overflowed_attribute", &Repairs::overflowed_attributes);
    repair("invalid_utf8", &Repairs::invalid_utf8);
  }

  void watch_blocks(const block::BlockStore& blocks) {
    const block::BlockStoreCounters& counters = blocks.counters();
    gauge(metric::kBlocks, {}, [&] { return blocks.totals().blocks; });
    gauge(metric::kBlocksBytes, {}, [&] { return blocks.totals().bytes; });
    gauge(metric::kBlocksSpans, {}, [&] { return blocks.totals().spans; });
    counter(metric::kCuts, {"ok"}, [&] { return counters.cuts.load(); });
    counter(metric::kCuts, {"failed"}, [&] { return counters.cuts_failed.load(); });
    counter(metric::kCutSpans, {}, [&] { return counters.cut_spans.load(); });
    counter(metric::kCutDuplicates, {}, [&] { return counters.cut_duplicates.load(); });
    counter(metric::kCutBytes, {}, [&] { return counters.cut_bytes.load(); });
    counter(metric::kCompactions, {"ok"}, [&] { return counters.compactions.load(); });
    counter(metric::kCompactions, {"failed"}, [&] { return counters.compactions_failed.load(); });
    counter(metric::kBlocksDeleted, {"retention"}, [&] { return counters.deleted_by_retention.load(); });
    counter(metric::kBlocksDeleted, {"compacted"}, [&] { return counters.deleted_by_compaction.load(); });
    counter(metric::kBlockErrors, {"open"}, [&] { return counters.blocks_unreadable.load(); });
  }

  self::Metrics& metrics_;
  std::vector<std::move_only_function<void()>> assignments_;
};

ServerMetrics::ServerMetrics(self::Metrics& metrics) : metrics_(metrics) {}
ServerMetrics::~ServerMetrics() = default;

void ServerMetrics::watch(WatchedRooms rooms) {
  mirror_ = std::make_unique<Mirror>(metrics_, rooms);
  token_ = metrics_.before_scrape([mirror = mirror_.get()] { mirror->update(); });
}

}  // namespace clew::main
