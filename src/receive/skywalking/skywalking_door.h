// What the SkyWalking doors share, whichever way a message came. Internal to the room.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "receive/intake.h"
#include "receive/skywalking/instances.h"
#include "receive/skywalking/meter_translate.h"
#include "receive/skywalking/name_book.h"
#include "receive/skywalking/segment_translate.h"
#include "stdx/clock.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

// Any thread. Each take_…() translates one message and hands it to the intake; `done` is called once, from this thread or the
// log's, as Intake::take() says. A message that cannot be translated is an error; a part of one is counted as refused.
class SkyWalkingDoor : public std::enable_shared_from_this<SkyWalkingDoor> {
 public:
  using Done = receive::Intake::Done;

  SkyWalkingDoor(receive::Intake intake, const stdx::Clock& clock, NameBook& names)
      : intake_(std::move(intake)), clock_(clock), names_(names) {}

  // SegmentCollection.
  void take_segments(receive::Protocol protocol, std::string_view message, Done done);
  // SegmentObject, or v2's UpstreamSegment: added to a request that is for the caller to hand on.
  stdx::Result<void> add_segment(receive::Protocol protocol, std::string_view message, SegmentTranslator& translator);
  // JVMMetricCollection and CLRMetricCollection of both versions.
  enum class Runtime : uint8_t { kJvm, kClr };
  void take_runtime(Runtime runtime, std::string_view message, Done done);
  // One message of a stream of those that meter_translate.h knows.
  enum class Item : uint8_t { kMeter, kMeters, kLog, kEvent, kAttachedEvent };
  void take_item(receive::Protocol protocol, Item item, std::string_view message, StreamSource& source, Done done);
  // Several in one request: each as field 1 of `messages`. One that is bad costs itself.
  void take_items(receive::Protocol protocol, Item item, std::string_view messages, Done done);
  // InstanceProperties: at once.
  stdx::Result<void> learn_instance(std::string_view message);

  const receive::Intake& intake() const { return intake_; }
  const stdx::Clock& clock() const { return clock_; }
  Instances& instances() { return instances_; }
  NameBook& names() const { return names_; }

 private:
  stdx::Result<void> add_segment_v2(std::string_view message, SegmentTranslator& translator);

  stdx::Result<void> add_item(Item item, std::string_view message, StreamSource& source, std::string& request);
  void take(receive::Protocol protocol, log::RecordKind kind, std::string request, Done done);

  const receive::Intake intake_;
  const stdx::Clock& clock_;
  NameBook& names_;
  Instances instances_;
};

}  // namespace clew::receive_skywalking
