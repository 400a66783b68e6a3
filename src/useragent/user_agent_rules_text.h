// The rules as they are compiled into the program.
#pragma once

#include <string_view>

namespace clew::useragent {

std::string_view rules_yaml();

}  // namespace clew::useragent
