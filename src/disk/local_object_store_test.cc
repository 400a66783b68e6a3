#include "disk/local_object_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "disk/lying_disk.h"
#include "disk/object_store_acceptance.h"
#include "disk/real_file_system.h"
#include "disk/temporary_folder.h"

namespace clew::disk {
namespace {

using testing::Values;

// A process that ends without notice is what a real disk offers; losing unsynced data takes the lying one.
class RealHarness final : public ObjectStoreHarness {
 public:
  std::unique_ptr<ObjectStore> open() override {
    auto store = LocalObjectStore::open(files_, folder_.path() + "/data");
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  void crash() override {}

 private:
  TemporaryFolder folder_;
  RealFileSystem files_;
};

class LyingHarness final : public ObjectStoreHarness {
 public:
  explicit LyingHarness(uint64_t seed) : disk_(seed) {}
  std::unique_ptr<ObjectStore> open() override {
    disk_.power_on();
    auto store = LocalObjectStore::open(disk_, "data", 4);  // Few files, so that the cache evicts.
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  void crash() override { disk_.crash(); }

 private:
  LyingDisk disk_;
};

INSTANTIATE_TEST_SUITE_P(Local, ObjectStoreAcceptance,
                         Values(ObjectStoreImplementation{"RealDisk", [] { return std::make_unique<RealHarness>(); }},
                                ObjectStoreImplementation{"LyingDisk1", [] { return std::make_unique<LyingHarness>(1); }},
                                ObjectStoreImplementation{"LyingDisk2", [] { return std::make_unique<LyingHarness>(2); }},
                                ObjectStoreImplementation{"LyingDisk3", [] { return std::make_unique<LyingHarness>(3); }}),
                         name_of_implementation);

std::unique_ptr<LocalObjectStore> open_on(LyingDisk& disk) {
  disk.power_on();
  auto store = LocalObjectStore::open(disk, "data");
  EXPECT_TRUE(store) << store.error().message;
  return std::move(*store);
}

// Whatever call fails: a put that was reported done is there after a crash, and nothing is there in part.
TEST(LocalObjectStoreOnLyingDisk, NothingAcknowledgedIsLostNothingTornIsServed) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    LyingDisk disk(seed);
    std::mt19937_64 random(seed);
    std::map<std::string, std::string> stored;  // By acknowledged puts.
    std::map<std::string, std::vector<std::string>> attempted;
    for (int life = 0; life < 3; ++life) {
      auto store = open_on(disk);
      disk.set_fault_rate(DiskCall::kWrite | DiskCall::kSyncData | static_cast<uint32_t>(DiskCall::kSyncDirectory) |
                              static_cast<uint32_t>(DiskCall::kRename),
                          0.05);
      for (int i = 0; i < 40; ++i) {
        const std::string key = "k" + std::to_string(random() % 3) + "/" + std::to_string(random() % 20);
        const std::string bytes(random() % 9000, static_cast<char>('a' + random() % 26));
        const bool only_if_absent = random() % 2 == 0;
        attempted[key].push_back(bytes);
        if (store->put(key, bytes, only_if_absent)) {
          stored[key] = bytes;
        } else if (!only_if_absent) {
          stored.erase(key);  // Old or new, nobody knows.
        }
      }
      disk.set_fault_rate(0, 0);
      random() % 2 == 0 ? disk.crash() : disk.kill_process();
    }
    disk.crash();
    const auto store = open_on(disk);
    for (const auto& [key, bytes] : stored) ASSERT_EQ(store->get_all(key), bytes) << key;
    const auto listed = store->list("");
    ASSERT_TRUE(listed);
    for (const auto& info : *listed) {
      const auto& known = attempted[info.key];
      const auto got = store->get_all(info.key);
      ASSERT_TRUE(got);
      ASSERT_NE(std::ranges::find(known, *got), known.end()) << info.key << " is torn";
    }
  }
}

TEST(LocalObjectStoreOnLyingDisk, FailedConditionalPutDoesNotAppearLater) {
  LyingDisk disk(7);
  auto store = open_on(disk);
  ASSERT_TRUE(store->put("blocks/0", "zero", true));
  disk.fail_once_after(static_cast<uint32_t>(DiskCall::kSyncDirectory), 1);  // The first is for create_folders.
  EXPECT_EQ(store->put("blocks/1", "one", true).error().code, stdx::ErrorCode::kUnavailable);
  ASSERT_TRUE(store->put("blocks/2", "two", true));
  disk.crash();
  store = open_on(disk);
  EXPECT_EQ(store->stat("blocks/1").error().code, stdx::ErrorCode::kNotFound);
  EXPECT_EQ(store->get_all("blocks/2"), "two");
}

TEST(LocalObjectStoreOnLyingDisk, FullDiskIsRetryableAndReadsGoOn) {
  LyingDisk disk(1);
  auto store = open_on(disk);
  disk.set_capacity_bytes(100'000);
  ASSERT_TRUE(store->put("a", std::string(60'000, 'a'), false));
  const auto refused = store->put("b", std::string(60'000, 'b'), false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, stdx::ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().message.find("No space left"), std::string::npos) << refused.error().message;
  EXPECT_EQ(store->get_all("a"), std::string(60'000, 'a'));
  EXPECT_EQ(disk.used_bytes(), 60'000u) << "the failed put left something behind";
  ASSERT_TRUE(store->remove("a"));
  EXPECT_TRUE(store->put("b", std::string(60'000, 'b'), false));
}

TEST(LocalObjectStore, RemovesLeftoversAtOpenAndEmptyFolders) {
  TemporaryFolder folder;
  RealFileSystem files;
  std::filesystem::create_directories(folder.path() + "/.incomplete");
  std::ofstream(folder.path() + "/.incomplete/17") << "left by a crash";
  auto store = LocalObjectStore::open(files, folder.path() + "/");
  ASSERT_TRUE(store);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() + "/.incomplete"));
  ASSERT_TRUE((*store)->put("spans/date=1/a", "x", true));
  ASSERT_TRUE((*store)->put("spans/date=2/a", "x", true));
  ASSERT_TRUE((*store)->remove("spans/date=1/a"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/spans/date=1"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() + "/spans/date=2"));
}

TEST(LocalObjectStore, ReadersOfARemovedObjectMayGoOn) {
  TemporaryFolder folder;
  RealFileSystem files;
  auto store = LocalObjectStore::open(files, folder.path(), 1);
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->put("a", "old", false));
  EXPECT_EQ((*store)->get_all("a"), "old");
  ASSERT_TRUE((*store)->put("a", "new", false));
  EXPECT_EQ((*store)->get_all("a"), "new") << "the cached descriptor is of the replaced file";
}

}  // namespace
}  // namespace clew::disk
