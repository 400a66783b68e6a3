// The calls that only SkyWalking's agents 6 and 7 make. Internal to the room.
#pragma once

#include <memory>
#include <vector>

#include "net/grpc_server.h"
#include "receive/skywalking/skywalking_door.h"

namespace clew::receive_skywalking {

// Register/* and ServiceInstancePing/doPing. Their segments and metrics come under names that v3 uses too. Source:
// skywalking-data-collect-protocol at its v2, register/Register.proto and register/InstancePing.proto.
std::vector<net::GrpcMethod> v2_methods(const std::shared_ptr<SkyWalkingDoor>& door);

}  // namespace clew::receive_skywalking
