#include "demo/browser_errors.h"

#include <fmt/format.h>

#include <span>

namespace clew::demo {
namespace {

struct Frame {
  std::string_view function;
  std::string_view script;  // Without version and ending.
  int line;
  int column;
};

constexpr Frame kVoucherFrames[] = {{"applyVoucher", "cart", 1, 48211},
                                    {"HTMLButtonElement.onClick", "cart", 1, 48977},
                                    {"dispatch", "vendor", 2, 91230},
                                    {"HTMLDocument.handle", "vendor", 2, 88412}};
constexpr Frame kReviewFrames[] = {{"formatReviewDate", "item", 1, 20144},
                                   {"renderReview", "item", 1, 21007},
                                   {"Array.map", "", 0, 0},
                                   {"renderReviews", "item", 1, 21390}};
constexpr Frame kChunkFrames[] = {{"loadChunk", "app", 1, 3120}, {"Promise.all", "", 0, 0}, {"openRoute", "app", 1, 8804}};
constexpr Frame kPaymentFrames[] = {{"pay", "checkout", 1, 15277}, {"submitPayment", "checkout", 1, 16020}};

std::string url_of(std::string_view script, std::string_view version) {
  return fmt::format("https://shop.example/assets/{}.{}.js", script, version);
}

std::string stack_of(std::span<const Frame> frames, Engine engine, std::string_view version, std::string_view headline) {
  // V8 repeats the error above its frames, the others do not.
  std::string stack = engine == Engine::kV8 ? std::string(headline) : std::string();
  for (const Frame& frame : frames) {
    const std::string place =
        frame.script.empty() ? "" : fmt::format("{}:{}:{}", url_of(frame.script, version), frame.line, frame.column);
    if (engine == Engine::kV8) {
      stack += fmt::format("\n    at {} ({})", frame.function, place.empty() ? "<anonymous>" : place);
      continue;
    }
    const size_t dot = frame.function.rfind('.');
    const std::string_view function = frame.function.substr(dot == std::string_view::npos ? 0 : dot + 1);
    if (!stack.empty()) stack += '\n';
    if (engine == Engine::kGecko && place.empty()) continue;  // Natives have no line there.
    stack += fmt::format("{}@{}", function, place.empty() ? "[native code]" : place);
  }
  return stack;
}

// A UUID that stays the same for one script of one release.
std::string debug_id_of(std::string_view script, std::string_view version) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (const std::string_view part : {script, version}) {
    for (const char letter : part) hash = (hash ^ static_cast<uint8_t>(letter)) * 0x100000001B3ULL;
  }
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", hash >> 32, (hash >> 16) & 0xFFFF, hash & 0xFFF,
                     (hash >> 8) & 0xFFF, (hash * 0x9E3779B97F4A7C15ULL) >> 16);
}

std::string_view by_engine(Engine engine, std::string_view v8, std::string_view gecko, std::string_view webkit) {
  return engine == Engine::kV8 ? v8 : engine == Engine::kGecko ? gecko : webkit;
}

}  // namespace

BrowserErrorText text_of(BrowserError error, Engine engine, std::string_view version) {
  BrowserErrorText text;
  std::span<const Frame> frames;
  switch (error) {
    case BrowserError::kVoucherMissing:
      text.source = "onError";
      text.name = "TypeError";
      text.message = by_engine(engine, "Cannot read properties of undefined (reading 'amount')",
                               "can't access property \"amount\", voucher.discount is undefined",
                               "undefined is not an object (evaluating 'voucher.discount.amount')");
      frames = kVoucherFrames;
      break;
    case BrowserError::kReviewDate:
      text.source = "onUnhandledRejection";
      text.name = "RangeError";
      text.message = by_engine(engine, "Invalid time value", "invalid date", "Invalid Date");
      frames = kReviewFrames;
      break;
    case BrowserError::kChunkGone:
      text.source = "onUnhandledRejection";
      text.name = "ChunkLoadError";
      text.message = fmt::format("Loading chunk cart failed.\n(error: {})", url_of("cart", version));
      frames = kChunkFrames;
      break;
    case BrowserError::kPaymentDeclined:
      text.source = "custom";
      text.type = "custom";
      text.name = "PaymentError";
      text.message = "the payment was refused; please try another card";
      frames = kPaymentFrames;
      break;
  }
  text.script = url_of(frames.front().script, version);
  text.debug_id = debug_id_of(frames.front().script, version);
  text.stack = stack_of(frames, engine, version, fmt::format("{}: {}", text.name, text.message));
  if (text.source == "onError") {
    text.file = text.script;
    text.line = frames.front().line;
    text.column = frames.front().column;
  }
  return text;
}

}  // namespace clew::demo
