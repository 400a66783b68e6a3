#include "receive/skywalking/instances.h"

#include "receive/skywalking/attributes.h"
#include "receive/skywalking/component_list.h"
#include "receive/skywalking/skywalking_limits.h"

namespace clew::receive_skywalking {
namespace {

// Properties whose text is an attribute's. Source: the agents' own lists, as their samples in testdata/ have them.
constexpr std::pair<std::string_view, std::string_view> kSameMeaning[] = {
    {"hostname", "host.name"},   {"host_name", "host.name"},
    {"OS Name", "os.name"},      {"os_name", "os.name"},
    {"version", "telemetry.sdk.version"},
    {"namespace", "service.namespace"},
    {"python_implementation", "process.runtime.name"},
    {"python_version", "process.runtime.version"},
};

std::string_view sdk_language(std::string_view language) {
  if (language == "golang") return "go";
  if (language == "node" || language == "Node.js") return "nodejs";
  if (language == "c#" || language == "C#" || language == "csharp") return "dotnet";
  return language;
}

bool is_address(std::string_view key) { return key == "ipv4" || key == "ipv4s" || key == "ipV4s"; }

// host.ip is a list: a host may have several addresses, each a property of its own.
void write_addresses(const std::vector<TextPair>& properties, std::string& out) {
  bool any = false;
  for (const TextPair& property : properties) any = any || is_address(property.key);
  if (!any) return;
  otlp::MessageWriter writer(out);
  const size_t pair = writer.open(otlp::field::kResourceAttributes);
  writer.add_bytes(otlp::field::kKeyValueKey, "host.ip");
  const size_t value = writer.open(otlp::field::kKeyValueValue);
  const size_t array = writer.open(otlp::field::kAnyValueArray);
  for (const TextPair& property : properties) {
    if (!is_address(property.key)) continue;
    const size_t element = writer.open(otlp::field::kArrayValues);
    writer.add_bytes(otlp::field::kAnyValueString, property.value);
    writer.close(element);
  }
  writer.close(array);
  writer.close(value);
  writer.close(pair);
}

void write_property(const TextPair& property, AttributeWriter& out) {
  if (property.key == "language" || is_address(property.key)) return;
  for (const auto& [key, name] : kSameMeaning) {
    if (property.key == key) return out.text(name, property.value);
  }
  int64_t process = 0;
  if ((property.key == "Process No." || property.key == "process_no") && parse_number(property.value, process)) return out.number("process.pid", process);
  out.text("sw8.instance." + lower_case(property.key), property.value);
}

std::string key_of(std::string_view service, std::string_view instance) {
  std::string key(service);
  key += '\0';
  key += instance;
  return key;
}

}  // namespace

std::string encode_resource(std::string_view service, std::string_view instance, std::string_view layer,
                            std::string_view language, const std::vector<TextPair>& properties) {
  std::string resource;
  AttributeWriter out(resource, otlp::field::kResourceAttributes);
  out.text("service.name", service);
  out.text("service.instance.id", instance);
  out.text("telemetry.sdk.name", "skywalking");
  for (const TextPair& property : properties) {
    if (property.key == "language") language = sdk_language(property.value);
  }
  out.text("telemetry.sdk.language", language);
  // GENERAL says nothing: it is the layer of all that an agent watches from inside.
  if (layer != "GENERAL") out.text("sw8.layer", layer);
  std::vector<TextPair> kept;
  for (const TextPair& property : properties) {
    if (property.value.size() > kPropertyBytesMax || property.key.size() > kPropertyBytesMax) continue;
    if (resource.size() > kInstanceBytesMax || kept.size() >= kPropertyCountMax) break;
    bool seen = false;
    for (const TextPair& one : kept) seen = seen || (one.key == property.key && !is_address(property.key));
    if (seen) continue;
    kept.push_back(property);
    write_property(property, out);
  }
  write_addresses(kept, resource);
  return resource;
}

void Instances::learn(std::string_view service, std::string_view instance, std::string_view layer,
                      const std::vector<TextPair>& properties) {
  auto resource = std::make_shared<const std::string>(encode_resource(service, instance, layer, {}, properties));
  const std::lock_guard lock(mutex_);
  keep(key_of(service, instance), std::move(resource), true);
}

std::shared_ptr<const std::string> Instances::resource_of(std::string_view service, std::string_view instance,
                                                          int32_t component_id) {
  const std::string_view language = language_of(component_id);
  std::string key = key_of(service, instance);
  const std::lock_guard lock(mutex_);
  auto found = by_key_.find(key);
  if (found == by_key_.end() || !found->second->is_learnt) {
    // One resource for each language, as a segment of library spans alone does not tell it.
    if (!language.empty()) found = by_key_.find(key += std::string("\0", 1) + std::string(language));
  }
  if (found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->resource;
  }
  auto resource = std::make_shared<const std::string>(encode_resource(service, instance, {}, language, {}));
  keep(std::move(key), resource, false);
  return resource;
}

void Instances::keep(std::string key, std::shared_ptr<const std::string> resource, bool is_learnt) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->resource = std::move(resource);
    found->second->is_learnt = is_learnt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  entries_.push_front({std::move(key), std::move(resource), is_learnt});
  by_key_.emplace(entries_.front().key, entries_.begin());
  if (entries_.size() <= kInstancesMax) return;
  by_key_.erase(entries_.back().key);
  entries_.pop_back();
}

size_t Instances::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace clew::receive_skywalking
