#include "receive/rum/record_writer.h"

#include <gtest/gtest.h>

namespace clew::receive_rum {
namespace {

TEST(CutText, IsNeverHalfACharacter) {
  EXPECT_EQ(cut_text("checkout", 8), "checkout");
  EXPECT_EQ(cut_text("checkout", 5), "check");
  EXPECT_EQ(cut_text("a购b", 4), "a购");
  EXPECT_EQ(cut_text("a购b", 3), "a");
  EXPECT_EQ(cut_text("a购b", 2), "a");
  EXPECT_EQ(cut_text("a購\U0001F6D2", 7), "a購");
  EXPECT_EQ(cut_text("", 4), "");
  EXPECT_EQ(cut_text("\x80\x80\x80\x80", 2), "");
}

}  // namespace
}  // namespace clew::receive_rum
