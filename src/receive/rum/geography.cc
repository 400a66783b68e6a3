#include "receive/rum/geography.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <maxminddb.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>

#include "receive/rum/client_address.h"
#include "receive/rum/rum_limits.h"
#include "stdx/file_version.h"

namespace clew::receive_rum {
namespace {

stdx::Result<void> wrong(std::string_view what) {
  return std::unexpected(stdx::Error{stdx::ErrorCode::kInvalidArgument, std::string(what)});
}

class FileHandle {
 public:
  explicit FileHandle(int fd) : fd_(fd) {}
  ~FileHandle() {
    if (fd_ >= 0) close(fd_);
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

// A copy of `path` without a name, which nobody else can write to.
stdx::Result<void> copy_file(const std::string& path, int to) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return wrong(std::strerror(errno));
  std::string buffer(1 << 20, '\0');
  size_t copied = 0;
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0) return wrong(std::strerror(errno));
    if (count == 0) return {};
    copied += static_cast<size_t>(count);
    if (copied > kGeoDatabaseBytesMax) return wrong("the file is larger than 2 GiB");
    for (ssize_t written = 0; written < count;) {
      const ssize_t step = ::write(to, buffer.data() + written, static_cast<size_t>(count - written));
      if (step < 0) return wrong(std::strerror(errno));
      written += step;
    }
  }
}

template <class... Path>
std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s* entry, Path... path) {
  MMDB_entry_data_s data;
  if (MMDB_get_value(entry, &data, path..., static_cast<const char*>(nullptr)) != MMDB_SUCCESS || !data.has_data) {
    return std::nullopt;
  }
  return data;
}

template <class... Path>
std::string text_at(MMDB_entry_s* entry, Path... path) {
  const auto data = value_at(entry, path...);
  if (!data || data->type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return std::string(data->utf8_string, std::min<size_t>(data->data_size, kNameBytesMax));
}

template <class... Path>
std::string name_at(MMDB_entry_s* entry, const std::string& language, Path... path) {
  std::string name = text_at(entry, path..., "names", language.c_str());
  return name.empty() ? text_at(entry, path..., "names", "en") : name;
}

bool type_names_one_of(std::string_view type, std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    if (type.find(word) != std::string_view::npos) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 5> kNetworkTypes = {"ASN", "ISP", "Domain", "Connection-Type", "Anonymous-IP"};
constexpr std::array<std::string_view, 2> kPlaceTypes = {"City", "Country"};

}  // namespace

class Geography::Database {
 public:
  enum class Kind { kPlaces, kNetworks };

  static stdx::Result<std::shared_ptr<const Database>> open(const std::string& path, Kind kind) {
    const FileHandle memory(memfd_create("geography", MFD_CLOEXEC));
    if (memory.get() < 0) return std::unexpected(wrong(std::strerror(errno)).error());
    if (auto copied = copy_file(path, memory.get()); !copied) return std::unexpected(std::move(copied.error()));
    std::shared_ptr<Database> database(new Database);
    const int status = MMDB_open(fmt::format("/proc/self/fd/{}", memory.get()).c_str(), MMDB_MODE_MMAP, &database->mmdb_);
    if (status != MMDB_SUCCESS) return std::unexpected(wrong(MMDB_strerror(status)).error());
    database->is_open_ = true;
    const std::string_view type = database->mmdb_.metadata.database_type;
    const bool is_wrong_kind = kind == Kind::kPlaces ? type_names_one_of(type, kNetworkTypes) : type_names_one_of(type, kPlaceTypes);
    if (is_wrong_kind) {
      return std::unexpected(wrong(fmt::format("it is a {} database, not one of {}", type,
                                               kind == Kind::kPlaces ? "cities or countries" : "providers or autonomous systems"))
                                 .error());
    }
    return database;
  }
  ~Database() {
    if (is_open_) MMDB_close(&mmdb_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::optional<MMDB_entry_s> find(const IpAddress& address) const {
    int error = MMDB_SUCCESS;
    const MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&mmdb_, address.sockaddr_pointer(), &error);
    if (error != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
    return found.entry;
  }

 private:
  Database() = default;
  MMDB_s mmdb_{};
  bool is_open_ = false;
};

class Geography::WatchedFile {
 public:
  WatchedFile(std::string path, Database::Kind kind) : path_(std::move(path)), kind_(kind) {}

  stdx::Result<void> load() {
    seen_ = stdx::file_version(path_);
    auto database = Database::open(path_, kind_);
    if (!database) return std::unexpected(std::move(database.error()));
    const std::lock_guard lock(mutex_);
    current_ = std::move(*database);
    return {};
  }

  void refresh(const Report& report) {
    if (stdx::file_version(path_) == seen_) return;
    if (auto loaded = load(); !loaded) return report(path_, &loaded.error());
    report(path_, nullptr);
  }

  std::shared_ptr<const Database> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

 private:
  const std::string path_;
  const Database::Kind kind_;
  stdx::FileVersion seen_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Database> current_;  // Shared with whoever is looking something up.
};

Geography::Geography(GeographyOptions options, Report report) : options_(std::move(options)), report_(std::move(report)) {}
Geography::~Geography() = default;

stdx::Result<std::unique_ptr<Geography>> Geography::open(GeographyOptions options, Report report) {
  std::unique_ptr<Geography> geography(new Geography(std::move(options), std::move(report)));
  const auto load = [](std::unique_ptr<WatchedFile>& file, std::string_view setting, const std::string& path,
                       Database::Kind kind) -> stdx::Result<void> {
    if (path.empty()) return {};
    file = std::make_unique<WatchedFile>(path, kind);
    auto loaded = file->load();
    if (!loaded) return wrong(fmt::format("{}: {}: {}", setting, path, loaded.error().message));
    return {};
  };
  const GeographyOptions& wanted = geography->options_;
  if (auto done = load(geography->geo_, "rum.geo_database", wanted.geo_database, Database::Kind::kPlaces); !done) {
    return std::unexpected(std::move(done.error()));
  }
  if (auto done = load(geography->isp_, "rum.isp_database", wanted.isp_database, Database::Kind::kNetworks); !done) {
    return std::unexpected(std::move(done.error()));
  }
  return geography;
}

void Geography::refresh() {
  const Report report = [this](const std::string& path, const stdx::Error* error) {
    if (error != nullptr) failed_changes_.fetch_add(1, std::memory_order_relaxed);
    report_(path, error);
  };
  if (geo_) geo_->refresh(report);
  if (isp_) isp_->refresh(report);
}

Place Geography::place_of(std::string_view text) const {
  Place place;
  if (!geo_ && !isp_) return place;
  const auto address = IpAddress::parse(text);
  if (!address || address->is_private()) return place;
  if (const auto database = geo_ ? geo_->current() : nullptr) {
    if (auto entry = database->find(*address)) {
      place.country = name_at(&*entry, options_.language, "country");
      place.country_code = text_at(&*entry, "country", "iso_code");
      place.province = name_at(&*entry, options_.language, "subdivisions", "0");
      const std::string code = text_at(&*entry, "subdivisions", "0", "iso_code");
      if (!code.empty() && !place.country_code.empty()) place.region_code = place.country_code + "-" + code;
      place.city = name_at(&*entry, options_.language, "city");
    }
  }
  if (const auto database = isp_ ? isp_->current() : nullptr) {
    if (auto entry = database->find(*address)) {
      place.isp = text_at(&*entry, "isp");
      if (place.isp.empty()) place.isp = text_at(&*entry, "autonomous_system_organization");
      if (place.isp.empty()) place.isp = text_at(&*entry, "organization");
      const auto number = value_at(&*entry, "autonomous_system_number");
      if (number && number->type == MMDB_DATA_TYPE_UINT32) place.isp_id = fmt::format("AS{}", number->uint32);
    }
  }
  return place;
}

}  // namespace clew::receive_rum
