// Keys of the attributes of events, each spelled once. What they mean and who writes them: src/receive/rum/README.md.
#pragma once

#include <string_view>

namespace clew::query_rum::key {

// ---- Of the record ----
inline constexpr std::string_view kName = "name";  // The event's name, "rum.view"; a slot like any, though it is no attribute.
inline constexpr std::string_view kBody = "body";  // The line for people, likewise.

// ---- Who and where ----
inline constexpr std::string_view kEventId = "rum.event.id";
inline constexpr std::string_view kSessionId = "session.id";
inline constexpr std::string_view kUserId = "user.id";
inline constexpr std::string_view kUserName = "user.name";
inline constexpr std::string_view kUserTags = "user.tags";
inline constexpr std::string_view kViewId = "view.id";
inline constexpr std::string_view kViewName = "view.name";
inline constexpr std::string_view kBrowser = "user_agent.name";
inline constexpr std::string_view kBrowserVersion = "user_agent.version";
inline constexpr std::string_view kUserAgent = "user_agent.original";
inline constexpr std::string_view kOs = "os.type";
inline constexpr std::string_view kOsVersion = "os.version";
inline constexpr std::string_view kDeviceType = "device.type";
inline constexpr std::string_view kDeviceBrand = "device.brand";
inline constexpr std::string_view kDeviceModel = "device.model";
inline constexpr std::string_view kCountry = "geo.country";
inline constexpr std::string_view kProvince = "geo.province";
inline constexpr std::string_view kCity = "geo.city";
inline constexpr std::string_view kIsp = "isp.name";
inline constexpr std::string_view kNetwork = "network.effective_type";
inline constexpr std::string_view kClientAddress = "client.address";
inline constexpr std::string_view kClockOffset = "rum.clock_offset_ms";
inline constexpr std::string_view kReportedTime = "rum.timestamp";

// ---- Of the application: attributes of the resource ----
inline constexpr std::string_view kAppId = "resource.rum.app.id";
inline constexpr std::string_view kAppName = "resource.rum.app.name";
inline constexpr std::string_view kAppType = "resource.rum.app.type";
inline constexpr std::string_view kService = "resource.service.name";
inline constexpr std::string_view kVersion = "resource.service.version";
inline constexpr std::string_view kEnvironment = "resource.deployment.environment.name";

// ---- Of every kind of event ----
inline constexpr std::string_view kType = "rum.type";
inline constexpr std::string_view kEventName = "rum.name";
inline constexpr std::string_view kTarget = "rum.target_name";  // What was clicked; where it is missing the name tells.
inline constexpr std::string_view kTimes = "rum.times";
inline constexpr std::string_view kSource = "rum.source";
inline constexpr std::string_view kDuration = "rum.duration";  // ms, as all that follow unless they say otherwise.
inline constexpr std::string_view kSnapshots = "rum.snapshots";
inline constexpr std::string_view kUrl = "url.full";

// ---- Views ----
inline constexpr std::string_view kReferrer = "rum.referrer";
inline constexpr std::string_view kLoadingType = "rum.loading_type";
inline constexpr std::string_view kLcp = "rum.largest_contentful_paint";
inline constexpr std::string_view kInp = "rum.interaction_to_next_paint";
inline constexpr std::string_view kCls = "rum.cumulative_layout_shift";  // A score.
inline constexpr std::string_view kFcp = "rum.first_contentful_paint";
inline constexpr std::string_view kFid = "rum.first_input_delay";
inline constexpr std::string_view kTtfb = "rum.time_to_first_byte";
inline constexpr std::string_view kFirstPaint = "rum.first_paint";
inline constexpr std::string_view kDomInteractive = "rum.dom_interactive";
inline constexpr std::string_view kDomContentLoaded = "rum.dom_content_loaded";
inline constexpr std::string_view kDomComplete = "rum.dom_complete";
inline constexpr std::string_view kLoad = "rum.load_event";

// ---- Requests and static resources; the parts of its duration also of a page's load ----
inline constexpr std::string_view kMethod = "http.request.method";
inline constexpr std::string_view kStatusCode = "http.response.status_code";
inline constexpr std::string_view kSuccess = "rum.success";  // 1, 0, -1 for not known.
inline constexpr std::string_view kMessage = "rum.message";
inline constexpr std::string_view kRedirectDuration = "rum.redirect_duration";
inline constexpr std::string_view kDnsDuration = "rum.dns_duration";
inline constexpr std::string_view kConnectDuration = "rum.connect_duration";  // With TLS.
inline constexpr std::string_view kTlsDuration = "rum.ssl_duration";
inline constexpr std::string_view kFirstByteDuration = "rum.first_byte_duration";
inline constexpr std::string_view kDownloadDuration = "rum.download_duration";
inline constexpr std::string_view kSize = "rum.size";                  // Bytes, decoded.
inline constexpr std::string_view kTransferSize = "rum.transfer_size";  // Bytes.
inline constexpr std::string_view kProtocol = "network.protocol.name";
inline constexpr std::string_view kRenderBlocking = "rum.render_blocking_status";  // "blocking", or nothing.
inline constexpr std::string_view kTimingData = "rum.timing_data";      // JSON in a string: the browser's timing entry.
inline constexpr std::string_view kTraceHeaders = "rum.trace.headers";
inline constexpr std::string_view kTraceSample = "rum.trace.sample";  // Percent.

// ---- Application ----
inline constexpr std::string_view kWorkingSet = "rum.working_set";  // Bytes of memory, of all its processes.

// ---- Exceptions ----
inline constexpr std::string_view kErrorType = "exception.type";
inline constexpr std::string_view kErrorMessage = "exception.message";
inline constexpr std::string_view kErrorStack = "exception.stacktrace";
inline constexpr std::string_view kErrorFile = "code.file.path";
inline constexpr std::string_view kErrorLine = "code.line.number";
inline constexpr std::string_view kErrorColumn = "code.column.number";
inline constexpr std::string_view kBinaryImages = "rum.binary_images";  // JSON: URL of a script → debug id.

}  // namespace clew::query_rum::key
