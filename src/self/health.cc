#include "self/health.h"

#include <list>
#include <mutex>
#include <utility>

#include "self/json_text.h"

namespace clew::self {

struct HealthRegistry::Component::Entry {
  enum class State { kReady, kNotReady, kDead };
  std::string name;
  State state = State::kNotReady;
  std::string reason = "starting";
};

struct HealthRegistry::Component::Board {
  std::mutex mutex;
  std::list<Entry> entries;  // Guarded by mutex. In the order of registration.

  void set(Entry* entry, Entry::State state, std::string reason) {
    if (entry == nullptr) return;
    const std::lock_guard lock(mutex);
    entry->state = state;
    entry->reason = std::move(reason);
  }
};

HealthRegistry::Component::Component(Component&& other) noexcept
    : board_(std::move(other.board_)), entry_(std::exchange(other.entry_, nullptr)) {}

HealthRegistry::Component& HealthRegistry::Component::operator=(Component&& other) noexcept {
  std::swap(board_, other.board_);
  std::swap(entry_, other.entry_);
  return *this;
}

HealthRegistry::Component::~Component() {
  if (entry_ == nullptr) return;
  const std::lock_guard lock(board_->mutex);
  board_->entries.remove_if([this](const Entry& entry) { return &entry == entry_; });
}

void HealthRegistry::Component::set_ready() {
  if (board_) board_->set(entry_, Entry::State::kReady, "");
}
void HealthRegistry::Component::set_not_ready(std::string reason) {
  if (board_) board_->set(entry_, Entry::State::kNotReady, std::move(reason));
}
void HealthRegistry::Component::set_dead(std::string reason) {
  if (board_) board_->set(entry_, Entry::State::kDead, std::move(reason));
}

HealthRegistry::HealthRegistry() : board_(std::make_shared<Component::Board>()) {}
HealthRegistry::~HealthRegistry() = default;

HealthRegistry::Component HealthRegistry::add(std::string name) {
  Component component;
  component.board_ = board_;
  const std::lock_guard lock(board_->mutex);
  component.entry_ = &board_->entries.emplace_back();
  component.entry_->name = std::move(name);
  return component;
}

HealthReport HealthRegistry::live() const { return report(false); }
HealthReport HealthRegistry::ready() const { return report(true); }

HealthReport HealthRegistry::report(bool for_ready) const {
  using State = Component::Entry::State;
  HealthReport report{true, {}};
  std::string components;
  {
    const std::lock_guard lock(board_->mutex);
    for (const Component::Entry& entry : board_->entries) {
      report.ok &= for_ready ? entry.state == State::kReady : entry.state != State::kDead;
      if (!components.empty()) components += ',';
      components += "{\"name\":";
      append_json_text(entry.name, components);
      components += entry.state == State::kReady      ? ",\"state\":\"ready\""
                    : entry.state == State::kNotReady ? ",\"state\":\"not_ready\""
                                                      : ",\"state\":\"dead\"";
      if (!entry.reason.empty()) {
        components += ",\"reason\":";
        append_json_text(entry.reason, components);
      }
      components += '}';
    }
  }
  report.json = report.ok ? "{\"status\":\"ok\"" : "{\"status\":\"unavailable\"";
  report.json += ",\"components\":[" + components + "]}\n";
  return report;
}

}  // namespace clew::self
