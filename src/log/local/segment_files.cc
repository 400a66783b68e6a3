#include "log/local/segment_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "log/local/aligned_buffer.h"

namespace clew::log_local {
namespace {

constexpr const char* kInUse = ".segment";
constexpr const char* kSpare = ".spare";
constexpr const char* kDamaged = ".damaged";
constexpr disk::OpenMode kReadWriteDirect = {.write = true, .direct = true};

// The generation in a file's name, or 0 if the name does not end so.
uint64_t generation_of(std::string_view name, std::string_view ending) {
  if (!name.ends_with(ending)) return 0;
  name.remove_suffix(ending.size());
  uint64_t generation = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), generation);
  return error == std::errc{} && end == name.data() + name.size() ? generation : 0;
}

bool all_zero(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char byte) { return byte == 0; });
}

}  // namespace

SegmentFiles::SegmentFiles(disk::FileSystem& files, const stdx::Clock& clock, const LocalLogOptions& options,
                           uint32_t partition)
    : files_(files),
      clock_(clock),
      options_(options),
      partition_(partition),
      folder_(fmt::format("{}/{}", options.folder, partition)) {}

std::string SegmentFiles::path_of(uint64_t generation, const char* ending) const {
  return fmt::format("{}/{:020}{}", folder_, generation, ending);
}

stdx::Result<SegmentFiles::Found> SegmentFiles::open_all() {
  if (auto made = files_.create_folders(folder_); !made) return std::unexpected(made.error());
  const auto entries = files_.list(folder_);
  if (!entries) return std::unexpected(entries.error());
  std::vector<Named> segments;
  for (const auto& entry : *entries) {
    const uint64_t generation = generation_of(entry.name, kInUse);
    if (generation != 0) segments.push_back({generation, entry.name});
    const uint64_t spare = generation_of(entry.name, kSpare);
    next_generation_ =
        std::max({next_generation_, generation + 1, spare + 1, generation_of(entry.name, kDamaged) + 1});
    if (spare != 0) keep_or_remove(folder_ + "/" + entry.name, spare);
  }
  std::ranges::sort(segments, {}, &Named::generation);
  Found found;
  for (const auto& named : segments) {
    if (auto opened = open_one(named, found); !opened) return std::unexpected(opened.error());
  }
  // A killed process may have left names that are not durable; a file that came back after a power cut would move the ends
  // that we are about to believe.
  if (auto synced = files_.sync_directory(folder_); !synced) return std::unexpected(synced.error());
  return found;
}

stdx::Result<void> SegmentFiles::open_one(const Named& named, Found& found) {
  const std::string path = folder_ + "/" + named.name;
  auto file = files_.open(path, kReadWriteDirect);
  if (!file) return std::unexpected(file.error());
  AlignedBuffer block(kBlockBytes);
  const auto got = (*file)->read_at(0, {block.data(), block.size()});
  if (!got) return std::unexpected(got.error());
  const std::string_view bytes(block.data(), *got);
  const auto header = decode_segment_header(bytes);
  if (header && header->generation == named.generation && header->partition == partition_) {
    auto segment = std::make_shared<Segment>();
    segment->header = *header;
    segment->path = path;
    segment->file = std::move(*file);
    found.segments.push_back(std::move(segment));
    return {};
  }
  file->reset();
  if (header || all_zero(bytes)) {
    // A crash came between naming the file and its header, which is written before any record.
    keep_or_remove(path, named.generation);
    return {};
  }
  ++found.damaged_count;
  const std::string aside = path_of(named.generation, kDamaged);
  if (options_.warn) {
    options_.warn(fmt::format("log segment {} has no readable header; its records are lost to us, it is kept as {}", path,
                              aside));
  }
  return files_.rename(path, aside);
}

stdx::Result<std::shared_ptr<Segment>> SegmentFiles::create(uint64_t first_offset, uint64_t previous_end) {
  uint64_t generation = 0;
  {
    const std::scoped_lock lock(mutex_);
    generation = next_generation_++;
  }
  const std::string path = path_of(generation, kInUse);
  auto file = take_spare(path);
  if (!file) file = create_file(path);
  if (!file) return std::unexpected(file.error());
  auto segment = begin(path, std::move(*file), generation, first_offset, previous_end);
  // The header may or may not be on disk; both are a segment without records.
  if (!segment) (void)files_.remove(path);
  return segment;
}

stdx::Result<std::unique_ptr<disk::File>> SegmentFiles::take_spare(const std::string& path) {
  std::string spare;
  {
    const std::scoped_lock lock(mutex_);
    if (spares_.empty()) return stdx::fail(stdx::ErrorCode::kNotFound, "no spare segment");
    spare = std::move(spares_.back());
    spares_.pop_back();
  }
  if (auto renamed = files_.rename(spare, path); !renamed) return std::unexpected(renamed.error());
  return files_.open(path, kReadWriteDirect);
}

stdx::Result<std::unique_ptr<disk::File>> SegmentFiles::create_file(const std::string& path) {
  const auto free = files_.free_bytes(folder_);
  if (!free) return std::unexpected(free.error());
  if (*free < options_.segment_bytes + options_.free_bytes_min) {
    return stdx::fail(stdx::ErrorCode::kUnavailable,
                      fmt::format("log folder {} has {} MiB free; a new segment needs {} MiB and {} MiB are kept free",
                                  folder_, *free >> 20, options_.segment_bytes >> 20, options_.free_bytes_min >> 20));
  }
  // Not exclusive: the file may be what a failed take_spare() left under this name.
  auto mode = kReadWriteDirect;
  mode.create = true;
  return files_.open(path, mode);
}

stdx::Result<std::shared_ptr<Segment>> SegmentFiles::begin(const std::string& path, std::unique_ptr<disk::File> file,
                                                           uint64_t generation, uint64_t first_offset,
                                                           uint64_t previous_end) {
  if (auto reserved = file->preallocate(options_.segment_bytes); !reserved) return std::unexpected(reserved.error());
  auto segment = std::make_shared<Segment>();
  segment->header = {.partition = partition_,
                     .generation = generation,
                     .salt = options_.random(),
                     .first_offset = first_offset,
                     .previous_end = previous_end,
                     .created_ns = clock_.now_ns(),
                     .segment_bytes = options_.segment_bytes};
  AlignedBuffer block(kBlockBytes);
  std::memset(block.data(), 0, block.size());
  const auto bytes = encode(segment->header);
  std::memcpy(block.data(), bytes.data(), bytes.size());
  if (auto written = file->write_at(0, {block.data(), block.size()}); !written) return std::unexpected(written.error());
  if (auto synced = file->sync_data(); !synced) return std::unexpected(synced.error());
  if (auto synced = files_.sync_directory(folder_); !synced) return std::unexpected(synced.error());
  segment->path = path;
  segment->file = std::move(file);
  segment->end_position = kBlockBytes;
  segment->end_offset = first_offset;
  return segment;
}

void SegmentFiles::retire(Segment& segment) { keep_or_remove(segment.path, segment.header.generation); }

void SegmentFiles::keep_or_remove(const std::string& path, uint64_t generation) {
  const std::string spare = path_of(generation, kSpare);
  if (spare_count() < options_.spare_segments_max && (path == spare || files_.rename(path, spare))) {
    const std::scoped_lock lock(mutex_);
    spares_.push_back(spare);
    return;
  }
  // If this fails the file is met again at the next open, as an old segment or a spare, and trimmed again.
  (void)files_.remove(path);
}

size_t SegmentFiles::spare_count() const {
  const std::scoped_lock lock(mutex_);
  return spares_.size();
}

}  // namespace clew::log_local
