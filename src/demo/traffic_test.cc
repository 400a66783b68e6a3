#include "demo/traffic.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "demo/shop.h"
#include "otlp/foreign_ids.h"
#include "otlp/traces_codec.h"

namespace clew::demo {
namespace {

using simdjson::dom::element;

constexpr int64_t kBegin = 1'700'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

TrafficOptions options_for(int64_t seconds) {
  TrafficOptions options;
  options.begin_ns = kBegin;
  options.live_from_ns = kBegin + seconds * kSecond;
  options.traces_per_second_before = 2;
  options.release.live_from_ns = kBegin + seconds / 2 * kSecond;
  return options;
}

std::vector<Delivery> told(const TrafficOptions& options) {
  Traffic traffic(options);
  std::vector<Delivery> deliveries;
  while (true) {
    Delivery delivery = traffic.next();
    if (delivery.at_ns > options.live_from_ns) return deliveries;
    deliveries.push_back(std::move(delivery));
  }
}

std::string text(element object, const char* key) {
  std::string_view value;
  return object[key].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}
double number(element object, const char* key) {
  double value = -1;
  return object[key].get(value) == simdjson::SUCCESS ? value : -1;
}

// Calls `see(bundle, event)` for every event of every bundle.
template <class See>
void each_event(const std::vector<Delivery>& deliveries, See see) {
  simdjson::dom::parser parser;
  for (const Delivery& delivery : deliveries) {
    const auto* sent = std::get_if<Bundle>(&delivery.what);
    if (sent == nullptr) continue;
    element bundle;
    ASSERT_EQ(parser.parse(sent->body).get(bundle), simdjson::SUCCESS) << sent->body;
    for (const element event : simdjson::dom::array(bundle["events"])) see(*sent, bundle, event);
  }
}

TEST(Traffic, TheSameOptionsTellTheSameShop) {
  const auto first = told(options_for(300));
  const auto again = told(options_for(300));
  ASSERT_EQ(first.size(), again.size());
  size_t bundles = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    ASSERT_EQ(first[i].at_ns, again[i].at_ns);
    ASSERT_EQ(first[i].what.index(), again[i].what.index());
    if (const auto* bundle = std::get_if<Bundle>(&first[i].what)) {
      ++bundles;
      EXPECT_EQ(bundle->body, std::get<Bundle>(again[i].what).body);
    } else {
      EXPECT_EQ(otlp::encode_traces(std::get<otlp::TracesData>(first[i].what)),
                otlp::encode_traces(std::get<otlp::TracesData>(again[i].what)));
    }
  }
  EXPECT_GT(bundles, 50u);
  auto other = options_for(300);
  other.id_salt = 77;
  const auto salted = told(other);
  ASSERT_EQ(salted.size(), first.size()) << "another salt is the same story under other ids";
}

// What one delivery is, without the times and ids in it.
struct Outline {
  int64_t after_ns = 0;
  size_t items = 0;
  size_t bytes = 0;
};

std::vector<Outline> outline(const TrafficOptions& options) {
  std::vector<Outline> outlines;
  for (const Delivery& delivery : told(options)) {
    Outline& one = outlines.emplace_back(Outline{.after_ns = delivery.at_ns - options.begin_ns});
    if (const auto* bundle = std::get_if<Bundle>(&delivery.what)) {
      one.items = bundle->event_count;
      one.bytes = bundle->body.size();
      continue;
    }
    for (const auto& resource_spans : std::get<otlp::TracesData>(delivery.what).resource_spans) {
      one.items += resource_spans.scope_spans.at(0).spans.size();
    }
  }
  return outlines;
}

// So that what is to be found in the demo does not depend on the minute at which it was started.
TEST(Traffic, TheStoryIsTheSameWheneverItBegins) {
  const auto first = outline(options_for(1800));
  ASSERT_GT(first.size(), 2000u);
  for (int64_t start = 1; start <= 12; ++start) {
    auto options = options_for(1800);
    // Other times of the day, of the second and of the millisecond.
    const int64_t later_ns = start * (7 * 3600 + 1787) * kSecond + start * 81'234'567;
    options.begin_ns += later_ns;
    options.live_from_ns += later_ns;
    options.release.live_from_ns += later_ns;
    const auto other = outline(options);
    ASSERT_EQ(other.size(), first.size()) << start;
    for (size_t i = 0; i < first.size(); ++i) {
      ASSERT_NEAR(other[i].after_ns, first[i].after_ns, 1'001'000) << start << ", delivery " << i;
      ASSERT_EQ(other[i].items, first[i].items) << start << ", delivery " << i;
      ASSERT_EQ(other[i].bytes, first[i].bytes) << start << ", delivery " << i;
    }
  }
}

// What the pages of docs/start/demo.md show, and tests in a browser look for, with the options of `clew serve --demo`: away from
// the ends of the hour, so that it is in sight for as long as a test takes.
TEST(Traffic, TheFilledHourHasWhatItsPagesShow) {
  const ShopOptions shop;
  auto options = options_for(shop.backfill.count());
  options.seed = shop.seed;
  options.traces_per_second_before = shop.backfill_traces_per_second;
  const int64_t from_ns = options.begin_ns + 600 * kSecond;
  const int64_t to_ns = options.live_from_ns - 120 * kSecond;
  std::vector<Delivery> deliveries = told(options);
  std::erase_if(deliveries, [&](const Delivery& delivery) { return delivery.at_ns < from_ns || delivery.at_ns > to_ns; });

  std::map<std::string, size_t> found;
  for (const Delivery& delivery : deliveries) {
    const auto* traces = std::get_if<otlp::TracesData>(&delivery.what);
    if (traces == nullptr) continue;
    for (const auto& resource_spans : traces->resource_spans) {
      for (const auto& span : resource_spans.scope_spans.at(0).spans) {
        const uint64_t duration_ns = span.end_time_unix_nano - span.start_time_unix_nano;
        ++found[span.name];
        if (span.name == "POST /checkout" && duration_ns > 1'000'000'000) ++found["slow checkout of an app"];
        if (span.name == "POST /api/order" && duration_ns > 2'000'000'000) ++found["order that asks for its stock line by line"];
        for (const auto& event : span.events) {
          if (const auto* type = otlp::find_string(event.attributes, "exception.type")) ++found[*type];
        }
      }
    }
  }
  each_event(deliveries, [&](const Bundle&, element bundle, element event) {
    const std::string type = text(event, "event_type");
    ++found[text(bundle["app"], "name") + " " + text(bundle["app"], "version") + " " + text(event, "name")];
    if (type == "exception") ++found["browser " + text(event, "name")];
    if (type == "action" && number(event, "times") >= 3) ++found["rage click"];
    if (type == "longTask") ++found["long task"];
    if (type == "resource" && text(event, "message").contains("TypeError")) ++found["broken request"];
    if (type == "resource" && number(event, "status_code") >= 500) ++found["failed request"];
    if (text(event, "url").starts_with("https://api.pay.example/") && text(event, "trace_id").empty()) ++found["request to another origin"];
  });
  for (const char* name :
       {"GET /category/:name", "POST /checkout", "slow checkout of an app", "order that asks for its stock line by line",
        "SELECT catalogue.prices", "org.postgresql.util.PSQLException", "com.shop.payment.CardDeclinedException", "browser TypeError",
        "browser RangeError", "browser PaymentError", "rage click", "long task", "broken request", "failed request",
        "request to another origin", "shop-web 2.3.1 /api/order", "shop-web 2.4.0 /api/order", "shop-mini 2.3.1 /api/order"}) {
    EXPECT_GE(found[name], 3u) << name;
  }
}

TEST(Traffic, BundlesAreWhatTheSdkSends) {
  const auto deliveries = told(options_for(1200));
  int64_t before_ns = 0;
  std::set<std::string> ids;
  for (const Delivery& delivery : deliveries) {
    EXPECT_GE(delivery.at_ns, before_ns) << "time goes back";
    before_ns = delivery.at_ns;
  }
  std::map<std::string, size_t> kinds;
  each_event(deliveries, [&](const Bundle& sent, element bundle, element event) {
    EXPECT_LE(sent.event_count, 20u);
    EXPECT_LT(sent.body.size(), 60'000u) << "what a beacon may carry";
    const std::string session = text(bundle["session"], "id");
    EXPECT_EQ(session.size(), 32u);
    const std::string id = text(event, "event_id");
    EXPECT_TRUE(id.starts_with("00-" + session + "-")) << id;
    EXPECT_TRUE(ids.insert(id).second) << id;
    const auto timestamp_ms = static_cast<int64_t>(number(event, "timestamp"));
    EXPECT_LE(timestamp_ms, sent.sent_ns / 1'000'000);
    EXPECT_GT(timestamp_ms, sent.sent_ns / 1'000'000 - 60'000);
    ++kinds[text(event, "event_type") + " " + text(event, "type")];
    EXPECT_TRUE(text(bundle["user"], "id").starts_with("uid_"));
    EXPECT_EQ(text(bundle["user"], "id").size(), 20u);
  });
  for (const char* kind : {"view pv", "view perf", "view webvitals", "resource fetch", "resource xmlhttprequest", "resource js",
                           "resource css", "resource image", "resource font", "action click", "exception error",
                           "longTask fps", "custom cart", "application launch"}) {
    EXPECT_GT(kinds[kind], 0u) << kind;
  }
}

TEST(Traffic, ARequestThatReachedTheShopIsTheParentOfItsTrace) {
  const auto deliveries = told(options_for(1800));
  std::map<std::pair<otlp::TraceId, otlp::SpanId>, const otlp::Span*> first_spans;
  for (const Delivery& delivery : deliveries) {
    const auto* traces = std::get_if<otlp::TracesData>(&delivery.what);
    if (traces == nullptr) continue;
    for (const auto& resource_spans : traces->resource_spans) {
      for (const auto& span : resource_spans.scope_spans.at(0).spans) {
        if (span.kind == otlp::SpanKind::kServer) first_spans[{span.trace_id, span.parent_span_id}] = &span;
      }
    }
  }
  size_t found = 0, headers_lost = 0, unsampled = 0, failed = 0;
  std::set<std::string> headers;
  simdjson::dom::parser data_parser;
  each_event(deliveries, [&](const Bundle&, element, element event) {
    const std::string url = text(event, "url");
    if (!url.starts_with("https://shop.example/api/") || url.ends_with("/api/vouchers")) return;
    if (text(event, "trace_id").empty()) {
      ++unsampled;
      return;
    }
    if (number(event, "status_code") < 0) return;  // The connection broke.
    element data;
    const std::string data_text = text(event, "trace_data");
    ASSERT_EQ(data_parser.parse(data_text).get(data), simdjson::SUCCESS);
    for (const auto [name, value] : simdjson::dom::object(data["headers"])) headers.insert(std::string(name));
    const std::string span_text = text(data, "spanId");
    const otlp::SpanId span_id =
        span_text.size() == 16 ? std::stoull(span_text, nullptr, 16) : otlp::span_id_of_segment(span_text, 0);
    const auto server = first_spans.find({otlp::trace_id_of_text(text(event, "trace_id")), span_id});
    if (server == first_spans.end()) {
      ++headers_lost;
      return;
    }
    ++found;
    if (number(event, "status_code") >= 500) ++failed;
    const auto start_ms = number(event, "timestamp");
    const auto end_ms = start_ms + number(event, "duration");
    EXPECT_GE(static_cast<double>(server->second->start_time_unix_nano) / 1e6, start_ms);
    EXPECT_LE(static_cast<double>(server->second->end_time_unix_nano) / 1e6, end_ms) << url;
  });
  EXPECT_GT(found, 500u);
  EXPECT_GT(failed, 0u);
  EXPECT_GT(unsampled, 5u);
  EXPECT_GT(headers_lost, 2u);
  EXPECT_LT(headers_lost, found / 20);
  EXPECT_EQ(headers, (std::set<std::string>{"traceparent", "tracestate", "b3", "sw8"}));
}

TEST(Traffic, TheNewReleaseMakesTheCheckoutSlowAndTheVoucherButtonDead) {
  std::map<std::string, std::vector<double>> paints;
  std::map<std::string, size_t> voucher_errors;
  size_t rage_clicks = 0;
  each_event(told(options_for(7200)), [&](const Bundle&, element bundle, element event) {
    const std::string version = text(bundle["app"], "version");
    const double paint = number(event, "largest_contentful_paint");
    if (paint > 0 && text(event, "url").ends_with("/checkout")) paints[version].push_back(paint);
    if (text(event, "stack").find("applyVoucher") != std::string::npos) voucher_errors[version] += 1;
    if (text(event, "event_type") == "action" && number(event, "times") >= 3) ++rage_clicks;
  });
  const auto upper_quartile = [](std::vector<double> values) {
    std::ranges::sort(values);
    return values.at(values.size() * 3 / 4);
  };
  ASSERT_GT(paints["2.3.1"].size(), 20u);
  ASSERT_GT(paints["2.4.0"].size(), 20u);
  EXPECT_GT(upper_quartile(paints["2.4.0"]), 4000) << "poor";
  EXPECT_LT(upper_quartile(paints["2.3.1"]), 2500) << "good";
  EXPECT_EQ(voucher_errors["2.3.1"], 0u);
  EXPECT_GT(voucher_errors["2.4.0"], 5u);
  EXPECT_GT(rage_clicks, 5u);
}

}  // namespace
}  // namespace clew::demo
