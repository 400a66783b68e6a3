#include "receive/arrivals.h"

#include "otlp/utf8.h"

namespace clew::receive {
namespace {

constexpr std::string_view kOthers = "(others)";
// Looking for silent senders walks the whole table, so a flood of new names may not ask for it each time.
constexpr int64_t kForgetEveryNs = 60'000'000'000;

SenderView view_of(const Sender& row) { return {row.service, row.library, row.library_version, row.language}; }

SenderView cut(SenderView view, size_t bytes_max) {
  for (std::string_view SenderView::*member :
       {&SenderView::service, &SenderView::library, &SenderView::library_version, &SenderView::language}) {
    view.*member = (view.*member).substr(0, bytes_max);
  }
  return view;
}

size_t hash_of(Protocol protocol, const SenderView& view) {
  constexpr std::hash<std::string_view> hash;
  size_t sum = static_cast<size_t>(protocol);
  for (const std::string_view part : {view.service, view.library, view.library_version, view.language}) {
    sum = sum * 0x9E3779B97F4A7C15ull + hash(part);
  }
  return sum;
}

bool same(const Sender& row, Protocol protocol, const SenderView& view) {
  return row.protocol == protocol && row.service == view.service && row.library == view.library &&
         row.library_version == view.library_version && row.language == view.language;
}

}  // namespace

Sender::Sender(Protocol protocol_of, const SenderView& view, size_t name_bytes_max, int64_t now_ns)
    : protocol(protocol_of),
      service(otlp::repaired_utf8(view.service.substr(0, name_bytes_max))),
      library(otlp::repaired_utf8(view.library.substr(0, name_bytes_max))),
      library_version(otlp::repaired_utf8(view.library_version.substr(0, name_bytes_max))),
      language(otlp::repaired_utf8(view.language.substr(0, name_bytes_max))),
      first_seen_ns(now_ns),
      last_seen_ns(now_ns) {}

uint64_t Sender::refused_count() const {
  uint64_t sum = 0;
  for (const auto& count : refused) sum += count.load(std::memory_order_relaxed);
  return sum;
}

size_t Arrivals::Hash::operator()(const std::pair<Protocol, SenderView>& key) const {
  return hash_of(key.first, key.second);
}
size_t Arrivals::Hash::operator()(const std::shared_ptr<Sender>& row) const {
  return hash_of(row->protocol, view_of(*row));
}
bool Arrivals::Same::operator()(const std::shared_ptr<Sender>& left, const std::shared_ptr<Sender>& right) const {
  return same(*left, right->protocol, view_of(*right));
}
bool Arrivals::Same::operator()(const std::shared_ptr<Sender>& row, const std::pair<Protocol, SenderView>& key) const {
  return same(*row, key.first, key.second);
}
bool Arrivals::Same::operator()(const std::pair<Protocol, SenderView>& key, const std::shared_ptr<Sender>& row) const {
  return same(*row, key.first, key.second);
}

std::shared_ptr<Sender> Arrivals::sender(Protocol protocol, const SenderView& view) {
  const int64_t now_ns = clock_.now_ns();
  std::pair<Protocol, SenderView> key{protocol, cut(view, limits_.name_bytes_max)};
  const std::lock_guard lock(mutex_);
  auto found = senders_.find(key);
  if (found == senders_.end() && senders_.size() >= limits_.senders_max && !forget_silent(now_ns)) {
    key.second = {kOthers, {}, {}, {}};
    found = senders_.find(key);
  }
  if (found == senders_.end()) {
    found = senders_.insert(std::make_shared<Sender>(protocol, key.second, limits_.name_bytes_max, now_ns)).first;
  }
  (*found)->last_seen_ns.store(now_ns, std::memory_order_relaxed);
  return *found;
}

bool Arrivals::forget_silent(int64_t now_ns) {
  if (now_ns - forgot_at_ns_ < kForgetEveryNs) return false;
  forgot_at_ns_ = now_ns;
  return std::erase_if(senders_, [&](const std::shared_ptr<Sender>& row) {
           return now_ns - row->last_seen_ns.load(std::memory_order_relaxed) > limits_.forget_after_ns;
         }) > 0;
}

void Arrivals::refuse(Protocol protocol, const SenderView& view, Refusal reason, uint64_t count, std::string_view why,
                      std::string_view payload) {
  sender(protocol, view)->refused[static_cast<size_t>(reason)].fetch_add(count, std::memory_order_relaxed);
  RefusalSeen seen{clock_.now_ns(),
                   protocol,
                   reason,
                   count,
                   otlp::repaired_utf8(view.service.substr(0, limits_.name_bytes_max)),
                   otlp::repaired_utf8(why.substr(0, limits_.why_bytes_max)),
                   std::string(payload.substr(0, limits_.payload_bytes_max))};
  const std::lock_guard lock(mutex_);
  refusals_.push_front(std::move(seen));
  if (refusals_.size() > limits_.refusals_max) refusals_.pop_back();
}

std::vector<std::shared_ptr<const Sender>> Arrivals::senders() const {
  const std::lock_guard lock(mutex_);
  return {senders_.begin(), senders_.end()};
}

std::vector<RefusalSeen> Arrivals::refusals() const {
  const std::lock_guard lock(mutex_);
  return {refusals_.begin(), refusals_.end()};
}

}  // namespace clew::receive
