#include "otlp/foreign_ids.h"

#include <gtest/gtest.h>

namespace clew::otlp {
namespace {

TEST(ForeignIdsTest, UuidsKeepTheirDigits) {
  EXPECT_EQ(to_hex(trace_id_of_text("58f80aac-8207-4481-b065-c27b5ed5d309")), "58f80aac82074481b065c27b5ed5d309");
  EXPECT_EQ(to_hex(trace_id_of_text("58F80AAC82074481B065C27B5ED5D309")), "58f80aac82074481b065c27b5ed5d309");
  EXPECT_TRUE(is_uuid_like("58f80aac82074481b065c27b5ed5d309"));
}

// Stored spans depend on these values.
TEST(ForeignIdsTest, OtherTextsAreHashedTheSameForEver) {
  for (const char* text : {"", "a", "1.2.3", "58f80aac82074481b065c27b5ed5d30", "58f80aac82074481b065c27b5ed5d3099",
                           "00000000000000000000000000000000", "58f80aac82074481b065c27b5ed5d30g"}) {
    EXPECT_FALSE(is_uuid_like(text)) << text;
    EXPECT_FALSE(trace_id_of_text(text).is_zero()) << text;
  }
  EXPECT_EQ(to_hex(trace_id_of_text("1234.56.7890")), "c3609d45f201b0072f5bd5bcbb80366d");
  EXPECT_EQ(span_id_hex(span_id_of_segment("1234.56.7890", 0)), "1793b98578b873e2");
  EXPECT_EQ(span_id_hex(span_id_of_segment("1234.56.7890", 1)), "acdbf1d61b9bd489");
}

TEST(ForeignIdsTest, IsLookedForByHexOrByItsText) {
  EXPECT_EQ(trace_id_looked_for("1f"), (TraceId{0, 0x1f}));
  EXPECT_EQ(trace_id_looked_for("58f80aac-8207-4481-b065-c27b5ed5d309"), trace_id_of_text("58f80aac82074481b065c27b5ed5d309"));
  EXPECT_EQ(trace_id_looked_for("1234.56.7890"), trace_id_of_text("1234.56.7890"));
  for (const char* text : {"", "zz", "0", "58f80aac82074481b065c27b5ed5d3099"}) EXPECT_EQ(trace_id_looked_for(text), std::nullopt);
}

}  // namespace
}  // namespace clew::otlp
