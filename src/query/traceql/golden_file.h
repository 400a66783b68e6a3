// For tests: tables of behaviour as text. A file is a sequence of cases
//
//   # comment
//   <input, one or more lines>
//   ----
//   <expected, any number of lines>
//   <empty line>
//
// With CLEW_GOLDEN_REWRITE=1 in the environment the expected parts are rewritten to what came out.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

namespace clew::query_test {

inline void run_golden_file(const std::string& path, const std::function<std::string(const std::string&)>& answer) {
  std::ifstream file(path);
  ASSERT_TRUE(file.is_open()) << path;
  std::string line, input, expected, rewritten;
  bool in_expected = false;
  int line_number = 0, case_line = 0, case_count = 0;
  const auto finish = [&] {
    if (input.empty()) return;
    ++case_count;
    const std::string actual = answer(input);
    rewritten += input + "\n----\n" + actual + (actual.empty() ? "\n" : "\n\n");
    if (std::getenv("CLEW_GOLDEN_REWRITE") == nullptr) {
      EXPECT_EQ(actual, expected) << path << ":" << case_line << "\n" << input;
    }
    input.clear();
    expected.clear();
    in_expected = false;
  };
  while (std::getline(file, line)) {
    ++line_number;
    if (!in_expected && input.empty() && (line.empty() || line.starts_with("#"))) {
      rewritten += line + "\n";
      continue;
    }
    if (in_expected) {
      if (line.empty()) {
        finish();
      } else {
        expected += (expected.empty() ? "" : "\n") + line;
      }
    } else if (line == "----") {
      in_expected = true;
    } else {
      if (input.empty()) case_line = line_number;
      input += (input.empty() ? "" : "\n") + line;
    }
  }
  finish();
  EXPECT_GT(case_count, 0) << path;
  if (std::getenv("CLEW_GOLDEN_REWRITE") != nullptr) std::ofstream(path) << rewritten;
}

}  // namespace clew::query_test
