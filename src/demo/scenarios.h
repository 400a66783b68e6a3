// What customers do in the simulated shop: browse, search, look at a product, fill a cart, check out, and what follows.
#pragma once

#include <string>
#include <vector>

#include "demo/story.h"

namespace clew::demo {

// Tells one trace, chosen by chance with the weights of a real shop. `recent_orders` carries the contexts of orders that
// the notification service will later handle as one batch, linked to each of them. One thread.
class Scenarios {
 public:
  explicit Scenarios(Chance& chance) : chance_(chance) {}

  otlp::TracesData next(int64_t end_ns);

  // Each also by itself, for tests.
  void browse_category(Story& story);
  void search(Story& story);
  void view_product(Story& story);
  void add_to_cart(Story& story);
  void check_out(Story& story);
  void send_notifications(Story& story);

 private:
  struct Customer {
    int64_t id;
    std::string session;
    std::string_view country;
    std::string_view user_agent;
  };
  Customer customer();
  void page(Story& story, std::string_view method, std::string_view route, const std::string& path,
            const Handler& handler);
  void charge(Call& checkout, int64_t order, int64_t cents);
  void reserve_stock(Call& checkout, int64_t order, size_t items);
  void fulfil(Call& fulfilment, int64_t order);

  Chance& chance_;
  std::vector<SpanContext> recent_orders_;
};

}  // namespace clew::demo
