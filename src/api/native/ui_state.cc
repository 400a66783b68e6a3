#include "api/native/ui_state.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <simdjson.h>

#include "api/native/native_limits.h"
#include "wire/json_writer.h"

namespace clew::api_native {
namespace {

constexpr std::string_view kColorsName = "service_colors.json";
constexpr std::string_view kLayoutName = "topology_layout.json";
constexpr double kPlaceMax = 1e6;

std::unexpected<stdx::Error> bad(std::string message) {
  return stdx::fail(stdx::ErrorCode::kInvalidArgument, std::move(message));
}

stdx::Result<void> check(const UiState::Layout& layout) {
  if (layout.nodes.size() > kLayoutNodesMax) return bad(fmt::format("a layout has at most {} nodes", kLayoutNodesMax));
  std::set<std::string_view> ids;
  for (const UiState::LayoutNode& node : layout.nodes) {
    if (node.id.empty() || node.id.size() > kLayoutTextMax || node.lane.size() > kLayoutTextMax) {
      return bad(fmt::format("a node's id has 1 to {0} bytes, its lane at most {0}", kLayoutTextMax));
    }
    if (!(std::abs(node.rank) < kPlaceMax) || !(std::abs(node.slot) < kPlaceMax)) {
      return bad(fmt::format("node \"{}\": rank and slot are numbers below {:g}", node.id, kPlaceMax));
    }
    if (!ids.insert(node.id).second) return bad(fmt::format("node \"{}\" is there twice", node.id));
  }
  return {};
}

stdx::Result<UiState::LayoutNode> parse_node(simdjson::dom::element element) {
  UiState::LayoutNode node;
  std::string_view text;
  if (element["id"].get(text) != simdjson::SUCCESS) return bad("each node needs an \"id\"");
  node.id = text;
  if (element["rank"].get(node.rank) != simdjson::SUCCESS || element["slot"].get(node.slot) != simdjson::SUCCESS) {
    return bad(fmt::format("node \"{}\" needs the numbers \"rank\" and \"slot\"", node.id));
  }
  if (element["pinned"].get(node.pinned) != simdjson::SUCCESS) node.pinned = false;
  if (element["lane"].get(text) == simdjson::SUCCESS) node.lane = text;
  if (element["last_seen_ns"].get(text) == simdjson::SUCCESS) {
    int64_t time = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
    if (error != std::errc() || end != text.data() + text.size()) {
      return bad(fmt::format("node \"{}\": last_seen_ns is no time in ns", node.id));
    }
    node.last_seen_ns = time;
  }
  return node;
}

}  // namespace

UiState::UiState(Store store) : store_(std::move(store)) {
  if (auto saved = store_.load(std::string(kColorsName))) {
    simdjson::dom::parser parser;
    simdjson::dom::array names;
    if (parser.parse(*saved).get(names) == simdjson::SUCCESS) {
      for (const simdjson::dom::element name : names) {
        std::string_view text;
        if (name.get(text) != simdjson::SUCCESS || services_.size() >= kServiceColorsMax) continue;
        if (colors_.try_emplace(std::string(text), static_cast<uint32_t>(services_.size())).second) services_.emplace_back(text);
      }
    }
  }
  if (auto saved = store_.load(std::string(kLayoutName))) {
    if (auto layout = parse_layout(*saved)) layout_ = std::move(*layout);
  }
}

std::vector<uint32_t> UiState::colors_of(std::span<const std::string> services) {
  std::lock_guard lock(mutex_);
  std::vector<uint32_t> colors;
  colors.reserve(services.size());
  const size_t before = services_.size();
  for (const std::string& service : services) {
    const auto known = colors_.find(service);
    if (known != colors_.end()) {
      colors.push_back(known->second);
    } else if (services_.size() < kServiceColorsMax) {
      colors.push_back(static_cast<uint32_t>(services_.size()));
      colors_.emplace(service, colors.back());
      services_.push_back(service);
    } else {
      colors.push_back(static_cast<uint32_t>(std::hash<std::string>()(service) % kServiceColorsMax));
    }
  }
  if (services_.size() != before) save_colors();
  return colors;
}

void UiState::save_colors() {
  if (!store_.save) return;
  std::string text;
  wire::JsonWriter json(text);
  json.begin_array();
  for (const std::string& service : services_) json.value(service);
  json.end_array();
  // What cannot be saved now is saved with the next new service.
  [[maybe_unused]] const auto saved = store_.save(std::string(kColorsName), text);
}

std::vector<std::pair<std::string, uint32_t>> UiState::all_colors() const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, uint32_t>> all;
  for (uint32_t i = 0; i < services_.size(); ++i) all.emplace_back(services_[i], i);
  return all;
}

UiState::Layout UiState::layout() const {
  std::lock_guard lock(mutex_);
  return layout_;
}

stdx::Result<uint64_t> UiState::put_layout(Layout layout) {
  if (auto valid = check(layout); !valid) return std::unexpected(std::move(valid.error()));
  std::lock_guard lock(mutex_);
  if (layout.version != layout_.version) {
    return stdx::fail(stdx::ErrorCode::kAlreadyExists,
                      fmt::format("the layout is at version {} by now, not {}; fetch it and apply the change to it",
                                  layout_.version, layout.version));
  }
  ++layout.version;
  if (store_.save) {
    if (auto saved = store_.save(std::string(kLayoutName), layout_json(layout)); !saved) {
      return std::unexpected(std::move(saved.error()));
    }
  }
  layout_ = std::move(layout);
  return layout_.version;
}

std::string layout_json(const UiState::Layout& layout) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("version", layout.version).key("nodes").begin_array();
  for (const UiState::LayoutNode& node : layout.nodes) {
    json.begin_object().member("id", node.id).member("rank", node.rank).member("slot", node.slot);
    json.member("pinned", node.pinned);
    if (!node.lane.empty()) json.member("lane", node.lane);
    if (node.last_seen_ns) json.key("last_seen_ns").int64_string(*node.last_seen_ns);
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

stdx::Result<UiState::Layout> parse_layout(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::object root;
  if (parser.parse(simdjson::padded_string(text)).get(root) != simdjson::SUCCESS) return bad("the body is no JSON object");
  UiState::Layout layout;
  if (root["version"].get(layout.version) != simdjson::SUCCESS) return bad("\"version\" is missing");
  simdjson::dom::array nodes;
  if (root["nodes"].get(nodes) != simdjson::SUCCESS) return bad("\"nodes\" is missing");
  if (nodes.size() > kLayoutNodesMax) return bad(fmt::format("a layout has at most {} nodes", kLayoutNodesMax));
  for (const simdjson::dom::element element : nodes) {
    auto node = parse_node(element);
    if (!node) return std::unexpected(std::move(node.error()));
    layout.nodes.push_back(std::move(*node));
  }
  return layout;
}

}  // namespace clew::api_native
