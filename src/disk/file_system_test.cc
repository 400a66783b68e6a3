#include "disk/file_system.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "disk/checksum.h"
#include "disk/lying_disk.h"
#include "disk/real_file_system.h"
#include "disk/temporary_folder.h"

namespace clew::disk {
namespace {

std::unique_ptr<File> create(FileSystem& files, const std::string& path) {
  auto file = files.open(path, {.write = true, .create = true, .exclusive = true});
  EXPECT_TRUE(file) << file.error().message;
  return std::move(*file);
}

std::string content(FileSystem& files, const std::string& path) {
  auto file = files.open(path, {});
  if (!file) return file.error().message;
  std::string bytes(*(*file)->size(), '\0');
  EXPECT_TRUE((*file)->read_at(0, bytes));
  return bytes;
}

// The lying disk must be a file system before it is a liar: the same calls on both.
void behaves_like_a_file_system(FileSystem& files, const std::string& root) {
  ASSERT_TRUE(files.create_folders(root + "/a/b"));
  ASSERT_TRUE(files.create_folders(root + "/a/b"));
  auto file = create(files, root + "/a/b/f");
  EXPECT_EQ(files.open(root + "/a/b/f", {.write = true, .create = true, .exclusive = true}).error().code,
            stdx::ErrorCode::kAlreadyExists);
  EXPECT_EQ(files.open(root + "/a/b/none", {}).error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(files.open(root + "/none/f", {.write = true, .create = true}).error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(files.open(root + "/a/b", {}).error().code, stdx::ErrorCode::kInvalidArgument);
  ASSERT_TRUE(file->write_at(0, "hello"));
  ASSERT_TRUE(file->write_at(8, "x"));
  EXPECT_EQ(*file->size(), 9u);
  EXPECT_EQ(content(files, root + "/a/b/f"), std::string("hello\0\0\0x", 9));
  std::string few(20, '?');
  EXPECT_EQ(*file->read_at(7, few), 2u);
  EXPECT_EQ(*file->read_at(100, few), 0u);
  ASSERT_TRUE(file->preallocate(5000));
  EXPECT_EQ(*file->size(), 5000u);
  ASSERT_TRUE(file->preallocate(100));
  EXPECT_EQ(*file->size(), 5000u);
  ASSERT_TRUE(file->truncate(5));
  ASSERT_TRUE(file->sync_data());
  EXPECT_EQ(content(files, root + "/a/b/f"), "hello");

  create(files, root + "/a/g");
  EXPECT_EQ(files.rename_if_absent(root + "/a/g", root + "/a/b/f").error().code, stdx::ErrorCode::kAlreadyExists);
  EXPECT_EQ(content(files, root + "/a/b/f"), "hello");
  ASSERT_TRUE(files.rename_if_absent(root + "/a/b/f", root + "/a/h"));
  ASSERT_TRUE(files.rename(root + "/a/h", root + "/a/g"));
  EXPECT_EQ(content(files, root + "/a/g"), "hello");
  EXPECT_EQ(files.rename(root + "/a/none", root + "/a/g").error().code, stdx::ErrorCode::kNotFound);
  ASSERT_TRUE(files.sync_directory(root + "/a"));

  auto entries = files.list(root + "/a");
  ASSERT_TRUE(entries);
  std::ranges::sort(*entries, {}, &DirectoryEntry::name);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "b");
  EXPECT_TRUE((*entries)[0].is_directory);
  EXPECT_EQ((*entries)[1].name, "g");
  EXPECT_FALSE((*entries)[1].is_directory);

  EXPECT_FALSE(*files.remove_folder_if_empty(root + "/a"));
  EXPECT_TRUE(*files.remove_folder_if_empty(root + "/a/b"));
  auto reader = files.open(root + "/a/g", {});
  ASSERT_TRUE(files.remove(root + "/a/g"));
  EXPECT_EQ(files.remove(root + "/a/g").error().code, stdx::ErrorCode::kNotFound);
  std::string five(5, ' ');
  EXPECT_EQ(*(*reader)->read_at(0, five), 5u) << "an open file outlives its name";
  EXPECT_GT(*files.free_bytes(root), 0u);

  auto lock = files.lock_folder(root);
  ASSERT_TRUE(lock);
  const auto second = files.lock_folder(root);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, stdx::ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message.find(root), std::string::npos);
  lock->reset();
  EXPECT_TRUE(files.lock_folder(root));
}

TEST(FileSystem, Real) {
  TemporaryFolder folder;
  RealFileSystem files;
  behaves_like_a_file_system(files, folder.path());
}

TEST(FileSystem, Lying) {
  LyingDisk disk(1);
  behaves_like_a_file_system(disk, "root");
}

TEST(FileSystem, LockNamesItsHolder) {
  TemporaryFolder folder;
  RealFileSystem files;
  const auto lock = files.lock_folder(folder.path());
  ASSERT_TRUE(lock);
  EXPECT_EQ(files.lock_folder(folder.path()).error().message,
            "data folder " + folder.path() + " is in use by process " + std::to_string(::getpid()));
}

TEST(FileSystem, ErrorsNameCallAndPath) {
  RealFileSystem files;
  EXPECT_EQ(files.open("/nowhere/at/all", {}).error().message, "open /nowhere/at/all: No such file or directory");
}

TEST(LyingDisk, CrashForgetsWhatWasNotSynced) {
  bool lost_content = false, lost_name = false, kept_content = false, torn_content = false;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    LyingDisk disk(seed);
    ASSERT_TRUE(disk.create_folders("d"));
    auto synced = create(disk, "d/synced");
    ASSERT_TRUE(synced->write_at(0, "safe"));
    ASSERT_TRUE(synced->sync_data());
    ASSERT_TRUE(disk.sync_directory("d"));
    const std::string unsafe(2048, 'u');
    ASSERT_TRUE(synced->write_at(512, unsafe));
    create(disk, "d/unnamed");
    disk.crash();
    EXPECT_EQ(disk.open("d/synced", {}).error().code, stdx::ErrorCode::kUnavailable);
    disk.power_on();
    EXPECT_EQ(synced->write_at(0, "late").error().code, stdx::ErrorCode::kUnavailable);
    const std::string after = content(disk, "d/synced");
    EXPECT_TRUE(after.starts_with("safe"));
    const auto kept = std::ranges::count(after, 'u');
    lost_content |= kept == 0;
    kept_content |= kept == 2048;
    torn_content |= kept > 0 && kept < 2048;
    lost_name |= !disk.open("d/unnamed", {});
  }
  EXPECT_TRUE(lost_content && kept_content && torn_content && lost_name);
}

TEST(LyingDisk, SyncAfterAFailedSyncDoesNotBringTheDataBack) {
  bool lost = false;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    LyingDisk disk(seed);
    ASSERT_TRUE(disk.create_folders("d"));
    auto file = create(disk, "d/f");
    ASSERT_TRUE(disk.sync_directory("d"));
    ASSERT_TRUE(file->write_at(0, std::string(4096, 'x')));
    disk.fail_once_after(static_cast<uint32_t>(DiskCall::kSyncData), 0);
    EXPECT_FALSE(file->sync_data());
    EXPECT_TRUE(file->sync_data());
    EXPECT_EQ(content(disk, "d/f"), std::string(4096, 'x')) << "the page cache still shows it";
    disk.crash();
    disk.power_on();
    lost |= std::ranges::count(content(disk, "d/f"), 'x') < 4096;
  }
  EXPECT_TRUE(lost);
}

TEST(LyingDisk, RefusesUnalignedDirectTransfers) {
  LyingDisk disk(1);
  ASSERT_TRUE(disk.create_folders("d"));
  auto file = disk.open("d/f", {.write = true, .create = true, .direct = true});
  ASSERT_TRUE(file);
  alignas(4096) static char block[8192] = {};
  EXPECT_TRUE((*file)->direct());
  EXPECT_TRUE((*file)->write_at(4096, {block, 4096}));
  EXPECT_FALSE((*file)->write_at(4096, {block, 4095}));
  EXPECT_FALSE((*file)->write_at(512, {block, 4096}));
  EXPECT_FALSE((*file)->write_at(0, {block + 1, 4096}));
}

TEST(Checksum, IsXxh3) {
  EXPECT_EQ(checksum(""), 0x2d06800538d394c2u);
  EXPECT_NE(checksum("a", 1), checksum("a", 2));
}

}  // namespace
}  // namespace clew::disk
