#include "main/server_metrics.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "block/block_store.h"
#include "head/head.h"
#include "log/local/local_log.h"
#include "main/protocol_doors.h"
#include "net/grpc_server.h"
#include "net/http_server.h"
#include "query/admission.h"
#include "receive/intake.h"
#include "receive/rum/geography.h"
#include "receive/rum/rum_receiver.h"
#include "self/metric_list.h"

namespace clew::main {

namespace metric = self::metric;

// A list of assignments, run before each scrape.
class ServerMetrics::Mirror {
 public:
  Mirror(self::Metrics& metrics, const WatchedRooms& rooms) : metrics_(metrics) {
    watch_intake(*rooms.intake);
    watch_rum(*rooms.rum, *rooms.geography);
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

  void watch_intake(const receive::Intake& intake) {
    const receive::IntakeCounters& counters = intake.counters();
    gauge(metric::kReceiveInFlightBytes, {}, [&] { return counters.bytes_in_flight.load(); });
    for (size_t i = 0; i < receive::kProtocolCount; ++i) {
      const auto& of = counters.by_protocol[i];
      const std::string_view door = receive::kProtocolNames[i];
      counter(metric::kReceiveSpans, {door}, [&] { return of.spans_accepted.load(); });
      counter(metric::kReceiveLogRecords, {door}, [&] { return of.log_records_accepted.load(); });
      counter(metric::kReceiveDataPoints, {door}, [&] { return of.data_points_accepted.load(); });
      counter(metric::kReceiveBytes, {door}, [&] { return of.bytes.load(); });
      counter(metric::kReceiveRequests, {door, "all"}, [&] { return of.requests.load(); });
      for (size_t reason = 1; reason < receive::kRefusalCount; ++reason) {
        counter(metric::kReceiveRefusedSpans, {door, receive::kRefusalNames[reason]},
                [&of, reason] { return of.items_refused[reason].load(); });
      }
      for (size_t code = 0; code < receive::kErrorCodeCount; ++code) {
        counter(metric::kReceiveRefusedRequests, {door, stdx::error_code_name(static_cast<stdx::ErrorCode>(code))},
                [&of, code] { return of.requests_failed[code].load(); });
      }
    }
    assignments_.push_back([this, &arrivals = intake.arrivals()] { mirror_senders(arrivals); });
  }

  void watch_rum(const receive_rum::RumCounters& rum, const receive_rum::Geography& geography) {
    counter(metric::kRumEvents, {"stored"}, [&] { return rum.events.load(); });
    counter(metric::kRumEvents, {"repeated"}, [&] { return rum.events_repeated.load(); });
    counter(metric::kRumEvents, {"dropped"}, [&] { return rum.events_dropped.load(); });
    counter(metric::kRumRefusedBundles, {"origin"}, [&] { return rum.bundles_refused_origin.load(); });
    counter(metric::kRumRefusedBundles, {"rate"}, [&] { return rum.bundles_refused_rate.load(); });
    counter(metric::kRumDatabaseErrors, {}, [&] { return geography.failed_changes(); });
  }

  // Senders come and go, so their series are made at the scrape. They are bounded by the table of arrivals; a sender's last
  // values are kept beside it, because several senders of one service and door share a series.
  void mirror_senders(const receive::Arrivals& arrivals) {
    for (const std::shared_ptr<const receive::Sender>& row : arrivals.senders()) {
      const std::string_view door = receive::protocol_name(row->protocol);
      SenderTotals& last = sender_totals_[row];
      const auto grow = [&](const self::MetricDefinition& definition, std::initializer_list<std::string_view> labels,
                            uint64_t now, uint64_t& before) {
        if (now > before) metrics_.counter(definition, labels).add(static_cast<double>(now - before));
        before = now;
      };
      grow(metric::kReceiveServiceItems, {door, row->service, "span"}, row->spans.load(), last.accepted[0]);
      grow(metric::kReceiveServiceItems, {door, row->service, "log_record"}, row->log_records.load(), last.accepted[1]);
      grow(metric::kReceiveServiceItems, {door, row->service, "data_point"}, row->data_points.load(), last.accepted[2]);
      for (size_t reason = 1; reason < receive::kRefusalCount; ++reason) {
        grow(metric::kReceiveServiceRefused, {door, row->service, receive::kRefusalNames[reason]},
             row->refused[reason].load(), last.refused[reason]);
      }
    }
    std::erase_if(sender_totals_, [](const auto& entry) { return entry.first.use_count() == 1; });
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

  void watch_grpc(std::string_view door, const net::GrpcServer& server) {
    const net::GrpcCounters& counters = server.counters();
    gauge(metric::kNetStreams, {door}, [&] { return counters.streams_open.load(); });
    counter(metric::kNetStreamMessages, {door}, [&] { return counters.stream_messages.load(); });
    counter(metric::kNetRequests, {door, "all"}, [&] { return counters.calls.load(); });
    counter(metric::kNetRequests, {door, "unknown_method"}, [&] { return counters.calls_unknown.load(); });
    counter(metric::kNetRequests, {door, "malformed"}, [&] { return counters.calls_malformed.load(); });
    counter(metric::kNetRequests, {door, "too_large"}, [&] { return counters.calls_too_large.load(); });
    counter(metric::kNetRequests, {door, "overloaded"}, [&] { return counters.calls_overloaded.load(); });
  }

  void watch_udp(std::string_view door, const net::UdpServer& server) {
    const net::UdpCounters& udp = server.counters();
    counter(metric::kNetDatagrams, {door}, [&] { return udp.datagrams.load(); });
    counter(metric::kNetDatagramBytes, {door}, [&] { return udp.bytes.load(); });
    counter(metric::kNetDatagramsDropped, {door, "queue"}, [&] { return udp.dropped_queue.load(); });
    counter(metric::kNetDatagramsDropped, {door, "kernel"}, [&] { return udp.dropped_kernel.load(); });
    gauge(metric::kNetDatagramQueueBytes, {door}, [&] { return udp.queue_bytes.load(); });
  }

  void watch_doors(const WatchedRooms& rooms) {
    watch_http("main", *rooms.main_http);
    watch_http("jaeger", *rooms.jaeger_http);
    watch_http("otlp_http", *rooms.otlp_http);
    watch_grpc("otlp_grpc", *rooms.otlp_grpc);
    for (const auto& [name, server] : rooms.doors->http()) watch_http(name, *server);
    for (const auto& [name, server] : rooms.doors->grpc()) watch_grpc(name, *server);
    for (const auto& [name, server] : rooms.doors->udp()) watch_udp(name, *server);
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
    for (size_t i = 0; i < table::kRecordTableCount; ++i) {
      counter(metric::kIngestRecords, {table::record_kind(static_cast<table::RecordTableId>(i)).name},
              [&head, i] { return head.totals().records[i].written; });
    }
    counter(metric::kIngestRefusedSpans, {"survey"}, [&] {
      const head::Head::Totals totals = head.totals();
      uint64_t refused = totals.decoded.refused;
      for (const ingest::RecordCounts& records : totals.records) refused += records.refused;
      return refused;
    });
    using Repairs = ingest::RepairCounts;
    const auto repair = [&](std::string_view reason, uint64_t Repairs::*member) {
      counter(metric::kIngestRepairs, {reason}, [&head, member] { return head.totals().repairs.*member; });
    };
    repair("end_before_start", &Repairs::end_before_start);
    repair("malformed_attribute", &Repairs::malformed_attributes);
    repair("duplicate_attribute", &Repairs::duplicate_attributes);
    repair("malformed_child", &Repairs::malformed_children);
    repair("malformed_id", &Repairs::malformed_ids);
    repair("unknown_enum", &Repairs::unknown_enums);
    repair("overflowed_attribute", &Repairs::overflowed_attributes);
    repair("invalid_utf8", &Repairs::invalid_utf8);
  }

  void watch_blocks(const block::BlockStore& blocks) {
    const block::BlockStoreCounters& counters = blocks.counters();
    gauge(metric::kBlocks, {}, [&] { return blocks.totals().blocks; });
    gauge(metric::kBlocksBytes, {}, [&] { return blocks.totals().bytes; });
    gauge(metric::kBlocksSpans, {}, [&] { return blocks.totals().spans; });
    for (size_t i = 0; i < table::kRecordTableCount; ++i) {
      gauge(metric::kBlocksRecords, {table::record_kind(static_cast<table::RecordTableId>(i)).name},
            [&blocks, i] { return blocks.totals().records[i]; });
    }
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

  struct SenderTotals {
    std::array<uint64_t, 3> accepted{};
    std::array<uint64_t, receive::kRefusalCount> refused{};
  };

  self::Metrics& metrics_;
  std::vector<std::move_only_function<void()>> assignments_;
  std::unordered_map<std::shared_ptr<const receive::Sender>, SenderTotals> sender_totals_;
};

ServerMetrics::ServerMetrics(self::Metrics& metrics) : metrics_(metrics) {}
ServerMetrics::~ServerMetrics() = default;

void ServerMetrics::watch(WatchedRooms rooms) {
  mirror_ = std::make_unique<Mirror>(metrics_, rooms);
  token_ = metrics_.before_scrape([mirror = mirror_.get()] { mirror->update(); });
}

}  // namespace clew::main
