#include "query/admission.h"

#include <chrono>

#include <gtest/gtest.h>

namespace clew::query {
namespace {

TEST(Admission, RefusesBeyondTheLimitAndCountsIt) {
  Admission gate({.concurrent_max = 2, .deadline_ns = 1'000});
  auto first = gate.try_enter();
  {
    auto second = gate.try_enter();
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(gate.try_enter());
    EXPECT_EQ(gate.running(), 2u);
  }
  EXPECT_EQ(gate.refused_count(), 1u);
  auto moved = std::optional<Admission::Ticket>(std::move(*first));
  first.reset();
  EXPECT_EQ(gate.running(), 1u);
  EXPECT_TRUE(gate.try_enter());
}

TEST(Admission, CancelAllReachesRunningQuestionsAndRefusesNewOnes) {
  Admission gate;
  auto ticket = gate.try_enter();
  ASSERT_TRUE(ticket);
  EXPECT_FALSE(ticket->control().cancelled->load());
  EXPECT_NE(ticket->control().deadline_steady_ns, INT64_MAX);
  gate.cancel_all();
  EXPECT_TRUE(ticket->control().cancelled->load());
  EXPECT_FALSE(gate.try_enter());
}

}  // namespace
}  // namespace clew::query
