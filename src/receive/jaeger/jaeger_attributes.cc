#include "receive/jaeger/jaeger_attributes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

namespace clew::receive_jaeger {

namespace {

namespace field = otlp::field;

// Opens a KeyValue and its AnyValue, and closes them.
class OpenAttribute {
 public:
  OpenAttribute(otlp::MessageWriter& message, uint32_t number, std::string_view key)
      : message_(message), attribute_(message.open(number)) {
    message.add_bytes(field::kKeyValueKey, key);
    value_ = message.open(field::kKeyValueValue);
  }
  ~OpenAttribute() {
    message_.close(value_);
    message_.close(attribute_);
  }
  OpenAttribute(const OpenAttribute&) = delete;
  OpenAttribute& operator=(const OpenAttribute&) = delete;

 private:
  otlp::MessageWriter& message_;
  size_t attribute_;
  size_t value_;
};

struct SdkLanguage {
  std::string_view client;  // As jaeger.version begins.
  std::string_view language;
};
// telemetry.sdk.language has a closed list of values.
constexpr std::array kSdkLanguages = {
    SdkLanguage{"Go", "go"},       SdkLanguage{"Java", "java"},     SdkLanguage{"Python", "python"},
    SdkLanguage{"Node", "nodejs"}, SdkLanguage{"C++", "cpp"},       SdkLanguage{"CSharp", "dotnet"},
    SdkLanguage{"Ruby", "ruby"},   SdkLanguage{"PHP", "php"},       SdkLanguage{"Rust", "rust"},
    SdkLanguage{"Erlang", "erlang"},
};

struct SdkVersion {
  std::string_view language;
  std::string_view version;
};
// "Go-2.30.0"; nullopt for texts of another form, such as "opentelemetry-java".
std::optional<SdkVersion> parse_client_version(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash + 1 == text.size()) return std::nullopt;
  const auto* found = std::ranges::find(kSdkLanguages, text.substr(0, dash), &SdkLanguage::client);
  if (found == kSdkLanguages.end()) return std::nullopt;
  return SdkVersion{found->language, text.substr(dash + 1)};
}

class ResourceWriter {
 public:
  ResourceWriter(otlp::MessageWriter& message, const Process& process) : message_(message), process_(process) {}

  void write() {
    if (!process_.service.empty()) add("service.name", process_.service);
    names_sdk_ = std::ranges::any_of(process_.tags, [](const Tag& tag) { return tag.key.starts_with("telemetry.sdk."); });
    for (const Tag& tag : process_.tags) write_tag(tag);
  }

 private:
  void add(std::string_view key, std::string_view value) {
    write_attribute(message_, field::kResourceAttributes, key, value);
  }
  bool has(std::string_view key) const {
    return std::ranges::any_of(process_.tags, [key](const Tag& tag) { return tag.key == key; });
  }

  void write_tag(const Tag& tag) {
    if (tag.key == "service.name" && !process_.service.empty()) return;  // OpenTelemetry's exporters say it twice.
    if (tag.type == TagType::kString && write_known(tag)) return;
    write_attribute(message_, field::kResourceAttributes, tag.key, tag);
  }

  bool write_known(const Tag& tag) {
    if (tag.key == "jaeger.version") return write_client(tag.text);
    const std::string_view key = tag.key == "hostname"      ? "host.name"
                                 : tag.key == "client-uuid" ? "service.instance.id"
                                                            : std::string_view();
    if (key.empty() || has(key)) return false;
    add(key, tag.text);
    return true;
  }

  bool write_client(std::string_view version_text) {
    const auto version = parse_client_version(version_text);
    if (names_sdk_ || !version) return false;
    add("telemetry.sdk.name", "jaeger");
    add("telemetry.sdk.language", version->language);
    add("telemetry.sdk.version", version->version);
    return true;
  }

  otlp::MessageWriter& message_;
  const Process& process_;
  bool names_sdk_ = false;
};

}  // namespace

void write_attribute(otlp::MessageWriter& message, uint32_t number, std::string_view key, const Tag& value) {
  OpenAttribute open(message, number, key);
  switch (value.type) {
    case TagType::kString: message.add_bytes(field::kAnyValueString, value.text); break;
    case TagType::kDouble: message.add_fixed64(field::kAnyValueDouble, value.number); break;
    case TagType::kBool: message.add_varint(field::kAnyValueBool, value.number != 0 ? 1 : 0); break;
    case TagType::kLong: message.add_varint(field::kAnyValueInt, value.number); break;
    case TagType::kBinary: message.add_bytes(field::kAnyValueBytes, value.text); break;
  }
}

void write_attribute(otlp::MessageWriter& message, uint32_t number, std::string_view key, std::string_view value) {
  write_attribute(message, number, key, Tag{{}, TagType::kString, value, 0});
}

void write_attribute(otlp::MessageWriter& message, uint32_t number, std::string_view key, bool value) {
  write_attribute(message, number, key, Tag{{}, TagType::kBool, {}, value ? 1u : 0u});
}

void write_attribute(otlp::MessageWriter& message, uint32_t number, std::string_view key, int64_t value) {
  write_attribute(message, number, key, Tag{{}, TagType::kLong, {}, static_cast<uint64_t>(value)});
}

void write_attribute(otlp::MessageWriter& message, uint32_t number, std::string_view key,
                     const std::vector<std::string_view>& values) {
  OpenAttribute open(message, number, key);
  const size_t array = message.open(field::kAnyValueArray);
  for (const std::string_view text : values) {
    const size_t value = message.open(field::kArrayValues);
    message.add_bytes(field::kAnyValueString, text);
    message.close(value);
  }
  message.close(array);
}

void write_resource(otlp::MessageWriter& message, const Process& process) { ResourceWriter(message, process).write(); }

}  // namespace clew::receive_jaeger
