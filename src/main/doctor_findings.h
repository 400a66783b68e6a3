// What the doctor looks at and what it says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "main/settings.h"

namespace clew::main {

enum class Verdict : uint8_t { kOk, kWarn, kFail };

struct Finding {
  Verdict verdict = Verdict::kOk;
  std::string subject;  // "data folder": a few words.
  std::string detail;   // What was found.
  std::string advice;   // What to do; empty when all is well.
};

// Each looks at one part of the machine, writes nothing but a file of its own that it removes, and takes well under a second.
std::vector<Finding> examine_disk(const Settings& settings);    // doctor_disk.cc
std::vector<Finding> examine_ports(const Settings& settings);   // doctor_ports.cc
std::vector<Finding> examine_limits(const Settings& settings);  // doctor_limits.cc
std::vector<Finding> examine_clock();                           // doctor_clock.cc
std::vector<Finding> examine_processor();                       // doctor_clock.cc

// Aligned lines with a sum below; and the same as a JSON object.
std::string findings_text(const std::vector<Finding>& findings);
std::string findings_json(const std::vector<Finding>& findings);
bool any_failure(const std::vector<Finding>& findings);

}  // namespace clew::main
