// What the SkyWalking doors share, whichever way a message came. Internal to the room.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "receive/intake.h"
#include "receive/skywalking/instances.h"
#include "stdx/clock.h"
#include "stdx/error.h"

namespace clew::receive_skywalking {

// Any thread. Each take_…() translates one message and hands it to the intake; `done` is called once, from this thread or the
// log's, as Intake::take() says. A message that cannot be translated is an error; a part of one is counted as refused.
class SkyWalkingDoor : public std::enable_shared_from_this<SkyWalkingDoor> {
 public:
  using Done = receive::Intake::Done;

  SkyWalkingDoor(receive::Intake intake, const stdx::Clock& clock) : intake_(std::move(intake)), clock_(clock) {}

  // SegmentObject, SegmentCollection.
  void take_segment(receive::Protocol protocol, std::string_view message, Done done);
  void take_segments(receive::Protocol protocol, std::string_view message, Done done);
  // InstanceProperties: at once.
  stdx::Result<void> learn_instance(std::string_view message);

  const receive::Intake& intake() const { return intake_; }
  const stdx::Clock& clock() const { return clock_; }
  Instances& instances() { return instances_; }

 private:
  // Appends it to `request`; what is refused of it is counted.
  stdx::Result<void> add_segment(receive::Protocol protocol, std::string_view message, std::string& request);

  const receive::Intake intake_;
  const stdx::Clock& clock_;
  Instances instances_;
};

}  // namespace clew::receive_skywalking
