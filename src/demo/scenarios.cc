#include "demo/scenarios.h"

#include <algorithm>

#include <fmt/format.h>

namespace clew::demo {
namespace {

constexpr std::string_view kCategories[] = {"tents", "backpacks", "boots", "lamps", "stoves", "maps"};
constexpr std::string_view kSearches[] = {"tent 2 person", "warm sleeping bag", "head lamp", "gore-tex boots",
                                          "gas stove", "rope 60m", "wasserdicht", "登山靴"};
constexpr std::string_view kCountries[] = {"DE", "DE", "FR", "US", "CN", "CN", "JP", "BR"};
constexpr std::string_view kAppUserAgents[] = {"ShopApp/7.2.0 (iPhone; iOS 18.1; Scale/3.00)",
                                               "ShopApp/7.1.4 okhttp/4.12.0 (Android 14; Pixel 8)"};
constexpr size_t kOrdersPerNotification = 5;

constexpr double kDeclinedCards = 0.035;
constexpr double kBankTimeouts = 0.01;
constexpr double kStockTimeouts = 0.012;
constexpr double kCartTimeouts = 0.006;
constexpr double kMissingProducts = 0.02;

}  // namespace

Caller Scenarios::app_customer() {
  Caller caller;
  caller.user = fmt::format("customer-{}", 10'000 + chance_.below(4'000));
  caller.session = fmt::format("{:016x}", chance_.bits());
  caller.country = chance_.pick(kCountries);
  caller.user_agent = chance_.pick(kAppUserAgents);
  caller.address = fmt::format("203.0.113.{}", 1 + chance_.below(254));
  return caller;
}

void Scenarios::page(Story& story, std::string_view method, std::string_view route, const std::string& path,
                     const Handler& handler) {
  story.begin("frontend", fmt::format("{} {}", method, route), otlp::SpanKind::kServer, [&](Call& call) {
    const Caller who = caller_ == nullptr ? app_customer() : *caller_;
    if (!who.trace_state.empty()) call.set_trace_state(who.trace_state);
    call.set("http.request.method", std::string(method));
    call.set("http.route", std::string(route));
    call.set("url.path", path);
    call.set("url.scheme", "https");
    call.set("server.address", "shop.example");
    call.set("client.address", who.address);
    call.set("user_agent.original", who.user_agent);
    call.set("session.id", who.session);
    call.set("enduser.id", who.user);
    call.set("geo.country.iso_code", who.country);
    call.work(1.2);
    handler(call);
    call.step("render", [](Call& render) { render.work(3.5); });
    answered_ = call.http_status() != 200 ? call.http_status() : call.failed() ? 502 : 200;
    call.set("http.response.status_code", static_cast<int64_t>(answered_));
  });
}

void Scenarios::list_products(Call& call, const std::string& category) {
  call.http("catalogue", "GET", "/api/categories/{name}", "/api/categories/" + category, [&](Call& catalogue) {
    catalogue.work(1.5);
    // The N+1 of the shop: one query for the list, then one for the price of each product on it.
    const size_t products = 12 + chance_.below(16);
    catalogue.sql("catalogue", "SELECT", "products",
                  "SELECT id, name, sku FROM products WHERE category = $1 ORDER BY rank LIMIT 40", 4.5,
                  static_cast<int64_t>(products));
    for (size_t product = 0; product < products; ++product) {
      catalogue.sql("catalogue", "SELECT", "prices",
                    fmt::format("SELECT amount, currency FROM prices WHERE product_id = {}", 100 + chance_.below(900)), 1.6);
    }
    catalogue.work(2.0);
  });
}

void Scenarios::browse_category(Story& story) {
  const std::string category(chance_.pick(kCategories));
  page(story, "GET", "/category/:name", "/category/" + category, [&](Call& call) { list_products(call, category); });
}

void Scenarios::find_products(Call& call, const std::string& words) {
  call.set("url.query", "q=" + words);
  call.http("catalogue", "GET", "/api/search", "/api/search", [&](Call& catalogue) {
    catalogue.set("search.terms", words);
    catalogue.work(2.0);
    catalogue.sql("catalogue", "SELECT", "products",
                  "SELECT id, name FROM products WHERE to_tsvector(name) @@ plainto_tsquery($1) LIMIT 40", 22.0,
                  static_cast<int64_t>(chance_.below(40)));
    catalogue.step("rank_results", [](Call& rank) { rank.work(6.0); });
  });
}

void Scenarios::search(Story& story) {
  page(story, "GET", "/search", "/search",
       [&](Call& call) { find_products(call, std::string(chance_.pick(kSearches))); });
}

void Scenarios::show_product(Call& call, const std::string& sku) {
  bool found = true;
  call.parallel({
      [&](Call& branch) {
        found = branch.http("catalogue", "GET", "/api/products/{sku}", "/api/products/" + sku, [&](Call& catalogue) {
          catalogue.set("product.sku", sku);
          catalogue.redis("GET", "GET product:" + sku);
          if (chance_.happens(kMissingProducts)) {
            catalogue.raise(kProductMissing, false);
            catalogue.answer(404);
            return;
          }
          catalogue.sql("catalogue", "SELECT", "products", "SELECT * FROM products WHERE sku = $1", 3.0);
        });
      },
      [&](Call& branch) {
        branch.rpc("recommendation", "shop.Recommendation", "ForProduct", [&](Call& recommendation) {
          recommendation.set("product.sku", sku);
          const bool hit = chance_.happens(0.8);
          recommendation.set("cache.hit", hit);
          recommendation.redis("GET", "GET recommended:" + sku, 0.5);
          if (!hit) recommendation.step("score_candidates", [](Call& score) { score.work(38.0, 0.6); });
        });
      },
  });
  if (found) return;
  call.set("page.not_found", true);
  if (caller_ != nullptr) call.answer(404);
}

void Scenarios::view_product(Story& story) {
  const std::string sku = fmt::format("SKU-{:05}", 100 + chance_.below(900));
  page(story, "GET", "/product/:sku", "/product/" + sku, [&](Call& call) { show_product(call, sku); });
}

void Scenarios::show_reviews(Call& call, const std::string& sku) {
  call.http("catalogue", "GET", "/api/products/{sku}/reviews", "/api/products/" + sku + "/reviews", [&](Call& catalogue) {
    catalogue.set("product.sku", sku);
    catalogue.sql("catalogue", "SELECT", "reviews",
                  "SELECT author, stars, text FROM reviews WHERE sku = $1 ORDER BY written DESC LIMIT 20", 9.0,
                  static_cast<int64_t>(chance_.below(20)));
  });
}

void Scenarios::change_cart(Call& call) {
  const std::string cart_id = std::to_string(70'000 + chance_.below(9'000));
  bool conflict = false;
  const bool ok = call.http("cart", "POST", "/api/carts/{id}/items", "/api/carts/" + cart_id + "/items", [&](Call& cart) {
    cart.set("cart.id", cart_id);
    cart.work(1.0);
    if (chance_.happens(kCartTimeouts)) {
      conflict = true;
      cart.redis("EVAL", "EVAL add_item.lua 1 cart:" + cart_id, 5000.0);
      cart.raise(kCartConflict);
      cart.answer(503);
      return;
    }
    cart.redis("HSET", "HSET cart:" + cart_id + " item ?");
    cart.redis("EXPIRE", "EXPIRE cart:" + cart_id + " 86400", 0.3);
    cart.answer(201);
  });
  if (ok) return;
  call.raise(kFrontendUpstream);
  if (conflict && caller_ != nullptr) call.answer(503);  // A page is told that it may try again.
}

void Scenarios::add_to_cart(Story& story) {
  page(story, "POST", "/cart", "/cart", [&](Call& call) { change_cart(call); });
}

void Scenarios::show_cart(Call& call) {
  call.http("cart", "GET", "/api/carts/{id}", fmt::format("/api/carts/{}", 70'000 + chance_.below(9'000)), [](Call& cart) {
    cart.work(0.8);
    cart.redis("HGETALL", "HGETALL cart:?");
  });
}

// Since release 2.4.0 the page sends the parts of a gift set as lines of their own, and the frontend asks for each.
void Scenarios::ask_stock(Call& inventory, size_t items, bool line_by_line) {
  inventory.set("stock.check", line_by_line ? "each line" : "all lines");
  if (!line_by_line) {
    inventory.sql("inventory", "SELECT", "stock", "SELECT quantity FROM stock WHERE sku = ANY($1)", 3.0,
                  static_cast<int64_t>(items));
    return;
  }
  const size_t lines = 28 + chance_.below(24);
  for (size_t line = 0; line < lines; ++line) {
    inventory.sql("inventory", "SELECT", "stock", "SELECT quantity FROM stock WHERE sku = $1 FOR UPDATE", 90.0);
  }
}

void Scenarios::reserve_stock(Call& checkout, const std::string& order, size_t items, bool line_by_line) {
  checkout.rpc("inventory", "shop.Inventory", "Reserve", [&](Call& inventory) {
    inventory.set("order.id", order);
    inventory.set("order.items", static_cast<int64_t>(items));
    inventory.work(1.0);
    ask_stock(inventory, items, line_by_line);
    if (chance_.happens(kStockTimeouts)) {
      inventory.sql("inventory", "UPDATE", "stock",
                    "UPDATE stock SET reserved = reserved + $1 WHERE sku = $2 AND quantity - reserved >= $1", 3000.0, 0,
                    &kStockLockTimeout);
      inventory.raise(kStockLockTimeout);
      return;
    }
    // The slow dependency of the shop: every order waits for the same row locks.
    inventory.step("wait_for_stock_lock", [&](Call& wait) {
      wait.set("lock.name", "stock");
      wait.work(420.0, 0.5);
    });
    inventory.sql("inventory", "UPDATE", "stock",
                  "UPDATE stock SET reserved = reserved + $1 WHERE sku = $2 AND quantity - reserved >= $1", 18.0,
                  static_cast<int64_t>(items));
  });
}

void Scenarios::charge(Call& checkout, const std::string& order, int64_t cents) {
  const bool paid = checkout.http("payment", "POST", "/charges", "/charges", [&](Call& payment) {
    payment.set("order.id", order);
    payment.set("payment.amount_cents", cents);
    payment.set("payment.card_network", chance_.happens(0.6) ? "visa" : "mastercard");
    payment.sql("payments", "INSERT", "charges",
                "INSERT INTO charges (order_id, amount, state) VALUES (?, ?, 'pending')", 4.0);
    const std::string path = fmt::format("/v2/authorisations/{:012x}", chance_.bits() >> 16);
    if (chance_.happens(kBankTimeouts)) {
      payment.http_outside("POST", "api.bank.example", path, 2000.0, 0, &kBankTimeout);
      payment.raise(kBankTimeout);
      payment.answer(504);
      return;
    }
    const bool declined = chance_.happens(kDeclinedCards);
    payment.http_outside("POST", "api.bank.example", path, 95.0, declined ? 402 : 201);
    if (declined) {
      payment.raise(kCardDeclined);
      payment.answer(402);
      return;
    }
    payment.sql("payments", "UPDATE", "charges", "UPDATE charges SET state = 'captured' WHERE id = ?", 3.0);
    payment.answer(201);
  });
  if (!paid) checkout.raise(kPaymentRefused);
}

void Scenarios::fulfil(Call& fulfilment, const std::string& order) {
  fulfilment.set("order.id", order);
  fulfilment.work(3.0);
  fulfilment.sql("orders", "UPDATE", "orders", "UPDATE orders SET state = 'packing' WHERE id = ?", 4.0);
  fulfilment.rpc("shipping", "shop.Shipping", "BookParcel", [&](Call& shipping) {
    shipping.work(6.0);
    shipping.http_outside("POST", "parcels.carrier.example", "/labels", 140.0, 201);
    shipping.event("label printed", {{"parcel.weight_grams", otlp::AnyValue{static_cast<int64_t>(1800)}}});
  });
}

// What follows a paid order.
void Scenarios::hand_over(Call& checkout, const std::string& order) {
  const SpanContext message = checkout.publish("orders", order, 640);
  checkout.consume("fulfilment", "orders", order, message, 180.0, [&](Call& fulfilment) { fulfil(fulfilment, order); });
  recent_orders_.push_back(message);
}

// An app orders in one step; a page drafts the order first, which reserves the stock, and then pays.
void Scenarios::check_out(Story& story) {
  page(story, "POST", "/checkout", "/checkout", [&](Call& call) {
    const std::string order = fmt::format("order-{}", 500'000 + chance_.below(400'000));
    const size_t items = 1 + chance_.below(5);
    const auto cents = static_cast<int64_t>(1'990 * items + chance_.below(20'000));
    const bool ok = call.http("checkout", "POST", "/api/orders", "/api/orders", [&](Call& checkout) {
      checkout.set("order.id", order);
      checkout.set("order.items", static_cast<int64_t>(items));
      checkout.set("order.total_cents", cents);
      show_cart(checkout);
      reserve_stock(checkout, order, items, false);
      charge(checkout, order, cents);
      if (checkout.failed()) {
        checkout.answer(500);
        return;
      }
      checkout.sql("orders", "INSERT", "orders", "INSERT INTO orders (id, customer, total) VALUES ($1, $2, $3)", 5.0);
      hand_over(checkout, order);
      checkout.answer(201);
    });
    if (!ok) call.raise(kFrontendUpstream);
  });
}

void Scenarios::draft_order(Call& call, const std::string& order, bool stock_line_by_line) {
  const bool ok = call.http("checkout", "POST", "/api/orders", "/api/orders", [&](Call& checkout) {
    const size_t items = 1 + chance_.below(5);
    checkout.set("order.id", order);
    checkout.set("order.items", static_cast<int64_t>(items));
    show_cart(checkout);
    reserve_stock(checkout, order, items, stock_line_by_line);
    if (checkout.failed()) {
      checkout.answer(500);
      return;
    }
    checkout.sql("orders", "INSERT", "orders", "INSERT INTO orders (id, customer, total) VALUES ($1, $2, $3)", 5.0);
    checkout.answer(201);
  });
  if (ok) return call.answer(201);
  call.raise(kFrontendUpstream);
}

void Scenarios::pay_order(Call& call, const std::string& order) {
  const bool ok = call.http("checkout", "POST", "/api/orders/{id}/payment", fmt::format("/api/orders/{}/payment", order),
                            [&](Call& checkout) {
                              checkout.set("order.id", order);
                              charge(checkout, order, static_cast<int64_t>(1'990 + chance_.below(30'000)));
                              if (checkout.failed()) {
                                checkout.answer(500);
                                return;
                              }
                              checkout.sql("orders", "UPDATE", "orders", "UPDATE orders SET state = 'paid' WHERE id = $1", 4.0);
                              hand_over(checkout, order);
                            });
  if (!ok) call.raise(kFrontendUpstream);
}

void Scenarios::show_order(Call& call, const std::string& order) {
  call.http("checkout", "GET", "/api/orders/{id}", "/api/orders/" + order, [&](Call& checkout) {
    checkout.set("order.id", order);
    checkout.sql("orders", "SELECT", "orders", "SELECT state, total, parcel FROM orders WHERE id = $1", 3.0);
  });
}

Answer Scenarios::answer(ApiCall what, const Caller& caller, int64_t start_ns) {
  Story story(chance_, caller.request);
  caller_ = &caller;
  const std::string& subject = caller.subject;
  const auto ask = [&](std::string_view method, std::string_view route, const std::string& path, const Handler& handler) {
    page(story, method, route, path, handler);
  };
  switch (what) {
    case ApiCall::kListItems:
      ask("GET", "/api/items", "/api/items", [&](Call& call) { list_products(call, subject); });
      break;
    case ApiCall::kSearch:
      ask("GET", "/api/search", "/api/search", [&](Call& call) { find_products(call, subject); });
      break;
    case ApiCall::kShowItem:
      ask("GET", "/api/items/:id", "/api/items/" + subject, [&](Call& call) { show_product(call, subject); });
      break;
    case ApiCall::kReviews:
      ask("GET", "/api/items/:id/reviews", fmt::format("/api/items/{}/reviews", subject),
          [&](Call& call) { show_reviews(call, subject); });
      break;
    case ApiCall::kAddToCart: ask("POST", "/api/cart", "/api/cart", [&](Call& call) { change_cart(call); }); break;
    case ApiCall::kShowCart: ask("GET", "/api/cart", "/api/cart", [&](Call& call) { show_cart(call); }); break;
    case ApiCall::kOrder:
      ask("POST", "/api/order", "/api/order",
          [&](Call& call) { draft_order(call, subject, caller.asks_stock_line_by_line); });
      break;
    case ApiCall::kPay:
      ask("POST", "/api/order/:id/payment", fmt::format("/api/order/{}/payment", subject),
          [&](Call& call) { pay_order(call, subject); });
      break;
    case ApiCall::kShowOrder:
      ask("GET", "/api/order/:id", "/api/order/" + subject, [&](Call& call) { show_order(call, subject); });
      break;
  }
  caller_ = nullptr;
  Answer answer;
  answer.status = answered_;
  answer.duration_ns = story.first_span_ns();
  answer.latest_end_ns = start_ns + story.latest_end_ns();
  answer.traces = story.finish_from(start_ns);
  return answer;
}

void Scenarios::send_notifications(Story& story) {
  story.begin("notification", "orders process", otlp::SpanKind::kConsumer, [&](Call& call) {
    call.set("messaging.system", "kafka");
    call.set("messaging.operation.type", "process");
    call.set("messaging.destination.name", "orders");
    call.set("messaging.consumer.group.name", "notification");
    call.set("messaging.batch.message_count", static_cast<int64_t>(recent_orders_.size()));
    for (const SpanContext& order : recent_orders_) call.link(order);
    call.work(2.0);
    for (size_t mail = 0; mail < recent_orders_.size(); ++mail) {
      call.http_outside("POST", "mail.provider.example", "/v3/mail/send", 60.0, 202);
    }
  });
  recent_orders_.clear();
}

void Scenarios::renew_search_index(Story& story) {
  story.begin("catalogue", "cron renew_search_index", otlp::SpanKind::kInternal, [&](Call& call) {
    call.set("job.name", "renew_search_index");
    call.set("job.trigger", "schedule");
    for (const std::string_view category : kCategories) {
      call.sql("catalogue", "SELECT", "products",
               fmt::format("SELECT id, name, text FROM products WHERE category = '{}'", category), 30.0, 160);
      call.step("tokenise", [](Call& step) { step.work(45.0); });
    }
    call.sql("catalogue", "REFRESH", "product_search", "REFRESH MATERIALIZED VIEW CONCURRENTLY product_search", 160.0, 0);
  });
}

otlp::TracesData Scenarios::next(int64_t end_ns) {
  Story story(chance_);
  const double choice = chance_.uniform();
  if (recent_orders_.size() >= kOrdersPerNotification) {
    send_notifications(story);
  } else if (choice < 0.02) {
    renew_search_index(story);
  } else if (choice < 0.32) {
    view_product(story);
  } else if (choice < 0.56) {
    browse_category(story);
  } else if (choice < 0.70) {
    search(story);
  } else if (choice < 0.86) {
    add_to_cart(story);
  } else {
    check_out(story);
  }
  return story.finish(end_ns);
}

}  // namespace clew::demo
