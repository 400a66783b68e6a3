#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "receive/skywalking/segment_v2.h"
#include "receive/skywalking/skywalking_door.h"
#include "receive/skywalking/skywalking_limits.h"
#include "receive/skywalking/skywalking_receiver.h"
#include "receive/skywalking/skywalking_v2_grpc.h"
#include "receive/wrong_door.h"
#include "self/log_line.h"

namespace clew::receive_skywalking {

using receive::Protocol;
using stdx::ErrorCode;

namespace {

using DoorPtr = std::shared_ptr<SkyWalkingDoor>;
using Item = SkyWalkingDoor::Item;
using Runtime = SkyWalkingDoor::Runtime;
// One message of a stream, or of a unary call, and what is carried from message to message.
using Take = std::function<void(SkyWalkingDoor&, std::string_view, StreamSource&, SkyWalkingDoor::Done)>;

bool may_retry(const stdx::Error& error) {
  return error.code == ErrorCode::kResourceExhausted || error.code == ErrorCode::kUnavailable;
}

// What was refused of a stream, for its answer. Shared with acknowledgements, which may come when the stream is over.
class Refused {
 public:
  void add(stdx::Error error) {
    const std::lock_guard lock(mutex_);
    if (count_++ == 0) first_ = std::move(error);
  }
  stdx::Result<std::string> answer(size_t message_count) {
    const std::lock_guard lock(mutex_);
    if (count_ == 0) return std::string();  // Commands: none.
    return stdx::fail(first_.code, fmt::format("{} of {} messages were refused; the first: {}", count_, message_count,
                                               first_.message));
  }

 private:
  std::mutex mutex_;
  size_t count_ = 0;
  stdx::Error first_;
};

// A message that cannot be read costs itself; the stream goes on, as SkyWalking's own server has it, and says in the end what
// was refused. Only where the log takes nothing now does the stream end, so that its client waits.
class TakingStream final : public net::GrpcStream {
 public:
  TakingStream(DoorPtr door, const Take& take)
      : door_(std::move(door)), take_(take), refused_(std::make_shared<Refused>()) {}

  void take(stdx::SharedBytes message, net::GrpcTaken taken) override {
    door_->intake().count_request(Protocol::kSkyWalkingGrpc, message.size());
    ++message_count_;
    take_(*door_, message.view, source_,
          [door = door_, refused = refused_, message, taken = std::move(taken)](stdx::Result<receive::Outcome> outcome) mutable {
            if (outcome) return taken.done();
            door->intake().count_failure(Protocol::kSkyWalkingGrpc, outcome.error(), message.view);
            if (may_retry(outcome.error())) return taken.fail(std::move(outcome.error()));
            refused->add(std::move(outcome.error()));
            taken.done();
          });
  }
  stdx::Result<std::string> finish() override { return refused_->answer(message_count_); }

 private:
  const DoorPtr door_;
  const Take& take_;  // The method's, which outlives its calls.
  StreamSource source_;
  size_t message_count_ = 0;
  const std::shared_ptr<Refused> refused_;
};

// Segments are small, and a record of the log for each would cost more than all else that is done to them. So what comes while
// one request is on its way to the disk goes together in the next; nothing waits that has nothing to wait for.
class SegmentStream final : public net::GrpcStream {
 public:
  SegmentStream(DoorPtr door, bool may_be_v2)
      : door_(std::move(door)), may_be_v2_(may_be_v2), refused_(std::make_shared<Refused>()) {}

  void take(stdx::SharedBytes message, net::GrpcTaken taken) override {
    const Protocol protocol =
        may_be_v2_ && is_segment_v2(message.view) ? Protocol::kSkyWalkingV2Grpc : Protocol::kSkyWalkingGrpc;
    if (protocol != protocol_) submit();  // In practice a stream has one version only.
    protocol_ = protocol;
    door_->intake().count_request(protocol, message.size());
    ++message_count_;
    if (request_.empty()) request_.reserve(request_bytes_before_);
    if (auto added = door_->add_segment(protocol, message.view, translator_); !added) {
      door_->intake().count_failure(protocol, added.error(), message.view);
      refused_->add(std::move(added.error()));
      return taken.done();
    }
    taken_ ? taken_->join(std::move(taken)) : static_cast<void>(taken_.emplace(std::move(taken)));
    progress();
  }
  void progress() override {
    if (!on_its_way_->load(std::memory_order_acquire) || request_.size() > kGatheredBytesMax) submit();
  }
  stdx::Result<std::string> finish() override { return refused_->answer(message_count_); }

 private:
  void submit() {
    if (!taken_) return;
    on_its_way_->store(true, std::memory_order_release);
    auto done = [door = door_, protocol = protocol_, refused = refused_, on_its_way = on_its_way_,
                 taken = std::move(*taken_)](stdx::Result<receive::Outcome> outcome) mutable {
      on_its_way->store(false, std::memory_order_release);
      if (!outcome) door->intake().count_failure(protocol, outcome.error());
      if (!outcome && may_retry(outcome.error())) return taken.fail(std::move(outcome.error()));
      if (!outcome) refused->add(std::move(outcome.error()));
      taken.done();
    };
    taken_.reset();
    translator_.finish();
    request_bytes_before_ = request_.size();
    door_->intake().take(protocol_, log::RecordKind::kTraces, stdx::SharedBytes::from_string(std::exchange(request_, {})),
                         std::move(done));
  }

  const DoorPtr door_;
  const bool may_be_v2_;
  Protocol protocol_ = Protocol::kSkyWalkingGrpc;
  std::string request_;  // Of the messages of `taken_`.
  SegmentTranslator translator_{request_};
  size_t request_bytes_before_ = 0;  // Of the one before, which the next is likely to resemble.
  std::optional<net::GrpcTaken> taken_;
  const std::shared_ptr<std::atomic<bool>> on_its_way_ = std::make_shared<std::atomic<bool>>(false);  // Cleared by the log.
  size_t message_count_ = 0;
  const std::shared_ptr<Refused> refused_;
};

class MethodList {
 public:
  explicit MethodList(DoorPtr door) : door_(std::move(door)) {}

  // Under the name of 8.4 and later, and if it is that old, under the one of 8.0 to 8.3, without a package.
  void add(std::string_view name, bool is_old, net::GrpcMethod method) {
    method.name = fmt::format("/skywalking.v3.{}", name);
    methods_.push_back(method);
    if (!is_old) return;
    method.name = fmt::format("/{}", name);
    methods_.push_back(std::move(method));
  }
  net::GrpcMethod stream(Take take) const {
    return {.open_stream = [door = door_, take = std::move(take)](const net::GrpcRequest&) {
      return std::make_unique<TakingStream>(door, take);
    }};
  }
  // Under the name without a package also the agents 6 and 7 send.
  net::GrpcMethod segments(std::string name, bool may_be_v2) const {
    return {.name = std::move(name), .open_stream = [door = door_, may_be_v2](const net::GrpcRequest&) {
      return std::make_unique<SegmentStream>(door, may_be_v2);
    }};
  }
  net::GrpcMethod unary(Take take) const {
    return {.handler = [door = door_, take = std::move(take)](net::GrpcRequest& request, net::GrpcReplyPtr reply) {
      door->intake().count_request(Protocol::kSkyWalkingGrpc, request.message.size());
      StreamSource source;
      take(*door, request.message.view, source,
           [door, message = request.message, reply = std::move(reply)](stdx::Result<receive::Outcome> outcome) {
             if (outcome) return reply->send({});
             door->intake().count_failure(Protocol::kSkyWalkingGrpc, outcome.error(), message.view);
             reply->fail(outcome.error());
           });
    }};
  }
  static net::GrpcMethod rare(net::GrpcMethod method) {
    method.is_rare = true;
    return method;
  }

  std::vector<net::GrpcMethod> take() { return std::move(methods_); }

 private:
  const DoorPtr door_;
  std::vector<net::GrpcMethod> methods_;
};

// What is asked of us or sent to us for functions that Clew does not have: it has no commands, and takes note of nothing.
void take_nothing(SkyWalkingDoor&, std::string_view, StreamSource&, SkyWalkingDoor::Done done) { done(receive::Outcome{}); }

void take_segments(SkyWalkingDoor& door, std::string_view message, StreamSource&, SkyWalkingDoor::Done done) {
  door.take_segments(Protocol::kSkyWalkingGrpc, message, std::move(done));
}
void take_properties(SkyWalkingDoor& door, std::string_view message, StreamSource&, SkyWalkingDoor::Done done) {
  auto learnt = door.learn_instance(message);
  learnt ? done(receive::Outcome{}) : done(std::unexpected(std::move(learnt.error())));
}
Take take_runtime(Runtime runtime) {
  return [runtime](SkyWalkingDoor& door, std::string_view message, StreamSource&, SkyWalkingDoor::Done done) {
    door.take_runtime(runtime, message, std::move(done));
  };
}
Take take_item(Item item) {
  return [item](SkyWalkingDoor& door, std::string_view message, StreamSource& source, SkyWalkingDoor::Done done) {
    door.take_item(Protocol::kSkyWalkingGrpc, item, message, source, std::move(done));
  };
}

}  // namespace

SkyWalkingReceiver::SkyWalkingReceiver(receive::Intake intake, const stdx::Clock& clock, NameBook& names)
    : door_(std::make_shared<SkyWalkingDoor>(std::move(intake), clock, names)) {}

std::vector<net::GrpcMethod> SkyWalkingReceiver::grpc_methods() const {
  MethodList list(door_);
  list.add("TraceSegmentReportService/collectInSync", true, list.unary(take_segments));
  list.add("ManagementService/reportInstanceProperties", true, list.rare(list.unary(take_properties)));
  list.add("ManagementService/keepAlive", true, list.rare(list.unary(take_nothing)));
  list.add("JVMMetricReportService/collect", true, list.unary(take_runtime(Runtime::kJvm)));
  list.add("CLRMetricReportService/collect", true, list.rare(list.unary(take_runtime(Runtime::kClr))));
  list.add("MeterReportService/collect", true, list.rare(list.stream(take_item(Item::kMeter))));
  list.add("MeterReportService/collectBatch", false, list.rare(list.stream(take_item(Item::kMeters))));
  list.add("LogReportService/collect", false, list.stream(take_item(Item::kLog)));
  list.add("EventService/collect", false, list.rare(list.stream(take_item(Item::kEvent))));
  list.add("SpanAttachedEventReportService/collect", false, list.rare(list.stream(take_item(Item::kAttachedEvent))));
  list.add("ConfigurationDiscoveryService/fetchConfigurations", false, list.rare(list.unary(take_nothing)));
  list.add("ProfileTask/getProfileTaskCommands", true, list.rare(list.unary(take_nothing)));
  list.add("ProfileTask/collectSnapshot", true, list.rare(list.stream(take_nothing)));
  list.add("ProfileTask/goProfileReport", false, list.rare(list.stream(take_nothing)));
  list.add("ProfileTask/reportTaskFinish", true, list.rare(list.unary(take_nothing)));
  list.add("BrowserPerfService/collectPerfData", true, list.rare(list.unary(take_nothing)));
  list.add("BrowserPerfService/collectWebVitalsPerfData", false, list.rare(list.unary(take_nothing)));
  list.add("BrowserPerfService/collectResourcePerfData", false, list.rare(list.unary(take_nothing)));
  list.add("BrowserPerfService/collectWebInteractionsPerfData", false, list.rare(list.unary(take_nothing)));
  list.add("BrowserPerfService/collectErrorLogs", true, list.rare(list.stream(take_nothing)));
  std::vector<net::GrpcMethod> methods = list.take();
  methods.push_back(list.segments("/skywalking.v3.TraceSegmentReportService/collect", false));
  methods.push_back(list.segments("/TraceSegmentReportService/collect", true));
  for (net::GrpcMethod& method : v2_methods(door_)) methods.push_back(std::move(method));
  for (const char* name : {"AsyncProfilerTask/getAsyncProfilerTaskCommands", "PprofTask/getPprofTaskCommands"}) {
    net::GrpcMethod method = list.rare(list.unary(take_nothing));
    method.name = fmt::format("/skywalking.v10.{}", name);
    methods.push_back(std::move(method));
  }
  return methods;
}

std::function<std::string(std::string_view, const std::string&)> SkyWalkingReceiver::unknown_method() const {
  return [door = door_](std::string_view method, const std::string& peer) {
    const std::string_view probably = method.starts_with("/skywalking.") ? std::string_view()
                                                                         : receive::protocol_by_request(method, {});
    std::string message = fmt::format("no method {}", method);
    if (!probably.empty()) {
      message += fmt::format(". This port speaks SkyWalking; the call is probably {}", probably);
      self::log_warn("another protocol came to the SkyWalking port",
                     {{"method", method}, {"from", peer}, {"probably", probably}});
    }
    door->intake().count_failure(Protocol::kSkyWalkingGrpc, {ErrorCode::kUnimplemented, message});
    return message;
  };
}

}  // namespace clew::receive_skywalking
