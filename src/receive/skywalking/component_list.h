// SkyWalking's numbers of libraries and frameworks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace clew::receive_skywalking {

struct Component {
  int32_t id;
  std::string_view name;    // "mysql-connector-java"
  std::string_view server;  // What the library talks to, "Mysql"; empty where that has the same name, or there is none.
};

const Component* find_component(int32_t id);  // nullptr: no such number.

// The value of db.system.name, messaging.system or rpc.system for what the component talks to: "mysql".
std::string system_of(const Component& component);

// As telemetry.sdk.language has it, for numbers that only one language's agents send; else empty.
std::string_view language_of(int32_t component_id);

std::string lower_case(std::string_view text);  // ASCII.

}  // namespace clew::receive_skywalking
