// Whether this server lives and may be sent work, part by part.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace clew::self {

// `ok` decides the HTTP status: 200 or 503. `json` names every component with its state and reason.
struct HealthReport {
  bool ok = false;
  std::string json;
};

// A component is not ready until it says so, so a server that is still replaying its log gets no traffic. Live means that
// a restart would not help; only a component that can never recover says it is dead. Any thread may call anything.
class HealthRegistry {
 public:
  // A component's own handle. When it dies, the component leaves the report. Outliving the registry is fine.
  class Component {
   public:
    Component() = default;
    Component(Component&&) noexcept;
    Component& operator=(Component&&) noexcept;
    ~Component();

    void set_ready();
    void set_not_ready(std::string reason);
    void set_dead(std::string reason);

   private:
    friend class HealthRegistry;
    struct Entry;
    struct Board;
    std::shared_ptr<Board> board_;  // Shared with the registry and every other component: none knows who ends last.
    Entry* entry_ = nullptr;
  };

  HealthRegistry();
  ~HealthRegistry();
  HealthRegistry(const HealthRegistry&) = delete;
  HealthRegistry& operator=(const HealthRegistry&) = delete;

  [[nodiscard]] Component add(std::string name);

  HealthReport live() const;
  HealthReport ready() const;

 private:
  HealthReport report(bool for_ready) const;
  std::shared_ptr<Component::Board> board_;  // See above.
};

}  // namespace clew::self
