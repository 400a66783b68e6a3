// What customers do in the simulated shop: browse, search, look at a product, fill a cart, check out, and what follows.
#pragma once

#include <string>
#include <vector>

#include "demo/story.h"

namespace clew::demo {

// What the shop's page asks the frontend.
enum class ApiCall { kListItems, kSearch, kShowItem, kReviews, kAddToCart, kShowCart, kOrder, kPay, kShowOrder };

// Who asks: a page, whose request is the parent of the frontend's span.
struct Caller {
  SpanContext request;
  std::string trace_state;
  std::string session, user, user_agent, country, address;
  std::string subject;  // The item, category, words or order it is about.
  bool asks_stock_line_by_line = false;  // What the page's release 2.4.0 does for gift sets.
};

struct Answer {
  otlp::TracesData traces;
  int status = 200;
  int64_t duration_ns = 0;    // Of the frontend's span.
  int64_t latest_end_ns = 0;  // On the clock: when the trace's last span has ended.
};

// Tells one trace, chosen by chance with the weights of a real shop. `recent_orders` carries the contexts of orders that
// the notification service will later handle as one batch, linked to each of them. One thread.
class Scenarios {
 public:
  explicit Scenarios(Chance& chance) : chance_(chance) {}

  // One that no browser began: the shop's apps, which send no RUM, queues, and what runs by the clock.
  otlp::TracesData next(int64_t end_ns);
  // What a page's request sets off; the frontend's span begins at `start_ns`.
  Answer answer(ApiCall call, const Caller& caller, int64_t start_ns);

  // Each also by itself, for tests.
  void browse_category(Story& story);
  void search(Story& story);
  void view_product(Story& story);
  void add_to_cart(Story& story);
  void check_out(Story& story);
  void send_notifications(Story& story);
  void renew_search_index(Story& story);

 private:
  // An app asks with the paths of the shop's old pages, a page with those of its API.
  Caller app_customer();
  void page(Story& story, std::string_view method, std::string_view route, const std::string& path,
            const Handler& handler);
  void list_products(Call& call, const std::string& category);
  void find_products(Call& call, const std::string& words);
  void show_product(Call& call, const std::string& sku);
  void show_reviews(Call& call, const std::string& sku);
  void change_cart(Call& call);
  void show_cart(Call& call);
  void draft_order(Call& call, const std::string& order, bool stock_line_by_line);
  void pay_order(Call& call, const std::string& order);
  void show_order(Call& call, const std::string& order);
  void hand_over(Call& checkout, const std::string& order);
  void ask_stock(Call& inventory, size_t items, bool line_by_line);
  void charge(Call& checkout, const std::string& order, int64_t cents);
  void reserve_stock(Call& checkout, const std::string& order, size_t items, bool line_by_line);
  void fulfil(Call& fulfilment, const std::string& order);

  Chance& chance_;
  const Caller* caller_ = nullptr;  // Set while a page's request is answered.
  int answered_ = 200;              // By the frontend, last.
  std::vector<SpanContext> recent_orders_;
};

}  // namespace clew::demo
