#include "demo/visit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "wire/json_writer.h"

namespace clew::demo {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
constexpr int kViewsMax = 8;
constexpr std::string_view kShop = "https://shop.example";
constexpr AppIdentity kWebApp{"shop@0123456789abcde", "shop-web", "browser", "react"};
constexpr AppIdentity kMiniapp{"shop@fedcba987654321", "shop-mini", "miniapp", "taro"};

constexpr std::string_view kCategories[] = {"tents", "backpacks", "boots", "lamps", "stoves", "maps"};
constexpr std::string_view kWords[] = {"tent 2 person", "head lamp", "gas stove", "rope 60m"};

constexpr double kGiftSets = 0.6;           // Of checkouts.
constexpr double kUnsampled = 0.04;         // The SDK's tracing.sample is 96.
constexpr double kHeadersLost = 0.02;       // The request was made with headers as an array of pairs.
constexpr double kBrokenOnSlowNetwork = 0.02;
constexpr double kBlockedPartner = 0.02;
constexpr double kVoucherClicks = 0.22;
constexpr double kReviewErrors = 0.03;
constexpr double kChunkErrors = 0.25;       // Of old pages once the new release is out.
constexpr double kBlankScreens = 0.06;      // Of loads on the slowest devices.

struct Asset {
  std::string_view name;
  std::string_view type;
  int64_t bytes;
};
constexpr std::array kAssets = {Asset{"app.css", "css", 38'000}, Asset{"vendor.js", "js", 310'000}, Asset{"app.js", "js", 96'000},
                                Asset{"Inter.woff2", "font", 46'000}, Asset{"logo.svg", "image", 3'100}};
constexpr int64_t kHeroBytes = 1'900'000;   // Nobody made it smaller, and it is never cached.

std::string_view initiator_of(std::string_view type) {
  if (type == "css") return "link";
  if (type == "js") return "script";
  if (type == "image") return "img";
  return "css";
}

}  // namespace

Visit::Visit(Chance chance, Scenarios& scenarios, Release release, bool is_miniapp)
    : chance_(chance),
      scenarios_(scenarios),
      release_(release),
      is_miniapp_(is_miniapp),
      visitor_(is_miniapp ? miniapp_visitor(chance_) : web_visitor(chance_)),
      sdk_(chance_, is_miniapp ? kMiniapp : kWebApp, visitor_, std::string(kOldVersion)) {
  const double entry = chance_.uniform();
  next_ = entry < 0.55 ? Page::kHome : entry < 0.8 ? Page::kItems : Page::kItem;
  category_ = chance_.pick(kCategories);
  item_ = fmt::format("SKU-{:05}", 100 + chance_.below(900));
}

std::optional<int64_t> Visit::go_on(int64_t now_ns, std::vector<Delivery>& out) {
  const int64_t now_ms = now_ns / kNsPerMs;
  // The checkout is a document of its own; everything else is one page that changes its routes.
  const bool loads = views_ == 0 || (!is_miniapp_ && next_ == Page::kCheckout);
  if (loads) {
    if (views_ > 0) leave_page(static_cast<double>(now_ms - origin_ms_), out);
    origin_ms_ = now_ms;
    if (!is_miniapp_) sdk_.set_version(std::string(now_ns >= release_.live_from_ns ? kNewVersion : kOldVersion));
    load_ = {};
    largest_paint_ = layout_shift_ = first_input_ms_ = first_input_delay_ = slowest_input_ = 0;
  }
  double at = static_cast<double>(now_ms - origin_ms_);
  open_view(next_, at, loads);
  if (loads) at = load_page(page_, out);
  const double filled = fill_page(page_, at, out);
  if (loads && !is_miniapp_) {
    largest_paint_ = std::max(largest_paint_, filled + 30 * visitor_.device->slowness);
    report_load(load_.load_event);
  }
  ++views_;
  const double leaves = act_on_page(page_, filled, out);
  if (next_ == Page::kNone || views_ == kViewsMax) {
    leave_page(leaves, out);
    return std::nullopt;
  }
  flush(leaves, out);
  return clock_ms(leaves) * kNsPerMs;
}

void Visit::open_view(Page page, double at, bool loads) {
  page_ = page;
  if (page == Page::kCheckout) {
    order_ = fmt::format("order-{}", 500'000 + chance_.below(400'000));
    has_gift_set_ = chance_.happens(kGiftSets);
  }
  view_ = sdk_.new_view(std::string(view_name(page)));
  referrer_ = url_;
  url_ = url_of(page);
  if (loads) {
    start_view_ = view_;
    start_url_ = url_;
    if (is_miniapp_) {
      std::string launch;
      wire::JsonWriter(launch).begin_object().member("event_type", "application").member("type", "launch")
          .member("state", "cold").member("scene", "1001")
          .member("duration", cut_to_three(420 * visitor_.device->slowness * (0.8 + chance_.uniform()))).end_object();
      report(std::move(launch), at, at);
    }
  }
  std::string json;
  wire::JsonWriter(json).begin_object().member("event_type", "view").member("type", "pv").member("name", view_.name)
      .member("url", url_).member("referrer", referrer_).member("loading_type", loads ? "initial_load" : "route_change")
      .end_object();
  report(std::move(json), at + 1, at + 1, {}, true, true);
}

// Returns when the page's scripts run.
double Visit::load_page(Page page, std::vector<Delivery>&) {
  const double slowness = visitor_.device->slowness;
  if (is_miniapp_) return 180 * slowness;
  load_.document = fetch_timing(chance_, *visitor_.network, 1.2, 20 + 40 * chance_.uniform(), 14'000, views_ == 0);
  const bool is_warm = visitor_.has_warm_cache || views_ > 0;
  double styles_end = load_.document.response_end;
  double scripts_end = styles_end;
  for (const Asset& asset : kAssets) {
    if (is_warm) continue;  // The SDK does not report what comes from the cache.
    FetchTiming timing = fetch_timing(chance_, *visitor_.network, load_.document.response_start + 8, 4 + 8 * chance_.uniform(),
                                      asset.bytes, false);
    double& end = asset.type == "js" ? scripts_end : styles_end;
    end = std::max(end, timing.response_end);
    fetch_static(fmt::format("/assets/{}.{}", sdk_.version(), asset.name), asset.type, timing);
  }
  load_.dom_interactive = std::max(load_.document.response_end + 18 * slowness, styles_end);
  load_.dom_content_loaded = std::max(load_.dom_interactive, scripts_end) + 110 * slowness * (0.8 + 0.4 * chance_.uniform());
  load_.first_contentful_paint = load_.dom_content_loaded + 22 * slowness;
  load_.dom_complete = load_.load_event = load_.dom_content_loaded + 6 * slowness;
  if (slowness > 2) long_task(load_.dom_content_loaded - 90 * slowness, 90 * slowness);
  if (slowness > 4 && chance_.happens(kBlankScreens)) {
    std::string state, json;
    wire::JsonWriter(state).begin_object().member("method", "HAS_CONTENT").member("when", "LOAD").member("url", url_).end_object();
    wire::JsonWriter(json).begin_object().member("event_type", "exception").member("name", "A white screen occurs at LOAD")
        .member("type", "blank").member("message", "").member("snapshots", state).end_object();
    report(std::move(json), load_.load_event + 1500, load_.load_event + 1500);
  }
  layout_shift_ = page == Page::kItems ? 0.05 + 0.2 * chance_.uniform() : 0.08 * chance_.uniform();
  return load_.dom_content_loaded;
}

// What a view needs before it shows its content; returns when it does.
double Visit::fill_page(Page page, double at, std::vector<Delivery>& out) {
  const double slowness = visitor_.device->slowness;
  double ready = at;
  const auto image = [&](const std::string& path, int64_t bytes) {
    if (is_miniapp_) return ready;
    const FetchTiming timing = fetch_timing(chance_, *visitor_.network, ready, 5, bytes, false);
    fetch_static(path, "image", timing);
    return timing.response_end;
  };
  switch (page) {
    case Page::kHome: {
      const double fetched = fetch({ApiCall::kListItems, "GET", "/api/items?category=featured", "/api/items"}, at, out).end;
      if (chance_.happens(kBlockedPartner)) {
        fetch_elsewhere("GET", "https://partner.example/offers?user=42&token=b2ZmZXJz", "/offers", at, 20, true, true);
      }
      ready = std::max(fetched, image("/images/hero-winter.jpg", kHeroBytes));
      break;
    }
    case Page::kItems: {
      const bool searches = chance_.happens(0.3);
      if (searches) category_ = chance_.pick(kWords);
      ready = searches ? fetch({ApiCall::kSearch, "GET", "/api/search?q=" + category_, "/api/search", Propagator::kB3}, at, out).end
                       : fetch({ApiCall::kListItems, "GET", "/api/items?category=" + category_, "/api/items"}, at, out).end;
      for (int number = 0; number < 4; ++number) image(fmt::format("/images/items/{}.webp", 100 + chance_.below(900)), 24'000);
      ready += 20 * slowness;
      if (slowness > 1.5 && chance_.happens(0.5)) long_task(ready, slowness * (45 + 60 * chance_.uniform()));
      break;
    }
    case Page::kItem: {
      const Fetched shown = fetch({ApiCall::kShowItem, "GET", "/api/items/" + item_, "/api/items/{id}"}, at, out);
      const Fetched reviews = fetch({ApiCall::kReviews, "GET", fmt::format("/api/items/{}/reviews", item_),
                                     "/api/items/{id}/reviews", Propagator::kSw8}, at + 2, out);
      if (reviews.is_ok && chance_.happens(kReviewErrors)) fail(BrowserError::kReviewDate, reviews.end + 4);
      ready = shown.end;
      image(fmt::format("/images/items/{}-large.webp", item_), 120'000);
      break;
    }
    case Page::kCart:
      ready = fetch({ApiCall::kShowCart, "GET", "/api/cart", "/api/cart"}, at, out).end;
      // An old service behind the same host, which nobody has given a tracer.
      fetch_elsewhere("GET", std::string(kShop) + "/api/vouchers", "/api/vouchers", at + 3, 35, true, false);
      break;
    case Page::kCheckout:
      // Sends nothing of ours: a third party that `allowedUrls` does not name.
      fetch_elsewhere("POST", "https://api.pay.example/v1/sessions", "/v1/sessions", at + 1, 120, false, false);
      ready = fetch({ApiCall::kOrder, "POST", "/api/order", "/api/order"}, at, out).end;
      break;
    case Page::kOrder: ready = fetch({ApiCall::kShowOrder, "GET", "/api/order/" + order_, "/api/order/{id}"}, at, out).end; break;
    case Page::kNone: break;
  }
  return ready + 8 * slowness;
}

// Reads, clicks, and leaves: returns when.
double Visit::act_on_page(Page page, double at, std::vector<Delivery>& out) {
  double now = at + static_cast<double>(chance_.duration_ns(views_ == 1 ? 14'000 : 9'000, 0.6)) / 1e6;
  switch (page) {
    case Page::kItem:
      if (chance_.happens(0.55)) {
        click("submit-button: Add to cart", "//*[@id=\"add-to-cart\"]", now);
        const Fetched added = fetch({ApiCall::kAddToCart, "POST", "/api/cart", "/api/cart"}, now + 3, out);
        if (added.is_ok) report_custom("cart", "add", 19.9 + static_cast<double>(chance_.below(200)), added.end);
        now = added.end + 1200 + 2500 * chance_.uniform();
        next_ = chance_.happens(0.7) ? Page::kCart : Page::kItems;
        click(next_ == Page::kCart ? "a: Cart" : "a: Back", next_ == Page::kCart ? "//*[@id=\"cart-link\"]" : "/html/body/main/nav/a",
              now);
        return now + 4;
      }
      break;
    case Page::kCart:
      if (chance_.happens(kVoucherClicks)) {
        // A button that does nothing is clicked again, and harder.
        const bool is_dead = is_fresh_release() && !is_miniapp_;
        click("submit-button: Apply voucher", "//*[@id=\"apply-voucher\"]", now, is_dead ? 3 + static_cast<int>(chance_.below(4)) : 1);
        if (is_dead) {
          for (int number = 0; number < 3; ++number) fail(BrowserError::kVoucherMissing, now + 3 + 180 * number);
        }
        now += 2500 + 4000 * chance_.uniform();
      }
      break;
    case Page::kCheckout: {
      if (!chance_.happens(0.85)) break;
      now += 12'000 * chance_.uniform();
      bool is_paid = false;
      for (int attempt = 0; attempt < 2 && !is_paid; ++attempt) {
        click("submit-button: Pay now", "//*[@id=\"pay\"]", now);
        const Fetched paid = fetch({ApiCall::kPay, "POST", fmt::format("/api/order/{}/payment", order_), "/api/order/{id}/payment"},
                                   now + 4, out);
        is_paid = paid.is_ok;
        if (!is_paid) fail(BrowserError::kPaymentDeclined, paid.end + 2);
        now = paid.end + (is_paid ? 20 : 6000 + 9000 * chance_.uniform());
        if (!is_paid && chance_.happens(0.5)) break;
      }
      if (is_paid) report_custom("order", "purchase", 19.9 + static_cast<double>(chance_.below(400)), now);
      next_ = is_paid ? Page::kOrder : Page::kNone;
      return now;
    }
    default: break;
  }
  next_ = next_page(page);
  if (next_ == Page::kNone) return now;
  if (next_ == Page::kCart && page != Page::kCart && sdk_.version() == kOldVersion && !is_miniapp_ &&
      clock_ms(now) * kNsPerMs > release_.live_from_ns && chance_.happens(kChunkErrors)) {
    fail(BrowserError::kChunkGone, now + 90);
  }
  click(next_ == Page::kCheckout ? "a: To checkout" : "a: Next", next_ == Page::kCheckout ? "//*[@id=\"to-checkout\"]"
                                                                                            : "/html/body/main/section/a", now);
  return now + 5;
}

Visit::Page Visit::next_page(Page page) {
  const double choice = chance_.uniform();
  switch (page) {
    case Page::kHome: return choice < 0.6 ? Page::kItems : choice < 0.78 ? Page::kItem : Page::kNone;
    case Page::kItems:
      item_ = fmt::format("SKU-{:05}", 100 + chance_.below(900));
      return choice < 0.8 ? Page::kItem : Page::kNone;
    case Page::kItem: return choice < 0.45 ? Page::kItems : choice < 0.6 ? Page::kCart : choice < 0.68 ? Page::kHome : Page::kNone;
    case Page::kCart: return choice < 0.75 ? Page::kCheckout : choice < 0.88 ? Page::kItems : Page::kNone;
    case Page::kOrder: return choice < 0.25 ? Page::kHome : Page::kNone;
    default: return Page::kNone;
  }
}

void Visit::leave_page(double at, std::vector<Delivery>& out) {
  send_vitals(at, true);
  sdk_.hide(clock_ms(at) + 1, bundles_);
  flush(at, out);
}

void Visit::flush(double until, std::vector<Delivery>& out) {
  sdk_.advance(clock_ms(until), bundles_);
  for (Bundle& bundle : bundles_) {
    const int64_t at_ns = bundle.sent_ns;
    out.push_back({at_ns, std::move(bundle)});
  }
  bundles_.clear();
}

Visit::Fetched Visit::fetch(const Fetch& what, double at, std::vector<Delivery>& out) {
  const std::string url = std::string(kShop) + what.path;
  const RequestIds ids = sdk_.new_request(what.propagator, view_.name);
  FetchTiming timing = fetch_timing(chance_, *visitor_.network, at, 0, what.bytes, false);
  if (visitor_.network->effective_type == "3g" && chance_.happens(kBrokenOnSlowNetwork)) {
    timing.response_end = timing.start + 4000 * chance_.uniform() + 300;
    report_fetch(what.method, url, what.name, timing, &ids, true);
    return {timing.response_end, false};
  }
  const bool is_order = what.call == ApiCall::kOrder || what.call == ApiCall::kPay;
  const bool is_sampled = is_order || !chance_.happens(kUnsampled);
  const bool loses_headers = is_sampled && !is_order && chance_.happens(kHeadersLost);

  Caller caller;
  caller.request = {ids.trace_id, ids.span_id};
  // Without headers the frontend begins a trace of its own.
  if (loses_headers) caller.request = {{chance_.id_bits(), chance_.id_bits() | 1}, 0};
  else caller.trace_state = ids.trace_state;
  caller.session = sdk_.session_id();
  caller.user = visitor_.user_id;
  caller.user_agent = visitor_.device->user_agent;
  caller.country = visitor_.place->country_id;
  caller.address = visitor_.address;
  caller.subject = what.call == ApiCall::kListItems || what.call == ApiCall::kSearch ? category_
                   : is_order || what.call == ApiCall::kShowOrder                    ? order_
                                                                                     : item_;
  caller.asks_stock_line_by_line = is_fresh_release() && has_gift_set_;
  const double half_trip = (timing.response_start - timing.request_start) / 2;
  const auto server_ns = static_cast<int64_t>((static_cast<double>(origin_ms_) + timing.request_start + half_trip) * 1e6);
  Answer answer = scenarios_.answer(what.call, caller, server_ns);
  const double server_ms = static_cast<double>(answer.duration_ns) / 1e6;
  timing.response_start += server_ms;
  timing.response_end += server_ms;
  timing.status = answer.status;
  if (answer.status >= 400) timing.body_bytes = timing.decoded_bytes = 96;
  report_fetch(what.method, url, what.name, timing, is_sampled ? &ids : nullptr, false);
  if (is_sampled) out.push_back({answer.latest_end_ns, std::move(answer.traces)});
  return {timing.response_end, answer.status < 300};
}

double Visit::fetch_elsewhere(std::string_view method, const std::string& url, std::string_view name, double at,
                              double server_ms, bool is_traced, bool is_blocked) {
  FetchTiming timing = fetch_timing(chance_, *visitor_.network, at, server_ms, 600, false);
  const RequestIds ids = sdk_.new_request(Propagator::kTraceContext, view_.name);
  report_fetch(method, url, name, timing, is_traced ? &ids : nullptr, is_blocked);
  return timing.response_end;
}

void Visit::report_fetch(std::string_view method, const std::string& url, std::string_view name, const FetchTiming& timing,
                         const RequestIds* ids, bool is_broken) {
  std::string text, entry;
  wire::JsonWriter json(text);
  const bool is_ok = !is_broken && timing.status < 300;
  json.begin_object().member("event_type", "resource").member("url", url).member("name", name);
  json.member("type", is_miniapp_ ? "xmlhttprequest" : "fetch").member("success", is_ok ? 1 : 0).member("method", method);
  if (ids != nullptr) json.member("trace_id", ids->trace_text).member("trace_data", ids->trace_data);
  if (is_broken) {
    const Engine engine = visitor_.device->engine;
    json.member("message", engine == Engine::kV8      ? "TypeError: Failed to fetch"
                           : engine == Engine::kGecko ? "TypeError: NetworkError when attempting to fetch resource."
                                                      : "TypeError: Load failed");
    wire::JsonWriter(entry).begin_object().member("name", url).member("entryType", "resource")
        .member("duration", timing.duration()).end_object();
    json.member("timing_data", entry).member("duration", timing.duration());
  } else {
    json.member("status_code", timing.status).member("message", is_ok ? "OK" : "");
    json.member("timing_data", resource_entry(url, is_miniapp_ ? "xmlhttprequest" : "fetch", timing));
    json.member("duration", timing.duration());
    json.member("download_duration", cut_to_three(timing.response_end - timing.response_start));
    json.member("first_byte_duration", cut_to_three(timing.response_start - timing.request_start));
    json.member("size", timing.decoded_bytes).member("transfer_size", timing.transfer_bytes());
  }
  json.end_object();
  report(std::move(text), timing.response_end + 200, timing.start);
}

void Visit::fetch_static(const std::string& path, std::string_view type, const FetchTiming& timing) {
  const std::string url = std::string(kShop) + path;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("event_type", "resource").member("url", url).member("name", path).member("type", type);
  json.member("method", "GET").member("status_code", timing.status).member("success", timing.status < 400 ? 1 : 0);
  json.member("duration", timing.duration());
  json.member("download_duration", cut_to_three(timing.response_end - timing.response_start));
  json.member("first_byte_duration", cut_to_three(timing.response_start - timing.request_start));
  json.member("size", timing.decoded_bytes).member("transfer_size", timing.transfer_bytes());
  json.member("timing_data", resource_entry(url, initiator_of(type), timing)).end_object();
  // Static resources are told of a second after the page has loaded, with the time of the telling.
  const double reported = std::max(timing.response_end, load_.load_event) + 1000;
  report(std::move(text), reported, reported);
}

void Visit::click(std::string_view label, std::string_view target, double at, int times) {
  const double delay = 1 + 5 * visitor_.device->slowness * chance_.uniform();
  for (int number = 0; number < times; ++number) {
    std::string state, text;
    wire::JsonWriter(state).begin_object().member("className", label.starts_with("a:") ? "link" : "btn primary").end_object();
    wire::JsonWriter(text).begin_object().member("event_type", "action").member("type", "click")
        .member("name", fmt::format("click on {}", label)).member("target_name", target)
        .member("duration", cut_to_three(delay)).member("snapshots", state).end_object();
    report(std::move(text), at + 170 * number, at + 170 * number, fmt::format("click {}", target));
  }
  slowest_input_ = std::max(slowest_input_, std::round(delay + 38 * visitor_.device->slowness * (0.6 + chance_.uniform())));
  if (first_input_ms_ != 0) return;
  first_input_ms_ = at;
  first_input_delay_ = delay;
  send_vitals(at + 200, false);
}

// They come in pieces: the first after the first click, the rest when the page is hidden.
void Visit::send_vitals(double at, bool is_last) {
  if (is_miniapp_) return;
  const Engine engine = visitor_.device->engine;
  const bool has_first_part = first_input_ms_ != 0 || is_last;
  const bool sends_paint = engine != Engine::kWebKit && has_first_part && (!is_last || first_input_ms_ == 0);
  const bool sends_input = first_input_ms_ != 0 && !is_last;
  const bool sends_rest = engine == Engine::kV8 && is_last;
  if (!sends_paint && !sends_input && !sends_rest) return;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("event_type", "view").member("type", "webvitals").member("referrer", "");
  if (sends_paint) json.member("largest_contentful_paint", std::round(largest_paint_));
  if (sends_input) {
    json.member("first_input_delay", cut_to_three(first_input_delay_)).member("first_input_time", cut_to_three(first_input_ms_));
  }
  if (sends_rest && slowest_input_ > 0) json.member("interaction_to_next_paint", slowest_input_);
  if (sends_rest) json.member("cumulative_layout_shift", cut_to_three(layout_shift_));
  json.member("url", start_url_).end_object();
  // They are the loaded page's, whatever view is open by now.
  const View open = std::exchange(view_, start_view_);
  report(std::move(text), at, at);
  view_ = open;
}

void Visit::report_load(double at) {
  std::string text;
  wire::JsonWriter json(text);
  const double begin = load_.document.start;
  json.begin_object().member("event_type", "view").member("type", "perf").member("url", url_).member("referrer", referrer_);
  json.member("dom_interactive", cut_to_three(load_.dom_interactive - begin));
  json.member("dom_content_loaded", cut_to_three(load_.dom_content_loaded - begin));
  json.member("dom_complete", cut_to_three(load_.dom_complete - begin));
  json.member("load_event", cut_to_three(load_.load_event - begin));
  json.member("first_paint", std::round(load_.first_contentful_paint)).member("snapshots", navigation_entry(url_, load_));
  json.member("first_contentful_paint", std::round(load_.first_contentful_paint)).end_object();
  report(std::move(text), at + 10, at + 10);
}

void Visit::fail(BrowserError error, double at) {
  const BrowserErrorText what = text_of(error, visitor_.device->engine, sdk_.version());
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("event_type", "exception").member("type", what.type).member("source", what.source);
  json.member("name", what.name).member("message", what.message).member("stack", what.stack);
  if (!what.file.empty()) json.member("file", what.file).member("line", what.line).member("column", what.column);
  json.key("binary_images").begin_object().member(what.script, what.debug_id).end_object().end_object();
  report(std::move(text), at, at, what.message + what.stack);
}

void Visit::long_task(double at, double duration) {
  if (duration < 150) return;  // The SDK's own threshold.
  std::string text;
  wire::JsonWriter(text).begin_object().member("id", view_.id).member("name", view_.name).member("event_type", "longTask")
      .member("type", "fps").member("source", "LoAF").member("duration", duration)
      .member("fps", static_cast<int>(std::round(1000 / duration))).member("snapshots", "[]").end_object();
  report(std::move(text), at + duration, at);
}

void Visit::report_custom(std::string_view type, std::string_view name, double value, double at) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("type", type).member("name", name).member("group", "shop").member("value", value);
  json.key("properties").begin_object().member("sku", item_).end_object().member("event_type", "custom").end_object();
  report(std::move(text), at, at, {}, false);
}

void Visit::report(std::string json, double reported, double happened, std::string merge_key, bool has_times, bool begins_view) {
  sdk_.report({clock_ms(reported), clock_ms(happened), view_, std::move(json), std::move(merge_key), has_times, begins_view});
}

std::string_view Visit::view_name(Page page) const {
  switch (page) {
    case Page::kHome: return is_miniapp_ ? "pages/index/index" : "/";
    case Page::kItems: return is_miniapp_ ? "pages/items/items" : "/items";
    case Page::kItem: return is_miniapp_ ? "pages/item/item" : "/items/{id}";
    case Page::kCart: return is_miniapp_ ? "pages/cart/cart" : "/cart";
    case Page::kCheckout: return is_miniapp_ ? "pages/checkout/checkout" : "/checkout";
    case Page::kOrder: return is_miniapp_ ? "pages/order/order" : "/orders/{id}";
    case Page::kNone: break;
  }
  return "";
}

std::string Visit::url_of(Page page) const {
  if (is_miniapp_) return std::string(view_name(page));
  switch (page) {
    case Page::kItems: return fmt::format("{}/items?category={}", kShop, category_);
    case Page::kItem: return fmt::format("{}/items/{}", kShop, item_);
    case Page::kOrder: return fmt::format("{}/orders/{}", kShop, order_);
    default: return fmt::format("{}{}", kShop, view_name(page));
  }
}

}  // namespace clew::demo
