// The query engine's acceptance suite over what it meets in the server: generations of the head, blocks on disk, both.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "block/block_store.h"
#include "disk/local_object_store.h"
#include "disk/real_file_system.h"
#include "disk/temporary_folder.h"
#include "head/head.h"
#include "otlp/traces_codec.h"
#include "query/query_acceptance.h"
#include "stdx/clock.h"

namespace clew::query_test {
namespace {

class FixedClock final : public stdx::Clock {
 public:
  int64_t now_ns() const override { return 1'767'600'000'000'000'000; }  // Days after the spans: their blocks are joined.
};

// Several heads behind one catalog, and a store that takes their blocks.
class Backend final : public table::Catalog::LiveSource {
 public:
  explicit Backend(uint32_t row_group_rows) {
    objects_ = *disk::LocalObjectStore::open(files_, folder_.path());
    block::BlockStoreOptions options;
    options.row_group_rows = row_group_rows;
    store_ = *block::BlockStore::open(*objects_, catalog_, clock_, options);
    catalog_.set_live_source(this);
  }
  ~Backend() override {
    catalog_.set_live_source(nullptr);
    catalog_.replace(catalog_.snapshot(), {});
  }

  void append_live_sets(table::Catalog::Sets& sets) const override {
    for (const auto& head : heads_) head->append_live_sets(sets);
  }

  // Each part is a partition of its own.
  head::Head& add(const otlp::TracesData& part) {
    const auto partition = static_cast<uint32_t>(heads_.size());
    heads_.push_back(std::make_unique<head::Head>(head::HeadOptions{}, partition, head::LogPosition{}, clock_));
    log::Record record;
    record.receive_time_ns = clock_.now_ns();
    record.payload = stdx::SharedBytes::from_string(otlp::encode_traces(part));
    heads_.back()->ingest(record);
    return *heads_.back();
  }
  void cut(head::Head& head, bool everything) {
    const auto sealed = head.seal(everything);
    ASSERT_TRUE(sealed.has_value()) << sealed.error().message;
    const auto stored = store_->cut(**sealed, [&] { head.drop(**sealed); });
    ASSERT_TRUE(stored.has_value()) << stored.error().message;
  }
  void join() {
    const std::atomic<bool> stopping{false};
    const auto joined = store_->maintain(stopping);
    ASSERT_TRUE(joined.has_value()) << joined.error().message;
  }
  const table::Catalog& catalog() const { return catalog_; }

 private:
  FixedClock clock_;
  disk::TemporaryFolder folder_;
  disk::RealFileSystem files_;
  table::Catalog catalog_;
  std::unique_ptr<disk::LocalObjectStore> objects_;
  std::unique_ptr<block::BlockStore> store_;
  std::vector<std::unique_ptr<head::Head>> heads_;
};

std::shared_ptr<const table::Catalog> shared_catalog(std::shared_ptr<Backend> backend) {
  const table::Catalog* catalog = &backend->catalog();
  return {std::move(backend), catalog};
}

QueryBackend heads() {
  return {"head", [](const std::vector<otlp::TracesData>& parts) {
            auto backend = std::make_shared<Backend>(65'536);
            for (const auto& part : parts) backend->add(part);
            return shared_catalog(std::move(backend));
          }};
}

// Every part becomes a block.
QueryBackend blocks(const std::string& name, uint32_t row_group_rows) {
  return {name, [row_group_rows](const std::vector<otlp::TracesData>& parts) {
            auto backend = std::make_shared<Backend>(row_group_rows);
            for (const auto& part : parts) backend->cut(backend->add(part), true);
            return shared_catalog(std::move(backend));
          }};
}

// Every second part becomes a block.
QueryBackend mixed() {
  return {"mixed", [](const std::vector<otlp::TracesData>& parts) {
            auto backend = std::make_shared<Backend>(65'536);
            for (size_t i = 0; i < parts.size(); ++i) {
              head::Head& head = backend->add(parts[i]);
              if (i % 2 == 0) backend->cut(head, true);
            }
            return shared_catalog(std::move(backend));
          }};
}

// Blocks of all parts, joined as compaction does.
QueryBackend joined() {
  return {"joined", [](const std::vector<otlp::TracesData>& parts) {
            auto backend = std::make_shared<Backend>(65'536);
            for (const auto& part : parts) backend->cut(backend->add(part), true);
            backend->join();
            return shared_catalog(std::move(backend));
          }};
}

INSTANTIATE_TEST_SUITE_P(Stored, QueryAcceptance,
                         ::testing::Values(heads(), blocks("blocks", 65'536), blocks("small_row_groups", 16), mixed(), joined()),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Stored, InsightAcceptance,
                         ::testing::Values(heads(), blocks("blocks", 65'536), blocks("small_row_groups", 16), mixed(), joined()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace clew::query_test
