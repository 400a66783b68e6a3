#include "self/health.h"

#include <gtest/gtest.h>

#include <optional>

namespace clew::self {
namespace {

TEST(Health, ReadyWhenEveryPartIs) {
  HealthRegistry registry;
  HealthRegistry::Component log = registry.add("log");
  HealthRegistry::Component head = registry.add("head");
  EXPECT_FALSE(registry.ready().ok);
  EXPECT_TRUE(registry.live().ok);
  log.set_ready();
  head.set_not_ready("replaying \"17\" records");
  EXPECT_EQ(registry.ready().json,
            "{\"status\":\"unavailable\",\"components\":[{\"name\":\"log\",\"state\":\"ready\"},"
            "{\"name\":\"head\",\"state\":\"not_ready\",\"reason\":\"replaying \\\"17\\\" records\"}]}\n");
  head.set_ready();
  EXPECT_TRUE(registry.ready().ok);
}

TEST(Health, DeadIsNeitherReadyNorLive) {
  HealthRegistry registry;
  HealthRegistry::Component log = registry.add("log");
  log.set_dead("disk failed");
  EXPECT_FALSE(registry.live().ok);
  EXPECT_FALSE(registry.ready().ok);
}

TEST(Health, ComponentsLeaveWhenTheyDieAndMayOutliveTheRegistry) {
  std::optional<HealthRegistry> registry(std::in_place);
  HealthRegistry::Component kept = registry->add("kept");
  {
    HealthRegistry::Component gone = registry->add("gone");
    HealthRegistry::Component moved = std::move(gone);
    moved.set_dead("for now");
    EXPECT_FALSE(registry->live().ok);
  }
  EXPECT_TRUE(registry->live().ok);
  registry.reset();
  kept.set_ready();
}

}  // namespace
}  // namespace clew::self
