// One visitor's session in the simulated shop: from page to page, with what is clicked, fetched, painted and broken there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "demo/browser_errors.h"
#include "demo/chance.h"
#include "demo/page_timing.h"
#include "demo/scenarios.h"
#include "demo/visitor.h"
#include "demo/web_sdk.h"

namespace clew::demo {

// What reaches Clew, and when: spans of the shop's services, or a bundle of a visitor's page.
struct Delivery {
  int64_t at_ns = 0;
  std::variant<otlp::TracesData, Bundle> what;
};

struct Release {
  int64_t live_from_ns = 0;  // 2.4.0 from then on for pages loaded afterwards, 2.3.1 before.
};

// Tells itself a view at a time, so that a shop full of visitors needs little memory. What a page's requests set off in the
// backend is told by the same scenarios as everything else, below the request's span. Release 2.4.0 has two faults: with gift
// sets the checkout's order asks for the stock line by line, and the cart's voucher button throws. One thread.
class Visit {
 public:
  Visit(Chance chance, Scenarios& scenarios, Release release, bool is_miniapp);
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // Lives through the view that begins at `now_ns`; returns when the next begins, nothing once the visitor has left.
  std::optional<int64_t> go_on(int64_t now_ns, std::vector<Delivery>& out);

 private:
  enum class Page { kHome, kItems, kItem, kCart, kCheckout, kOrder, kNone };
  struct Fetch {
    ApiCall call = ApiCall::kListItems;
    std::string_view method;
    std::string path;   // With its query.
    std::string_view name;
    Propagator propagator = Propagator::kTraceContext;
    int64_t bytes = 4000;
  };
  struct Fetched {
    double end = 0;
    bool is_ok = true;
  };

  // Times are milliseconds since the page's navigation began.
  int64_t clock_ms(double at) const { return origin_ms_ + static_cast<int64_t>(at); }
  void open_view(Page page, double at, bool loads);
  double load_page(Page page, std::vector<Delivery>& out);
  double fill_page(Page page, double at, std::vector<Delivery>& out);
  double act_on_page(Page page, double at, std::vector<Delivery>& out);
  void leave_page(double at, std::vector<Delivery>& out);
  Page next_page(Page page);

  Fetched fetch(const Fetch& what, double at, std::vector<Delivery>& out);
  // Requests that no trace can be found for: a third party, a service without tracing, a broken connection.
  double fetch_elsewhere(std::string_view method, const std::string& url, std::string_view name, double at, double server_ms,
                         bool is_traced, bool is_blocked);
  void report_fetch(std::string_view method, const std::string& url, std::string_view name, const FetchTiming& timing,
                    const RequestIds* ids, bool is_broken);
  void fetch_static(const std::string& path, std::string_view type, const FetchTiming& timing);
  void click(std::string_view label, std::string_view target, double at, int times = 1);
  void fail(BrowserError error, double at);
  void long_task(double at, double duration);
  void report_custom(std::string_view type, std::string_view name, double value, double at);
  void report_load(double at);
  void report(std::string json, double reported, double happened, std::string merge_key = {}, bool has_times = true,
              bool begins_view = false);
  void send_vitals(double at, bool is_last);
  void flush(double until, std::vector<Delivery>& out);

  std::string_view view_name(Page page) const;
  std::string url_of(Page page) const;
  bool is_fresh_release() const { return sdk_.version() == kNewVersion; }

  static constexpr std::string_view kOldVersion = "2.3.1";
  static constexpr std::string_view kNewVersion = "2.4.0";

  Chance chance_;
  Scenarios& scenarios_;
  const Release release_;
  const bool is_miniapp_;
  const Visitor visitor_;
  WebSdk sdk_;
  std::vector<Bundle> bundles_;

  Page page_ = Page::kNone;
  Page next_ = Page::kHome;
  int views_ = 0;
  int64_t origin_ms_ = 0;
  View view_, start_view_;
  std::string url_, start_url_, referrer_;
  std::string category_, item_, order_;
  bool has_gift_set_ = false;

  PageLoad load_;
  double largest_paint_ = 0, layout_shift_ = 0, first_input_ms_ = 0, first_input_delay_ = 0, slowest_input_ = 0;
};

}  // namespace clew::demo
