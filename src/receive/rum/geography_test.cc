// testdata/geography/*.mmdb are made by test/tool/make_geography.py.
#include "receive/rum/geography.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace clew::receive_rum {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = CLEW_SOURCE_DIR "/src/receive/rum/testdata/geography";

class GeographyFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("clew-geography-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string copy_of(const char* name, const char* as) {
    fs::copy_file(kFolder / name, folder_ / "new", fs::copy_options::overwrite_existing);
    fs::rename(folder_ / "new", folder_ / as);
    return folder_ / as;
  }
  std::string text_file(const char* name, std::string_view text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  stdx::Result<std::unique_ptr<Geography>> open(GeographyOptions options) {
    return Geography::open(std::move(options), [this](const std::string& path, const stdx::Error* error) {
      reports_.push_back(fs::path(path).filename().string() + (error == nullptr ? " read" : ": " + error->message));
    });
  }

  static GeographyOptions places(std::string path) { return {std::move(path), "", "en"}; }
  static GeographyOptions networks(std::string path) { return {"", std::move(path), "en"}; }

  fs::path folder_;
  std::vector<std::string> reports_;
};

TEST_F(GeographyFiles, TellPlaceAndProvider) {
  const auto geography = open({kFolder / "city.mmdb", kFolder / "asn.mmdb", "en"});
  ASSERT_TRUE(geography) << geography.error().message;
  for (const char* address : {"203.0.113.77", "2001:db8:1:9::1", "::ffff:203.0.113.77"}) {
    const Place munich = (*geography)->place_of(address);
    EXPECT_EQ(munich.country, "Germany") << address;
    EXPECT_EQ(munich.country_code, "DE");
    EXPECT_EQ(munich.province, "Bavaria");
    EXPECT_EQ(munich.region_code, "DE-BY");
    EXPECT_EQ(munich.city, "Munich");
    EXPECT_EQ(munich.isp, "Deutsche Telekom AG");
    EXPECT_EQ(munich.isp_id, "AS3320");
  }
  const Place monaco = (*geography)->place_of("192.0.2.1");
  EXPECT_EQ(monaco.country, "Monaco");
  EXPECT_TRUE(monaco.province.empty() && monaco.city.empty() && monaco.region_code.empty() && monaco.isp.empty());
  for (const char* nowhere : {"10.0.0.1", "127.0.0.1", "192.0.2.200", "", "text", "203.0.113.77:80"}) {
    EXPECT_TRUE((*geography)->place_of(nowhere).empty()) << nowhere;
  }
}

TEST_F(GeographyFiles, NamesAreInTheLanguageAskedForOrInEnglish) {
  const auto geography = open({kFolder / "city.mmdb", kFolder / "isp.mmdb", "zh-CN"});
  ASSERT_TRUE(geography);
  EXPECT_EQ((*geography)->place_of("198.51.100.1").city, "杭州");
  EXPECT_EQ((*geography)->place_of("203.0.113.1").city, "Munich");
  EXPECT_EQ((*geography)->place_of("203.0.113.1").isp, "Example Home") << "the provider, not its network's operator";
}

TEST_F(GeographyFiles, WhatCannotBeUsedIsRefusedByName) {
  const auto refused = [&](GeographyOptions options) {
    const auto opened = open(std::move(options));
    return opened ? std::string("opened") : opened.error().message;
  };
  EXPECT_EQ(refused(places("/nowhere/city.mmdb")), "rum.geo_database: /nowhere/city.mmdb: No such file or directory");
  const std::string text = text_file("text.mmdb", "this is no database");
  EXPECT_TRUE(refused(networks(text)).starts_with("rum.isp_database: " + text + ": ")) << refused(networks(text));
  EXPECT_NE(refused(places(text_file("empty.mmdb", ""))), "opened");
  EXPECT_NE(refused(places(folder_)), "opened") << "a folder";
  EXPECT_TRUE(refused(places(kFolder / "asn.mmdb")).ends_with("it is a GeoLite2-ASN database, not one of cities or countries"));
  EXPECT_TRUE(refused(networks(kFolder / "city.mmdb"))
                  .ends_with("it is a GeoLite2-City database, not one of providers or autonomous systems"));
  EXPECT_EQ(refused({}), "opened");
}

TEST_F(GeographyFiles, AChangedFileIsReadAgainAndABadOneChangesNothing) {
  const std::string path = copy_of("asn.mmdb", "isp.mmdb");
  const auto opened = open(networks(path));
  ASSERT_TRUE(opened);
  Geography& geography = **opened;
  geography.refresh();
  EXPECT_TRUE(reports_.empty()) << "nothing has changed";

  copy_of("isp.mmdb", "isp.mmdb");
  EXPECT_EQ(geography.place_of("203.0.113.1").isp, "Deutsche Telekom AG");
  geography.refresh();
  EXPECT_EQ(geography.place_of("203.0.113.1").isp, "Example Home");
  ASSERT_EQ(reports_, std::vector<std::string>{"isp.mmdb read"});

  // Written over in place, cut short: what is in memory is our own.
  fs::resize_file(path, 100);
  EXPECT_EQ(geography.place_of("203.0.113.1").isp, "Example Home");
  geography.refresh();
  geography.refresh();
  ASSERT_EQ(reports_.size(), 2u) << "said once";
  EXPECT_TRUE(reports_[1].starts_with("isp.mmdb: ")) << reports_[1];
  EXPECT_EQ(geography.place_of("203.0.113.1").isp, "Example Home");

  fs::remove(path);
  geography.refresh();
  EXPECT_EQ(reports_.at(2), "isp.mmdb: No such file or directory");
  EXPECT_EQ(geography.failed_changes(), 2u);
  copy_of("asn.mmdb", "isp.mmdb");
  geography.refresh();
  EXPECT_EQ(geography.place_of("203.0.113.1").isp, "Deutsche Telekom AG");
}

}  // namespace
}  // namespace clew::receive_rum
